import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { createLine, type LineFaults, type Outcome, type SeenFrame } from "../../src/sim/line.ts";
import { ACK, arbitrate, BUSY, NAK } from "../../src/sim/tp1.ts";
import { closed, frameOf, hex, listener } from "./desk.ts";

const T = 1000 / 9600;

const newLine = (faults?: LineFaults) => {
  const clock = virtualClock();
  const line = createLine(faults === undefined ? { clock } : { clock, faults });
  const frames: SeenFrame[] = [];
  line.onFrame((frame) => frames.push(frame));
  return { clock, line, frames };
};

describe("timing, tp-uart.md 5.1", () => {
  // biome-ignore format: read by column
  const FIGURES = [ //      frame         with silence and acknowledge
    { octets: 8,   onWire: 10.6,  occupied: 18.9 },
    { octets: 9,   onWire: 12.0,  occupied: 20.2 },
    { octets: 11,  onWire: 14.7,  occupied: 22.9 },
    { octets: 23,  onWire: 30.9,  occupied: 39.2 },
    { octets: 64,  onWire: 86.5,  occupied: 94.7 },
    { octets: 263, onWire: 355.9, occupied: 364.2 },
  ];
  test.each(FIGURES)("$octets octets: $onWire ms, every $occupied ms", (figure) => {
    const { clock, line, frames } = newLine();
    listener(line, "b", ACK);
    const sender = listener(line, "a");
    for (let count = 0; count < 3; count++) sender.send({ octets: frameOf(figure.octets) });
    clock.advance(2000);
    const [, second, third] = frames;
    expect((second?.end ?? 0) - (second?.at ?? 0)).toBeCloseTo(figure.onWire, 1);
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeCloseTo(figure.occupied, 1);
  });

  test("octets arrive one by one, 13 bit times apart, the first after 11", () => {
    const { clock, line } = newLine();
    const arrivals: number[] = [];
    line.attach({
      name: "b",
      octet: () => arrivals.push(clock.now()),
      acknowledge: () => ACK,
      frameEnd: () => {},
      power: () => {},
    });
    clock.advance(1000);
    listener(line).send({ octets: frameOf(9) });
    clock.advance(100);
    expect(arrivals.map((at) => Math.round((at - 1000) / T))).toEqual([
      11, 24, 37, 50, 63, 76, 89, 102, 115,
    ]);
  });

  // biome-ignore format: read by column
  const IDLE = [ // bits of silence after an acknowledged frame
    { is: "system",            control: "b0", bits: 50 },
    { is: "urgent",            control: "b8", bits: 50 },
    { is: "normal",            control: "b4", bits: 53 },
    { is: "low",               control: "bc", bits: 53 },
    { is: "low, repeated",     control: "9c", bits: 50 },
    { is: "extended, low",     control: "3c", bits: 53 },
  ];
  test.each(IDLE)("$is waits $bits bit times", ({ control, bits }) => {
    const { clock, line, frames } = newLine();
    listener(line, "b", ACK);
    const sender = listener(line, "a");
    sender.send({ octets: frameOf(9) });
    clock.advance(10);
    const rest = control === "3c" ? "e0 11 14 0a 03 01 00 80" : "11 14 0a 03 e1 00 80";
    sender.send({ octets: closed(`${control} ${rest}`) });
    clock.advance(100);
    const [first, second] = frames;
    const silence = (second?.at ?? 0) - (first?.end ?? 0) - (15 + 11) * T;
    expect(silence / T).toBeCloseTo(bits, 6);
  });

  // biome-ignore format: read by column
  const REPEATS = [ // bit times from the end of a frame to the start of its repetition
    { is: "NAK",     answer: NAK,       bits: 15 + 11 + 50,  outcome: "nak" },
    { is: "BUSY",    answer: BUSY,      bits: 15 + 11 + 150, outcome: "busy" },
    { is: "nothing", answer: undefined, bits: 50,            outcome: "none" },
  ] as const;
  test.each(REPEATS)("after $is the frame comes again, three times", (row) => {
    const { clock, line, frames } = newLine();
    listener(line, "b", row.answer);
    const outcomes: Outcome[] = [];
    listener(line, "a").send({
      octets: hex("bc 11 05 0a 03 e1 00 81 3e"),
      done: (outcome) => outcomes.push(outcome),
    });
    clock.advance(1000);
    expect(frames.map(({ octets }) => toHex(octets))).toEqual([
      "bc 11 05 0a 03 e1 00 81 3e",
      "9c 11 05 0a 03 e1 00 81 1e",
      "9c 11 05 0a 03 e1 00 81 1e",
      "9c 11 05 0a 03 e1 00 81 1e",
    ]);
    expect(frames.map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3]);
    for (const [index, frame] of frames.slice(1).entries())
      expect((frame.at - (frames[index]?.end ?? 0)) / T).toBeCloseTo(row.bits, 6);
    expect(outcomes).toEqual([row.outcome]);
  });

  test("BUSY and NAK are counted apart, and an acknowledge ends it", () => {
    const answers = [BUSY, NAK, BUSY, BUSY, NAK, ACK];
    const { clock, line, frames } = newLine();
    line.attach({
      name: "b",
      octet: () => {},
      acknowledge: () => answers.shift(),
      frameEnd: () => {},
      power: () => {},
    });
    const outcomes: Outcome[] = [];
    listener(line, "a").send({ octets: frameOf(9), done: (outcome) => outcomes.push(outcome) });
    clock.advance(2000);
    expect(frames.map(({ acknowledge }) => acknowledge)).toEqual([BUSY, NAK, BUSY, BUSY, NAK, ACK]);
    expect(outcomes).toEqual(["ack"]);
  });
});

