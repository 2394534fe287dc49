import { ok, type Range } from "./main-type.ts";
import { numberWithin } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/*
 * F32: IEEE 754 single. `datapoint-types.md` §10.4.5.
 *
 *   S E E E E E E E   E M M M M M M M   M M M M M M M M   M M M M M M M M
 */

export const float32 = (unit?: string): Scalar => ({
  bits: 32,
  format: "F32",
  unit,
  range: RANGE,
  read,
  write: (value, name) => {
    const number = numberWithin(name, RANGE, value);
    return number.ok ? ok(encoded(number.value)) : number;
  },
});

/** NaN and infinity have no meaning; −0 is 0. */
const read = (raw: number): number | undefined => {
  const exponent = (raw >>> 23) & 0xff;
  const fraction = raw & 0x7fffff;
  if (exponent === 0xff) return undefined;
  const magnitude =
    exponent === 0 ? fraction * 2 ** -149 : (fraction + 0x800000) * 2 ** (exponent - 150);
  const shortest = shortened(magnitude);
  return raw >= 0x80000000 && shortest > 0 ? -shortest : shortest;
};

/**
 * The shortest decimal number that is the same single: 0.1, not 0.10000000149011612.
 * Six digits are always told apart, so fewer that would do are those six without their zeros; nine are always enough.
 */
const shortened = (single: number): number => {
  if (Number.isInteger(single) && single < 1e6) return single;
  for (let digits = single < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
};

const encoded = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  // Plus 0 takes −0 away.
  view.setFloat32(0, value + 0);
  return view.getUint32(0);
};

/** The shortest form of the largest single, 7f7fffff, is a little above it. */
const RANGE: Range = { min: -3.4028235e38, max: 3.4028235e38 };
const SMALLEST_NORMAL = 2 ** -126;
