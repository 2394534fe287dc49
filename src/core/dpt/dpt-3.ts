import type { Octets } from "../octets.ts";
import {
  type Codec,
  type Dpt,
  type Encoding,
  type MainType,
  refuse,
  shown,
  type Value,
} from "./main-type.ts";
import { numberWithin } from "./number.ts";

/*
 * Main type 3: a control bit and a step code, `c s s s`. `datapoint-types.md` §10.4.1.
 *
 *   c  0 decrease, up · 1 increase, down
 *   s  0 stop, whatever c is · 1…7: 2^(s−1) intervals, so 1 is the whole range and 7 its 64th part
 *
 * MQTT form: `{"direction":"increase","step":3}`, step 0 is stop. `mqtt-interface.md` §6.
 */

type Directions = readonly [zero: string, one: string];

const step = (sub: string, name: string, directions: Directions): Dpt => {
  const id = `3.${sub}`;
  return { id, main: 3, bits: 4, name, words: directions, codec: codec(id, directions) };
};

const codec = (id: string, directions: Directions): Codec => ({
  decode: ([octet = 0]) => ({
    ok: true,
    value: { direction: directions[(octet >> 3) & 1 ? 1 : 0], step: octet & 7 },
  }),
  encode: (value) =>
    typeof value === "string"
      ? encodeWord(id, directions, value)
      : typeof value === "object" && value !== null
        ? encodeFields(id, directions, value)
        : refuse("invalid_value", expected(id, directions, value)),
  eventOf: eventWord,
});

/** `increase` alone moves through the whole range until a `stop` arrives: step code 1, as push buttons send it. */
const encodeWord = (id: string, directions: Directions, text: string): Encoding<Octets> => {
  const word = text.trim().toLowerCase();
  if (word === "stop") return { ok: true, value: [0] };
  const control = directions.indexOf(word);
  return control < 0
    ? refuse("invalid_value", expected(id, directions, text))
    : { ok: true, value: [(control << 3) | 1] };
};

/** `{direction, step}`, `{direction, percent}`, `{direction}`, or `{percent}` with its sign as direction. */
const encodeFields = (id: string, directions: Directions, fields: object): Encoding<Octets> => {
  const amount = stepOf(id, fields);
  if (!amount.ok) return amount;
  const direction =
    "direction" in fields ? fields.direction : impliedDirection(directions, fields, amount.value);
  if (typeof direction !== "string")
    return refuse("invalid_value", expected(id, directions, direction));
  const word = encodeWord(id, directions, direction);
  const [octet = 0] = word.ok ? word.value : [];
  return word.ok && octet !== 0
    ? { ok: true, value: [(octet & 8) | Math.abs(amount.value)] }
    : word;
};

const impliedDirection = ([zero, one]: Directions, fields: object, step: number) =>
  step === 0 ? "stop" : "percent" in fields ? (step < 0 ? zero : one) : undefined;

/** @returns step code 0…7, negative for a negative percentage */
const stepOf = (id: string, fields: object): Encoding<number> => {
  if ("percent" in fields) {
    const range = { min: "direction" in fields ? 0 : -100, max: 100 };
    const percent = numberWithin(id, range, fields.percent);
    return percent.ok
      ? { ok: true, value: Math.sign(percent.value) * nearest(percent.value) }
      : percent;
  }
  if (!("step" in fields)) return { ok: true, value: 1 };
  const code = numberWithin(id, { min: 0, max: 7 }, fields.step);
  return code.ok && !Number.isInteger(code.value)
    ? refuse("invalid_value", `${id}: step is a whole number, not ${code.value}`)
    : code;
};

/** The step code whose part of the range is nearest; halfway between two, the larger step. */
const nearest = (percent: number): number => {
  const away = (code: number) => Math.abs(Math.abs(percent) - 100 / 2 ** (code - 1));
  return [2, 3, 4, 5, 6, 7].reduce((best, code) => (away(code) < away(best) ? code : best), 1);
};

const eventWord = (value: Value): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { direction, step } = value;
  return step === 0 ? "stop" : typeof direction === "string" ? direction : undefined;
};

const expected = (id: string, [zero, one]: Directions, value: unknown): string =>
  `${shown(value)} is no value of ${id}: {"direction":"${zero}|${one}","step":0…7}, ` +
  `{"percent":12.5}, ${zero}, ${one}, stop`;

export const DPT_3: MainType = {
  main: 3,
  subtypes: [
    step("007", "dimming", ["decrease", "increase"]),
    step("008", "blinds", ["up", "down"]),
  ],
  other: step("xxx", "4 bits with control", ["decrease", "increase"]),
};
