import { type Choice, ok, refuse, shown, type Value } from "./main-type.ts";
import { numberIn, wholeWithin } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/**
 * N: one of several, in JSON its word; a code without a word stays a number. `mqtt-interface.md` §6.
 * Words are taken in any case, with blanks, `_` or `-` between their parts.
 */
export const choice = (bits: number, choices: readonly Choice[]): Scalar => {
  const words = new Map(choices.map(([code, word]) => [code, word]));
  const codes = new Map(
    choices.flatMap(([code, ...all]) => all.map((word) => [plain(word), code] as const)),
  );
  const range = { min: 0, max: 2 ** bits - 1 };
  return {
    bits,
    format: `N${bits}`,
    choices,
    read: (raw) => words.get(raw) ?? raw,
    write: (value, name) => {
      if (typeof value !== "string" || numberIn(value) !== undefined)
        return wholeWithin(name, range, value);
      const code = codes.get(plain(value));
      if (code !== undefined) return ok(code);
      const all = choices.map(([, word]) => word).join(", ");
      return refuse("invalid_value", `${shown(value)} is no value of ${name}: ${all || "a code"}`);
    },
    textOf,
    detailOf: (code) => ({ code }),
  };
};

const textOf = (value: Value): string | undefined =>
  typeof value === "string" ? value : undefined;

const plain = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");

/**
 * `off | on | 10=lighting`: the words of the codes from 0 on, or from the number before a `=`. `~` separates other words for
 * the same code; an empty place is a code without a word.
 */
export const words = (text: string): readonly Choice[] => {
  let next = 0;
  return text.split("|").flatMap((place): readonly Choice[] => {
    const [, from, all = ""] = /^\s*(?:(\d+)=)?(.*)$/.exec(place) ?? [];
    const code = from === undefined ? next : Number(from);
    next = code + 1;
    const [word = "", ...also] = all.split("~").map((part) => part.trim());
    return word === "" ? [] : [[code, word, ...also]];
  });
};
