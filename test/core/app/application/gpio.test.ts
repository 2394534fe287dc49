import { describe, expect, test } from "vitest";
import { rig } from "./rig.ts";

/*
 * Memory: debounce in ms; then inputs are on when not active (bit 7), send after start (bit 6), outputs off when stopped (bit 5).
 * Objects: 1…4 inputs, 5…8 outputs; inputs and outputs count from 0.
 */
const USUAL = "1e 20"; // 30 ms, active, no, off

/** `0+` input 0 becomes active; without a change what has come out by then. */
type Row = readonly [at: number, change: string, out: readonly string[]];

// biome-ignore format: read by column
const SCENARIOS: readonly Readonly<{ is: string; memory: string; rows: readonly Row[] }>[] = [
  { is: "bounces count once, and the first level is what was there before", memory: USUAL, rows: [
    [0,    "0+", []], [10, "0-", []], [15, "0+", []], [60, "", []],
    [1000, "0-", []], [1029, "", []], [1031, "", ["1 = 00"]],
    [2000, "0+", []], [2020, "0-", []], [2080, "", []],
    [3000, "0+", []], [3040, "", ["1 = 01"]],
  ] },
  { is: "the first level is sent where that is wanted", memory: "05 60", rows: [
    [0, "3+", []], [6, "", ["4 = 01"]],
  ] },
  { is: "on when not active", memory: "05 c0", rows: [
    [0, "1+", []], [6, "", ["2 = 00"]], [10, "1-", []], [16, "", ["2 = 01"]],
  ] },
  { is: "every input has its own wait", memory: "1e 60", rows: [
    [0, "0+", []], [20, "2+", []], [31, "", ["1 = 01"]], [51, "", ["3 = 01"]],
  ] },
];

describe("inputs", () => {
  test.each(SCENARIOS)("$is", ({ memory, rows }) => {
    const it = rig("gpio");
    it.start(memory);
    for (const [at, change, out] of rows) {
      it.clock.advance(at - it.clock.now());
      const told = it.out().filter((line) => !line.startsWith("input"));
      expect(told, `at ${at} ms`).toEqual(out);
      if (change !== "") it.input(Number(change.slice(0, -1)), change.endsWith("+"));
    }
  });

  test("what was told before the start holds at the start", () => {
    const it = rig("gpio");
    it.input(0, true);
    expect(it.out()).toEqual([]);
    it.start("05 60");
    it.clock.advance(6);
    expect(it.out()).toEqual(["input1 in 5", "1 = 01"]);
  });

  test("a level that is told again is no change, whether it runs or not", () => {
    const it = rig("gpio");
    it.input(2, false);
    it.start(USUAL);
    it.clock.advance(31);
    expect(it.out()).toEqual(["input3 in 30"]);
    it.input(2, false);
    expect(it.out()).toEqual([]);
    it.input(2, true);
    it.clock.advance(31);
    expect(it.out()).toEqual(["input3 in 30", "3 = 01"]);
  });

  test("an input that there is not is dropped", () => {
    const it = rig("gpio");
    it.start(USUAL);
    it.input(4, true);
    expect(it.out()).toEqual(["application.unknown"]);
  });
});

describe("outputs", () => {
  test("follow their objects, and fall when the application stops", () => {
    const it = rig("gpio");
    it.start(USUAL);
    it.update(6, "/1");
    it.update(8, "/1");
    it.update(6, "/0");
    expect(it.out()).toEqual(["output 1 on", "output 3 on", "output 1 off"]);
    it.stop();
    expect(it.out()).toEqual(["output 0 off", "output 1 off", "output 2 off", "output 3 off"]);
  });

  test("stay where that is wanted", () => {
    const it = rig("gpio");
    it.start("1e 00");
    it.update(7, "/1");
    it.stop();
    expect(it.out()).toEqual(["output 2 on"]);
  });
});
