import { describe, expect, test } from "vitest";
import { rig } from "./rig.ts";

/*
 * Memory: control (bit 7), hysteresis, comfort, standby, band, reset time.
 * Objects: 1 actual, 2 set point, 3 comfort, 4 heating, 5 valve.
 */
const TWO_POINT = "00 05  0c 1a  07 08  01 90  96"; //  0.5 K, 21 °C, 18 °C, 4 K, 150 min
const PI = "80 05  0c 1a  07 08  01 90  96";

type Row = Readonly<{
  at: number;
  object: number;
  value: string;
  out: readonly string[];
  why: string;
}>;

// biome-ignore format: read by column
const TWO_POINT_ROWS: readonly Row[] = [
  { at: 10, object: 3, value: "/1",    out: ["2 = 0c 1a"],           why: "comfort: 21 °C" },
  { at: 20, object: 1, value: "0c 0b", out: ["4 = 01"],              why: "20.70 °C: 0.30 K are missing" },
  { at: 30, object: 1, value: "0c 24", out: [],                      why: "21.20 °C: still inside the hysteresis" },
  { at: 40, object: 1, value: "0c 29", out: ["4 = 00"],              why: "21.30 °C: 0.30 K too warm" },
  { at: 41, object: 1, value: "0c 1a", out: [],                      why: "21.00 °C: inside again, off as before" },
  { at: 50, object: 1, value: "0c 0d", out: ["4 = 01"],              why: "20.74 °C: 0.26 K are missing" },
  { at: 55, object: 3, value: "/0",    out: ["2 = 07 08", "4 = 00"], why: "standby: 18 °C" },
  { at: 56, object: 2, value: "0c 33", out: ["4 = 01"],              why: "21.5 °C from a panel on the bus" },
  { at: 57, object: 1, value: "7f ff", out: ["application.value"],   why: "a sensor that says it has no value" },
];

// biome-ignore format: read by column
const PI_ROWS: readonly Row[] = [
  { at: 10,   object: 3, value: "/1",    out: ["2 = 0c 1a"], why: "comfort: 21 °C" },
  { at: 20,   object: 1, value: "07 d8", out: ["5 = 3b"],    why: "20.08 °C: 0.92 K of 4 K are missing, 23 %" },
  { at: 239,  object: 1, value: "07 d8", out: [],            why: "three minutes: 0.46 % more, still 23 %" },
  { at: 241,  object: 1, value: "07 d8", out: ["5 = 3d"],    why: "four minutes: 0.61 % more, 24 %" },
  { at: 601,  object: 1, value: "07 d8", out: ["5 = 40"],    why: "ten minutes: 1.53 % more, 25 %" },
  { at: 602,  object: 1, value: "0d dc", out: ["5 = 00"],    why: "30 °C: shut" },
];

describe.each([
  { control: "two-point", memory: TWO_POINT, rows: TWO_POINT_ROWS },
  { control: "PI", memory: PI, rows: PI_ROWS },
])("$control", ({ memory, rows }) => {
  test("the set point of standby is told at the start, and the first minute begins", () => {
    const it = rig("thermostat");
    it.start(memory);
    expect(it.out()).toEqual(["cycle in 60000", "2 = 07 08"]);
  });

  test("as the table says", () => {
    const it = rig("thermostat");
    it.start(memory);
    it.out();
    for (const { at, object, value, out, why } of rows) {
      it.clock.advance(at * 1_000 - it.clock.now());
      it.update(object, value);
      const told = it.out().filter((line) => !line.startsWith("cycle"));
      expect(told, `${at} s: ${why}`).toEqual(out);
    }
  });
});

test("stopped, its minute ends, and nothing is answered any more", () => {
  const it = rig("thermostat");
  it.start(TWO_POINT);
  it.out();
  it.stop();
  it.update(1, "07 d8");
  it.clock.advance(600_000);
  expect(it.out()).toEqual(["cycle stopped"]);
  expect(it.state().running).toBeNull();
});
