import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { watchClock } from "../../src/shell/clock.ts";
import { watchSync } from "../../src/shell/clock-sync.ts";

import { zoneAt } from "../../src/shell/zone.ts";

const utc = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;

// From the IANA time zone database.
// biome-ignore format: read by column
const ZONES = [
  { timezone: "Europe/Zurich",       at: "2026-01-31T10:00:00Z", hours: 1,    summer: false, next: ["2026-03-29T01:00:00Z", 2, true] },
  { timezone: "Europe/Zurich",       at: "2026-03-29T00:59:59Z", hours: 1,    summer: false, next: ["2026-03-29T01:00:00Z", 2, true] },
  { timezone: "Europe/Zurich",       at: "2026-03-29T01:00:00Z", hours: 2,    summer: true,  next: ["2026-10-25T01:00:00Z", 1, false] },
  { timezone: "America/New_York",    at: "2026-10-31T12:00:00Z", hours: -4,   summer: true,  next: ["2026-11-01T06:00:00Z", -5, false] },
  { timezone: "Australia/Lord_Howe", at: "2026-01-31T10:00:00Z", hours: 11,   summer: true,  next: ["2026-04-04T15:00:00Z", 10.5, false] },
  { timezone: "Asia/Kathmandu",      at: "2026-06-01T00:00:00Z", hours: 5.75, summer: false, next: null },
  { timezone: "America/Sao_Paulo",   at: "2026-12-01T00:00:00Z", hours: -3,   summer: false, next: null },
  { timezone: "UTC",                 at: "2026-06-01T00:00:00Z", hours: 0,    summer: false, next: null },
] as const;

test.each(ZONES)("§15.3 $timezone at $at", ({ timezone, at, hours, summer, next }) => {
  const [from, offset, isSummer] = next ?? [];
  expect(zoneAt(timezone, utc(at))).toEqual({
    offsetMs: hours * HOUR_MS,
    summerTime: summer,
    next:
      from === undefined
        ? null
        : { from: utc(from), offsetMs: Number(offset) * HOUR_MS, summerTime: isSummer },
  });
});

describe("what the core is told of the clock", () => {
  const told: Impulse[] = [];
  beforeEach(() => {
    told.length = 0;
    vi.useFakeTimers({ now: utc("2026-01-31T10:00:00Z") });
  });
  afterEach(() => vi.useRealTimers());

  test("the zone at once, once a day, and when the clock was set", () => {
    const stop = watchClock((impulse) => told.push(impulse), "Europe/Zurich");
    expect(told.map(({ type }) => type)).toEqual(["clock.ind", "zone.ind"]);
    vi.advanceTimersByTime(23 * HOUR_MS);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(HOUR_MS + 10_000);
    expect(told.slice(2).map(({ type }) => type)).toEqual(["zone.ind"]);
    vi.setSystemTime(utc("2026-07-01T00:00:00Z"));
    vi.advanceTimersByTime(10_000);
    expect(told.slice(3)).toMatchObject([
      { type: "clock.ind" },
      { type: "zone.ind", zone: { offsetMs: 2 * HOUR_MS, summerTime: true } },
    ]);
    stop();
  });

  const sync = (urgent: boolean, answers: readonly (boolean | null)[], marked = () => false) => {
    let asked = 0;
    const stop = watchSync((impulse) => told.push(impulse), pino({ level: "silent" }), urgent, {
      ask: async () => answers[Math.min(asked++, answers.length - 1)] ?? null,
      isMarked: marked,
    });
    return { stop, asked: () => asked };
  };
  const words = () =>
    told.map((impulse) => ("synchronised" in impulse ? impulse.synchronised : impulse.type));

  test("§22.27 looked at every few seconds until it is synchronised, then once a minute", async () => {
    const { stop, asked } = sync(true, [false, false, true, true, false]);
    await vi.advanceTimersByTimeAsync(6_500);
    expect(words()).toEqual([false, true]);
    await vi.advanceTimersByTimeAsync(119_000);
    expect(words()).toEqual([false, true]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(words()).toEqual([false, true, false]);
    expect(asked()).toBe(5);
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked()).toBe(5);
  });

  test("of no use to the bus: once a minute", async () => {
    const { stop, asked } = sync(false, [false]);
    await vi.advanceTimersByTimeAsync(179_000);
    expect(words()).toEqual([false]);
    expect(asked()).toBe(3);
    stop();
  });

  test("nobody can tell, until there is the mark of systemd-timesyncd", async () => {
    let mark = false;
    const { stop } = sync(true, [null], () => mark);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(words()).toEqual([null]);
    mark = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(words()).toEqual([null, true]);
    stop();
  });
});
