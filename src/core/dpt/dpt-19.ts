import type { Octets } from "../octets.ts";
import { dateText, digits, type LocalTime, timeText, weekdayOf } from "./calendar.ts";
import { encodeDateTime } from "./date-time.ts";
import {
  type Decoding,
  type Detail,
  type Dpt,
  INVALID,
  type MainType,
  ok,
  type Value,
} from "./main-type.ts";
import { alone } from "./scalar.ts";

/*
 * Main type 19: date and time with what they are worth. `datapoint-types.md` §10.4.8.
 *
 *   0  year − 1900        2  0 0 0 day          4  0 0 minutes       6  F WD NWD NY ND NDOW NT SUTI
 *   1  0 0 0 0 month      3  weekday 3, hour 5  5  0 0 seconds       7  CLQ SRC 0 0 0 0 0 0
 *
 * The N bits are 1 when their part is not valid. MQTT form: `"2026-01-31T13:45:00"`, the rest in `detail`. What is not valid
 * is left out: `"13:45:00"` without a date, `"2026-01-31"` without a time, `"--01-31T13:45:00"` without a year, `"2026"`
 * without all but the year; null when nothing is left.
 */

const dateTime = (sub: string, name: string): Dpt => {
  const id = `19.${sub}`;
  return {
    id,
    main: 19,
    bits: 64,
    name,
    format: "U8r4U4r3U5U3U5r2U6r2U6B16",
    json: '"2026-01-31T13:45:00"; flags in detail; also with an offset (…Z, …+01:00), {"datetime":…,"fault":true}, "now"',
    example: "75 0b 1c 17 07 18 24 00",
    codec: { decode, encode: (value) => encodeDateTime(id, value), detailOf },
  };
};

const decode = (octets: Octets): Decoding => {
  const [year = 0, month = 0, day = 0, hours = 0, minute = 0, second = 0, flags = 0] = octets;
  const [noYear, noDate, noTime] = [flags & NY, flags & ND, flags & NT];
  const time = noTime ? "" : timeIn(hours & 0x1f, minute & 0x3f, second & 0x3f);
  const date = dateIn(
    noYear ? undefined : 1900 + year,
    noDate ? undefined : month & 0x0f,
    day & 0x1f,
  );
  if (time === undefined || date === undefined) return INVALID;
  if (date === "" || time === "") return ok(date || time || null);
  return ok(`${date}T${time}`);
};

/** Hour 24 is the end of the day, and exactly that. */
const timeIn = (hour: number, minute: number, second: number): string | undefined =>
  hour > 24 || minute > 59 || second > 59 || (hour === 24 && (minute > 0 || second > 0))
    ? undefined
    : timeText(hour, minute, second);

const dateIn = (
  year: number | undefined,
  month: number | undefined,
  day: number,
): string | undefined => {
  if (month === undefined) return year === undefined ? "" : `${year}`;
  if (month < 1 || month > 12 || day < 1) return undefined;
  return year === undefined
    ? `--${digits(month, 2)}-${digits(day, 2)}`
    : dateText(year, month, day);
};

const detailOf = ([, , , hours = 0, , , flags = 0, more = 0]: Octets): Detail => ({
  weekday: hours >> 5,
  fault: (flags & 0x80) !== 0,
  working_day: (flags & 0x40) !== 0,
  no_working_day: (flags & 0x20) !== 0,
  no_year: (flags & NY) !== 0,
  no_date: (flags & ND) !== 0,
  no_weekday: (flags & 0x04) !== 0,
  no_time: (flags & NT) !== 0,
  summer_time: (flags & 0x01) !== 0,
  external_sync: (more & 0x80) !== 0,
  reliable_source: (more & 0x40) !== 0,
});

const NY = 0x10;
const ND = 0x08;
const NT = 0x02;

/** The value of a clock. A clock that nobody sets has a fault, as long as nobody says better. */
export const dateTimeOf = (local: LocalTime): Value => {
  const { year, month, day, hour, minute, second, summerTime, synchronised } = local;
  return {
    datetime: `${dateText(year, month, day)}T${timeText(hour, minute, second)}`,
    weekday: weekdayOf(year, month, day),
    summer_time: summerTime,
    fault: !synchronised,
    external_sync: synchronised,
  };
};

export const DPT_19: MainType = alone(
  19,
  dateTime("001", "date and time"),
  dateTime("xxx", "date and time of 8 octets"),
);
