import { describe, expect, test } from "vitest";
import { weekdayOf } from "../../../src/core/dpt/calendar.ts";
import { clockValue, encode, findDpt, type LocalTime } from "../../../src/core/dpt/dpt.ts";
import { toHex } from "../../../src/core/octets.ts";

/* What a value leaves to somebody with a clock: `mqtt-interface.md` §6, "now", "today", a time with an offset. */

const encoded = (id: string, value: unknown) => {
  const type = findDpt(id);
  if (type === undefined) throw new Error(`no datapoint type ${id}`);
  return encode(type, value);
};

const octetsOf = (id: string, value: unknown): string => {
  const result = encoded(id, value);
  return result.ok ? toHex(result.value.octets) : result.error.message;
};

// biome-ignore format: read by column
const QUESTIONS = [
  ["10.001", "now",                          { is: "now" }],
  ["10.001", { time: "NOW" },                { is: "now" }],
  ["11.001", " Today ",                      { is: "now" }],
  ["19.001", "now",                          { is: "now" }],
  ["19.001", { datetime: "now" },            { is: "now" }],
  ["19.001", "1970-01-01T00:00:00Z",         { is: "instant", ms: 0 }],
  ["19.001", "2000-03-01T00:00:00Z",         { is: "instant", ms: 951_868_800_000 }],
  ["19.001", "2026-01-31T13:45:00+01:00",    { is: "instant", ms: 1_769_863_500_000 }],
  ["19.001", "2026-01-31 07:15:00.250-0530", { is: "instant", ms: 1_769_863_500_000 }],
  ["19.001", "1969-12-31T23:59:59Z",         { is: "instant", ms: -1_000 }],
] as const;

test.each(QUESTIONS)("%s %j asks the clock", (id, value, clock) => {
  expect(encoded(id, value)).toMatchObject({ ok: false, error: { code: "no_value", clock } });
});

const LOCAL: LocalTime = {
  ...{ year: 2026, month: 7, day: 16, hour: 13, minute: 37, second: 42 },
  ...{ summerTime: true, synchronised: true },
};

// biome-ignore format: read by column
const ANSWERS = [
  // 2026-07-16 is a Thursday. Octet 6: no working day known, summer time; octet 7: synchronised.
  ["10.001", LOCAL,                            "8d 25 2a"],
  ["11.001", LOCAL,                            "10 07 1a"],
  ["19.001", LOCAL,                            "7e 07 10 8d 25 2a 21 80"],
  ["19.001", { ...LOCAL, synchronised: false, summerTime: false }, "7e 07 10 8d 25 2a a0 00"],
] as const;

test.each(ANSWERS)("a clock answers for %s", (id, local, octets) => {
  const type = findDpt(id);
  expect(type && octetsOf(id, clockValue(type, local))).toBe(octets);
});

test("other types have no time", () => {
  const type = findDpt("9.001");
  expect(type && clockValue(type, LOCAL)).toBeUndefined();
});

describe("19.001 as people write it", () => {
  // biome-ignore format: read by column
  const WRITTEN = [
    // 2017-11-28 was a Tuesday, 2026-01-31 a Saturday.
    ["2017-11-28T23:07:24",                    "75 0b 1c 57 07 18 20 00"],
    ["2026-01-31 13:45",                       "7e 01 1f cd 2d 00 20 00"],
    ["2026-01-31",                             "7e 01 1f c0 00 00 22 00"],
    ["23:07:24",                               "00 00 00 17 07 18 3c 00"],
    ["--11-28T23:07:24",                       "00 0b 1c 17 07 18 34 00"],
    ["2017",                                   "75 00 00 00 00 00 2e 00"],
    ["2017-11-28T24:00:00",                    "75 0b 1c 58 00 00 20 00"],
    [{ datetime: null },                       "00 00 00 00 00 00 3e 00"],
    // D31, D32
    [{ datetime: "2017-11-28T23:07:24", no_weekday: true }, "75 0b 1c 17 07 18 24 00"],
    [{ datetime: "2155-12-31T23:59:59", weekday: 7 },       "ff 0c 1f f7 3b 3b 20 00"],
    [{ datetime: "2017-11-28T23:07:24", working_day: true, fault: true, reliable_source: true }, "75 0b 1c 57 07 18 c0 40"],
  ] as const;

  test.each(WRITTEN)("%j", (value, octets) => {
    expect(octetsOf("19.001", value)).toBe(octets);
  });
});

// biome-ignore format: read by column
const DAYS = [
  [1900, 1, 1, 1], [1969, 12, 31, 3], [1970, 1, 1, 4], [2000, 2, 29, 2], [2026, 11, 27, 5], [2155, 12, 31, 3],
] as const;

test.each(DAYS)("%d-%d-%d is day %d of its week", (year, month, day, weekday) => {
  expect(weekdayOf(year, month, day)).toBe(weekday);
});
