import type { Logger } from "pino";
import type { BridgeConfig } from "../core/config.ts";
import type { Impulse } from "../core/impulse.ts";
import { watchClock } from "./clock.ts";
import { watchSync } from "./clock-sync.ts";
import type { Log } from "./log.ts";

/**
 * What the configuration of the bridge asks of the outside: the clock of this machine, and lines of the log.
 * @returns stops it
 */
export const watchOutside = (
  { time, log: wanted }: BridgeConfig,
  deliver: (impulse: Impulse) => void,
  log: Logger,
  levels: Log | undefined,
): (() => void) => {
  const stopClock = watchClock(deliver, time?.timezone ?? null);
  const stopSync = watchSync(deliver, log, time?.onlyIfSynced === true);
  levels?.listen(wanted === "off" ? "silent" : wanted, (line) =>
    deliver({ for: "bridge", type: "log.ind", ...line, at: performance.now() }),
  );
  return () => {
    stopClock();
    stopSync();
  };
};
