/**
 * ISO 8601 in UTC with milliseconds: `2026-01-31T10:11:12.345Z`. The core has no `Date`.
 * @param ms since 1970-01-01T00:00:00Z, any sign; a fraction is cut. Years outside 0000…9999 are clamped to that range
 * @see ISO 8601; days to civil date: proleptic Gregorian calendar in eras of 400 years (146,097 days)
 */
export const isoTime = (ms: number): string => {
  const whole = Math.floor(Math.min(Math.max(ms, FIRST_MS), LAST_MS));
  const days = Math.floor(whole / DAY_MS);
  const time = whole - days * DAY_MS;
  const hours = digits(Math.floor(time / 3_600_000), 2);
  const minutes = digits(Math.floor(time / 60_000) % 60, 2);
  const seconds = digits(Math.floor(time / 1_000) % 60, 2);
  return `${civilDate(days)}T${hours}:${minutes}:${seconds}.${digits(time % 1_000, 3)}Z`;
};

/** @returns ms since 1970 for what `isoTime` writes, undefined for any other text */
export const parseIsoTime = (text: string): number | undefined => {
  const fields = ISO.exec(text)?.slice(1).map(Number);
  if (fields === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = fields;
  const time = hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + ms;
  const whole = daysOf(year, month, day) * DAY_MS + time;
  // A date that does not exist would come back as another one.
  return isoTime(whole) === text ? whole : undefined;
};

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z$/;

/** Since 1970. Years and months as in `civilDate`. */
const daysOf = (year: number, month: number, day: number): number => {
  const years = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  return 365 * years + leapDays + dayOfYear - DAYS_TO_1970;
};

/** The year starts in March here, so that the leap day is the last of a year and months have a regular length. */
const civilDate = (days: number): string => {
  const shifted = days + DAYS_TO_1970;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
};

const digits = (value: number, width: number): string => `${value}`.padStart(width, "0");

const DAY_MS = 86_400_000;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;
/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;
