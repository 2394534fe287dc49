import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { Logger } from "pino";
import type { Impulse } from "../core/impulse.ts";

/** How to find out whether another clock sets that of this machine. */
export type SyncSources = Readonly<{
  /** What the kernel was told, by whichever program sets the clock; null: nobody can tell. */
  ask(): Promise<boolean | null>;
  /** systemd-timesyncd has set it. */
  isMarked(): boolean;
}>;

/**
 * Tells the core whether the clock is synchronised: once it is known, and again whenever that has changed.
 * @param urgent the bus is told the time: as long as it is not synchronised it is looked at every few seconds
 * @returns stops it
 */
export const watchSync = (
  deliver: (impulse: Impulse) => void,
  log: Logger,
  urgent: boolean,
  sources: SyncSources = HOST,
): (() => void) => {
  let told: boolean | null | undefined;
  let next: NodeJS.Timeout | undefined;
  let stopped = false;

  const tell = (synchronised: boolean | null): void => {
    if (synchronised === told || stopped) return;
    told = synchronised;
    if (synchronised === null && urgent) log.warn({}, NOBODY_TELLS);
    else if (urgent) log.info({ synchronised }, "clock of this machine");
    deliver({ for: "bridge", type: "clock-sync.ind", synchronised, at: performance.now() });
  };

  const look = async (): Promise<void> => {
    const known = await sources.ask();
    // The mark stays when the server is lost later, so it is worth less.
    tell(known ?? (sources.isMarked() ? true : null));
    if (stopped) return;
    next = setTimeout(again, urgent && told !== true ? URGENT_MS : LOOK_MS);
    next.unref();
  };

  const again = (): void => {
    look().catch((error: unknown) => log.debug({ err: error }, "clock not looked at"));
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(next);
  };
};

const HOST: SyncSources = {
  isMarked: () => existsSync("/run/systemd/timesync/synchronized"),
  ask: () =>
    new Promise((resolve) => {
      execFile(
        "timedatectl",
        ["show", "--property=NTPSynchronized", "--value"],
        { timeout: TIMEOUT_MS },
        (error, answer) => resolve(error ? null : answer.trim() === "yes"),
      );
    }),
};

const NOBODY_TELLS =
  "nobody can tell whether the clock of this machine is synchronised (no systemd-timesyncd, no timedatectl), so the bus is not told the time; time.only_if_synced: false sends it anyway";
const LOOK_MS = 60_000;
/** `mqtt-interface.md` §22.27: within 5 s. */
const URGENT_MS = 3_000;
const TIMEOUT_MS = 1_500;
