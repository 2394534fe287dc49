import type { Zone } from "../core/app/bridge/time/state.ts";

/**
 * What a time zone is at a moment, and when its offset changes next.
 * @param timezone name in the time zone database; null: that of this machine
 * @param ms since 1970
 * @throws RangeError when there is no such zone; the configuration loader has checked it
 */
export const zoneAt = (timezone: string | null, ms: number): Zone => {
  const offsetAt = offsets(timezone);
  const offsetMs = offsetAt(ms);
  const from = nextChange(offsetAt, ms);
  return {
    offsetMs,
    summerTime: isSummer(offsetAt, ms),
    next:
      from === undefined
        ? null
        : { from, offsetMs: offsetAt(from), summerTime: isSummer(offsetAt, from) },
  };
};

/** Of a moment in ms since 1970: local time − UTC in ms. */
type OffsetAt = (ms: number) => number;

const offsets = (timezone: string | null): OffsetAt => {
  const format = new Intl.DateTimeFormat("en-US", {
    ...(timezone !== null && { timeZone: timezone }),
    timeZoneName: "longOffset",
  });
  return (ms) => {
    const name = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    // `GMT` alone is UTC itself.
    const [, sign, hours = "0", minutes = "0", seconds = "0"] =
      /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name) ?? [];
    const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return (sign === "-" ? -size : size) * 1_000;
  };
};

/** Week by week, then closer by halves; whole seconds. Few questions: each takes a moment in which no octet is looked at. */
const nextChange = (offsetAt: OffsetAt, ms: number): number | undefined => {
  const offset = offsetAt(ms);
  for (let week = 1; week <= WEEKS; week++) {
    let after = ms + week * WEEK_MS;
    if (offsetAt(after) === offset) continue;
    let before = after - WEEK_MS;
    while (after - before > SECOND_MS) {
      const middle = before + (after - before) / 2;
      if (offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    return Math.floor(after / SECOND_MS) * SECOND_MS;
  }
  return undefined;
};

/** Further ahead of UTC than some time within the next year. */
const isSummer = (offsetAt: OffsetAt, ms: number): boolean =>
  TWO_MONTHS_DAYS.some((days) => offsetAt(ms + days * DAY_MS) < offsetAt(ms));

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Every rule repeats within a year; one that has been abolished does not. */
const WEEKS = 53;
const TWO_MONTHS_DAYS = [61, 122, 183, 244, 305];
