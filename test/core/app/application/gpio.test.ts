import { describe, expect, test } from "vitest";
import { rig } from "./rig.ts";

/*
 * Memory: debounce in ms; then inputs are on when low (bit 7), send after start (bit 6), outputs off when stopped (bit 5).
 * Objects: 1…4 inputs on the lines 17, 27, 22, 23; 5…8 outputs on the lines 5, 6, 13, 19.
 */
const USUAL = "1e 20"; // 30 ms, high, no, off

/** `17+` the level of line 17 becomes high; without a change what has come out by then. */
type Row = readonly [at: number, change: string, out: readonly string[]];

// biome-ignore format: read by column
const SCENARIOS: readonly Readonly<{ is: string; memory: string; rows: readonly Row[] }>[] = [
  { is: "bounces count once, and the first level is what was there before", memory: USUAL, rows: [
    [0,    "17+", []], [10, "17-", []], [15, "17+", []], [60, "", []],
    [1000, "17-", []], [1029, "", []], [1031, "", ["1 = 00"]],
    [2000, "17+", []], [2020, "17-", []], [2080, "", []],
    [3000, "17+", []], [3040, "", ["1 = 01"]],
  ] },
  { is: "the first level is sent where that is wanted", memory: "05 60", rows: [
    [0, "23+", []], [6, "", ["4 = 01"]],
  ] },
  { is: "on when low", memory: "05 c0", rows: [
    [0, "27+", []], [6, "", ["2 = 00"]], [10, "27-", []], [16, "", ["2 = 01"]],
  ] },
  { is: "every input has its own wait", memory: "1e 60", rows: [
    [0, "17+", []], [20, "22+", []], [31, "", ["1 = 01"]], [51, "", ["3 = 01"]],
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
    it.input(17, true);
    expect(it.out()).toEqual([]);
    it.start("05 60");
    it.clock.advance(6);
    expect(it.out()).toEqual(["input1 in 5", "1 = 01"]);
  });

  test("a line that belongs to nobody is dropped", () => {
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
    expect(it.out()).toEqual(["line 6 on", "line 19 on", "line 6 off"]);
    it.stop();
    expect(it.out()).toEqual(["line 5 off", "line 6 off", "line 13 off", "line 19 off"]);
  });

  test("stay where that is wanted", () => {
    const it = rig("gpio");
    it.start("1e 00");
    it.update(7, "/1");
    it.stop();
    expect(it.out()).toEqual(["line 13 on"]);
  });
});
