import { setImmediate } from "node:timers/promises";
import type { VirtualClock } from "../../src/sim/clock.ts";

/**
 * Virtual time for code that works with promises: the clock stands still while any of it could go on, so that a run is the same each
 * time. What waits for the clock itself says so, and is not waited for.
 */
export type Turns = Readonly<{
  /** Time goes on only when this is over, or waits for the clock. It waits in one place at a time. */
  track(work: Promise<unknown>): void;
  /** Promises that are kept already are taken up before time goes on. */
  nudge(): void;
  /** For work that is tracked: resolves after so many ms of virtual time; null: never. */
  pause(ms: number | null): Promise<void>;
  advance(ms: number): Promise<void>;
}>;

export const openTurns = (clock: VirtualClock): Turns => {
  let active = 0;
  let waiting = 0;
  let nudged = false;
  const goesOn = (): boolean => active > waiting || nudged;

  const settle = async (): Promise<void> => {
    for (let turn = 0; goesOn(); turn++) {
      if (turn > PATIENCE) throw new Error(`work that does not end: ${active - waiting}`);
      nudged = false;
      await setImmediate();
    }
    // Whoever waited for that work.
    await setImmediate();
  };

  return {
    track(work) {
      active += 1;
      const over = (): void => {
        active -= 1;
      };
      work.then(over, over);
    },
    nudge: () => {
      nudged = true;
    },
    pause: (ms) => {
      waiting += 1;
      return new Promise((resolve) => {
        if (ms === null) return;
        clock.after(ms, () => {
          waiting -= 1;
          resolve();
        });
      });
    },
    async advance(ms) {
      const end = clock.now() + ms;
      while (clock.now() < end) {
        clock.runUntil(goesOn, end - clock.now());
        if (goesOn()) await settle();
      }
    },
  };
};

/** Turns of the event loop: far more than any work here needs. */
const PATIENCE = 100_000;
