import { encodeValue } from "../../core/dpt/value.ts";
import { never } from "../../core/never.ts";
import { all, type Node, numberOf, optional, refuse, short, textOf } from "./tree.ts";

/** What a parameter can be, and how it stands in memory. `bits`: how many it takes there. */
export type ParameterType = Readonly<
  | { is: "number"; bits: number; min: number; max: number }
  | { is: "float"; bits: 16 | 32 | 64; min: number; max: number }
  | { is: "choice"; bits: number; choices: readonly Choice[] }
  | { is: "text"; bits: number; encoding: string }
  /** Says something to the person before the screen, or is not understood. */
  | { is: "other"; name: string }
>;

export type Choice = Readonly<{ text: string; value: number }>;

/** A number, of a choice that of the choice; or a text. */
export type Value = number | string;

/** What somebody wrote, as a value of the type; or what would be right. */
export type Checked = Readonly<{ ok: true; value: Value } | { ok: false; needed: string }>;

/** @param encoding of texts, as the options of the program name it */
export const parameterTypeOf = (node: Node, encoding: string): ParameterType => {
  const type = node.children[0] ?? refuse(node, "it does not say what it is");
  const bits = (): number => numberOf(type, "SizeInBit", { min: 1, max: MAX_TEXT_BITS });
  switch (type.name) {
    case "TypeNumber":
    case "TypeTime": {
      if (/^Packed/.test(optional(type, "Unit") ?? "")) return { is: "other", name: type.name };
      const size = small(type, bits());
      return { is: "number", bits: size, ...limitsOf(type, -(2 ** (size - 1)), 2 ** size - 1) };
    }
    case "TypeFloat": {
      const size = FLOATS[textOf(type, "Encoding")];
      return size === undefined
        ? refuse(type, `Encoding ${short(textOf(type, "Encoding"))} is not understood`)
        : { is: "float", bits: size, ...limitsOf(type, ...FLOAT_LIMITS[size]) };
    }
    case "TypeRestriction":
      if (textOf(type, "Base") !== "Value") return { is: "other", name: "TypeRestriction" };
      return {
        is: "choice",
        bits: small(type, bits()),
        choices: choicesOf(type, small(type, bits())),
      };
    case "TypeText":
      if (bits() % 8 !== 0) refuse(type, "SizeInBit of a text is a multiple of 8");
      return { is: "text", bits: bits(), encoding };
    default:
      return { is: "other", name: type.name };
  }
};

const FLOATS: Readonly<Record<string, 16 | 32 | 64>> = {
  "DPT 9": 16,
  "IEEE-754 Single": 32,
  "IEEE-754 Double": 64,
};
/** What the format has; of datapoint type 9 its invalid value is none. `datapoint-types.md` §10.4.2 */
const FLOAT_LIMITS: Readonly<Record<16 | 32 | 64, readonly [min: number, max: number]>> = {
  16: [-671_088.64, 670_433.28],
  32: [-3.4e38, 3.4e38],
  64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};
const MAX_TEXT_BITS = 8 * 65_535;

const small = (node: Node, bits: number): number =>
  bits <= 32 ? bits : refuse(node, `numbers of ${bits} bits are not understood`);

/** What the product allows, within what there is room for. */
const limitsOf = (
  node: Node,
  least: number,
  most: number,
): Readonly<{ min: number; max: number }> => {
  const limit = (key: string): number => {
    const number = Number(textOf(node, key));
    return Number.isFinite(number) ? number : refuse(node, `${key} is no number`);
  };
  return {
    min: Math.max(least, limit("minInclusive")),
    max: Math.min(most, limit("maxInclusive")),
  };
};

const choicesOf = (node: Node, bits: number): readonly Choice[] =>
  all(node, "Enumeration").map((each) => ({
    text: textOf(each, "Text"),
    value: numberOf(each, "Value", { min: 0, max: 2 ** bits - 1 }),
  }));

/**
 * @param written by a person: a number, a text, the text of a choice; of a product always text
 * @returns its value in this type; nothing is clamped
 */
