import { octetsOf, readBits } from "./bits.ts";
import {
  type Choice,
  type Codec,
  type Detail,
  type Dpt,
  type Encoding,
  INVALID,
  type MainType,
  ok,
  type Range,
  type Value,
  type Words,
} from "./main-type.ts";

/**
 * What is held in 1…32 bits: a type of its own, or a field of one. `raw` is always the bits as a number without sign.
 */
export type Scalar = Readonly<{
  bits: number;
  format: string;
  /** @returns undefined when the bits are no value */
  read(raw: number): Value | undefined;
  /** @param name what it is called in messages: `9.001`, `r of 232.600` */
  write(value: unknown, name: string): Encoding<number>;
  /** The bits that stand for "no value": null, as a field. */
  none?: number;
  /** What a field means that is left out; without it, it must be there. */
  absent?: Value;
  textOf?(value: Value): string | undefined;
  eventOf?(value: Value): string | undefined;
  /** What the bits say beside the value. */
  detailOf?(raw: number): Detail;
  unit?: string | undefined;
  range?: Range | undefined;
  resolution?: number | undefined;
  words?: Words | undefined;
  choices?: readonly Choice[] | undefined;
}>;

/** A main type whose types are one scalar each. */
export type Family = Pick<Dpt, "main" | "json" | "example">;

/** @param also what differs from the family */
export const scalarType = (
  family: Family,
  sub: string,
  name: string,
  scalar: Scalar,
  also: Partial<Pick<Dpt, "json" | "example">> = {},
): Dpt => {
  const id = `${family.main}.${sub}`;
  const { bits, format, unit, range, resolution, words, choices } = scalar;
  const traits = { unit, range, resolution, words, choices };
  return { id, ...family, ...also, bits, format, name, ...traits, codec: scalarCodec(id, scalar) };
};

/** A main type with one type of octets only. */
export const alone = (main: number, dpt: Dpt, other: Dpt): MainType => ({
  main,
  subtypes: [dpt],
  other,
});

const scalarCodec = (id: string, scalar: Scalar): Codec => {
  const { bits, textOf, eventOf, detailOf } = scalar;
  const padding = (8 - (bits & 7)) & 7;
  return {
    decode: (octets) => {
      const value = scalar.read(readBits(octets, padding, bits));
      return value === undefined ? INVALID : ok(value);
    },
    encode: (value) => {
      const raw = scalar.write(value, id);
      return raw.ok ? ok(octetsOf(raw.value, bits)) : raw;
    },
    ...(textOf && { textOf }),
    ...(eventOf && { eventOf }),
    ...(detailOf && { detailOf: (octets) => detailOf(readBits(octets, padding, bits)) }),
  };
};
