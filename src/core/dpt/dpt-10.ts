import type { Octets } from "../octets.ts";
import type { LocalTime } from "./calendar.ts";
import { timeText, weekdayOf } from "./calendar.ts";
import { fieldsIn } from "./fields.ts";
import {
  askClock,
  type Decoding,
  type Dpt,
  type Encoding,
  INVALID,
  type MainType,
  ok,
  refuse,
  shown,
  type Value,
} from "./main-type.ts";
import { wholeWithin } from "./number.ts";
import { alone } from "./scalar.ts";

/*
 * Main type 10: time of day. `datapoint-types.md` §10.4.3.
 *
 *   D D D H H H H H   0 0 M M M M M M   0 0 S S S S S S      D: 0 no day, 1 Monday … 7 Sunday
 *
 * MQTT form: `"13:45:00"`, the day in `detail.weekday`; also `"13:45"`, `{"time":…,"weekday":1}`, `"now"`.
 */

const time = (sub: string, name: string): Dpt => {
  const id = `10.${sub}`;
  return {
    id,
    main: 10,
    bits: 24,
    name,
    format: "N3U5r2U6r2U6",
    json: '"13:45:00"; weekday 0 to 7 in detail.weekday; also {"time":"13:45","weekday":1}, "now"',
    example: "2d 25 2a",
    codec: {
      decode,
      encode: (value) => encode(id, value),
      detailOf: ([first = 0]) => ({ weekday: first >> 5 }),
    },
  };
};

const decode = ([first = 0, second = 0, third = 0]: Octets): Decoding => {
  const [hour, minute, seconds] = [first & 0x1f, second & 0x3f, third & 0x3f];
  return hour > 23 || minute > 59 || seconds > 59 ? INVALID : ok(timeText(hour, minute, seconds));
};

const encode = (id: string, value: unknown): Encoding<Octets> => {
  const fields: Fields = fieldsIn(value) ?? { time: value };
  const { time: text, weekday = 0 } = fields;
  if (typeof text !== "string") return refuse("invalid_value", expected(id, text ?? value));
  if (text.trim().toLowerCase() === "now") return askClock(id, text, { is: "now" });
  const [, ...parts] = /^\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text) ?? [];
  const [hours, minutes, seconds = "0"] = parts;
  if (hours === undefined) return refuse("invalid_value", expected(id, text));
  const hour = wholeWithin(`hour of ${id}`, { min: 0, max: 23 }, hours);
  const minute = wholeWithin(`minute of ${id}`, { min: 0, max: 59 }, minutes);
  const second = wholeWithin(`second of ${id}`, { min: 0, max: 59 }, seconds);
  const day = wholeWithin(`weekday of ${id}`, { min: 0, max: 7 }, weekday);
  if (!hour.ok) return hour;
  if (!minute.ok) return minute;
  if (!second.ok) return second;
  return day.ok ? ok([(day.value << 5) | hour.value, minute.value, second.value]) : day;
};

type Fields = Readonly<{ time?: unknown; weekday?: unknown }>;

const expected = (id: string, value: unknown): string =>
  `${shown(value)} is no value of ${id}: "13:45:00", "13:45", {"time":"13:45","weekday":1}, "now"`;

/** The value of a clock. */
export const timeOf = ({ year, month, day, hour, minute, second }: LocalTime): Value => ({
  time: timeText(hour, minute, second),
  weekday: weekdayOf(year, month, day),
});

export const DPT_10: MainType = alone(
  10,
  time("001", "time of day"),
  time("xxx", "time of 3 octets"),
);
