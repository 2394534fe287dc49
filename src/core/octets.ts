/**
 * Octets as on the wire. No mutators, and no `subarray`, because it aliases: `slice` copies.
 * A `Uint8Array`, a `Buffer` and a plain `number[]` all fit; the core itself makes plain arrays, so that the whole
 * state of the stack is one JSON value.
 */
export interface Octets {
  readonly length: number;
  readonly [index: number]: number;
  slice(start?: number, end?: number): Octets;
  [Symbol.iterator](): Iterator<number>;
}

/** No octets at all; shared, because it cannot change. */
export const NO_OCTETS: Octets = [];

const DIGITS = "0123456789abcdef";
const PAIRS: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => `${DIGITS[octet >> 4]}${DIGITS[octet & 0x0f]}`,
);

/** `bc 11 05`: how octets are shown and compared. */
export const toHex = (octets: Octets): string => joined(octets, " ");

/** `bc1105`: how octets stand in JSON (`raw` of the MQTT interface). */
export const toCompactHex = (octets: Octets): string => joined(octets, "");

const joined = (octets: Octets, separator: string): string => {
  let text = "";
  for (let index = 0; index < octets.length; index++) {
    if (index > 0) text += separator;
    text += PAIRS[octets[index] ?? 0];
  }
  return text;
};

/**
 * Reads octets as people write them: `bc 11 05`, `BC1105`, `0xBC 0x11`, `bc:11:05`, `bc-11`.
 * @returns the octets, or undefined when something in between is not a pair of hex digits
 */
export const parseHex = (text: string): Octets | undefined => {
  const digits = text.replace(/0x/gi, " ").replace(/[\s:,;_-]+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const octets: number[] = [];
  for (let index = 0; index < digits.length; index += 2)
    octets.push(Number.parseInt(digits.slice(index, index + 2), 16));
  return octets;
};

/** @returns true when both have the same octets in the same order */
export const sameOctets = (a: Octets, b: Octets): boolean => {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
};
