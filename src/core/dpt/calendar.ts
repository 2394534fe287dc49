/** Days from 1970-01-01, negative before: proleptic Gregorian calendar in eras of 400 years. The core has no `Date`. */
export const daysTo = (year: number, month: number, day: number): number => {
  // The year starts in March here, so that the leap day is its last.
  const started = month <= 2 ? year - 1 : year;
  const era = Math.floor(started / 400);
  const yearOfEra = started - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - DAYS_TO_1970;
};

/** 1 Monday … 7 Sunday. */
export const weekdayOf = (year: number, month: number, day: number): number =>
  ((((daysTo(year, month, day) + THURSDAY) % 7) + 7) % 7) + 1;

/** Local time as a clock on the wall shows it, with what 19.001 says besides. */
export type LocalTime = Readonly<{
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  summerTime: boolean;
  /** The clock is set by another one that can be trusted. */
  synchronised: boolean;
}>;

/** `2026-01-31` */
export const dateText = (year: number, month: number, day: number): string =>
  `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;

/** `13:45:00` */
export const timeText = (hour: number, minute: number, second: number): string =>
  `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}`;

export const digits = (value: number, width: number): string => `${value}`.padStart(width, "0");

/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;
/** 1970-01-01, counted from 0 = Monday. */
const THURSDAY = 3;
