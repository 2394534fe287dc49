import { type Distribution, openHistogram } from "./histogram.ts";

export type LoopLag = Readonly<{ read(): Distribution; close(): void }>;

/** By how much a timer comes later than it should, in seconds: everything else in this process may wait as long. */
export const watchLoopLag = (): LoopLag => {
  const lag = openHistogram(LAG_S);
  let due = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.add(Math.max(0, now - due) / 1_000);
    due = now + EVERY_MS;
  }, EVERY_MS).unref();
  return { read: lag.read, close: () => clearInterval(timer) };
};

const EVERY_MS = 250;
/** Timers are kept to the millisecond only. */
export const LAG_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5];
