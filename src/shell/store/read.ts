import { constants } from "node:fs";
import { join } from "node:path";
import type { LoadableIndex, Settings, StoredLoadable } from "../../core/app/device/model/model.ts";
import type { Octets } from "../../core/octets.ts";
import {
  DISK,
  type Files,
  isMissing,
  messageOf,
  readFile,
  syncDirectory,
  UNFINISHED,
} from "./files.ts";
import {
  type DecodedObject,
  damagedObject,
  decodeObject,
  OBJECTS,
  objectFile,
} from "./object-file.ts";
import { decodeRecord, RECORD_FILE, type StoredRecord } from "./record-file.ts";
import { STATE_FILES } from "./state-format.ts";

/** Something in the state directory that a person should know of. */
export type StoreFinding = Readonly<{
  /** damaged, foreign: an object · unfinished: a file of a write that did not end · unwritable: the directory */
  is: "damaged" | "foreign" | "unfinished" | "unwritable";
  path: string;
  /** What it holds; empty of what is no object. */
  what: string;
  problem: string;
}>;

export type ReadStore = Readonly<
  | {
      ok: true;
      /** null: nothing was ever kept there. */
      stored: StoredRecord | null;
      /** An object that is not here was never kept. */
      loaded: readonly StoredLoadable[];
      findings: readonly StoreFinding[];
    }
  | { ok: false; problem: string }
>;

type ReadOptions = Readonly<{
  directory: string;
  /** For a record of a version without. */
  settings: Settings;
  /** PID_HARDWARE_TYPE, 6 octets. */
  hardwareType: Octets;
  files?: Files;
}>;

/**
 * All that is kept in the directory. An object that is not whole comes as damaged, for ETS can program it again; with a device
 * record that is not whole nothing starts, for a guessed address would answer to the telegrams of others.
 */
export const readStore = (options: ReadOptions): ReadStore => {
  const { directory, settings, hardwareType, files = DISK } = options;
  const findings = [...tidy(files, directory), ...findUnwritable(files, directory)];
  const path = join(directory, RECORD_FILE);
  let octets: Uint8Array | undefined;
  try {
    octets = readFile(files, directory, RECORD_FILE);
  } catch (error) {
    return { ok: false, problem: `${path} cannot be read: ${messageOf(error)}` };
  }
  const record = octets && decodeRecord(octets, settings);
  if (record?.ok === false)
    return { ok: false, problem: `${path} ${record.problem}. ${WHAT_TO_DO}` };
  const loaded: StoredLoadable[] = [];
  for (const { index, is } of OBJECTS) {
    const object = readObject(files, directory, index, hardwareType);
    if (object === undefined) continue;
    loaded.push(object.loadable);
    if (object.is === "whole") continue;
    const problem = object.is === "damaged" ? object.problem : "it is for another hardware type";
    findings.push({ is: object.is, path: join(directory, objectFile(index)), what: is, problem });
  }
  return { ok: true, stored: record?.stored ?? null, loaded, findings };
};

const WHAT_TO_DO =
  "Put back a copy of it, or move it away to start with the address of the configuration and without keys";

const readObject = (
  files: Files,
  directory: string,
  index: LoadableIndex,
  hardwareType: Octets,
): DecodedObject | undefined => {
  try {
    const octets = readFile(files, directory, objectFile(index));
    return octets && decodeObject(octets, index, hardwareType);
  } catch (error) {
    return damagedObject(index, `it cannot be read: ${messageOf(error)}`);
  }
};

/** Removes what was not written to its end: it was promised to nobody, and the file without the ending is whole. */
const tidy = (files: Files, directory: string): StoreFinding[] => {
  const ours = new Set(STATE_FILES.map((name) => `${name}${UNFINISHED}`));
  let found: readonly string[] = [];
  try {
    found = files.readdirSync(directory).filter((name) => ours.has(name));
  } catch {
    // Said by those who look into it next.
  }
  return found.map((name) => {
    const path = join(directory, name);
    try {
      files.unlinkSync(path);
      return { is: "unfinished", path, what: "", problem: "removed" };
    } catch (error) {
      return { is: "unfinished", path, what: "", problem: `it stays: ${messageOf(error)}` };
    }
  });
};

/**
 * Whether anything can be kept, without writing. It also forces the names to the disk: a process that was killed may not have,
 * and what is told from now on has to hold after a loss of power.
 */
const findUnwritable = (files: Files, directory: string): StoreFinding[] => {
  const finding = (problem: string): StoreFinding[] => [
    { is: "unwritable", path: directory, what: "", problem },
  ];
  try {
    files.accessSync(directory, constants.W_OK);
    syncDirectory(files, directory);
    const { bavail, bsize } = files.statfsSync(directory);
    const free = bavail * bsize;
    return free < ENOUGH ? finding(`its disk is full: ${free} octets are free`) : [];
  } catch (error) {
    return finding(isMissing(error) ? "it is not there" : messageOf(error));
  }
};

/** All five objects as large as they can be, with 65,535 group addresses and associations, and the old ones beside them. */
const ENOUGH = 2_000_000;
