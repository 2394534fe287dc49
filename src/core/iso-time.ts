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
