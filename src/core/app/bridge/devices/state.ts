import { EMPTY_TABLE, put, type Table } from "../../../table.ts";
import type { DeviceConfig, DevicesConfig } from "./config.ts";

/** Who is on the line, by individual address. `mqtt-interface.md` §9 */
export type Devices = Readonly<{
  known: Table<DeviceConfig>;
  seen: Table<Seen>;
  count: number;
}>;

/** Times in monotonic ms. */
export type Seen = Readonly<{
  first: number;
  last: number;
  telegrams: number;
  online: boolean;
  /** The longest time without a telegram, for each of the last days; newest last. */
  gaps: readonly Gap[];
  /** When its topic was last published; null: never, or on another connection. */
  published: number | null;
  /** Something has changed since. */
  changed: boolean;
  /** When to look at it again; null: it will be when it is heard. */
  due: number | null;
}>;

/** `day`: since the start of the process. */
type Gap = Readonly<{ day: number; ms: number }>;

/** Anew at the start and whenever the configuration is another one. */
export const openDevices = ({ known }: DevicesConfig): Devices => ({
  known: known.reduce<Table<DeviceConfig>>((table, one) => put(table, one.ia, one), EMPTY_TABLE),
  seen: EMPTY_TABLE,
  count: 0,
});

/** One more gap. */
export const withGap = (gaps: readonly Gap[], at: number, ms: number): readonly Gap[] => {
  const day = Math.floor(at / DAY_MS);
  const last = gaps.at(-1);
  if (last?.day === day) return ms <= last.ms ? gaps : [...gaps.slice(0, -1), { day, ms }];
  return [...gaps.filter((gap) => gap.day > day - DAYS), { day, ms }];
};

/**
 * How long a device may be silent, in ms: as configured, else three times its longest silence of seven days.
 * @returns undefined as long as it was not watched for a day
 */
export const expectedOf = (
  known: DeviceConfig | undefined,
  { first, last, gaps }: Seen,
): number | undefined => {
  if (known?.expectedMs !== undefined) return known.expectedMs;
  if (last - first < DAY_MS) return undefined;
  const longest = Math.max(0, ...gaps.map(({ ms }) => ms));
  return Math.max(LEAST_MS, 3 * longest);
};

const DAY_MS = 86_400_000;
const DAYS = 7;
/** Whoever says much in a day may still be silent for some minutes. */
const LEAST_MS = 600_000;
