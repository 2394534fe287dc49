import { describe, expect, test } from "vitest";
import { decode, encode, findDpt, knownDpts } from "../../../src/core/dpt/dpt.ts";
import { parseHex, toHex } from "../../../src/core/octets.ts";

/* Every subtype of `datapoint-types.md` §10.3 and §10.5, and those of KNX 03.07.02 where that names only the main type. */

// biome-ignore format: read by column
const SUBTYPES = [
  // main  bits  subtypes
  [1,      1,   "1-19 21-24 100 1200-1201"],
  [2,      2,   "1-12"],
  [3,      4,   "7-8"],
  [4,      8,   "1-2"],
  [5,      8,   "1 3-6 10 100"],
  [6,      8,   "1 10 20"],
  [7,      16,  "1-7 10-13 600"],
  [8,      16,  "1-7 10-12"],
  [9,      16,  "1-11 20-31"],
  [10,     24,  "1"],
  [11,     24,  "1"],
  [12,     32,  "1 100-102 1200-1201"],
  [13,     32,  "1-2 10-16 100 1200-1201"],
  [14,     32,  "0-80 1200-1201"],
  [15,     32,  "0"],
  [16,     112, "0-1"],
  [17,     8,   "1"],
  [18,     8,   "1"],
  [19,     64,  "1"],
  [20,     8,   "1-8 11-14 17 20-22 100-116 120-122 600-612 801-804 1000-1003 1219-1221"],
  [21,     8,   "1-2 100-107 601 1000-1001 1010"],
  [22,     16,  "100-103 1000 1010"],
  [23,     2,   "1-3 102"],
  [24,     112, "1"],
  [25,     8,   "1000"],
  [26,     8,   "1"],
  [27,     32,  "1"],
  [28,     112, "1"],
  [29,     64,  "10-12"],
  [30,     24,  "1010"],
  [206,    24,  "100 102 104-105"],
  [207,    16,  "600"],
  [217,    16,  "1"],
  [219,    48,  "1"],
  [222,    48,  "100-101"],
  [225,    24,  "1-3"],
  [229,    48,  "1"],
  [230,    64,  "1000"],
  [231,    32,  "1"],
  [232,    24,  "600"],
  [234,    16,  "1-2"],
  [235,    48,  "1"],
  [236,    8,   "1"],
  [237,    16,  "600"],
  [238,    8,   "1 600"],
  [239,    16,  "1"],
  [240,    24,  "800"],
  [241,    32,  "800"],
  [242,    48,  "600"],
  [243,    64,  "600"],
  [244,    16,  "600"],
  [245,    48,  "600"],
  [246,    16,  "600"],
  [249,    48,  "600"],
  [250,    24,  "600"],
  [251,    48,  "600"],
  [252,    40,  "600"],
  [253,    32,  "600"],
  [254,    24,  "600"],
  [255,    64,  "1"],
  [275,    64,  "100-101"],
  [285,    128, "1"],
] as const;

const idsOf = (main: number, ranges: string): readonly string[] =>
  ranges.split(" ").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from(
      { length: last - first + 1 },
      (_, index) => `${main}.${`${first + index}`.padStart(3, "0")}`,
    );
  });

describe("the list", () => {
  test("has every subtype once, in order, and no other", () => {
    const expected = SUBTYPES.flatMap(([main, , ranges]) => idsOf(main, ranges));
    expect(knownDpts().map(({ id }) => id)).toEqual(expected);
    expect(new Set(expected).size).toBe(expected.length);
    // The master data have 58 and 331 (§10). Not there: 1.1200, 1.1201, 225.003, 231.001, 234.002, 238.001, 239.001, 243, 253.
    expect([SUBTYPES.length, expected.length]).toEqual([58 + 4, 331 + 9]);
  });

  test.each(SUBTYPES)(
    "main type %d has %d bits, in every subtype and for an unknown one",
    (main, bits, ranges) => {
      for (const id of [...idsOf(main, ranges), `${main}.xxx`])
        expect([id, findDpt(id)?.bits]).toEqual([id, bits]);
      expect(findDpt(`${main}.59999`)?.id).toBe(`${main}.xxx`);
    },
  );
});

const all = [...knownDpts(), ...SUBTYPES.flatMap(([main]) => findDpt(`${main}.xxx`) ?? [])];

test.each(all)("$id: the example is a value, and comes back", (type) => {
  const octets = parseHex(type.example) ?? [];
  const decoded = decode(type, { octets, short: type.bits <= 6 });
  expect(decoded.ok).toBe(true);
  const encoded = decoded.ok ? encode(type, decoded.value) : decoded;
  // The weekday and the flags of these two are not in the value.
  if (type.main !== 10 && type.main !== 19)
    expect(encoded.ok && toHex(encoded.value.octets)).toBe(toHex(octets));
});

test("words of a type are told apart", () => {
  for (const { id, choices = [] } of all) {
    const words = choices.flatMap(([, ...own]) => own.map((word) => word.toLowerCase()));
    expect([id, new Set(words).size]).toEqual([id, words.length]);
    expect([id, new Set(choices.map(([code]) => code)).size]).toEqual([id, choices.length]);
  }
});

test("names are told apart", () => {
  const names = all.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([
    "temperature",
    "wind speed",
  ]);
});
