import { readdirSync } from "node:fs";

/** How large things are, now and then. */
export type Sample = Readonly<{
  hour: number;
  rssMb: number;
  descriptors: number;
  stateKb: number;
  topics: number;
}>;

export const sample = (now: number, characters: number, topics: number): Sample => ({
  hour: Math.round(now / HOUR_MS),
  rssMb: process.memoryUsage().rss / 1e6,
  descriptors: openDescriptors(),
  stateKb: characters / 1_000,
  topics,
});

const openDescriptors = (): number => {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
};

const HOUR_MS = 3_600_000;
