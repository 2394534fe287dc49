import { createHash } from "node:crypto";
import * as disk from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Logger } from "pino";
import { isMissing, messageOf, UNFINISHED } from "./files.ts";

/** A file that is written when there is time for it. */
export type LineFile<T> = Readonly<{
  /** Will be on the disk, unless a newer one comes before there was time for it. */
  keep(content: T): void;
  /** What could not be written is tried once more; resolves when that was done, or has failed again. */
  again(): Promise<void>;
  /** Everything is on the disk, or cannot be. */
  settled(): Promise<void>;
}>;

/** The calls of `node:fs/promises` that it needs. */
export type AsyncFiles = Readonly<{
  open(path: string, flags: "r" | "w", mode?: number): Promise<AsyncFile>;
  rename(from: string, to: string): Promise<void>;
}>;
type AsyncFile = Readonly<{
  write(octets: Buffer): Promise<unknown>;
  sync(): Promise<void>;
  close(): Promise<void>;
}>;

export type LineFileOptions = Readonly<{
  /** Without one nothing is kept. */
  directory?: string;
  log: Logger;
  count?: (counter: "store.writes" | "store.bytes", by: number) => void;
  files?: AsyncFiles;
  /** Something could not be written, each time. */
  trouble?: (error: unknown) => void;
}>;

/** What it is that is written. */
export type Format<T> = Readonly<{
  name: string;
  /** Ends the name of the file before this one; absent: none is kept. */
  previous?: string;
  /** @param length octets of all that follow */
  head(length: number, checksum: string): string;
  lines(content: T): Iterable<string>;
  /** For the log, with what to do. */
  notWritten: string;
}>;

/**
 * Writes when the bus leaves time for it: in slices that are shorter than what an acknowledge can wait for, and without blocking
 * the process while the disk works. What says the same as the last one is not written: memory cards wear.
 */
export const openLineFile = <T>(format: Format<T>, options: LineFileOptions): LineFile<T> => {
  const { directory, log, files = disk } = options;
  if (directory === undefined)
    return { keep: () => undefined, again: async () => undefined, settled: async () => undefined };
  let waiting: { content: T } | undefined;
  let work: Promise<void> | undefined;
  let written = "";
  let unwritten: { content: T } | undefined;

  const run = async (): Promise<void> => {
    for (let next = waiting; next !== undefined; next = waiting) {
      waiting = undefined;
      try {
        await write(next.content);
        unwritten = undefined;
      } catch (error) {
        // Once until it works again: the disk may stay full for days.
        if (!unwritten) log.warn({ directory, problem: messageOf(error) }, format.notWritten);
        unwritten = next;
        options.trouble?.(error);
      }
    }
    work = undefined;
  };

  const write = async (content: T): Promise<void> => {
    const { pieces, length, checksum } = await encode(format.lines(content));
    if (checksum === written) return;
    const path = join(directory, format.name);
    const file = await files.open(`${path}${UNFINISHED}`, "w", MODE);
    try {
      await file.write(Buffer.from(format.head(length, checksum)));
      for (const piece of pieces) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    if (format.previous !== undefined)
      await files.rename(path, `${path}${format.previous}`).catch((error: unknown) => {
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
    keep(content) {
      waiting = { content };
      work ??= run();
    },
    async again() {
      waiting ??= unwritten;
      if (waiting !== undefined) work ??= run();
      await work;
    },
    settled: async () => work,
  };
};

const encode = async (all: Iterable<string>) => {
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
  for (const line of all) {
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

/** Like everything there. */
const MODE = 0o600;
/** Lines: about a third of a millisecond. */
const SLICE = 64;
