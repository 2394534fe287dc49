import { choice, words } from "./choice.ts";
import { float16 } from "./float-16.ts";
import type { Dpt, MainType } from "./main-type.ts";
import { unsigned } from "./quantity.ts";
import { part, recordType } from "./record.ts";

/*
 * Main types 206, 222 and 275: what comes next, and setpoints. `datapoint-types.md` §10.3.
 *
 *   206  delay in minutes 16, mode 8        222  3 × 2-octet float        275  4 × 2-octet float
 */

const next = (sub: string, name: string, modes: string): Dpt =>
  recordType(
    `206.${sub}`,
    name,
    [part("delay_min", unsigned(16, { unit: "min" })), part("mode", choice(8, words(modes)))],
    { json: '{"delay_min":15,"mode":"comfort"}', example: "00 0f 01" },
  );

export const DPT_206: MainType = {
  main: 206,
  subtypes: [
    next(
      "100",
      "next HVAC mode",
      "undefined | comfort | standby | economy | protection~building protection",
    ),
    next(
      "102",
      "next hot water mode",
      "undefined | legio protect | normal | reduced | off~frost protection",
    ),
    next("104", "next occupancy mode", "occupied | standby | not occupied"),
    next("105", "next building mode", "in use | not used | protection"),
  ],
  other: next("xxx", "next mode", ""),
};

const SETPOINTS = ["comfort", "standby", "economy", "protection"];

const setpoints = (
  main: 222 | 275,
  sub: string,
  name: string,
  unit?: string,
  least?: number,
): Dpt => {
  const count = main === 222 ? 3 : 4;
  const parts = SETPOINTS.slice(0, count).map((mode) => part(mode, float16(unit, least)));
  const json = '{"comfort":21.5,"standby":19,"economy":17';
  return recordType(`${main}.${sub}`, name, parts, {
    json: main === 222 ? `${json}}` : `${json},"protection":7}`,
    example: main === 222 ? "0c 33 07 6c 06 a4" : "0c 33 07 6c 06 a4 02 bc",
  });
};

const ABSOLUTE_ZERO = -273;

export const DPT_222: MainType = {
  main: 222,
  subtypes: [
    setpoints(222, "100", "room temperature setpoints", "°C", ABSOLUTE_ZERO),
    setpoints(222, "101", "room temperature setpoint shifts", "K"),
  ],
  other: setpoints(222, "xxx", "three 2-octet floats"),
};

export const DPT_275: MainType = {
  main: 275,
  subtypes: [
    setpoints(275, "100", "room temperature setpoints of four modes", "°C", ABSOLUTE_ZERO),
    setpoints(275, "101", "room temperature setpoint shifts of four modes", "K"),
  ],
  other: setpoints(275, "xxx", "four 2-octet floats"),
};
