import { readdir, readFile } from "node:fs/promises";
import { getHeapStatistics } from "node:v8";
import type { ProcessFigures } from "../../core/app-impulse.ts";
import { measureProcess } from "../health.ts";

/** This process, as the operating system sees it. */
export type ProcessView = Readonly<{
  figures: ProcessFigures;
  /** Seconds since 1970. */
  startedS: number;
  cpuUserS: number;
  cpuSystemS: number;
  rssBytes: number;
  heapUsedBytes: number;
  heapLimitBytes: number;
  /** Seconds in which the event loop had something to do. */
  loopBusyS: number;
  /** null where the system does not tell. */
  openFds: number | null;
  maxFds: number | null;
}>;

export type ProcessWatch = Readonly<{ read(): Promise<ProcessView>; close(): void }>;

export const watchProcess = (): ProcessWatch => {
  const measure = measureProcess();
  return {
    async read() {
      const [openFds, maxFds] = await Promise.all([countFds(), readMaxFds()]);
      const { user, system } = process.cpuUsage();
      const heap = getHeapStatistics();
      return {
        figures: measure.read(),
        startedS: performance.timeOrigin / 1_000,
        cpuUserS: user / 1e6,
        cpuSystemS: system / 1e6,
        rssBytes: process.memoryUsage.rss(),
        heapUsedBytes: heap.used_heap_size,
        heapLimitBytes: heap.heap_size_limit,
        loopBusyS: performance.eventLoopUtilization().active / 1_000,
        openFds,
        maxFds,
      };
    },
    close: measure.close,
  };
};

/** The one that lists them is not counted. */
const countFds = async (): Promise<number | null> => {
  try {
    return (await readdir("/proc/self/fd")).length - 1;
  } catch {
    return null;
  }
};

const readMaxFds = async (): Promise<number | null> => {
  try {
    const limits = await readFile("/proc/self/limits", "utf8");
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
};
