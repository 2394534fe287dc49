import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Counters, ProcessFigures } from "../core/app-impulse.ts";
import type { Impulse } from "../core/impulse.ts";
import { measureHost } from "./host-figures.ts";

export type Health = Readonly<{
  /** Once more, a moment from now. */
  soon(): void;
  /** The answer to a request. */
  answer(ref: number): void;
  close(): void;
}>;

export type HealthOptions = Readonly<{
  counters(): Counters;
  /** Publications that the broker has not acknowledged. */
  inFlight(): number;
  /** Where the state is kept. */
  directory?: string | undefined;
  deliver(impulse: Impulse): void;
}>;

/** Asks the core for a health report every minute, with what only process and machine can measure. */
export const watchHealth = (options: HealthOptions): Health => {
  const { counters, inFlight, directory, deliver } = options;
  const figures = measureProcess();
  let closed = false;
  const report = async (ref?: number): Promise<void> => {
    const host = await measureHost(directory);
    if (closed) return;
    deliver({
      for: "bridge",
      type: "health.req",
      counters: counters(),
      process: figures.read(),
      host,
      inFlight: inFlight(),
      ...(ref !== undefined && { ref }),
      at: performance.now(),
    });
  };
  const every = setInterval(() => void report(), EVERY_MS);
  let once: NodeJS.Timeout | undefined;
  return {
    soon() {
      clearTimeout(once);
      once = setTimeout(() => void report(), SOON_MS);
    },
    answer(ref) {
      void report(ref);
    },
    close() {
      closed = true;
      clearInterval(every);
      clearTimeout(once);
      figures.close();
    },
  };
};

/** CPU share and lag are those since the last reading. */
export const measureProcess = (): Readonly<{ read(): ProcessFigures; close(): void }> => {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  let cpu = process.cpuUsage();
  let since = performance.now();
  return {
    read() {
      const now = performance.now();
      const { user, system } = process.cpuUsage(cpu);
      // The monitor measures the distance of its own ticks, so their regular part comes off.
      const loopLagMs = Math.max(0, lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS);
      const figures = {
        uptimeS: Math.floor(process.uptime()),
        rssMb: tenth(process.memoryUsage.rss() / 1e6),
        cpuPercent: tenth((user + system) / 10 / Math.max(1, now - since)),
        loopLagMs: tenth(loopLagMs),
      };
      cpu = process.cpuUsage();
      since = now;
      lag.reset();
      return figures;
    },
    close: () => lag.disable(),
  };
};

const tenth = (value: number): number => Math.round(value * 10) / 10;

const EVERY_MS = 60_000;
const SOON_MS = 1_000;
const LAG_RESOLUTION_MS = 50;