describe("arbitration", () => {
  test("0 wins, the least significant bit first", () => {
    expect(arbitrate([0xbc, 0xb0])).toBe(0xb0);
    expect(arbitrate([0xb4, 0xb8])).toBe(0xb8); // urgent before normal
    expect(arbitrate([0x9c, 0xbc])).toBe(0x9c); // a repetition before a new frame
    expect(arbitrate([0x02, 0x01])).toBe(0x02);
  });

  test("three start together: the winner's frame is undamaged, the others follow in order", () => {
    const { clock, line, frames } = newLine();
    const silent = listener(line, "listener", ACK);
    const low = closed("bc 11 14 0a 03 e1 00 80");
    const alarm = closed("b8 11 1f 0a 03 e1 00 81");
    const lowFromLower = closed("bc 11 10 0a 07 e1 00 80");
    for (const [name, octets] of Object.entries({ low, alarm, lowFromLower }))
      listener(line, name).send({ octets });
    clock.advance(200);
    expect(frames.map(({ octets, from }) => `${from}: ${toHex(octets)}`)).toEqual([
      `alarm: ${toHex(alarm)}`,
      `lowFromLower: ${toHex(lowFromLower)}`,
      `low: ${toHex(low)}`,
    ]);
    expect(toHex(silent.heard)).toBe(toHex([...alarm, ...lowFromLower, ...low]));
  });

  test("whoever loses hears what won, and is asked to acknowledge it", () => {
    const { clock, line, frames } = newLine();
    const loser = listener(line, "loser", ACK);
    loser.send({ octets: closed("bc 11 14 0a 03 e1 00 80") });
    listener(line, "winner").send({ octets: closed("b0 11 15 11 14 60 80") });
    clock.advance(40);
    expect(frames[0]).toMatchObject({ from: ["winner"], acknowledge: ACK });
    expect(toHex(loser.heard)).toContain(toHex(closed("b0 11 15 11 14 60 80")));
  });

  test("stations that send the very same frame do not notice each other", () => {
    const { clock, line, frames } = newLine();
    listener(line, "c", ACK);
    const outcomes: Outcome[] = [];
    for (const name of ["a", "b"])
      listener(line, name).send({ octets: frameOf(9), done: (outcome) => outcomes.push(outcome) });
    clock.advance(200);
    expect(frames).toHaveLength(1);
    expect(frames[0]?.from).toEqual(["a", "b"]);
    expect(outcomes).toEqual(["ack", "ack"]);
  });

  test("a frame that is asked for while another is on the line waits for its end", () => {
    const { clock, line, frames } = newLine();
    listener(line, "c", ACK);
    listener(line, "a").send({ octets: frameOf(23) });
    clock.advance(10);
    listener(line, "b").send({ octets: closed("b0 11 15 0a 03 e1 00 80") });
    clock.advance(200);
    expect(frames.map(({ from }) => from)).toEqual([["a"], ["b"]]);
  });
});

