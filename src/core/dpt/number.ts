import { type Encoding, type Range, refuse, shown } from "./main-type.ts";

/**
 * A number as a JSON number or as text (`21.5`, ` -3 `, `1e3`), inside the limits. Nothing is clamped.
 * @param id of the type, or of what the number is there, for the message
 */
export const numberWithin = (id: string, range: Range, value: unknown): Encoding<number> => {
  const number = typeof value === "string" ? numberIn(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    return refuse("invalid_value", `${id} takes a number, not ${shown(value)}`);
  if (number >= range.min && number <= range.max) return { ok: true, value: number };
  const [side, limit] =
    number > range.max ? ["above the maximum", range.max] : ["below the minimum", range.min];
  const message = `${number} is ${side} of ${id} (${limit})`;
  return { ok: false, error: { code: "out_of_range", message, detail: range } };
};

/** As `numberWithin`, for what has no parts: a hundredth of a weekday is no rounding, it is a mistake. */
export const wholeWithin = (id: string, range: Range, value: unknown): Encoding<number> => {
  const number = numberWithin(id, range, value);
  return number.ok && !Number.isInteger(number.value)
    ? refuse("invalid_value", `${id} is a whole number, not ${number.value}`)
    : number;
};

/** Half away from zero, where `Math.round` takes −2.5 to −2. `datapoint-types.md` §10.2. */
export const rounded = (value: number): number => {
  const magnitude = Math.round(Math.abs(value));
  return value < 0 && magnitude > 0 ? -magnitude : magnitude;
};

/** 15 digits take back what a binary fraction adds: 1.005 · 100 is 100.49999999999999. */
export const exact = (value: number): number => Number(value.toPrecision(15));

/** `Number` alone would also take an empty text, `0x10` and `Infinity`. */
export const numberIn = (text: string): number | undefined =>
  /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
