import type { Impulse } from "../core/impulse.ts";
import { zoneAt } from "./zone.ts";

/**
 * Tells the core what monotonic time means in UTC, and what the time zone makes of it: at once, again whenever the clock of the
 * host was set, and the zone once a day.
 * @param timezone name in the time zone database; null: that of this machine
 * @returns stops it
 */
export const watchClock = (
  deliver: (impulse: Impulse) => void,
  timezone: string | null = null,
): (() => void) => {
  let told = Number.NaN;
  let zoned = Number.NEGATIVE_INFINITY;
  const look = (): void => {
    const at = performance.now();
    const now = Date.now();
    const epoch = now - at;
    const isSet = !(Math.abs(epoch - told) <= TOLERANCE_MS);
    if (isSet) {
      told = epoch;
      deliver({ for: "bridge", type: "clock.ind", epoch, at });
    }
    if (!isSet && at - zoned < DAY_MS) return;
    zoned = at;
    deliver({ for: "bridge", type: "zone.ind", zone: zoneAt(timezone, now), at });
  };
  look();
  const watch = setInterval(look, LOOK_MS);
  return () => clearInterval(watch);
};

const LOOK_MS = 10_000;
const TOLERANCE_MS = 50;
const DAY_MS = 86_400_000;
