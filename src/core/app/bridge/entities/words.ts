import { shown } from "../../../dpt/main-type.ts";
import { numberWithin } from "../../../dpt/number.ts";
import { type Failure, failure } from "../commands/errors.ts";

/** What a `set` of an entity says, as far as no datapoint type knows it. */
const said =
  <T extends string | boolean>(words: Readonly<{ [word: string]: T }>) =>
  (name: string, value: unknown): T | Failure => {
    const word = String(isPlain(value) ? value : "")
      .trim()
      .toLowerCase();
    const meant = Object.hasOwn(words, word) ? words[word] : undefined;
    if (meant !== undefined) return meant;
    const all = [...new Set(Object.values(words))].map(wordFor).join(" or ");
    return failure("invalid_value", `${name} is ${all}, not ${shown(value)}`);
  };

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const wordFor = (meant: string | boolean): string =>
  meant === true ? "ON" : meant === false ? "OFF" : meant.toUpperCase();

export const onOff = said({ on: true, true: true, 1: true, off: false, false: false, 0: false });

export const move = said({ open: "open", close: "close", stop: "stop" });

export const lockOrUnlock = said({
  lock: "lock",
  locked: "lock",
  unlock: "unlock",
  unlocked: "unlock",
  open: "open",
});

/** @returns the number, inside its limits, or why it is none */
export const numberIn = (
  name: string,
  min: number,
  max: number,
  value: unknown,
): number | Failure => {
  const number = numberWithin(name, { min, max }, value);
  return number.ok ? number.value : number.error;
};

export const unsupported = (what: string): Failure => failure("unsupported", what);

/** One decimal, as 5.001 has it. */
export const tenth = (number: number): number => Math.round(number * 10) / 10;
