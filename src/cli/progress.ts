import { Presets, SingleBar } from "cli-progress";

export type Progress = Readonly<{
  show(done: number, total: number): void;
  end(): void;
}>;

/** A bar on standard error, when somebody is looking. */
export const progressBar = (what: string, unit: string): Progress => {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar(
    {
      format: `${what} {bar} {value}/{total} ${unit}, {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    show(done, total) {
      if (started) bar.update(done);
      else bar.start(total, done);
      started = true;
    },
    end: () => bar.stop(),
  };
};
