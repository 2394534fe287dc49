import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The calls of `node:fs` that keeping needs. */
export type Files = Readonly<{
  openSync(path: string, flags: "r" | "w", mode?: number): number;
  writeFileSync(file: number, octets: Uint8Array): void;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  readFileSync(path: string): Uint8Array;
  readdirSync(path: string): readonly string[];
  accessSync(path: string, mode: number): void;
  statfsSync(path: string): Readonly<{ bavail: number; bsize: number }>;
}>;

export const DISK: Files = fs;

/** Ends the name of a file that is being written. Nobody reads it: what it would say was not promised to anybody yet. */
export const UNFINISHED = ".new";

/**
 * The file with this content, on the disk when it returns. It is written beside the one that is there, forced to the disk and
 * renamed, and the name is forced to the disk as well: a loss of power at any moment leaves the old file or the new one.
 * Throws what `node:fs` throws.
 */
export const replaceFile = (
  files: Files,
  directory: string,
  name: string,
  octets: Uint8Array,
): void => {
  const path = join(directory, name);
  const file = files.openSync(`${path}${UNFINISHED}`, "w", MODE);
  try {
    files.writeFileSync(file, octets);
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
  files.renameSync(`${path}${UNFINISHED}`, path);
  syncDirectory(files, directory);
};

/** Keys are secrets. */
const MODE = 0o600;

/** What names there are, on the disk when it returns. */
export const syncDirectory = (files: Files, directory: string): void => {
  const handle = files.openSync(directory, "r");
  try {
    files.fsyncSync(handle);
  } finally {
    files.closeSync(handle);
  }
};

/** @returns the content, or undefined when there is no such file; throws whatever else there is */
export const readFile = (files: Files, directory: string, name: string): Uint8Array | undefined => {
  try {
    return files.readFileSync(join(directory, name));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Makes the directory with all above it, on the disk when it returns. Throws what `node:fs` throws. */
export const makeDirectory = (path: string): void => {
  const first = fs.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let at = dirname(resolve(path)); at.length >= top.length; at = dirname(at)) {
    syncDirectory(DISK, at);
    if (at === top) return;
  }
};

const DIRECTORY_MODE = 0o750;

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** In hex. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
