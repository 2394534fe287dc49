import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import * as z from "zod";
import {
  formatIndividualAddress,
  type IndividualAddress,
  parseIndividualAddress,
} from "../core/address.ts";
import type { DeviceRecord } from "../core/impulse.ts";
import { type Octets, parseHex, toCompactHex } from "../core/octets.ts";

/** What must survive, and what the configuration said when it was written: the later of the two holds. */
export type StoredRecord = Readonly<{ record: DeviceRecord; configured: IndividualAddress }>;

export type Store = Readonly<{
  /** On the disk when it returns. @returns why it is not */
  save(record: DeviceRecord): string | undefined;
}>;

/** The calls of `node:fs` that are needed here. */
export type Files = Pick<
  typeof fs,
  "openSync" | "writeFileSync" | "fsyncSync" | "closeSync" | "renameSync" | "readFileSync"
>;

type StoreOptions = Readonly<{
  /** Without one everything is forgotten when the process ends. */
  directory?: string;
  configured: IndividualAddress;
  log: Logger;
  files?: Files;
}>;

/**
 * Keeps the device record. A new file is written beside the old one, forced to the disk and renamed, and the name is forced
 * to the disk as well: a loss of power at any moment leaves the old record or the new one.
 */
export const openStore = ({ directory, configured, log, files = fs }: StoreOptions): Store => {
  let warned = false;
  return {
    save(record) {
      if (directory === undefined) {
        if (!warned) log.warn("kept until the process ends: there is no --state directory");
        warned = true;
        return undefined;
      }
      const path = join(directory, FILE);
      try {
        write(files, `${path}.new`, encode({ record, configured }));
        files.renameSync(`${path}.new`, path);
        sync(files, directory);
        return undefined;
      } catch (error) {
        return `${path} cannot be written: ${messageOf(error)}`;
      }
    },
  };
};

export type ReadRecord = Readonly<
  /** null: nothing was ever kept there. */
  { ok: true; stored: StoredRecord | null } | { ok: false; message: string }
>;

/** What is kept in the directory. A file that is not whole is never guessed at: a person decides. */
export const readRecord = (directory: string, files: Files = fs): ReadRecord => {
  const path = join(directory, FILE);
  let text: string;
  try {
    text = files.readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return { ok: true, stored: null };
    return { ok: false, message: `${path} cannot be read: ${messageOf(error)}` };
  }
  const problem = (what: string) => ({
    ok: false as const,
    message: `${path} ${what}. ${WHAT_TO_DO}`,
  });
  const outer = ENVELOPE.safeParse(jsonOf(text));
  if (!outer.success) return problem("is damaged: it is no device record");
  const { version, checksum, content } = outer.data;
  if (version > VERSION) return problem(`is of version ${version}, newer than this program knows`);
  if (checksum !== checksumOf(content)) return problem("is damaged: its checksum does not fit");
  const inner = CONTENT.safeParse(content);
  if (!inner.success) return problem("is damaged: something is missing in it");
  const { address, keys, configured } = inner.data;
  return { ok: true, stored: { record: { address, keys }, configured } };
};

const FILE = "device.json";
const VERSION = 1;
const WHAT_TO_DO =
  "Put back a copy of it, or move it away to start with the address of the configuration and without keys";

/** Keys are secrets. */
const MODE = 0o600;

const read = <T>(parse: (text: string) => T | undefined) =>
  z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: "unreadable" });
    return z.NEVER;
  });

const address = read(parseIndividualAddress);
const key = read((text): Octets | undefined => {
  const octets = parseHex(text);
  return octets?.length === 4 ? octets : undefined;
});

const ENVELOPE = z.object({ version: z.int().positive(), checksum: z.string(), content: z.json() });
const CONTENT = z.strictObject({ address, keys: z.array(key).length(3), configured: address });

const encode = ({ record, configured }: StoredRecord): string => {
  const content = {
    address: formatIndividualAddress(record.address),
    keys: record.keys.map(toCompactHex),
    configured: formatIndividualAddress(configured),
  };
  const file = { version: VERSION, checksum: checksumOf(content), content };
  return `${JSON.stringify(file, null, 2)}\n`;
};

/** Of the content as JSON without blanks, in the order in which it stands. */
const checksumOf = (content: z.output<typeof ENVELOPE>["content"]): string =>
  createHash("sha256").update(JSON.stringify(content)).digest("hex");

const write = (files: Files, path: string, text: string): void => {
  const file = files.openSync(path, "w", MODE);
  try {
    files.writeFileSync(file, text);
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
};

const sync = (files: Files, directory: string): void => {
  const handle = files.openSync(directory, "r");
  try {
    files.fsyncSync(handle);
  } finally {
    files.closeSync(handle);
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