export const checkValue = (type: ParameterType, written: Value | boolean): Checked => {
  switch (type.is) {
    case "number":
    case "float": {
      const { min, max } = type;
      const number = numeric(written);
      const good =
        number >= min && number <= max && (type.is === "float" || Number.isInteger(number));
      const kind = type.is === "float" ? "a number" : "a whole number";
      return good
        ? { ok: true, value: number }
        : { ok: false, needed: `${kind} from ${min} to ${max}` };
    }
    case "choice": {
      const text = `${written}`.toLowerCase();
      const { value } =
        type.choices.find((choice) => choice.text === written) ??
        type.choices.find((choice) => choice.value === numeric(written)) ??
        type.choices.find((choice) => choice.text.toLowerCase() === text) ??
        {};
      const needed = `one of ${list(type.choices.map((choice) => choice.text))}`;
      return value === undefined ? { ok: false, needed } : { ok: true, value };
    }
    case "text": {
      const needed = `text of up to ${type.bits / 8} characters of ${type.encoding}, in quotes where it looks like a number`;
      if (typeof written !== "string") return { ok: false, needed };
      const octets = encodeText(written, type.encoding);
      const fits = octets !== undefined && octets.length <= type.bits / 8;
      return fits ? { ok: true, value: written } : { ok: false, needed };
    }
    case "other":
      return typeof written === "string"
        ? { ok: true, value: written }
        : { ok: false, needed: "text" };
    default:
      return never(type);
  }
};

const numeric = (written: Value | boolean): number =>
  typeof written === "number"
    ? written
    : typeof written === "string" && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(written)
      ? Number(written)
      : Number.NaN;

/** Some of what there is: `actual, setPoint, comfort and 247 more`. */
export const list = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
const SHOWN = 12;

/** A checked value as it stands in memory, high octet first; undefined: nothing of it does. */
export const encodeParameter = (type: ParameterType, value: Value): Encoded | undefined => {
  switch (type.is) {
    case "number":
    case "choice": {
      const number = Number(value);
      return {
        bits: type.bits,
        bitOf: bitOfNumber(number < 0 ? number + 2 ** type.bits : number, type.bits),
      };
    }
    case "float":
      return { bits: type.bits, bitOf: bitOfOctets(encodeFloat(type.bits, Number(value))) };
    case "text":
      return { bits: type.bits, bitOf: bitOfOctets(encodeText(`${value}`, type.encoding) ?? []) };
    case "other":
      return undefined;
    default:
      return never(type);
  }
};

/** `bitOf` counts from the most significant one. */
export type Encoded = Readonly<{ bits: number; bitOf: (index: number) => number }>;

const bitOfNumber = (number: number, bits: number) => (index: number) =>
  Math.floor(number / 2 ** (bits - 1 - index)) % 2;

const bitOfOctets = (octets: ArrayLike<number>) => (index: number) =>
  ((octets[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;

const encodeFloat = (bits: 16 | 32 | 64, value: number): Uint8Array => {
  if (bits === 16) return encodeValue("9.xxx", value);
  const octets = new Uint8Array(bits / 8);
  const view = new DataView(octets.buffer);
  if (bits === 32) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return octets;
};

/** @returns undefined when a character is none of this encoding, or nobody knows the encoding */
const encodeText = (text: string, encoding: string): ArrayLike<number> | undefined => {
  const name = encoding.toLowerCase();
  if (name === "utf-8") return new TextEncoder().encode(text);
  const letters = [...text];
  if (letters.every((letter) => letter < "\u0080")) return letters.map(codeOf);
  if (!/^iso-8859-([1-8]|10|13|14|15|16)$/.test(name)) return undefined;
  // What a browser calls ISO 8859-1 is another code page; the first 256 characters of Unicode are the true one.
  const decoder = name === "iso-8859-1" ? undefined : new TextDecoder(name);
  const octets = new Map(
    Array.from({ length: 256 }, (_, octet) => [
      decoder?.decode(Uint8Array.of(octet)) ?? String.fromCharCode(octet),
      octet,
    ]),
  );
  const encoded = letters.flatMap((letter) => octets.get(letter) ?? []);
  return encoded.length === letters.length ? encoded : undefined;
};

const codeOf = (letter: string): number => letter.charCodeAt(0);
