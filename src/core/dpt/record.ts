import type { Octets } from "../octets.ts";
import { readBits, writeBits, zeros } from "./bits.ts";
import { fieldsIn } from "./fields.ts";
import {
  type Codec,
  type Decoding,
  type Dpt,
  type Encoding,
  INVALID,
  ok,
  refuse,
  shown,
  type Value,
} from "./main-type.ts";
import type { Scalar } from "./scalar.ts";

/** A piece of a structure; they are listed MSB first. */
export type Part = Readonly<
  | { name: string; scalar: Scalar }
  /** Sent as 0, ignored when received. */
  | { reserved: number }
  /** One bit which says whether fields mean anything: they are null when it is not `when`. */
  | { valid: readonly string[]; when: 0 | 1 }
>;

export const part = (name: string, scalar: Scalar): Part => ({ name, scalar });
export const reserved = (bits: number): Part => ({ reserved: bits });
/** 1 = valid: most types. `datapoint-types.md` §10.4.10. */
export const valid = (...fields: readonly string[]): Part => ({ valid: fields, when: 1 });
/** 1 = not valid: 235. */
export const notValid = (...fields: readonly string[]): Part => ({ valid: fields, when: 0 });

type Options = Pick<Dpt, "json" | "example"> &
  Readonly<{
    /** Order of the fields in JSON, where it is not that of the bits. */
    order?: readonly string[];
    /** Turns other forms that are accepted into the object. */
    accept?: (value: unknown) => unknown;
    /** Of this type only. */
    eventOf?: Codec["eventOf"];
  }>;

/** A type whose JSON value is an object of the fields of a structure. */
export const recordType = (
  id: string,
  name: string,
  parts: readonly Part[],
  { json, example, order, accept, eventOf }: Options,
): Dpt => {
  const { places, bits } = placed(parts);
  const sorted = order
    ? [...places].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    : places;
  const record = recordCodec(id, bits, sorted, accept);
  return {
    id,
    main: Number(id.slice(0, id.indexOf("."))),
    bits,
    name,
    format: formatOf(parts),
    json,
    example,
    fields: sorted.map(({ name: field, scalar, validity }) => {
      const { format, unit, range, resolution, choices, none } = scalar;
      const mayBeNull = validity !== undefined || none !== undefined;
      return { name: field, format, unit, range, resolution, choices, mayBeNull };
    }),
    codec: eventOf ? { ...record, eventOf } : record,
  };
};

/** Neighbouring bits are counted: `B11`, not `B1` eleven times. */
const formatOf = (parts: readonly Part[]): string => {
  const formats = parts.map((piece) =>
    "scalar" in piece ? piece.scalar.format : "reserved" in piece ? `r${piece.reserved}` : "B1",
  );
  return formats
    .join(" ")
    .replace(/\bB1(?: B1\b)+/g, (bits) => `B${bits.split(" ").length}`)
    .replaceAll(" ", "");
};

/** Where a field is, and the bit that says whether it is valid. */
type Place = Readonly<{
  name: string;
  scalar: Scalar;
  at: number;
  validity: Readonly<{ at: number; when: number }> | undefined;
}>;

const placed = (parts: readonly Part[]): Readonly<{ places: readonly Place[]; bits: number }> => {
  let at = 0;
  const validities = new Map<string, Place["validity"]>();
  const fields: Omit<Place, "validity">[] = [];
  for (const piece of parts) {
    if ("scalar" in piece) {
      fields.push({ ...piece, at });
      at += piece.scalar.bits;
    } else if ("reserved" in piece) at += piece.reserved;
    else {
      for (const field of piece.valid) validities.set(field, { at, when: piece.when });
      at += 1;
    }
  }
  const places = fields.map((field) => ({ ...field, validity: validities.get(field.name) }));
  return { places, bits: at };
};

const recordCodec = (
  id: string,
  bits: number,
  places: readonly Place[],
  accept: Options["accept"],
): Codec => ({
  decode: (octets) => decoded(octets, places),
  encode: (value) => {
    const fields = fieldsIn(accept ? accept(value) : value);
    return fields === undefined
      ? refuse("invalid_value", `${id} takes an object ${formOf(places)}, not ${shown(value)}`)
      : encoded(id, bits, places, fields);
  },
});

const decoded = (octets: Octets, places: readonly Place[]): Decoding => {
  const value: Record<string, Value> = {};
  for (const { name, scalar, at, validity } of places) {
    if (validity && readBits(octets, validity.at, 1) !== validity.when) {
      value[name] = null;
      continue;
    }
    const raw = readBits(octets, at, scalar.bits);
    const field = raw === scalar.none ? null : scalar.read(raw);
    if (field === undefined) return INVALID;
    value[name] = field;
  }
  return ok(value);
};

const encoded = (
  id: string,
  bits: number,
  places: readonly Place[],
  fields: Readonly<Record<string, unknown>>,
): Encoding<Octets> => {
  const strange = Object.keys(fields).find((key) => !places.some(({ name }) => name === key));
  if (strange !== undefined)
    return refuse("invalid_value", `${id} has no ${shown(strange)}; it takes ${formOf(places)}`);
  const octets = zeros(bits);
  for (const { name, scalar, at, validity } of places) {
    const given = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const field = given === undefined ? (validity ? null : scalar.absent) : given;
    if (field === null && validity) {
      const together = places.find(
        (other) => other.validity?.at === validity.at && (fields[other.name] ?? null) !== null,
      );
      if (together)
        return refuse("invalid_value", `${name} and ${together.name} of ${id} are null together`);
      writeBits(octets, validity.at, 1, 1 - validity.when);
      continue;
    }
    if (field === undefined)
      return refuse("invalid_value", `${name} is missing: ${id} takes ${formOf(places)}`);
    const raw =
      given === null && scalar.none !== undefined
        ? ok(scalar.none)
        : scalar.write(field, `${name} of ${id}`);
    if (!raw.ok) return raw;
    writeBits(octets, at, scalar.bits, raw.value);
    if (validity) writeBits(octets, validity.at, 1, validity.when);
  }
  return ok(octets);
};

const formOf = (places: readonly Place[]): string =>
  `{${places.map(({ name }) => name).join(", ")}}`;
