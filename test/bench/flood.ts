import { percentile, sum } from "./figures.ts";

/** Group addresses of the flood, from FIRST on: 0/1/0. */
export const FLOODED = 200;
export const FIRST = 0x0100;

/** What became of more commands than the bus carries. */
export type Flood = Readonly<{
  commands: number;
  telegrams: number;
  /** Merged or refused. */
  held: number;
  /** Own part of the airtime. */
  share: number;
  /** In the worst ten seconds. */
  worst: number;
  /** Memory in the first and in the second half, octets. */
  sizes: readonly [number, number];
}>;

export type Airtime = Readonly<{ at: number; ms: number }>;

/** `mqtt-interface.md` §2 */
export const airtimeOf = (octets: number): number => (53 + 13 * octets + 28) / 9.6;

type Health = Readonly<{
  queue?: Readonly<{ merged?: number; rejected?: Readonly<Record<string, number>> }>;
}>;

/** @param tookMs how long the flood lasted; @param sizes of memory, at equal distances */
export const floodOf = (
  commands: number,
  airtimes: readonly Airtime[],
  tookMs: number,
  { queue }: Health,
  sizes: readonly number[],
): Flood => {
  const windows = airtimes.map(({ at }) =>
    sum(airtimes.filter((each) => each.at >= at && each.at < at + WINDOW_MS).map(({ ms }) => ms)),
  );
  // The first tenth fills the tables.
  const settled = sizes.slice(Math.ceil(sizes.length / 10));
  const half = Math.floor(settled.length / 2);
  return {
    commands,
    telegrams: airtimes.length,
    held: (queue?.merged ?? 0) + sum(Object.values(queue?.rejected ?? {})),
    share: sum(airtimes.map(({ ms }) => ms)) / tookMs,
    worst: Math.max(...windows) / WINDOW_MS,
    sizes: [percentile(settled.slice(0, half), 0.5), percentile(settled.slice(half), 0.5)],
  };
};

const WINDOW_MS = 10_000;
