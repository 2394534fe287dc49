import { createHash } from "node:crypto";
import * as disk from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Logger } from "pino";
import {
  NOTHING_KEPT,
  type Restored,
  type Snapshot,
} from "../../core/app/bridge/restart/snapshot.ts";
import { DISK, type Files, isMissing, messageOf, readFile, UNFINISHED } from "./files.ts";
import {
  decodeSnapshot,
  PREVIOUS,
  SNAPSHOT_FILE,
  snapshotHead,
  snapshotLines,
} from "./snapshot-file.ts";

export type Snapshots = Readonly<{
  /** Will be on the disk, unless a newer one comes before there was time for it. */
  keep(snapshot: Snapshot): void;
  /** Everything is on the disk, or cannot be. */
  settled(): Promise<void>;
}>;

/** The calls of `node:fs/promises` that it needs. */
export type AsyncFiles = Pick<typeof disk, "open" | "rename">;

export type SnapshotOptions = Readonly<{
  /** Without one nothing is kept. */
  directory?: string;
  log: Logger;
  count?: (counter: "store.writes" | "store.bytes", by: number) => void;
  files?: AsyncFiles;
}>;

/**
 * Writes snapshots when the bus leaves time for it: in slices that are shorter than what an acknowledge can wait for, and without
 * blocking the process while the disk works. A snapshot that says the same as the last one is not written: memory cards wear.
 */
export const openSnapshots = (options: SnapshotOptions): Snapshots => {
  const { directory, log, files = disk } = options;
  if (directory === undefined) return { keep: () => undefined, settled: async () => undefined };
  let waiting: Snapshot | undefined;
  let work: Promise<void> | undefined;
  let written = "";
  let failed = false;

  const run = async (): Promise<void> => {
    for (let next = waiting; next !== undefined; next = waiting) {
      waiting = undefined;
      try {
        await write(next);
        failed = false;
      } catch (error) {
        // Once until it works again: the disk may stay full for days.
        if (!failed) log.warn({ directory, problem: messageOf(error) }, NOT_WRITTEN);
        failed = true;
      }
    }
    work = undefined;
  };

  const write = async (snapshot: Snapshot): Promise<void> => {
    const { pieces, length, checksum } = await encode(snapshot);
    if (checksum === written) return;
    const path = join(directory, SNAPSHOT_FILE);
    const file = await files.open(`${path}${UNFINISHED}`, "w", MODE);
    try {
      await file.write(Buffer.from(snapshotHead(length, checksum)));
      for (const piece of pieces) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(path, `${path}${PREVIOUS}`).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await files.rename(`${path}${UNFINISHED}`, path);
    const names = await files.open(directory, "r");
    await names.sync().finally(() => names.close());
    written = checksum;
    options.count?.("store.writes", 1);
    options.count?.("store.bytes", length);
  };

  return {
    keep(snapshot) {
      waiting = snapshot;
      work ??= run();
    },
    settled: async () => work,
  };
};

const encode = async (snapshot: Snapshot) => {
  const hash = createHash("sha256");
  const pieces: Buffer[] = [];
  let length = 0;
  let text = "";
  let lines = 0;
  const cut = (): void => {
    const piece = Buffer.from(text);
    hash.update(piece);
    pieces.push(piece);
    length += piece.length;
    text = "";
  };
  for (const line of snapshotLines(snapshot)) {
    text += line;
    lines += 1;
    if (lines % SLICE !== 0) continue;
    cut();
    // Whatever the port has brought is taken now.
    await setImmediate();
  }
  cut();
  return { pieces, length, checksum: hash.digest("hex") };
};

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
/** Like everything there. */
const MODE = 0o600;
/** Lines: about a third of a millisecond. */
const SLICE = 64;
