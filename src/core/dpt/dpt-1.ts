import { type Codec, type Dpt, type MainType, refuse, shown, type Words } from "./main-type.ts";
import { numberIn } from "./number.ts";

/*
 * Main type 1: one bit. `datapoint-types.md` §10.5, MQTT form `mqtt-interface.md` §6: true and false, with the word of the
 * subtype as `text`. Which of the two words is 1 follows no rule (1.008 down, 1.009 close, but 1.019 open): read the list.
 */

/** Subtype, name, word for 0, word for 1, and further words for either that are accepted. */
type Row = readonly [sub: string, name: string, ...words: Words, also?: Readonly<Also>];
type Also = { zero?: string; one?: string };

// biome-ignore format: read by column
const ROWS: readonly Row[] = [
  ["001", "switch",                "off",          "on"],
  ["002", "boolean",               "false",        "true"],
  ["003", "enable",                "disable",      "enable",         { zero: "disabled", one: "enabled" }],
  ["004", "ramp",                  "no ramp",      "ramp"],
  ["005", "alarm",                 "no alarm",     "alarm"],
  ["006", "binary value",          "low",          "high"],
  ["007", "step",                  "decrease",     "increase"],
  ["008", "up/down",               "up",           "down"],
  ["009", "open/close",            "open",         "close",          { one: "closed" }],
  ["010", "start/stop",            "stop",         "start"],
  ["011", "state",                 "inactive",     "active"],
  ["012", "invert",                "not inverted", "inverted"],
  ["013", "dim send style",        "start-stop",   "cyclically"],
  ["014", "input source",          "fixed",        "calculated"],
  ["015", "reset",                 undefined,      "reset"],
  ["016", "acknowledge",           undefined,      "acknowledge"],
  ["017", "trigger",               "trigger",      "trigger"],
  ["018", "occupancy",             "not occupied", "occupied"],
  ["019", "window/door",           "closed",       "open",           { zero: "close" }],
  ["021", "logical function",      "OR",           "AND"],
  ["022", "scene A/B",             "scene A",      "scene B",        { zero: "a", one: "b" }],
  ["023", "shutter/blinds mode",   "up-down",      "up-down+step"],
  ["024", "day/night",             "day",          "night"],
  ["100", "cooling/heating",       "cooling",      "heating",        { zero: "cool", one: "heat" }],
  ["1200", "consumer/producer",    "consumer",     "producer"],
  ["1201", "energy direction",     "positive",     "negative"],
];

const bit = (sub: string, name: string, words: Words, also: Also = {}): Dpt => {
  const id = `1.${sub}`;
  const shape = { main: 1, bits: 1, format: "B1", json: "true or false", example: "01" };
  return { id, ...shape, name, words, codec: codec(id, words, also) };
};

const codec = (id: string, words: Words, also: Also): Codec => {
  const meaning = meanings(words, also);
  return {
    decode: ([octet = 0]) => ({ ok: true, value: (octet & 1) === 1 }),
    encode: (value, held) => {
      if (typeof value === "boolean") return { ok: true, value: [value ? 1 : 0] };
      const word = typeof value === "number" ? `${value}` : value;
      if (typeof word !== "string") return refuse("invalid_value", expected(id, meaning, value));
      const key = word.trim().toLowerCase();
      if (key === "toggle")
        return typeof held === "boolean"
          ? { ok: true, value: [held ? 0 : 1] }
          : refuse("no_value", `toggle of ${id} needs a known value`);
      const one = meaning.get(key);
      if (one !== undefined) return { ok: true, value: [one ? 1 : 0] };
      const number = typeof value === "number" ? value : numberIn(word);
      return number !== undefined && Number.isFinite(number)
        ? outside(id, number)
        : refuse("invalid_value", expected(id, meaning, value));
    },
    textOf: (value) => (typeof value === "boolean" ? words[value ? 1 : 0] : undefined),
  };
};

/** What each accepted word sends. The word for 1 comes last: a `trigger` is always a 1. */
const meanings = (words: Words, also: Also): ReadonlyMap<string, boolean> => {
  const pairs: readonly (readonly [string | undefined, boolean])[] = [
    ["off", false],
    ["on", true],
    ["false", false],
    ["true", true],
    ["0", false],
    ["1", true],
    [also.zero, false],
    [also.one, true],
    [words[0], false],
    [words[1], true],
  ];
  return new Map(pairs.flatMap(([word, one]) => (word ? [[word.toLowerCase(), one]] : [])));
};

const expected = (id: string, meaning: ReadonlyMap<string, boolean>, value: unknown): string =>
  `${shown(value)} is no value of ${id}: ${[...meaning.keys()].join(", ")}, toggle`;

const outside = (id: string, value: number) => {
  const message = `${value} is neither 0 nor 1, the values of ${id}`;
  const detail = { min: 0, max: 1 };
  return { ok: false, error: { code: "out_of_range", message, detail } } as const;
};

/** Also those of 2.001…2.012: there the bit is controlled by another. */
export const bitWords = (sub: string): Words => {
  const [, , zero, one] = ROWS.find(([other]) => other === sub) ?? [];
  return [zero, one];
};

export const DPT_1: MainType = {
  main: 1,
  subtypes: ROWS.map(([sub, name, zero, one, also]) => bit(sub, name, [zero, one], also)),
  other: bit("xxx", "1 bit", [undefined, undefined]),
};
