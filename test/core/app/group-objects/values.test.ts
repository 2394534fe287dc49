import { describe, expect, test } from "vitest";
import {
  fitOctets,
  fitValue,
  priorityOf,
  toValue,
} from "../../../../src/core/app/group-objects/descriptor.ts";
import { server, single } from "./rig.ts";

/** `device-model.md` §4; 0 stands for a value inside the APCI octet. */
// biome-ignore format: by type
const OCTETS = [
  [0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [6, 1], [7, 1], [8, 2], [9, 3], [10, 4], [11, 6], [12, 8], [13, 10], [14, 14],
  [15, 5], [16, 7], [17, 9], [18, 11], [19, 12], [20, 13], [21, 15], [22, 16], [100, 94], [253, 247], [254, 248], [255, 252],
] as const;

describe("the size of a value by its type", () => {
  test.each(OCTETS)("type %d: %d octets", (type, octets) => {
    const fits = Array.from({ length: 256 }, (_, length) => length).filter(
      (length) => fitOctets(type, new Array<number>(length).fill(1)) !== undefined,
    );
    expect(fits).toEqual([octets === 0 ? 1 : octets]);
    expect(toValue(type, [1]).short).toBe(octets === 0);
    const value = { octets: new Array<number>(fits[0] ?? 0).fill(1), short: octets === 0 };
    expect(fitValue(type, value)).toEqual(value.octets);
    expect(fitValue(type, { ...value, short: !value.short })).toBeUndefined();
  });

  // biome-ignore format: read by column
  test.each([
    { type: 0, octet: 0xff, is: 0x01 }, { type: 1, octet: 0xff, is: 0x03 }, { type: 2, octet: 0xff, is: 0x07 }, { type: 3, octet: 0xff, is: 0x0f },
    { type: 4, octet: 0xff, is: 0x1f }, { type: 5, octet: 0xff, is: 0x3f }, { type: 6, octet: 0xff, is: 0x7f }, { type: 7, octet: 0xff, is: 0xff },
  ])("type $type keeps its own bits: $is", ({ type, octet, is }) => {
    expect(fitOctets(type, [octet])).toEqual([is]);
  });
});

test("priorities", () => {
  expect([0x0000, 0x0100, 0x0200, 0x0300].map(priorityOf)).toEqual([
    "system",
    "normal",
    "urgent",
    "low",
  ]);
});

describe("on the bus", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "1 bit",     word: "DF00", value: "01",                   apdu: "00 81" },
    { is: "6 bits",    word: "DF05", value: "2B",                   apdu: "00 ab" },
    { is: "7 bits",    word: "DF06", value: "5D",                   apdu: "00 80 5d" },
    { is: "1 octet",   word: "DF07", value: "9C",                   apdu: "00 80 9c" },
    { is: "3 octets",  word: "DF09", value: "12 34 56",             apdu: "00 80 12 34 56" },
    { is: "14 octets", word: "DF0E", value: "41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E", apdu: "00 80 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e" },
    { is: "15 octets", word: "DF15", value: "41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F", apdu: "00 80 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f" },
  ])("$is, out and in", ({ word, value, apdu }) => {
    const out = server();
    out.load(single(word));
    out.write(1, value);
    expect(out.telegrams()).toEqual([`0a03 low ${apdu}`]);
    const into = server();
    into.load(single(word));
    into.receive("1/2/3", apdu);
    expect(into.object(1)).toBe(`updated ${value.toLowerCase()}`);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "an octet for 1 bit",      word: "D700", apdu: "00 80 01" },
    { is: "6 bits for an octet",     word: "D707", apdu: "00 81" },
    { is: "2 octets for 1",          word: "D707", apdu: "00 80 01 02" },
    { is: "13 octets for 14",        word: "D70E", apdu: "00 80 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D" },
    { is: "6 bits for 7",            word: "D706", apdu: "00 81" },
  ])("$is: not taken, counted once", ({ word, apdu }) => {
    const it = server();
    it.load(single(word));
    it.receive("1/2/3", apdu);
    expect([it.object(1), it.drops(), it.updates()]).toEqual(["uninitialized -", ["objects.size"], 0]);
  });
});
