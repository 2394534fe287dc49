import type { Octets } from "../../octets.ts";
import { fail, type Result } from "./ask.ts";

/** A whole number from `min` to `max`. */
export const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

/** Nothing but octets. */
export const areOctets = (octets: Octets): boolean =>
  [...octets].every((octet) => isWithin(octet, 0, 0xff));

/**
 * Arguments that would not fit into a telegram are refused before the first one is sent.
 * @param checks each: whether it is as it should be, and the sentence about what it should be
 */
export const check = (
  checks: readonly (readonly [good: boolean, sentence: string])[],
): Result<never> | undefined => {
  const wrong = checks.find(([good]) => !good);
  return wrong && fail("refused", wrong[1]);
};
