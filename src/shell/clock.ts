import type { Impulse } from "../core/impulse.ts";

/**
 * Tells the core what monotonic time means in UTC: at once, and again whenever the clock of the host was set.
 * @returns stops it
 */
export const watchClock = (deliver: (impulse: Impulse) => void): (() => void) => {
  let told = Number.NaN;
  const look = (): void => {
    const at = performance.now();
    const epoch = Date.now() - at;
    if (Math.abs(epoch - told) <= TOLERANCE_MS) return;
    told = epoch;
    deliver({ for: "bridge", type: "clock.ind", epoch, at });
  };
  look();
  const watch = setInterval(look, LOOK_MS);
  return () => clearInterval(watch);
};

const LOOK_MS = 10_000;
const TOLERANCE_MS = 50;
