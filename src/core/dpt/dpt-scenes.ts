import { flag } from "./flags.ts";
import type { Dpt, MainType, Value } from "./main-type.ts";
import { ok } from "./main-type.ts";
import { numberIn, wholeWithin } from "./number.ts";
import { part, recordType, reserved } from "./record.ts";
import { alone, type Scalar, scalarType } from "./scalar.ts";

/*
 * Main types 17, 18 and 26: scenes, 0…63 on the wire and 1…64 for people. `datapoint-types.md` §10.4.7.
 *
 *   17  0 0 S S S S S S
 *   18  C 0 S S S S S S      C: 0 activate, 1 learn
 *   26  0 B S S S S S S      B: 0 active, 1 inactive
 */

/** @param bits 6, or more with reserved bits in front */
export const scene = (bits: 6 | 8 = 6): Scalar => ({
  bits,
  format: bits === 6 ? "U6" : "r2U6",
  range: SCENES,
  resolution: 1,
  read: (raw) => (raw & 0x3f) + 1,
  write: (value, name) => {
    const number = wholeWithin(name, SCENES, value);
    return number.ok ? ok(number.value - 1) : number;
  },
});

const SCENES = { min: 1, max: 64 };

const NUMBER = { main: 17, json: "integer 1 to 64", example: "10" };

export const DPT_17: MainType = alone(
  17,
  scalarType(NUMBER, "001", "scene number", scene(8)),
  scalarType(NUMBER, "xxx", "scene", scene(8)),
);

const control = (sub: string, name: string): Dpt =>
  recordType(`18.${sub}`, name, [part("learn", flag()), reserved(1), part("scene", scene())], {
    json: '{"scene":5,"learn":false}, or an integer to recall',
    example: "94",
    order: ["scene", "learn"],
    accept: (value) =>
      typeof value === "number" || (typeof value === "string" && numberIn(value) !== undefined)
        ? { scene: value, learn: false }
        : value,
    eventOf,
  });

/** `recall_5`, `learn_5`. `mqtt-interface.md` §5.3. */
const eventOf = (value: Value): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { scene: number, learn } = value;
  return `${learn === true ? "learn" : "recall"}_${number}`;
};

export const DPT_18: MainType = alone(
  18,
  control("001", "scene control"),
  control("xxx", "control of a scene"),
);

const info = (sub: string, name: string): Dpt =>
  recordType(
    `26.${sub}`,
    name,
    [reserved(1), part("active", flag(false)), part("scene", scene())],
    { json: '{"scene":5,"active":true}', example: "44", order: ["scene", "active"] },
  );

export const DPT_26: MainType = alone(
  26,
  info("001", "scene information"),
  info("xxx", "information about a scene"),
);
