import type { Clock } from "./words.ts";

/**
 * A moment as people name it: from the begin (`+90s`), before the end (`-5m`), on a clock (`03:12`, `03:12:07.5`), or a date with or
 * without a time.
 */
export type Moment = Readonly<
  | { from: "begin" | "end"; ms: number }
  /** Since midnight. */
  | { from: "midnight"; ms: number }
  /** Milliseconds since 1970 in UTC. */
  | { from: "1970"; ms: number }
>;

/**
 * @param clock of dates and times without a zone
 * @returns undefined for a text that names no moment
 */
export const parseMoment = (text: string, clock: Clock): Moment | undefined => {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const [, sign, number, unit = "s"] = relative;
    const ms = Number(number) * (UNITS[unit] ?? 1_000);
    return { from: sign === "+" ? "begin" : "end", ms };
  }
  const onClock = CLOCK.exec(text);
  if (onClock !== null) {
    const ms = timeOfDay(onClock.slice(1));
    return ms === undefined ? undefined : { from: "midnight", ms };
  }
  return dateAndTime(text, clock);
};

/** What a wrong one is told. */
export const MOMENT_FORMS =
  "2026-11-24T03:12, 2026-11-24T02:12:00Z, 03:12, +90s after the begin and -5m before the end are how moments look";

/** Where in a recording a moment lies: on the clock of the impulses, or in UTC. */
export type Place = Readonly<{ on: "at" | "utc"; ms: number }>;

/** What is known of a recording: `at` and UTC of its begin, `at` of its end. */
export type Span = Readonly<{ at: number; utc: number; end: number }>;

/**
 * A time of day is the first one at or after `after`, which is the begin unless it is said: a recording from 22:00 to 06:00 has one 03:12.
 * @param after UTC
 */
export const placeOf = (
  moment: Moment,
  span: Span,
  clock: Clock,
  after: number = span.utc,
): Place => {
  switch (moment.from) {
    case "begin":
      return { on: "at", ms: span.at + moment.ms };
    case "end":
      return { on: "at", ms: span.end - moment.ms };
    case "1970":
      return { on: "utc", ms: moment.ms };
    case "midnight": {
      const [today, tomorrow] = [0, 1].map((days) => timeOn(after, days, moment.ms, clock));
      return { on: "utc", ms: (today ?? 0) >= after ? (today ?? 0) : (tomorrow ?? 0) };
    }
  }
};

/** A time of day on the day of `utc`, or days later. */
const timeOn = (utc: number, days: number, ms: number, clock: Clock): number => {
  const day = new Date(utc);
  return clock === "utc"
    ? Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + days) + ms
    : // by its fields, for a day on which the clocks are put forward or back is not 24 hours long
      new Date(day.getFullYear(), day.getMonth(), day.getDate() + days).setHours(0, 0, 0, ms);
};

/** @returns whether an impulse at this time comes before the place */
export const isBefore = (place: Place, at: number, utc: number): boolean =>
  (place.on === "at" ? at : utc) < place.ms;

/** @returns whether an impulse at this time comes after the place */
export const isAfter = (place: Place, at: number, utc: number): boolean =>
  (place.on === "at" ? at : utc) > place.ms;

const RELATIVE = /^([+-])(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|min|h|d)$/;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/;
const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/** @param fields hours, minutes, seconds, decimals; the last two may be missing */
const timeOfDay = ([hours, minutes, seconds = "0", decimals = "0"]: readonly (
  | string
  | undefined
)[]): number | undefined => {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1_000 + Number(`0.${decimals}`) * 1_000;
};

const dateAndTime = (text: string, clock: Clock): Moment | undefined => {
  const fields = DATE.exec(text);
  if (fields === null) return undefined;
  const [, years, months, days, hours = "0", minutes = "0", seconds, decimals, zone] = fields;
  const time = timeOfDay([hours, minutes, seconds, decimals]);
  const [year, month, day] = [Number(years), Number(months) - 1, Number(days)];
  const midnight = new Date(Date.UTC(year, month, day));
  // A date that does not exist would be another one.
  if (time === undefined || midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day)
    return undefined;
  const ms =
    zone === undefined && clock === "local"
      ? new Date(year, month, day).setHours(0, 0, 0, time)
      : midnight.getTime() + time - offsetOf(zone ?? "Z");
  return { from: "1970", ms };
};

/** Of `+01:00`, in ms. */
const offsetOf = (zone: string): number => {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
};
