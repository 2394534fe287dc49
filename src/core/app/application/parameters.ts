import { decodeValue } from "../../dpt/value.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import type { ChoiceParameter, Declaration, ParameterDeclaration } from "./declaration.ts";
import { layoutOf, type Place } from "./layout.ts";

/** A parameter as the program sees it: a number, a text, or the name of a choice. */
export type ParameterValue = number | string;

export type Decoded = Readonly<{
  values: Readonly<Record<string, ParameterValue>>;
  /** Those whose octets say nothing that is allowed; they have their default. */
  refused: readonly string[];
}>;

/**
 * The memory of object 4 → parameters. Nothing that stands there can be wrong enough to stop the program: what is missing or
 * outside its limits has its default.
 */
export const decodeParameters = (declaration: Declaration, memory: Octets): Decoded => {
  const { places } = layoutOf(declaration);
  const values: Record<string, ParameterValue> = {};
  const refused: string[] = [];
  for (const [key, parameter] of Object.entries(declaration.parameters)) {
    const place = places[key];
    const value = place && decode(parameter, place, memory);
    if (value === undefined) refused.push(key);
    values[key] = value ?? parameter.default;
  }
  return { values, refused };
};

const decode = (
  parameter: ParameterDeclaration,
  { offset, bit, bits }: Place,
  memory: Octets,
): ParameterValue | undefined => {
  if (offset + Math.ceil((bit + bits) / 8) > memory.length) return undefined;
  switch (parameter.type) {
    case "text":
      return textIn(memory, offset, parameter.octets);
    case "float": {
      const value = decodeValue("9.xxx", memory.slice(offset, offset + 2));
      return typeof value === "number" ? within(parameter, value) : undefined;
    }
    case "number": {
      const raw = unsignedIn(memory, offset, bit, bits);
      const signed = parameter.min < 0 && raw >= 2 ** (bits - 1);
      return within(parameter, signed ? raw - 2 ** bits : raw);
    }
    case "choice":
      return choiceOf(parameter, unsignedIn(memory, offset, bit, bits));
    default:
      return never(parameter);
  }
};

const within = (
  { min, max }: Readonly<{ min: number; max: number }>,
  value: number,
): number | undefined => (value >= min && value <= max ? value : undefined);

const choiceOf = ({ choices }: ChoiceParameter, value: number): string | undefined =>
  Object.keys(choices).find((key) => choices[key]?.[0] === value);

/** Sums instead of shifts: 32 bits do not fit a shift. */
const unsignedIn = (memory: Octets, offset: number, bit: number, bits: number): number => {
  if (bits < 8) return ((memory[offset] ?? 0) >> (8 - bit - bits)) & (2 ** bits - 1);
  let value = 0;
  for (let at = offset; at < offset + bits / 8; at++) value = value * 256 + (memory[at] ?? 0);
  return value;
};

/** Up to the first zero. */
const textIn = (memory: Octets, offset: number, octets: number): string => {
  let text = "";
  for (let at = offset; at < offset + octets; at++) {
    const octet = memory[at] ?? 0;
    if (octet === 0) break;
    text += LATIN_9[octet] ?? String.fromCharCode(octet);
  }
  return text;
};

/** Where ISO 8859-15 differs from the first 256 characters of Unicode. */
const LATIN_9: Readonly<Record<number, string>> = {
  164: "€",
  166: "Š",
  168: "š",
  180: "Ž",
  184: "ž",
  188: "Œ",
  189: "œ",
  190: "Ÿ",
};
