import { join } from "node:path";
import type { Logger } from "pino";
import {
  NOTHING_KEPT,
  type Restored,
  type Snapshot,
} from "../../core/app/bridge/restart/snapshot.ts";
import { DISK, type Files, messageOf, readFile } from "./files.ts";
import { type LineFile, type LineFileOptions, openLineFile } from "./line-file.ts";
import {
  decodeSnapshot,
  PREVIOUS,
  SNAPSHOT_FILE,
  snapshotHead,
  snapshotLines,
} from "./snapshot-file.ts";

export const openSnapshots = (options: LineFileOptions): LineFile<Snapshot> =>
  openLineFile(
    {
      name: SNAPSHOT_FILE,
      previous: PREVIOUS,
      head: snapshotHead,
      lines: snapshotLines,
      notWritten: NOT_WRITTEN,
    },
    options,
  );

/** What the last process kept; a damaged file is put aside, for whoever wants to look at it. */
export const readSnapshot = (
  directory: string | undefined,
  log: Logger,
  files: Files = DISK,
): Restored => {
  if (directory === undefined) return NOTHING_KEPT;
  const path = join(directory, SNAPSHOT_FILE);
  try {
    // Stopped between two renames, the one before is all there is.
    const octets =
      readFile(files, directory, SNAPSHOT_FILE) ??
      readFile(files, directory, `${SNAPSHOT_FILE}${PREVIOUS}`);
    if (octets === undefined) return NOTHING_KEPT;
    const decoded = decodeSnapshot(octets);
    if (decoded.ok) {
      log.info({ values: decoded.restored.values.length }, "values of the last process restored");
      return decoded.restored;
    }
    const aside = `${path}${DAMAGED}`;
    files.renameSync(path, aside);
    log.error({ path, aside, problem: decoded.problem }, SET_ASIDE);
  } catch (error) {
    log.error({ path, problem: messageOf(error) }, SET_ASIDE);
  }
  return { ...NOTHING_KEPT, damaged: true };
};

const SET_ASIDE =
  "the snapshot of the last values is damaged: it is put aside, and values are known once they are heard or read";
const NOT_WRITTEN =
  "the snapshot of the last values cannot be written: after a crash they are not known; mend the --state directory";
const DAMAGED = ".damaged";
