import type { Logger } from "pino";
import type { Counters } from "../core/app-impulse.ts";
import type { Counter } from "../core/counter.ts";
import type { DropReason } from "../core/drop.ts";
import { type Octets, toHex } from "../core/octets.ts";

export type CounterBook = Readonly<{
  count(counter: Counter, by: number): void;
  drop(reason: DropReason, octets: Octets): void;
  /** All that is not zero, as it stands now. */
  read(): Counters;
  /** All begin at 0 again. */
  reset(): void;
  close(): void;
}>;

/** Counts since the start of the process, and a line an hour with what they stand at when they moved. */
export const openCounters = (log: Logger): CounterBook => {
  let totals: Partial<Record<Counter | DropReason, number>> = {};
  let moved = false;
  const add = (name: Counter | DropReason, by: number): void => {
    totals[name] = (totals[name] ?? 0) + by;
    moved = true;
  };
  const summary = setInterval(() => {
    if (moved) log.info({ counters: { ...totals } }, "counters");
    moved = false;
  }, SUMMARY_MS);
  return {
    count: add,
    drop(reason, octets) {
      add(reason, 1);
      if (!log.isLevelEnabled("debug")) return;
      const [layer] = reason.split(".");
      log.debug({ layer, reason, octets: toHex(octets) }, "dropped");
    },
    read: () => ({ ...totals }),
    reset() {
      totals = {};
    },
    close: () => clearInterval(summary),
  };
};

const SUMMARY_MS = 3_600_000;
