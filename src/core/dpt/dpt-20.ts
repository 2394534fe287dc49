import { choice, words } from "./choice.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import type { MainType } from "./main-type.ts";
import { scalarType } from "./scalar.ts";

/* Main types 20, 23: one of several, in an octet or in 2 bits. `datapoint-types.md` §10.3, §10.5. */

const OCTET = { main: 20, json: "word; a code without a word is an integer", example: "03" };

export const DPT_20: MainType = {
  main: 20,
  subtypes: ENUMERATIONS.map(([sub, name, all]) =>
    scalarType(OCTET, sub, name, choice(8, words(all))),
  ),
  other: scalarType(OCTET, "xxx", "one of 256", choice(8, [])),
};

// biome-ignore format: read by column
const ACTIONS = [
  ["001", "on/off action",           "off | on | off/on | on/off"],
  ["002", "alarm reaction",          "no alarm | up | down"],
  ["003", "up/down action",          "up | down | up/down | down/up"],
  ["102", "HVAC push button action", "comfort/economy | comfort/nothing | economy/nothing | protection/auto"],
] as const;

const TWO_BITS = { main: 23, json: "word; a code without a word is an integer", example: "02" };

export const DPT_23: MainType = {
  main: 23,
  subtypes: ACTIONS.map(([sub, name, all]) =>
    scalarType(TWO_BITS, sub, name, choice(2, words(all))),
  ),
  other: scalarType(TWO_BITS, "xxx", "one of 4", choice(2, [])),
};
