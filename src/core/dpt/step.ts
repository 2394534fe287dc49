import { fieldsIn } from "./fields.ts";
import { type Encoding, ok, refuse, shown, type Value } from "./main-type.ts";
import { numberWithin, wholeWithin } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/*
 * A control bit and a step code, `c s s s`. `datapoint-types.md` §10.4.1.
 *
 *   c  0 decrease, up · 1 increase, down
 *   s  0 stop, whatever c is · 1…7: 2^(s−1) intervals, so 1 is the whole range and 7 its 64th part
 *
 * MQTT form: `{"direction":"increase","step":3}`, step 0 is stop. `mqtt-interface.md` §6.
 */

export type Directions = readonly [zero: string, one: string];

export const step = (directions: Directions): Scalar => ({
  bits: 4,
  format: "B1U3",
  words: directions,
  read: (raw) => ({ direction: directions[raw & 8 ? 1 : 0], step: raw & 7 }),
  write: (value, name) => {
    const fields = fieldsIn(value);
    return fields !== undefined
      ? encodeFields(name, directions, fields)
      : typeof value === "string"
        ? encodeWord(name, directions, value)
        : refuse("invalid_value", expected(name, directions, value));
  },
  eventOf: eventWord,
});

/** `increase` alone moves through the whole range until a `stop` arrives: step code 1, as push buttons send it. */
const encodeWord = (name: string, directions: Directions, text: string): Encoding<number> => {
  const word = text.trim().toLowerCase();
  if (word === "stop") return ok(0);
  const control = directions.indexOf(word);
  return control < 0
    ? refuse("invalid_value", expected(name, directions, text))
    : ok((control << 3) | 1);
};

/** `{direction, step}`, `{direction, percent}`, `{direction}`, or `{percent}` with its sign as direction. */
const encodeFields = (
  name: string,
  directions: Directions,
  fields: Readonly<Record<string, unknown>>,
): Encoding<number> => {
  const amount = stepOf(name, fields);
  if (!amount.ok) return amount;
  const { direction = impliedDirection(directions, fields, amount.value) } = fields;
  if (typeof direction !== "string")
    return refuse("invalid_value", expected(name, directions, direction));
  const word = encodeWord(name, directions, direction);
  return word.ok && word.value !== 0 ? ok((word.value & 8) | Math.abs(amount.value)) : word;
};

const impliedDirection = ([zero, one]: Directions, fields: object, amount: number) =>
  amount === 0 ? "stop" : "percent" in fields ? (amount < 0 ? zero : one) : undefined;

/** @returns step code 0…7, negative for a negative percentage */
const stepOf = (name: string, fields: Readonly<Record<string, unknown>>): Encoding<number> => {
  const { percent: amount, step: code } = fields;
  if ("percent" in fields) {
    const range = { min: "direction" in fields ? 0 : -100, max: 100 };
    const percent = numberWithin(name, range, amount);
    return percent.ok ? ok(Math.sign(percent.value) * nearest(percent.value)) : percent;
  }
  return "step" in fields ? wholeWithin(`step of ${name}`, { min: 0, max: 7 }, code) : ok(1);
};

/** The step code whose part of the range is nearest; halfway between two, the larger step. */
const nearest = (percent: number): number => {
  const away = (code: number) => Math.abs(Math.abs(percent) - 100 / 2 ** (code - 1));
  return [2, 3, 4, 5, 6, 7].reduce((best, code) => (away(code) < away(best) ? code : best), 1);
};

const eventWord = (value: Value): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { direction, step: code } = value;
  return code === 0 ? "stop" : typeof direction === "string" ? direction : undefined;
};

const expected = (name: string, [zero, one]: Directions, value: unknown): string =>
  `${shown(value)} is no value of ${name}: {"direction":"${zero}|${one}","step":0…7}, ` +
  `{"percent":12.5}, ${zero}, ${one}, stop`;
