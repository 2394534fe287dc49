import type { Octets } from "../../octets.ts";

/**
 * A field of an APDU, in the order of its bits. A number has a count of bits; a name that stands twice is one number whose
 * bits are apart; `_` is reserved, sent as 0 and not looked at; `zero` has to be 0. Octets have a count, or the name of the
 * number that tells it. `rest` takes what is left: at least so many octets, or one of these counts.
 */
export type Field =
  | readonly [name: string, bits: number]
  | readonly [name: string, kind: "octets", count: number | string]
  | readonly [name: string, kind: "rest", length: number | readonly number[]];

type Nameless = "_" | "zero";

/** The fields of a layout as a record. */
export type FieldsOf<L extends readonly Field[]> = {
  readonly [F in L[number] as Exclude<F[0], Nameless>]: F extends readonly [string, number]
    ? number
    : Octets;
};

/** Without their types. */
export type Fields = Readonly<Record<string, number | Octets>>;

/**
 * @param octets the APDU
 * @param from the bit where the layout begins, 0 being the highest of the first octet
 * @returns undefined when the octets do not fit the layout to the bit
 */
export const readFields = (
  layout: readonly Field[],
  octets: Octets,
  from: number,
): Fields | undefined => {
  const fields: Record<string, number | Octets> = {};
  const end = octets.length * 8;
  let bit = from;
  for (const [name, kind, length] of layout) {
    if (typeof kind === "number") {
      if (bit + kind > end) return undefined;
      const value = readBits(octets, bit, kind);
      bit += kind;
      if (name === "_") continue;
      if (name === "zero" && value !== 0) return undefined;
      const before = fields[name];
      if (name !== "zero")
        fields[name] = typeof before === "number" ? before * 2 ** kind + value : value;
      continue;
    }
    const left = (end - bit) / 8;
    const count = kind === "rest" ? left : countOf(fields, length);
    if (count > left || (kind === "rest" && !allows(length, count))) return undefined;
    fields[name] = octets.slice(bit / 8, bit / 8 + count);
    bit += count * 8;
  }
  return bit === end ? fields : undefined;
};

/**
 * @param octets what stands before the layout, and in its low bits its beginning
 * @param from the bit where the layout begins
 * @throws RangeError when a field is missing or does not fit: a bug of the caller
 */
export const writeFields = (
  layout: readonly Field[],
  fields: Fields,
  octets: Octets,
  from: number,
): Octets => {
  const out = [...octets];
  const written: Record<string, number> = {};
  let bit = from;
  for (const [name, kind, length] of layout) {
    const value = fields[name];
    if (typeof kind === "number") {
      const number = name === "_" || name === "zero" ? 0 : value;
      const bits = bitsOf(layout, name);
      if (typeof number !== "number" || !(number >= 0 && number < 2 ** bits) || number % 1 !== 0)
        throw new RangeError(`${name}: ${number} is no number of ${bits} bits`);
      const done = (written[name] ?? 0) + kind;
      if (name !== "_") written[name] = done;
      const shifted = name === "_" ? 0 : Math.floor(number / 2 ** (bits - done)) % 2 ** kind;
      for (let n = kind - 1; n >= 0; n--, bit++) {
        if (bit % 8 === 0) out.push(0);
        const index = bit >> 3;
        out[index] = (out[index] ?? 0) | ((Math.floor(shifted / 2 ** n) & 1) << (7 - (bit & 7)));
      }
      continue;
    }
    if (value === undefined || typeof value === "number")
      throw new RangeError(`${name}: octets are missing`);
    const fits =
      kind === "rest" ? allows(length, value.length) : countOf(fields, length) === value.length;
    if (!fits) throw new RangeError(`${name}: ${value.length} octets do not fit`);
    out.push(...value);
    bit += value.length * 8;
  }
  return out;
};

const countOf = (fields: Fields, length: number | string | readonly number[]): number => {
  const count = typeof length === "string" ? fields[length] : length;
  return typeof count === "number" ? count : 0;
};

const allows = (length: number | string | readonly number[], count: number): boolean =>
  typeof length === "object" ? length.includes(count) : count >= Number(length);

/** All bits of a number, those that are apart together. */
const bitsOf = (layout: readonly Field[], name: string): number =>
  layout.reduce(
    (sum, [other, kind]) => (other === name && typeof kind === "number" ? sum + kind : sum),
    0,
  );

const readBits = (octets: Octets, from: number, count: number): number => {
  let value = 0;
  for (let bit = from; bit < from + count; bit++)
    value = value * 2 + (((octets[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  return value;
};
