import type { Logger } from "pino";
import type { RecorderConfig } from "../config/config.ts";
import { openRecorder, type Recorder, type RecorderOptions } from "../shell/recorder/recorder.ts";

/** As configured. @returns undefined: nothing is to be recorded */
export const recorderFor = (
  { flightOctets, disk }: RecorderConfig,
  options: Pick<RecorderOptions, "about" | "directory" | "count"> & Readonly<{ log: Logger }>,
): Recorder | undefined => {
  const { directory, log } = options;
  if (disk !== null && directory === undefined) log.warn({}, NO_DIRECTORY);
  const onDisk = directory === undefined ? null : disk;
  if (flightOctets === 0 && onDisk === null) return undefined;
  return openRecorder({ ...options, flightOctets, disk: onDisk ?? undefined });
};

const NO_DIRECTORY =
  "nothing is recorded to the disk although recorder.disk says so: there is no --state directory for it";
