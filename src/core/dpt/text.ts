import type { Octets } from "../octets.ts";
import {
  type Codec,
  type Decoding,
  type Encoding,
  INVALID,
  ok,
  refuse,
  shown,
} from "./main-type.ts";
import { fromUtf8, toUtf8 } from "./utf-8.ts";

/** Highest character code: 7f for ASCII, ff for ISO 8859-1, whose codes are those of Unicode. */
export type Charset = 0x7f | 0xff;

/**
 * A text in so many octets, filled up with 00. What the character set does not have is sent as `?`; received octets above
 * 7f are shown as ISO 8859-1 even where they should not be. `datapoint-types.md` §10.4.6.
 */
export const filledText = (id: string, octets: number, charset: Charset): Codec => ({
  decode: (received) => ok(latin(received, octets)),
  encode: (value) =>
    characters(id, octets, value, (all) => {
      const codes = all.map((character) => codeOf(character, charset) ?? QUESTION);
      return ok(Array.from({ length: octets }, (_, index) => codes[index] ?? 0));
    }),
  cut: (text) => [...text].slice(0, octets).join(""),
});

/** Exactly so many characters of a character set. */
export const exactText = (id: string, octets: number, charset: Charset): Codec => ({
  decode: (received) => {
    const text = latin(received, octets);
    return text.length === octets ? ok(text) : INVALID;
  },
  encode: (value) =>
    characters(id, octets, value, (all) => {
      const codes = all.flatMap((character) => codeOf(character, charset) ?? []);
      return codes.length === octets
        ? ok(codes)
        : refuse("invalid_value", `${shown(value)} is not ${octets} of the characters of ${id}`);
    }),
});

/** A text of any length up to a limit, and a 00 behind it. Received without one, it ends with its octets. */
export const latinText = (id: string, limit: number): Codec => ({
  decode: (octets) => ok(latin(octets, octets.length)),
  encode: (value) =>
    characters(id, limit - 1, value, (all) =>
      ok([...all.map((character) => codeOf(character, 0xff) ?? QUESTION), 0]),
    ),
  cut: (text) => [...text].slice(0, limit - 1).join(""),
});

export const utf8Text = (id: string, limit: number): Codec => ({
  decode: (octets) => utf8(octets),
  encode: (value) => {
    if (typeof value !== "string") return noText(id, value);
    const octets = toUtf8(value.replaceAll("\0", ""));
    return octets.length < limit
      ? ok([...octets, 0])
      : tooLong(id, octets.length, limit - 1, "octets");
  },
  cut: (text) => {
    const all = [...text];
    while (toUtf8(all.join("")).length >= limit) all.pop();
    return all.join("");
  },
});

const utf8 = (octets: Octets): Decoding => {
  const end = [...octets].indexOf(0);
  const text = fromUtf8(end < 0 ? octets : octets.slice(0, end));
  return text === undefined ? INVALID : ok(text);
};

/** NULs are no characters: they end a text. */
const characters = (
  id: string,
  limit: number,
  value: unknown,
  encode: (all: readonly string[]) => Encoding<Octets>,
): Encoding<Octets> => {
  const text = typeof value === "number" || typeof value === "boolean" ? `${value}` : value;
  if (typeof text !== "string") return noText(id, value);
  const all = [...text.replaceAll("\0", "")];
  return all.length > limit ? tooLong(id, all.length, limit, "characters") : encode(all);
};

const noText = (id: string, value: unknown): Encoding<never> =>
  refuse("invalid_value", `${id} takes a text, not ${shown(value)}`);

const tooLong = (id: string, length: number, max: number, what: string): Encoding<never> => ({
  ok: false,
  error: {
    code: "out_of_range",
    message: `${length} ${what} are above the maximum of ${id} (${max})`,
    detail: { min: 0, max },
  },
});

const codeOf = (character: string, charset: Charset): number | undefined => {
  const code = character.codePointAt(0) ?? 0;
  return code <= charset ? code : undefined;
};

const latin = (octets: Octets, length: number): string => {
  let text = "";
  for (let index = 0; index < length; index++) {
    const octet = octets[index] ?? 0;
    if (octet === 0) break;
    text += String.fromCharCode(octet);
  }
  return text;
};

const QUESTION = 0x3f;
