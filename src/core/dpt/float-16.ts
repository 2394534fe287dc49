import { ok, type Range } from "./main-type.ts";
import { exact, numberWithin, rounded } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/*
 * F16: 2-octet float, 0.01 · M · 2^E. `datapoint-types.md` §10.4.2.
 *
 *   S E E E E M M M   M M M M M M M M      M: 12-bit two's complement, S is its sign bit
 */

/** @param least below which nothing makes sense, such as absolute zero: a limit for senders */
export const float16 = (unit: string | undefined, least: number = SMALLEST): Scalar => {
  const range: Range = { min: least, max: LARGEST };
  return {
    bits: 16,
    format: "F16",
    unit,
    range,
    none: NONE,
    read,
    write: (value, name) => {
      const number = numberWithin(name, range, value);
      if (number.ok) return ok(encoded(number.value));
      // Above the largest number of the format, and still nearer to it than to the next one.
      const near = numberWithin(name, { min: least, max: TOO_LARGE }, value);
      return near.ok && near.value < TOO_LARGE ? ok(encoded(LARGEST)) : number;
    },
  };
};

/** A received value outside the limits of its subtype is shown as it came. */
const read = (raw: number): number | undefined => {
  if (raw === NONE) return undefined;
  const magnitude = raw & 0x07ff;
  const mantissa = raw & 0x8000 ? magnitude - 2048 : magnitude;
  return (mantissa * (1 << ((raw >> 11) & 0x0f))) / 100;
};

/**
 * @param value SMALLEST…LARGEST
 * @returns the encoding with the smallest exponent, which is the finest one
 */
const encoded = (value: number): number => {
  // Half a hundredth is still 0, against the rounding of all others.
  if (Math.abs(value) <= 0.005) return 0;
  const hundredths = exact(value * 100);
  let exponent = 0;
  let mantissa = rounded(hundredths);
  // The rounded mantissa decides: 2047.6 is 2048, and 2048 does not fit.
  while (mantissa > 2047 || mantissa < -2048) {
    exponent++;
    mantissa = rounded(hundredths / 2 ** exponent);
  }
  return (mantissa < 0 ? 0x8000 : 0) | (exponent << 11) | (mantissa & 0x07ff);
};

const NONE = 0x7fff;
/** 7ffe */
const LARGEST = 670_433.28;
/** From here on a number would be rounded to 7fff, which means "invalid". */
const TOO_LARGE = 670_597.12;
/** f800 */
const SMALLEST = -671_088.64;
