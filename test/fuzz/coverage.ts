import { type Profiler, Session } from "node:inspector";

/** Which parts of the program were entered, and roughly how often. */
export type Coverage = Readonly<{
  /** @returns those of our own sources since the last call, as `file:begin-end×count`, the count in powers of two */
  take(): readonly string[];
  close(): void;
}>;

/** Block coverage as V8 counts it. @param part of the paths of what is looked at */
export const openCoverage = (part: string): Coverage => {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    take() {
      let found: readonly string[] = [];
      // Answered before it returns: the session is of this thread.
      session.post("Profiler.takePreciseCoverage", (error, { result }) => {
        if (error !== null) throw error;
        found = result.filter(({ url }) => url.includes(part)).flatMap(entered);
      });
      return found;
    },
    close() {
      session.post("Profiler.stopPreciseCoverage");
      session.disconnect();
    },
  };
};

const entered = ({ url, functions }: Profiler.ScriptCoverage): readonly string[] =>
  functions.flatMap(({ ranges }) =>
    ranges
      .filter(({ count }) => count > 0)
      .map(
        ({ startOffset, endOffset, count }) =>
          `${url}:${startOffset}-${endOffset}×${Math.floor(Math.log2(count))}`,
      ),
  );
