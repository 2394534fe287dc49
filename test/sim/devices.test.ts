import { describe, expect, test } from "vitest";
import { type Octets, toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { HOUSE_OBJECTS, startHouse } from "../../src/sim/house.ts";
import type { SeenFrame } from "../../src/sim/line.ts";
import { groupTelegram, readTelegram } from "../../src/sim/telegram.ts";
import { halfFloat } from "../../src/sim/thermometer.ts";
import { ACK, asRepetition, NAK } from "../../src/sim/tp1.ts";
import { closed, hex, listener } from "./desk.ts";

const quietHouse = () => {
  const clock = virtualClock();
  const house = startHouse({ clock });
  clock.advance(3000); // the thermometer's first report
  const frames: SeenFrame[] = [];
  house.line.onFrame((frame) => frames.push(frame));
  const visitor = listener(house.line, "visitor", ACK);
  return {
    ...house,
    house,
    clock,
    visitor,
    /** Frames since last asked, repetitions left out: `sender: octets`. */
    seen: () => {
      const lines = frames
        .filter(({ attempt }) => attempt === 0)
        .map(({ from, octets }) => `${from}: ${toHex(octets)}`);
      frames.length = 0;
      return lines;
    },
    frames,
    say: (octets: Octets, ms = 1000) => {
      visitor.send({ octets });
      clock.advance(ms);
    },
  };
};

/** A telegram of 1.1.250 to a group, the check octet added. */
const to = (rest: string): Octets => closed(`bc 11 fa ${rest}`);

describe("telegrams", () => {
  // biome-ignore format: read by column
  const TELEGRAMS = [
    { octets: "bc 11 05 0a 03 e1 00 81 3e", source: "1.1.5",  service: "write", data: [1], short: true },
    { octets: "bc 11 14 0a 03 e1 00 00 ae", source: "1.1.20", service: "read",  data: [0], short: true },
  ] as const;
  test.each(TELEGRAMS)("$octets", ({ octets, source, service, data, short }) => {
    expect(toHex(groupTelegram({ source, to: "1/2/3", service, data, short }))).toBe(octets);
    expect(readTelegram(hex(octets))).toMatchObject({ to: 0x0a03, service, data, short });
  });

  test("what is none is not read", () => {
    for (const octets of ["bc 11 05 0a 03 e1 00 81 3f", "b0 11 01 11 05 60 80 ab", "bc 11", ""])
      expect(readTelegram(hex(octets))).toBeUndefined();
  });

  // biome-ignore format: read by column
  const HALF_FLOATS = [ // KNX 03.07.02 Datapoint Types, 9.001
    { celsius: 0,     octets: "00 00" },
    { celsius: 21,    octets: "0c 1a" },
    { celsius: -30,   octets: "8a 24" },
    { celsius: 20.48, octets: "0c 00" },
    { celsius: -0.01, octets: "87 ff" },
  ];
  test.each(HALF_FLOATS)("9.001: $celsius °C", ({ celsius, octets }) => {
    expect(toHex(halfFloat(celsius).data)).toBe(octets);
  });
});

describe("switch actuator 1/1/10, state 1/4/10", () => {
  test("reports when a telegram changed it, and only then", () => {
    const { say, seen, lamp } = quietHouse();
    say(to("09 0a e1 00 81"));
    expect(lamp.on).toBe(true);
    expect(seen().slice(1)).toEqual([`ceiling light: ${toHex(closed("bc 11 0a 0c 0a e1 00 81"))}`]);
    say(to("09 0a e1 00 81"));
    expect(seen()).toHaveLength(1);
    say(to("09 0a e1 00 80"));
    expect(lamp.on).toBe(false);
    expect(seen().slice(1)).toEqual([`ceiling light: ${toHex(closed("bc 11 0a 0c 0a e1 00 80"))}`]);
  });

  test("answers reads of its state, not of its input", () => {
    const { say, seen } = quietHouse();
    say(to("0c 0a e1 00 00"));
    expect(seen().slice(1)).toEqual([`ceiling light: ${toHex(closed("bc 11 0a 0c 0a e1 00 40"))}`]);
    say(to("09 0a e1 00 00"));
    expect(seen()).toHaveLength(1);
  });

  test("a repetition of what it understood changes nothing more", () => {
    const { say, lamp, dimmer } = quietHouse();
    const brighter = to("0a 0a e1 00 8b"); // a quarter up
    say(brighter);
    expect([lamp.on, dimmer.level]).toEqual([false, 64]);
    say(asRepetition(brighter));
    expect(dimmer.level).toBe(64);
    say(brighter);
    expect(dimmer.level).toBe(128);
  });
});

test("acknowledged is exactly what some device wants: its groups, its address, broadcast", () => {
  const { house, say, frames, visitor } = quietHouse();
  visitor.answers = undefined;
  house.chip.detach();
  // biome-ignore format: read by column
  const ROWS = [
    { octets: to("09 0a e1 00 81"), acknowledge: ACK },
    { octets: to("09 0b e1 00 81"), acknowledge: undefined },
    { octets: closed("b0 11 fa 11 0a 60 80"), acknowledge: ACK },
    { octets: closed("b0 11 fa 11 32 60 80"), acknowledge: undefined },
    { octets: closed("b0 11 fa 00 00 e1 01 00"), acknowledge: ACK },
    { octets: [...to("09 0a e1 00 81").slice(0, -1), 0], acknowledge: NAK },
  ];
  for (const { octets, acknowledge } of ROWS) {
    frames.length = 0;
    say(octets, 400);
    expect([toHex(octets), frames[0]?.acknowledge]).toEqual([toHex(octets), acknowledge]);
  }
});

test("the dimmer goes where it is told and reports there", () => {
  const { say, seen, dimmer } = quietHouse();
  say(to("0b 0a e2 00 80 b3"));
  expect(dimmer.level).toBe(0xb3);
  expect(seen().slice(1)).toEqual([`dining light: ${toHex(closed("bc 11 0b 0d 0a e2 00 80 b3"))}`]);
  say(to("0a 0a e1 00 81")); // 3.007: all the way down
  expect(dimmer.level).toBe(0);
});

describe("blind 2/1/1 … 2/1/4", () => {
  test("moves over time, reports on the way and where it arrives", () => {
    const { say, seen, blind, clock } = quietHouse();
    say(to("11 03 e2 00 80 80"));
    expect(blind.moving).toBe(true);
    expect(blind.position).toBeGreaterThan(0);
    expect(blind.position).toBeLessThan(0x80);
    clock.advance(10_000);
    expect([blind.position, blind.moving]).toEqual([0x80, false]);
    const reports = seen().filter((line) => line.startsWith("blind"));
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.at(-1)).toBe(`blind: ${toHex(closed("bc 11 0c 11 04 e2 00 80 80"))}`);
  });

  test("down, stop, up", () => {
    const { say, seen, blind, clock } = quietHouse();
    say(to("11 01 e1 00 81"), 3000);
    say(to("11 02 e1 00 81"), 100);
    const stopped = blind.position;
    expect([blind.moving, stopped > 20 && stopped < 128]).toEqual([false, true]);
    expect(seen().at(-1)).toContain("blind");
    clock.advance(5000);
    expect(blind.position).toBe(stopped);
    say(to("11 01 e1 00 80"), 20_000);
    expect(blind.position).toBe(0);
  });

  test("without power it stands still", () => {
    const { say, line, blind, clock } = quietHouse();
    say(to("11 01 e1 00 81"), 2000);
    line.power(false);
    const position = blind.position;
    clock.advance(5000);
    line.power(true);
    clock.advance(5000);
    expect([blind.position, blind.moving]).toEqual([position, false]);
  });
});

