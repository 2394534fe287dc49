import type { Octets } from "../octets.ts";
import { daysTo, weekdayOf } from "./calendar.ts";
import { fieldsIn } from "./fields.ts";
import { flag } from "./flags.ts";
import { askClock, type Encoding, ok, refuse, shown } from "./main-type.ts";
import { wholeWithin } from "./number.ts";

/**
 * What somebody writes for a 19.001 → its octets. The layout stands in `dpt-19.ts`.
 * Without `detail` in the value: the weekday of the date, and nothing known about working days. §10.4.8.
 */
export const encodeDateTime = (id: string, value: unknown): Encoding<Octets> => {
  const fields = fieldsIn(value) ?? { datetime: value };
  const { datetime: text } = fields;
  const strange = Object.keys(fields).find((key) => key !== "datetime" && !KEYS.has(key));
  if (strange !== undefined) return refuse("invalid_value", `${id} has no ${shown(strange)}`);
  if (text === null) return withFlags(id, NOTHING, fields);
  if (typeof text !== "string") return refuse("invalid_value", expected(id, text ?? value));
  if (text.trim().toLowerCase() === "now") return askClock(id, text, { is: "now" });
  const instant = instantIn(text);
  if (instant !== undefined) return askClock(id, text, { is: "instant", ms: instant });
  const parts = partsIn(text);
  return parts === undefined
    ? refuse("invalid_value", expected(id, text))
    : withFlags(id, parts, fields);
};

/** Parts that are not there are undefined. */
type Parts = Readonly<{
  year?: string | undefined;
  month?: string | undefined;
  day?: string | undefined;
  hour?: string | undefined;
  minute?: string | undefined;
  second?: string | undefined;
}>;

const NOTHING: Parts = {};

/** A fraction of a second is cut. */
const TIME = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?`;
const WHOLE = new RegExp(String.raw`^(\d{4}|-)-(\d{2})-(\d{2})(?:[T ]${TIME})?$`, "i");
const ONLY_TIME = new RegExp(`^${TIME}$`);
const YEAR_AND_TIME = new RegExp(String.raw`^(\d{4})(?:T${TIME})?$`, "i");
const OFFSET = new RegExp(
  String.raw`^(\d{4})-(\d{2})-(\d{2})[T ]${TIME}(Z|[+-]\d{2}:?\d{2})$`,
  "i",
);

const partsIn = (written: string): Parts | undefined => {
  const text = written.trim();
  const [, years, month, day, ...time] = WHOLE.exec(text) ?? [];
  if (years !== undefined)
    return { ...timeParts(time), year: years === "-" ? undefined : years, month, day };
  const only = ONLY_TIME.exec(text);
  if (only) return timeParts(only.slice(1));
  const [, year, ...after] = YEAR_AND_TIME.exec(text) ?? [];
  return year === undefined ? undefined : { ...timeParts(after), year };
};

const timeParts = ([hour, minute, second]: readonly (string | undefined)[]): Parts =>
  hour === undefined ? {} : { hour, minute, second: second ?? "0" };

/** @returns ms since 1970 in UTC, for a text with an offset only */
const instantIn = (text: string): number | undefined => {
  const [, year, month, day, hour, minute, second = "0", offset = "Z"] =
    OFFSET.exec(text.trim()) ?? [];
  if (year === undefined) return undefined;
  const days = daysTo(Number(year), Number(month), Number(day));
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  const behind = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const total = (days * 24 + Number(hour)) * 60 + Number(minute) - behind;
  return (total * 60 + Number(second)) * 1_000;
};

const withFlags = (
  id: string,
  parts: Parts,
  fields: Readonly<Record<string, unknown>>,
): Encoding<Octets> => {
  const numbers: number[] = [];
  for (const [name, min, max] of LIMITS) {
    const part = parts[name];
    const number =
      part === undefined ? ok(min) : wholeWithin(`${name} of ${id}`, { min, max }, part);
    if (!number.ok) return number;
    numbers.push(part === undefined ? 0 : number.value);
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  if (hour === 24 && minute + second > 0)
    return refuse("invalid_value", `hour 24 of ${id} is the end of the day: 24:00:00 only`);
  const { datetime, weekday: told, no_weekday } = fields;
  const complete = parts.year !== undefined && parts.month !== undefined;
  const implied: Readonly<Record<string, boolean>> = {
    no_working_day: !("working_day" in fields),
    no_year: parts.year === undefined,
    no_date: parts.month === undefined,
    no_weekday: !complete && !("weekday" in fields),
    no_time: parts.hour === undefined,
  };
  const weekday = wholeWithin(
    `weekday of ${id}`,
    { min: 0, max: 7 },
    told ?? (complete && no_weekday !== true ? weekdayOf(year, month, day) : 0),
  );
  if (!weekday.ok) return weekday;
  let flags = 0;
  for (const [index, name] of FLAGS.entries()) {
    const bit = FLAG.write(fields[name] ?? implied[name] ?? false, `${name} of ${id}`);
    if (!bit.ok) return bit;
    if (FOLLOW.has(name) && (bit.value === 1) !== implied[name])
      return refuse("invalid_value", `${name} of ${id} does not fit ${shown(datetime)}`);
    if (bit.value === 1) flags |= 0x8000 >> index;
  }
  const years = parts.year === undefined ? 0 : year - 1900;
  const days = (weekday.value << 5) | hour;
  return ok([years, month, day, days, minute, second, flags >> 8, flags & 0xff]);
};

const LIMITS = [
  ["year", 1900, 2155],
  ["month", 1, 12],
  ["day", 1, 31],
  ["hour", 0, 24],
  ["minute", 0, 59],
  ["second", 0, 59],
] as const;

/** Octets 6 and 7 from the MSB. */
const FLAGS = [
  ...["fault", "working_day", "no_working_day", "no_year"],
  ...["no_date", "no_weekday", "no_time", "summer_time"],
  ...["external_sync", "reliable_source"],
];
/** Those that the text says by what it leaves out. */
const FOLLOW: ReadonlySet<string> = new Set(["no_year", "no_date", "no_time"]);
const KEYS: ReadonlySet<string> = new Set([...FLAGS, "weekday"]);
const FLAG = flag();

const expected = (id: string, value: unknown): string =>
  `${shown(value)} is no value of ${id}: "2026-01-31T13:45:00", with an offset as in "…+01:00" or "…Z", "now"`;
