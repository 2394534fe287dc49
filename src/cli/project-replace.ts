import * as fs from "node:fs";
import { dirname, join } from "node:path";

/**
 * Replaces a file as a whole, keeping its owner and permissions, and the former one beside it as `.bak`. Whatever happens in
 * between, there is the old file or the new one under its name.
 * @param before what the file is expected to hold: somebody may have edited it meanwhile
 * @returns path of the former file
 * @throws Error with a message for the user
 */
export const replaceText = (path: string, before: string, text: string): string => {
  const backup = `${path}.bak`;
  const unfinished = join(dirname(path), `.${process.pid}.knxpi-import`);
  try {
    const { mode, uid, gid } = fs.statSync(path);
    write(unfinished, before, mode, uid, gid);
    fs.renameSync(unfinished, backup);
    write(unfinished, text, mode, uid, gid);
    if (fs.readFileSync(path, "utf8") !== before)
      throw new Error("the file was changed meanwhile; nothing was written");
    fs.renameSync(unfinished, path);
    syncDirectory(dirname(path));
    return backup;
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
};

/** On the disk when it returns. */
const write = (path: string, text: string, mode: number, uid: number, gid: number): void => {
  fs.rmSync(path, { force: true });
  const file = fs.openSync(path, "wx", 0o600);
  try {
    const now = fs.fstatSync(file);
    if (now.uid !== uid || now.gid !== gid) fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, mode & 0o7777);
    fs.writeFileSync(file, text);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
};

const syncDirectory = (path: string): void => {
  const directory = fs.openSync(path, "r");
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
};

/**
 * The same for a file of any content, which may also be a new one.
 * @returns puts the former file back
 * @throws Error with a message for the user
 */
export const replaceFile = (path: string, content: Uint8Array): (() => void) => {
  const backup = `${path}.bak`;
  const unfinished = join(dirname(path), `.${process.pid}.knxpi-import`);
  try {
    const before = fs.existsSync(path) ? fs.readFileSync(path) : undefined;
    fs.writeFileSync(unfinished, content, { mode: 0o600, flush: true });
    if (before !== undefined) fs.copyFileSync(path, backup);
    fs.renameSync(unfinished, path);
    syncDirectory(dirname(path));
    return () => {
      if (before === undefined) fs.rmSync(path, { force: true });
      else fs.renameSync(backup, path);
    };
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
};
