import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAfter, isBefore, parseMoment, placeOf } from "../../src/record/moment.ts";
import { dateAndTimeOf } from "../../src/record/words.ts";

const { TZ } = process.env;
beforeAll(() => {
  process.env["TZ"] = "Europe/Berlin";
});
afterAll(() => {
  if (TZ === undefined) delete process.env["TZ"];
  else process.env["TZ"] = TZ;
});

const utc = (text: string): number => Date.parse(text);

/** 22:00 to 06:00 in Berlin, in the night in which summer time ends: 03:00 is 02:00 once more. */
const NIGHT = { at: 500, utc: utc("2026-10-24T20:00:00Z"), end: 32_400_500 };
/** 22:00 to 06:00, one month later. */
const WINTER = { at: 500, utc: utc("2026-11-23T21:00:00Z"), end: 28_800_500 };

// biome-ignore format: read by column
const MOMENTS = [
  { text: "+90s",                     clock: "local", on: "at",  is: 90_500 },
  { text: "+1.5m",                    clock: "local", on: "at",  is: 90_500 },
  { text: "+250ms",                   clock: "local", on: "at",  is: 750 },
  { text: "-5m",                      clock: "local", on: "at",  is: 28_500_500 },
  { text: "-1h",                      clock: "local", on: "at",  is: 25_200_500 },
  { text: "03:12",                    clock: "local", on: "utc", is: utc("2026-11-24T02:12:00Z") },
  { text: "03:12:07.5",               clock: "local", on: "utc", is: utc("2026-11-24T02:12:07.500Z") },
  { text: "22:00",                    clock: "local", on: "utc", is: utc("2026-11-23T21:00:00Z") },
  { text: "21:59",                    clock: "local", on: "utc", is: utc("2026-11-24T20:59:00Z") },
  { text: "03:12",                    clock: "utc",   on: "utc", is: utc("2026-11-24T03:12:00Z") },
  { text: "2026-11-24T03:12",         clock: "local", on: "utc", is: utc("2026-11-24T02:12:00Z") },
  { text: "2026-11-24 03:12:07.123",  clock: "local", on: "utc", is: utc("2026-11-24T02:12:07.123Z") },
  { text: "2026-11-24T03:12",         clock: "utc",   on: "utc", is: utc("2026-11-24T03:12:00Z") },
  { text: "2026-11-24T03:12Z",        clock: "local", on: "utc", is: utc("2026-11-24T03:12:00Z") },
  { text: "2026-11-24T03:12-05:30",   clock: "local", on: "utc", is: utc("2026-11-24T08:42:00Z") },
  { text: "2026-07-24",               clock: "local", on: "utc", is: utc("2026-07-23T22:00:00Z") },
] as const;

test.each(MOMENTS)("$text ($clock)", ({ text, clock, on, is }) => {
  const moment = parseMoment(text, clock);
  expect(moment && placeOf(moment, WINTER, clock)).toEqual({ on, ms: is });
});

test("a time of day counts by the clock on the wall, also in the night in which it is put back", () => {
  const moment = parseMoment("03:12", "local");
  const place = moment && placeOf(moment, NIGHT, "local");
  expect(place).toEqual({ on: "utc", ms: utc("2026-10-25T02:12:00Z") });
  expect(dateAndTimeOf(place?.ms ?? 0, "local")).toBe("2026-10-25 03:12:00.000");
  expect(dateAndTimeOf(place?.ms ?? 0, "utc")).toBe("2026-10-25 02:12:00.000");
});

test("the end is the first one after the begin of the part", () => {
  const moment = parseMoment("23:00", "local");
  const after = utc("2026-11-23T23:00:00Z");
  expect(moment && placeOf(moment, WINTER, "local", after)).toEqual({
    ...{ on: "utc", ms: utc("2026-11-24T22:00:00Z") },
  });
});

test.each([
  "",
  "5m",
  "+5",
  "+5y",
  "24:00",
  "03:60",
  "3",
  "2026-02-30",
  "2026-13-01",
  "yesterday",
  "2026-11-24T25:00",
])("%j is no moment", (text) => {
  expect(parseMoment(text, "local")).toBeUndefined();
});

describe("both ends belong to the part", () => {
  test.each([
    { at: 999.9, before: true, after: false },
    { at: 1_000, before: false, after: false },
    { at: 1_000.1, before: false, after: true },
  ])("$at", ({ at, before, after }) => {
    const place = { on: "at", ms: 1_000 } as const;
    expect([isBefore(place, at, 0), isAfter(place, at, 0)]).toEqual([before, after]);
    const inUtc = { on: "utc", ms: 1_000 } as const;
    expect([isBefore(inUtc, 0, at), isAfter(inUtc, 0, at)]).toEqual([before, after]);
  });
});
