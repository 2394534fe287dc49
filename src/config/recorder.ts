import * as z from "zod";
import type { RecorderConfig } from "./config.ts";
import type { Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import { section } from "./section.ts";
import { duration } from "./words.ts";

/** `recorder` of the file: what is kept of what has happened. `mqtt-interface.md` §19, `firmware-notes/recordings.md` */
export const RECORDER = section({
  memory: z.int().min(0).max(65_536).exactOptional().describe("Telegrams kept in memory"),
  flight_mb: z
    .number()
    .min(0)
    .max(64)
    .default(4)
    .describe("Memory for what happened last, so that it can be replayed; 0: none"),
  disk: duration.exactOptional().describe("How long recordings are kept on the disk; 0: none are"),
  max_mb: z.int().min(10).max(100_000).default(200).describe("Of all of them together"),
});
type RecorderEntry = z.output<typeof RECORDER>;

export const toRecorderConfig = (recorder: RecorderEntry | undefined): RecorderConfig => {
  const { flight_mb, disk = 0, max_mb } = recorder ?? RECORDER.parse({});
  return {
    flightOctets: Math.round(flight_mb * MB),
    disk: disk === 0 ? null : { maxAgeMs: disk, maxOctets: max_mb * MB },
  };
};

/** A limit of something that there is not. */
export const recorderWarnings = (data: unknown): readonly Remark[] => {
  const path = ["recorder", "max_mb"];
  const disk = valueAt(data, ["recorder", "disk"]);
  if (valueAt(data, path) === undefined || disk !== undefined) return [];
  const message = "nothing is recorded on the disk without recorder.disk, such as disk: 7d";
  return [{ path, key: true, code: "inactive", message }];
};

const MB = 1_000_000;
