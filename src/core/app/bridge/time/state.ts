import type { TimeConfig } from "./config.ts";

/** What the shell has told of the clock and of the time zone, and what the bus was told of them. */
export type Clock = Readonly<{
  zone: Zone | null;
  /** The clock of the host is set by another one; null: nobody can tell. */
  synchronised: boolean | null;
  /** The bus was told the time since the start, or since it was known again. */
  told: boolean;
  /** The last change of the offset that the bus was told, ms since 1970. */
  change: number;
}>;

/** The time zone as it is now, and what comes next in it. */
export type Zone = Readonly<{
  /** Local time − UTC in ms. */
  offsetMs: number;
  summerTime: boolean;
  /** null: no change is in sight. */
  next: Readonly<{
    /** ms since 1970. */
    from: number;
    offsetMs: number;
    summerTime: boolean;
  }> | null;
}>;

export const openClock = (): Clock => ({ zone: null, synchronised: null, told: false, change: 0 });

/** Told anew when the addresses are others, or whether they may be told. */
export const reopenClock = (
  clock: Clock,
  before: TimeConfig | null,
  after: TimeConfig | null,
): Clock => (JSON.stringify(before) === JSON.stringify(after) ? clock : { ...clock, told: false });
