import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { isoTime } from "../../../src/core/iso-time.ts";

// biome-ignore format: read by column
const KNOWN = [
  { ms: 0,                 text: "1970-01-01T00:00:00.000Z" },
  { ms: -1,                text: "1969-12-31T23:59:59.999Z" },
  { ms: 951_782_399_999,   text: "2000-02-28T23:59:59.999Z" },
  { ms: 951_782_400_000,   text: "2000-02-29T00:00:00.000Z" },
  { ms: 951_868_800_000,   text: "2000-03-01T00:00:00.000Z" },
  { ms: 1_709_164_800_000, text: "2024-02-29T00:00:00.000Z" },
  { ms: 1_740_787_200_000, text: "2025-03-01T00:00:00.000Z" },
  { ms: 1_769_854_272_345, text: "2026-01-31T10:11:12.345Z" },
  { ms: 1_798_761_599_999, text: "2026-12-31T23:59:59.999Z" },
  { ms: 4_107_542_400_000, text: "2100-03-01T00:00:00.000Z" },
];
test.each(KNOWN)("$ms is $text", ({ ms, text }) => {
  expect(isoTime(ms)).toBe(text);
});

test("a fraction of a millisecond is cut", () => {
  expect(isoTime(1_769_854_272_345.9)).toBe("2026-01-31T10:11:12.345Z");
});

test.prop([fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })])(
  "agrees with the host's calendar from 0000 to 9999",
  (ms) => {
    expect(isoTime(ms)).toBe(new Date(ms).toISOString());
  },
);
