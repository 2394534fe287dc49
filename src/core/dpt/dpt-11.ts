import type { Octets } from "../octets.ts";
import { dateText, type LocalTime } from "./calendar.ts";
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
 * Main type 11: date, 1990…2089. `datapoint-types.md` §10.4.4.
 *
 *   0 0 0 D D D D D   0 0 0 0 M M M M   0 Y Y Y Y Y Y Y      Y: 90…99 for 1990…, 0…89 for 2000…
 *
 * MQTT form: `"2026-01-31"`, also `"today"`. Nobody on the bus checks whether the month has that day.
 */

const date = (sub: string, name: string): Dpt => {
  const id = `11.${sub}`;
  return {
    id,
    main: 11,
    bits: 24,
    name,
    format: "r3U5r4U4r1U7",
    json: '"2026-01-31", 1990 to 2089; also "today"',
    example: "1f 01 1a",
    codec: { decode, encode: (value) => encode(id, value) },
  };
};

const decode = ([first = 0, second = 0, third = 0]: Octets): Decoding => {
  const [day, month, year] = [first & 0x1f, second & 0x0f, third & 0x7f];
  return day < 1 || month < 1 || month > 12 || year > 99
    ? INVALID
    : ok(dateText(year < PIVOT ? 2000 + year : 1900 + year, month, day));
};

const PIVOT = 90;

const encode = (id: string, value: unknown): Encoding<Octets> => {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (text === "today") return askClock(id, value, { is: "now" });
  const [, years, months, days] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (years === undefined)
    return refuse("invalid_value", `${shown(value)} is no value of ${id}: "2026-01-31", "today"`);
  const year = wholeWithin(`year of ${id}`, { min: 1990, max: 2089 }, years);
  const month = wholeWithin(`month of ${id}`, { min: 1, max: 12 }, months);
  const day = wholeWithin(`day of ${id}`, { min: 1, max: 31 }, days);
  if (!year.ok) return year;
  if (!month.ok) return month;
  return day.ok ? ok([day.value, month.value, year.value % 100]) : day;
};

/** The value of a clock. */
export const dateOf = ({ year, month, day }: LocalTime): Value => dateText(year, month, day);

export const DPT_11: MainType = alone(11, date("001", "date"), date("xxx", "date of 3 octets"));
