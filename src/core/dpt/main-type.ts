import type { GroupValue } from "../impulse.ts";
import type { Octets } from "../octets.ts";

/** A value as it stands in JSON on MQTT: `mqtt-interface.md` §6. */
export type Value = boolean | number | string | null | { readonly [field: string]: Value };

/** Limits of a number, both included. */
export type Range = Readonly<{ min: number; max: number }>;

/**
 * One datapoint type. A constant with functions, not a part of any state: the state keeps `id`.
 */
export type Dpt = Traits &
  Readonly<{
    /** `9.001`; `9.xxx` stands for every unknown subtype of a known main type. */
    id: string;
    main: number;
    /** 1…6 travel inside the APCI octet, more in octets of their own. Of a type whose length varies: of its group objects. */
    bits: number;
    name: string;
    /** As the standard writes it, MSB first: `F16`, `B1N3N4`. KNX 03.07.02 Datapoint Types §1.3. */
    format: string;
    /** What the JSON value looks like, for people. */
    json: string;
    /** A group value in hex, for people. */
    example: string;
    codec: Codec;
  }>;

/** What only some types have. */
type Traits = Readonly<{
  unit?: string | undefined;
  /** What 0 and 1 are called: of a bit its states, of a step its directions. */
  words?: Words | undefined;
  /** The codes that have a word, of types that are one of several. */
  choices?: readonly Choice[] | undefined;
  /** Of the JSON value, where it is a number. */
  range?: Range | undefined;
  /** Smallest difference of two JSON values, where it is the same everywhere. */
  resolution?: number | undefined;
  /** Of the JSON value, where it is an object. */
  fields?: readonly Field[] | undefined;
  /** Octets, of types whose length varies. */
  length?: Range | undefined;
}>;

/** Some types give only one of the two a name: 1.015 has `reset` for 1 and nothing for 0. */
export type Words = readonly [zero: string | undefined, one: string | undefined];

/** A code, its word, and other words that are accepted for it. */
export type Choice = readonly [code: number, word: string, ...also: string[]];

/** One field of a JSON object. */
export type Field = Pick<Traits, "unit" | "range" | "resolution" | "choices"> &
  Readonly<{
    name: string;
    format: string;
    /** It can be null, for a part that is not valid. */
    mayBeNull: boolean;
  }>;

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
  /** What the octets say beside the value. */
  detailOf?(octets: Octets): Detail;
  /** A text cut to what the type can hold. */
  cut?(text: string): string;
}>;

/** `detail` of a value: a weekday, a code, flags. */
export type Detail = { readonly [name: string]: Value };

/** A value, or why there is none: the size does not fit, or the octets are the type's own code for "invalid". */
export type Decoding = Readonly<
  { ok: true; value: Value } | { ok: false; why: "length" | "invalid" }
>;

export type Encoding<T = GroupValue> = Readonly<
  { ok: true; value: T } | { ok: false; error: DptError }
>;

/** The codes are those of `mqtt-interface.md` §11. */
export type DptError = Readonly<
  | { code: "invalid_value"; message: string; detail?: undefined; clock?: undefined }
  /** `clock`: what somebody with a clock can answer; the others show the message. */
  | { code: "no_value"; message: string; detail?: undefined; clock?: ClockQuestion }
  | { code: "out_of_range"; message: string; detail: Range; clock?: undefined }
>;

/** What a value leaves to the clock: the local time now, or the local time at an instant (ms since 1970 in UTC). */
export type ClockQuestion = Readonly<{ is: "now" } | { is: "instant"; ms: number }>;

/** All types with the same size and layout. */
export type MainType = Readonly<{
  main: number;
  subtypes: readonly Dpt[];
  /** Stands in for a subtype that is not in the list. */
  other: Dpt;
}>;

export const INVALID: Decoding = { ok: false, why: "invalid" };

export const ok = <T>(value: T): Readonly<{ ok: true; value: T }> => ({ ok: true, value });

/** A value that has no octets, and why: for the sender of a command. */
export const refuse = (code: "invalid_value" | "no_value", message: string): Encoding<never> => ({
  ok: false,
  error: { code, message },
});

/** `10.001` leaves the value to a clock. */
export const askClock = (id: string, value: unknown, clock: ClockQuestion): Encoding<never> => ({
  ok: false,
  error: { code: "no_value", message: `${shown(value)} of ${id} needs a clock`, clock },
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