describe("acknowledge", () => {
  // biome-ignore format: read by column
  const OVERLAYS = [
    { is: "ACK and ACK",   answers: [ACK, ACK],        wire: 0xcc },
    { is: "ACK and NAK",   answers: [ACK, NAK],        wire: 0x0c },
    { is: "ACK and BUSY",  answers: [ACK, BUSY],       wire: 0xc0 },
    { is: "NAK and BUSY",  answers: [NAK, BUSY],       wire: 0x00 },
    { is: "all three",     answers: [ACK, NAK, BUSY],  wire: 0x00 },
    { is: "ACK and none",  answers: [ACK, undefined],  wire: 0xcc },
  ];
  test.each(OVERLAYS)("$is on one wire", ({ answers, wire }) => {
    const { clock, line, frames } = newLine();
    for (const [index, answer] of answers.entries()) listener(line, `b${index}`, answer);
    listener(line, "a").send({ octets: frameOf(9) });
    clock.advance(30);
    expect(frames[0]?.acknowledge).toBe(wire);
  });

  test("the sender does not acknowledge itself", () => {
    const { clock, line, frames } = newLine();
    listener(line, "a", ACK).send({ octets: frameOf(9) });
    clock.advance(30);
    expect(frames[0]).toMatchObject({ acknowledge: undefined });
  });

  test("a poll has no acknowledge and is not repeated", () => {
    const { clock, line, frames } = newLine();
    listener(line, "b", ACK);
    listener(line, "a").send({ octets: hex("f0 11 01 10 01 05 0b fe fe fe fe fe") });
    clock.advance(200);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ acknowledge: undefined });
  });
});

describe("trouble", () => {
  test("a damaged frame is heard damaged by all, and comes again whole", () => {
    let damaged = false;
    const { clock, line, frames } = newLine({
      damage: () => {
        if (damaged) return undefined;
        damaged = true;
        return { index: 6, mask: 0x40 };
      },
      answer: () => (frames.length === 0 ? NAK : ACK),
    });
    listener(line, "a").send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e") });
    clock.advance(200);
    expect(frames.map(({ octets }) => toHex(octets))).toEqual([
      "bc 11 14 0a 03 e1 40 80 2e",
      "9c 11 14 0a 03 e1 00 80 0e",
    ]);
  });

  test("without power everything stops, and nothing of it comes back with the power", () => {
    const { clock, line, frames } = newLine();
    const heard = listener(line, "b", ACK);
    const sender = listener(line, "a");
    const outcomes: Outcome[] = [];
    sender.send({ octets: frameOf(23), done: (outcome) => outcomes.push(outcome) });
    sender.send({ octets: frameOf(9), done: (outcome) => outcomes.push(outcome) });
    clock.advance(20);
    line.power(false);
    const soFar = heard.heard.length;
    sender.send({ octets: frameOf(9) });
    clock.advance(1000);
    line.power(true);
    clock.advance(1000);
    expect(soFar).toBeGreaterThan(5);
    expect(heard.heard).toHaveLength(soFar);
    expect([frames, outcomes]).toEqual([[], []]);
    sender.send({ octets: frameOf(9), done: (outcome) => outcomes.push(outcome) });
    clock.advance(100);
    expect(outcomes).toEqual(["ack"]);
  });

  test("a sender that breaks off leaves a frame that is too short", () => {
    const { clock, line, frames } = newLine();
    const sender = listener(line, "a");
    sender.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e") });
    clock.advance(10);
    sender.abort();
    clock.advance(100);
    expect(frames.map(({ octets }) => toHex(octets))).toEqual(["bc 11 14 0a"]);
  });
});

test("the load is the share of the time that frames need", () => {
  const { clock, line } = newLine();
  listener(line, "b", ACK);
  const sender = listener(line, "a");
  const send = (): void => sender.send({ octets: frameOf(9), done: send });
  send();
  clock.advance(3000);
  expect(line.load()).toBeCloseTo(1, 1);
  sender.abort();
  clock.advance(3000);
  expect(line.load()).toBe(0);
  sender.send({ octets: frameOf(9) });
  clock.advance(100);
  expect(line.load()).toBeCloseTo(0.0202, 4);
});
