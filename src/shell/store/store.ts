import { join } from "node:path";
import type { Logger } from "pino";
import type { Configured, StoredLoadable } from "../../core/app/device/model/model.ts";
import type { DeviceRecord } from "../../core/effect.ts";
import type { Octets } from "../../core/octets.ts";
import {
  DISK,
  type Files,
  messageOf,
  readFile,
  replaceFile,
  sha256,
  syncDirectory,
} from "./files.ts";
import { encodeObject, objectFile } from "./object-file.ts";
import { encodeRecord, RECORD_FILE } from "./record-file.ts";
import { watchWear } from "./wear.ts";

/** On the disk when it returns. @returns why it is not */
export type Store = Readonly<{
  save(record: DeviceRecord): string | undefined;
  keep(loadable: StoredLoadable): string | undefined;
}>;

export type StoreOptions = Readonly<{
  /** Without one everything is forgotten when the process ends. */
  directory?: string;
  /** What the configuration says. */
  configured: Configured;
  /** PID_HARDWARE_TYPE, 6 octets. */
  hardwareType: Octets;
  log: Logger;
  count?: (counter: "store.writes" | "store.bytes", by: number) => void;
  files?: Files;
}>;

/**
 * Keeps what must survive: the device record in one file, every object that ETS can load in one of its own, so that loading one
 * never writes another. A file that says the same already is not written: memory cards wear.
 */
export const openStore = (options: StoreOptions): Store => {
  const { directory, configured, log, files = DISK } = options;
  if (directory === undefined) return forgetful(log);
  const wear = watchWear(log);
  /** What is known to be on the disk under this name: its sha256, or that there is nothing. */
  const known = new Map<string, string>();

  const put = (name: string, octets: Uint8Array): string | undefined => {
    const checksum = sha256(octets);
    try {
      if ((known.get(name) ?? look(name)) === checksum) return undefined;
      // Whatever happens from here on, what is on the disk is not known until it has ended well.
      known.delete(name);
      const begun = performance.now();
      replaceFile(files, directory, name, octets);
      const ms = Math.round(performance.now() - begun);
      log.debug({ file: name, octets: octets.length, ms }, "kept");
      known.set(name, checksum);
    } catch (error) {
      return `${join(directory, name)} cannot be written: ${messageOf(error)}`;
    }
    options.count?.("store.writes", 1);
    options.count?.("store.bytes", octets.length);
    wear.written();
    return undefined;
  };

  /** A process that was killed may have renamed the file without forcing the name to the disk. */
  const look = (name: string): string => {
    syncDirectory(files, directory);
    const checksum = checksumOf(name);
    known.set(name, checksum);
    return checksum;
  };

  /** A file that cannot be read is replaced like any other. */
  const checksumOf = (name: string): string => {
    try {
      const there = readFile(files, directory, name);
      return there === undefined ? NOTHING_THERE : sha256(there);
    } catch {
      return NOTHING_THERE;
    }
  };

  return {
    save: (record) => put(RECORD_FILE, encodeRecord(record, configured)),
    keep: (loadable) =>
      put(objectFile(loadable.index), encodeObject(loadable, options.hardwareType)),
  };
};

const NOTHING_THERE = "";

const forgetful = (log: Logger): Store => {
  let warned = false;
  const forget = (): undefined => {
    if (!warned) log.warn("kept until the process ends: there is no --state directory");
    warned = true;
  };
  return { save: forget, keep: forget };
};
