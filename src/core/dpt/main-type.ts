import type { GroupValue } from "../impulse.ts";
import type { Octets } from "../octets.ts";

/** A value as it stands in JSON on MQTT: `mqtt-interface.md` §6. */
export type Value = boolean | number | string | null | { readonly [field: string]: Value };

/** Limits of a number, both included. */
export type Range = Readonly<{ min: number; max: number }>;

/**
 * One datapoint type. A constant with functions, not a part of any state: the state keeps `id`.
 */
export type Dpt = Readonly<{
  /** `9.001`; `9.xxx` stands for every unknown subtype of a known main type. */
  id: string;
  main: number;
  /** 1…6 travel inside the APCI octet, more in octets of their own. */
  bits: number;
  name: string;
  unit?: string;
  /** What 0 and 1 are called: of a bit its states, of a step its directions. */
  words?: Words;
  /** Of the JSON value, where it is a number. */
  range?: Range;
  codec: Codec;
}>;

/** Some types give only one of the two a name: 1.015 has `reset` for 1 and nothing for 0. */
export type Words = readonly [zero: string | undefined, one: string | undefined];

/** How the values of one type become octets and back. Sizes are checked outside. */
export type Codec = Readonly<{
  /** @param octets exactly as many as the type has */
  decode(octets: Octets): Decoding;
  /** @param held the value that a relative command such as `toggle` starts from */
  encode(value: unknown, held: Value | undefined): Encoding<Octets>;
  /** The word for a value, for types whose values have one. */
  textOf?(value: Value): string | undefined;
  /** The word for what happened, where it differs from the word for the value. */
  eventOf?(value: Value): string | undefined;
}>;

/** A value, or why there is none: the size does not fit, or the octets are the type's own code for "invalid". */
export type Decoding = Readonly<
  { ok: true; value: Value } | { ok: false; why: "length" | "invalid" }
>;

export type Encoding<T = GroupValue> = Readonly<
  { ok: true; value: T } | { ok: false; error: DptError }
>;

/** The codes are those of `mqtt-interface.md` §11. */
type DptError = Readonly<
  | { code: "invalid_value" | "no_value"; message: string; detail?: undefined }
  | { code: "out_of_range"; message: string; detail: Range }
>;

/** All types with the same size and layout. */
export type MainType = Readonly<{
  main: number;
  subtypes: readonly Dpt[];
  /** Stands in for a subtype that is not in the list. */
  other: Dpt;
}>;

/** A value that has no octets, and why: for the sender of a command. */
export const refuse = (code: "invalid_value" | "no_value", message: string): Encoding<never> => ({
  ok: false,
  error: { code, message },
});

/** A value for people to read in a message, whatever it is; never throws. */
export const shown = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`;
    case "number":
    case "boolean":
    case "undefined":
      return `${value}`;
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "a list" : "an object";
    default:
      return `a ${typeof value}`;
  }
};
