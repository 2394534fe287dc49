import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { createUpload } from "../../src/sim/upload.ts";
import { desk, hex, listener } from "./desk.ts";

/** tp-uart.md 8, vector 1: 1.1.5 writes 1 to 1/2/3. */
const UPLOAD = "80 BC 81 11 82 05 83 0A 84 03 85 E1 86 00 87 81 48 3E";
const ECHO = "bc 11 05 0a 03 e1 00 81 3e";
const REPEATED = "9c 11 05 0a 03 e1 00 81 1e";
const ON = { kind: "tpuart2" } as const;

describe("upload", () => {
  test("vector 2: own frame comes back, then the confirmation", () => {
    const { write, told, frames } = desk(ON);
    write(UPLOAD);
    expect(told()).toBe(`${ECHO} 8b`);
    expect(frames.map(({ octets }) => toHex(octets))).toEqual([ECHO]);
  });

  test("vector 2: NCN in 8-bit mode inserts the state of the frame", () => {
    const { write, told } = desk({ kind: "ncn5120", eightBit: true });
    write(UPLOAD);
    expect(told()).toBe(`${ECHO} 13 8b`);
  });

  test("vector 3: nobody acknowledges, so four attempts and a negative confirmation", () => {
    const { write, told, clock, times } = desk({ ...ON, answers: undefined });
    clock.advance(1000);
    write(UPLOAD);
    expect(told()).toBe(`${ECHO} ${REPEATED} ${REPEATED} ${REPEATED} 0b`);
    // Counted from the silence before the frame; the first octet itself took 11 bits. `tp-uart.md` 4.6.
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0) + ((53 + 11) * 1000) / 9600;
    expect(took).toBeGreaterThan(72);
    expect(took).toBeLessThan(82);
  });

  test("vector 13: a wrong check octet is refused at once", () => {
    const { write, told, frames } = desk(ON);
    write(UPLOAD.replace("48 3E", "48 FF"));
    expect(told()).toBe("47");
    expect(frames).toEqual([]);
  });

  // biome-ignore format: read by column
  const REFUSED = [
    { is: "an octet is missing",           write: "80 BC 81 11 83 0A 84 03 85 E1 86 00 87 81 48 3E", told: "47" },
    { is: "the end comes too early",       write: "80 BC 81 11 82 05 83 0A 84 03 85 E1 47 00",       told: "47" },
    { is: "the length field says more",    write: "80 BC 81 11 82 05 83 0A 84 03 85 E2 86 00 87 81 48 3D", told: "47" },
    { is: "an end without a start",        write: "48 3E",                                           told: "17" },
    { is: "a continuation without start",  write: "81 11",                                           told: "17" },
  ];
  test.each(REFUSED)("refused: $is", ({ write, told }) => {
    const { write: send, told: says, frames } = desk(ON);
    send(write);
    expect([says(), frames]).toEqual([told, []]);
    send(UPLOAD);
    expect(says()).toBe(`${ECHO} 8b`);
  });

  test("while a frame is under way the next one is refused, and the first is unharmed", () => {
    const { write, told, frames } = desk(ON);
    write(`${UPLOAD} ${UPLOAD}`);
    const octets = told().split(" ");
    expect(octets.filter((octet) => octet === "17")).toHaveLength(1);
    expect(octets.filter((octet) => octet !== "17").join(" ")).toBe(`${ECHO} 8b`);
    expect(frames).toHaveLength(1);
  });

  test("vector 14: a frame of somebody else may come before the echo", () => {
    const { chip, clock, told, other, line } = desk(ON);
    listener(line, "third", 0xcc);
    clock.advance(50);
    other.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e") });
    chip.write(hex(UPLOAD));
    clock.advance(100);
    expect(told()).toBe(`bc 11 14 0a 03 e1 00 80 2e ${ECHO} 8b`);
  });

  test("R = 0 means once: Siemens still sends it as the first", () => {
    const { write, told } = desk({ ...ON, answers: undefined });
    write("80 9C 81 11 82 05 83 0A 84 03 85 E1 86 00 87 81 48 1E");
    expect(told()).toBe(`${ECHO} 0b`);
  });

  // biome-ignore format: read by column
  const COUNTERS = [
    { kind: "tpuart2", write: "24 41",          attempts: 2 },
    { kind: "tpuart2", write: "24 60",          attempts: 1 },
    { kind: "e981",    write: "24 42",          attempts: 3 },
    { kind: "ncn5120", write: "f2 31 00 00",    attempts: 2 },
  ] as const;
  test.each(COUNTERS)("$kind: $write gives $attempts attempts", ({ kind, write, attempts }) => {
    const { write: send, frames } = desk({ kind, answers: undefined });
    send(write);
    send(UPLOAD);
    expect(frames).toHaveLength(attempts);
  });
});

describe("long frames, vector 12", () => {
  const payload = Array.from({ length: 0x3c }, (_, index) => index);
  const frame = [...hex("3c e0 11 05 0a 06 3d 00 80"), ...payload, 0x86];
  const pairs = (from: number, to: number): number[] =>
    frame.slice(from, to).flatMap((octet, index) => [0x80 | ((from + index) & 0x3f), octet]);
  const long = (from: number, to: number): number[] =>
    frame.slice(from, to).flatMap((octet, index) => [0xc0, from + index, octet]);

  test("NCN takes them with an offset", () => {
    const { write, told } = desk({ kind: "ncn5120" });
    write(toHex([...pairs(0, 64), 0x09, ...pairs(64, 69), 0x45, 0x86]));
    expect(told()).toBe(`${toHex(frame)} 8b`);
  });

  test("NCN takes them with the offset before every octet", () => {
    const { write, told } = desk({ kind: "ncn5120" });
    const octets = frame.slice(64, 69).flatMap((octet, index) => [0x09, 0x80 | index, octet]);
    write(toHex([...pairs(0, 64), ...octets, 0x09, 0x45, 0x86]));
    expect(told()).toBe(`${toHex(frame)} 8b`);
  });

  test("after a long frame NCN starts the next one anew", () => {
    const { write, told } = desk({ kind: "ncn5120" });
    write(toHex([...pairs(0, 64), 0x09, ...pairs(64, 69), 0x45, 0x86]));
    told();
    write(UPLOAD);
    expect(told()).toBe(`${ECHO} 8b`);
  });

  test("E981 takes them with an index of nine bits", () => {
    const { write, told } = desk({ kind: "e981" });
    write(toHex([0x80, 0x3c, ...long(1, 69), 0xd0, 0x45, 0x86]));
    expect(told()).toBe(`${toHex(frame)} 8b`);
  });

  test("TP-UART 2 refuses more than 64 octets", () => {
    const { write, told } = desk({ kind: "tpuart2" });
    write(toHex([...pairs(0, 63), 0xbf, 0x34]));
    expect(told()).toContain("17");
    const upload = createUpload(64);
    upload.start(frame[0] ?? 0);
    for (const [index, octet] of frame.entries()) if (index > 0) upload.put(index, octet);
    expect(upload.end(69, 0x86)).toBeUndefined();
  });
});
