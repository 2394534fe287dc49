import type { Range } from "./main-type.ts";
import { ok } from "./main-type.ts";
import { exact, numberWithin, rounded } from "./number.ts";
import type { Scalar } from "./scalar.ts";

type Options = Readonly<{
  /** JSON value = raw · step[0] / step[1]: a fraction, for 100 / 255 has no exact decimal form. */
  step?: readonly [numerator: number, denominator: number];
  /** Decimals of the JSON value: as few as tell every two raw values apart. */
  decimals?: number;
  unit?: string | undefined;
  /** Of the JSON value; without them, all that the bits can hold. */
  min?: number;
  max?: number;
  /** Raw value for "no value". */
  none?: number;
}>;

/** U: a number without sign. */
export const unsigned = (bits: number, options: Options = {}): Scalar =>
  quantity(`U${bits}`, bits, { min: 0, max: 2 ** bits - 1 }, options);

/** V: a number in two's complement. */
export const signed = (bits: number, options: Options = {}): Scalar =>
  quantity(`V${bits}`, bits, { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }, options);

/** U8 whose 255 is `max`. `datapoint-types.md` §10.2. */
export const scaled = (max: number, unit: string): Scalar =>
  unsigned(8, { step: [max, 255], decimals: 1, unit });

const quantity = (format: string, bits: number, raws: Range, options: Options): Scalar => {
  const { step: [numerator, denominator] = [1, 1], decimals = 0, unit, none } = options;
  const digits = 10 ** decimals;
  const range: Range = {
    min: options.min ?? (raws.min * numerator) / denominator,
    max: options.max ?? (raws.max * numerator) / denominator,
  };
  const modulus = 2 ** bits;
  return {
    bits,
    format,
    unit,
    range,
    resolution: numerator / denominator,
    ...(none !== undefined && { none }),
    read: (raw) => {
      const number = raw > raws.max ? raw - modulus : raw;
      const value = rounded((number * numerator * digits) / denominator) / digits;
      return raw === none || value > range.max || value < range.min ? undefined : value;
    },
    write: (value, name) => {
      const number = numberWithin(name, range, value);
      if (!number.ok) return number;
      const raw = rounded(exact((number.value * denominator) / numerator));
      return ok(raw < 0 ? raw + modulus : raw);
    },
  };
};

/** All of 0…100 %. */
export const PERCENT: Scalar = scaled(100, "%");
