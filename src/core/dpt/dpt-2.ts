import { bitWords } from "./dpt-1.ts";
import { fieldsIn } from "./fields.ts";
import { flag } from "./flags.ts";
import { type Dpt, type MainType, ok, refuse, shown, type Value, type Words } from "./main-type.ts";
import { numberIn, wholeWithin } from "./number.ts";

/*
 * Main type 2: a bit that somebody takes control of, `c v`. `datapoint-types.md` §10.3.
 *
 *   c  0 no control, v means nothing · 1 control
 *   v  as in the type of main type 1 with the same number
 *
 * MQTT form: `{"control":true,"value":false}`, also 0…3. `mqtt-interface.md` §6.
 */

// biome-ignore format: read by column
const ROWS: readonly (readonly [sub: string, name: string])[] = [
  ["001", "switch control"],
  ["002", "boolean control"],
  ["003", "enable control"],
  ["004", "ramp control"],
  ["005", "alarm control"],
  ["006", "binary value control"],
  ["007", "step control"],
  ["008", "direction control 1"],
  ["009", "direction control 2"],
  ["010", "start control"],
  ["011", "state control"],
  ["012", "invert control"],
];

const FLAG = flag();

const controlled = (sub: string, name: string, words: Words): Dpt => {
  const id = `2.${sub}`;
  return {
    id,
    main: 2,
    bits: 2,
    name,
    format: "B2",
    json: '{"control":true,"value":false}',
    example: "03",
    words,
    codec: {
      decode: ([octet = 0]) => ok({ control: (octet & 2) !== 0, value: (octet & 1) !== 0 }),
      encode: (value) => {
        if (
          typeof value === "number" ||
          (typeof value === "string" && numberIn(value) !== undefined)
        ) {
          const raw = wholeWithin(id, { min: 0, max: 3 }, value);
          return raw.ok ? ok([raw.value]) : raw;
        }
        const fields = fieldsIn(value);
        if (fields === undefined || !("control" in fields))
          return refuse("invalid_value", form(id, value));
        const { control: controls, value: turned = false } = fields;
        const control = FLAG.write(controls, `control of ${id}`);
        const bit = FLAG.write(turned, `value of ${id}`);
        if (!control.ok) return control;
        return bit.ok ? ok([control.value * 2 + bit.value]) : bit;
      },
      textOf: (value) => textOf(value, words),
    },
  };
};

const form = (id: string, value: unknown): string =>
  `${shown(value)} is no value of ${id}: {"control":true,"value":false}, 0 to 3`;

const textOf = (json: Value, words: Words): string | undefined => {
  if (typeof json !== "object" || json === null) return undefined;
  const { control, value } = json;
  return control === true ? words[value === true ? 1 : 0] : "no control";
};

export const DPT_2: MainType = {
  main: 2,
  subtypes: ROWS.map(([sub, name]) => controlled(sub, name, bitWords(sub))),
  other: controlled("xxx", "1 bit controlled", [undefined, undefined]),
};