test("the button sends the other value with each press", () => {
  const { button, clock, seen } = quietHouse();
  for (let press = 0; press < 3; press++) {
    button.press();
    clock.advance(100);
  }
  expect(seen().map((line) => line.slice(-5, -3))).toEqual(["81", "80", "81"]);
});

test("the thermometer speaks up for 0.2 K, from time to time, and when asked", () => {
  const { thermometer, clock, seen, say } = quietHouse();
  thermometer.celsius = 21.1;
  clock.advance(1000);
  expect(seen()).toEqual([]);
  thermometer.celsius = 21.2;
  clock.advance(1000);
  expect(seen()).toEqual([`thermometer: ${toHex(closed("bc 11 0e 20 01 e3 00 80 0c 24"))}`]);
  clock.advance(11 * 60_000);
  expect(seen()).toHaveLength(1);
  say(to("20 01 e1 00 00"));
  expect(seen().at(-1)).toBe(`thermometer: ${toHex(closed("bc 11 0e 20 01 e3 00 40 0c 24"))}`);
});

test("in a lively house things happen by themselves, the same way for the same seed", () => {
  const live = (seed: number): string[] => {
    const clock = virtualClock();
    const house = startHouse({ clock, seed, lively: true });
    const lines: string[] = [];
    house.line.onFrame(({ at, octets }) => lines.push(`${at.toFixed(3)} ${toHex(octets)}`));
    clock.advance(30 * 60_000);
    house.stop();
    const after = lines.length;
    clock.advance(60_000);
    expect(lines).toHaveLength(after);
    return lines;
  };
  const first = live(7);
  expect(first.some((line) => line.includes("bc 11 0d 09 11"))).toBe(true);
  expect(first.filter((line) => line.includes("bc 11 0e 20 01")).length).toBeGreaterThan(4);
  expect(live(7)).toEqual(first);
  expect(live(8)).not.toEqual(first);
});

test("enough talkers fill the line, and nobody is shut out by them", () => {
  const { house, line, visitor, clock } = quietHouse();
  const stop = house.talk({ perSecond: 60, to: ["1/4/10", "2/1/2"] });
  clock.advance(5000);
  expect(line.load(2000)).toBeGreaterThan(0.95);
  let waited = Number.NaN;
  const start = clock.now();
  visitor.send({
    octets: to("09 0a e1 00 81"),
    done: () => {
      waited = clock.now() - start;
    },
  });
  clock.advance(1000);
  expect(waited).toBeLessThan(200);
  stop();
  clock.advance(3000);
  expect(line.load(2000)).toBe(0);
});

test("every group address of the house is listed once, with the one that reports on it", () => {
  const listed = HOUSE_OBJECTS.map(({ ga }) => ga);
  expect(new Set(listed).size).toBe(listed.length);
  for (const { state } of HOUSE_OBJECTS) if (state !== undefined) expect(listed).toContain(state);
});
