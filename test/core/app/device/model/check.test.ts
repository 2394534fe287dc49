import { expect, test } from "vitest";
import { checkContent, valueOctets } from "../../../../../src/core/app/device/model/check.ts";
import { imageOf } from "../../../../../src/core/app/device/model/image.ts";
import type { Loadable, Model } from "../../../../../src/core/app/device/model/model.ts";
import { openModel } from "../../../../../src/core/app/device/model/stored.ts";
import { hex } from "../../../../../src/testing/watch.ts";

/** Hex of a table, `!` before it while it is still being loaded; empty: nothing there. */
type Text = string;

const loadable = (text: Text): Partial<Loadable> => ({
  state: text === "" ? "unloaded" : text.startsWith("!") ? "loading" : "loaded",
  segment: text === "" ? null : { address: 0x500, image: imageOf(hex(text.replace("!", ""))) },
});

const modelOf = (addresses: Text, associations: Text, objects: Text): Model => {
  const { loadables, ...model } = openModel([]);
  return {
    ...model,
    loadables: {
      ...loadables,
      1: { ...loadables[1], ...loadable(addresses) },
      2: { ...loadables[2], ...loadable(associations) },
      3: { ...loadables[3], ...loadable(objects) },
    },
  };
};

/** `device-model.md` §3.5 and §4, with PID_MAX_APDULENGTH 55. */
// biome-ignore format: read by column
test.each([
  { is: "addresses",                       of: 1, addresses: "00 02 09 02 0A 03",       associations: "",                                objects: "",                  error: 0 },
  { is: "no addresses",                    of: 1, addresses: "00 00",                   associations: "",                                objects: "",                  error: 0 },
  { is: "nothing at all",                  of: 1, addresses: "",                        associations: "",                                objects: "",                  error: 0 },
  { is: "room for more",                   of: 1, addresses: "00 01 09 02 05 05",       associations: "",                                objects: "",                  error: 0 },
  { is: "one more than there is room",     of: 1, addresses: "00 03 09 02 0A 03 0B",    associations: "",                                objects: "",                  error: 13 },
  { is: "no room for a count",             of: 1, addresses: "01",                      associations: "",                                objects: "",                  error: 13 },
  { is: "descending",                      of: 1, addresses: "00 02 0A 03 09 02",       associations: "",                                objects: "",                  error: 15 },
  { is: "twice the same",                  of: 1, addresses: "00 02 09 02 09 02",       associations: "",                                objects: "",                  error: 15 },
  { is: "address 0",                       of: 1, addresses: "00 01 00 00",             associations: "",                                objects: "",                  error: 15 },
  { is: "associations",                    of: 2, addresses: "00 02 09 02 0A 03",       associations: "00 02 00 01 00 01 00 02 00 02",   objects: "00 02 D7 00 47 03", error: 0 },
  { is: "not in the order of anything",    of: 2, addresses: "00 02 09 02 0A 03",       associations: "00 02 00 02 00 01 00 01 00 01",   objects: "00 02 D7 00 47 03", error: 0 },
  { is: "too many",                        of: 2, addresses: "00 02 09 02 0A 03",       associations: "00 02 00 01 00 01 00 02 00",      objects: "00 02 D7 00 47 03", error: 13 },
  { is: "TSAP 3 of 2",                     of: 2, addresses: "00 02 09 02 0A 03",       associations: "00 01 00 03 00 01",               objects: "00 02 D7 00 47 03", error: 16 },
  { is: "TSAP 3 of 2, just as loading",    of: 2, addresses: "!00 02 09 02 0A 03",      associations: "00 01 00 03 00 01",               objects: "00 02 D7 00 47 03", error: 16 },
  { is: "addresses not written yet",       of: 2, addresses: "!00 00 00 00 00 00",      associations: "00 01 00 03 00 01",               objects: "00 02 D7 00 47 03", error: 0 },
  { is: "addresses unloaded",              of: 2, addresses: "",                        associations: "00 01 00 03 00 01",               objects: "00 02 D7 00 47 03", error: 0 },
  { is: "TSAP 0",                          of: 2, addresses: "",                        associations: "00 01 00 00 00 01",               objects: "",                  error: 16 },
  { is: "ASAP 3 of 2",                     of: 2, addresses: "00 02 09 02 0A 03",       associations: "00 01 00 02 00 03",               objects: "00 02 D7 00 47 03", error: 17 },
  { is: "ASAP 0",                          of: 2, addresses: "",                        associations: "00 01 00 01 00 00",               objects: "",                  error: 17 },
  { is: "objects",                         of: 3, addresses: "",                        associations: "",                                objects: "00 02 D7 00 47 03", error: 0 },
  { is: "too many objects",                of: 3, addresses: "",                        associations: "",                                objects: "00 03 D7 00 47 03", error: 13 },
  { is: "54 octets, type 3C",              of: 3, addresses: "",                        associations: "",                                objects: "00 01 D7 3C",       error: 0 },
  { is: "55 octets, type 3D",              of: 3, addresses: "",                        associations: "",                                objects: "00 01 D7 3D",       error: 18 },
  { is: "252 octets, type FF",             of: 3, addresses: "",                        associations: "",                                objects: "00 02 D7 00 D7 FF", error: 18 },
  { is: "a gap",                           of: 3, addresses: "",                        associations: "",                                objects: "00 02 00 00 47 03", error: 0 },
] as const)("$is: $error", ({ of, addresses, associations, objects, error }) => {
  expect(checkContent(modelOf(addresses, associations, objects), of, 55)).toBe(error);
});

/** §4, the table of types. */
// biome-ignore format: read by column
test.each([
  [0, 1], [6, 1], [7, 1], [8, 2], [9, 3], [10, 4], [11, 6], [12, 8], [13, 10], [14, 14], [15, 5], [16, 7], [17, 9], [18, 11],
  [19, 12], [20, 13], [21, 15], [100, 94], [254, 248], [255, 252],
])("type %i has %i octets", (type, octets) => {
  expect(valueOctets(type)).toBe(octets);
});
