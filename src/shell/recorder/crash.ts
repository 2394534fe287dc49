import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crashesToRemove, crashName } from "./folder.ts";

/**
 * On the disk when it returns: the process is about to end.
 * @param prefix before the name, in a directory that is not ours alone
 * @returns the path. @throws what `node:fs` throws
 */
export const writeCrash = (
  { directory, prefix }: CrashPlace,
  octets: readonly Uint8Array[],
  now: number,
): string => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  makeRoom(directory, prefix);
  const path = join(directory, `${prefix}${crashName(now)}`);
  // Exclusively: in a directory of everybody nobody can have laid a link there.
  const file = openSync(path, "wx", 0o600);
  try {
    for (const part of octets) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return path;
};

export type CrashPlace = Readonly<{ directory: string; prefix: string }>;

const makeRoom = (directory: string, prefix: string): void => {
  const ours = readdirSync(directory).filter((name) => name.startsWith(prefix));
  for (const name of crashesToRemove(ours.map((each) => each.slice(prefix.length))))
    try {
      unlinkSync(join(directory, `${prefix}${name}`));
    } catch {
      // One more than there should be is better than none of what has just happened.
    }
};
