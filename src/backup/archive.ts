import { createHash } from "node:crypto";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import * as z from "zod";
import { openArchive } from "../project/archive.ts";
import { problemOf } from "../project/problem.ts";

/*
 * A backup is a ZIP file, so that anybody can look into it:
 *
 *   backup.json        what it is, and the SHA-256 of everything else
 *   config/house.yaml  the configuration, and what it names in its own folder
 *   state/device.json  what the device must not forget
 */

/** Files by name, `config/…` and `state/…`. */
export type Entries = ReadonlyMap<string, Uint8Array>;

export type BackupHead = Readonly<{
  /** Version of knxpi that made it. */
  program: string;
  instance: string;
  /** ISO 8601, UTC. */
  created: string;
  /** Name of the configuration file below `config/`; null: none was there. */
  config: string | null;
  /** Files that the configuration names elsewhere: they are not in the backup. */
  left: readonly string[];
}>;

export type Backup = Readonly<{ head: BackupHead; entries: Entries }>;

export const packBackup = async ({ head, entries }: Backup): Promise<Uint8Array> => {
  const files = [...entries].map(([name, octets]) => ({ name, sha256: sha256(octets) }));
  const table = { knxpi: "backup", format: FORMAT, ...head, files };
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  const all = [
    [HEAD_FILE, new TextEncoder().encode(`${JSON.stringify(table, null, 2)}\n`)],
  ] as const;
  for (const [name, octets] of [...all, ...entries])
    await writer.add(name, new Uint8ArrayReader(octets));
  return writer.close();
};

export type Unpacked = Readonly<{ ok: true; backup: Backup } | { ok: false; problem: string }>;

/** Whole, or not at all: everything that its table says is there, and says the same as when it was made. */
export const unpackBackup = async (octets: Uint8Array<ArrayBuffer>): Promise<Unpacked> => {
  const files = await unpack(octets).catch((error: unknown) => {
    const known = problemOf(error);
    if (known === undefined) throw error;
    return known.message;
  });
  if (typeof files === "string") return bad(`it cannot be unpacked: ${files}`);
  const table = HEAD.safeParse(jsonOf(files.get(HEAD_FILE)));
  if (!table.success)
    return bad(`there is no readable ${HEAD_FILE} in it: it is no backup of knxpi`);
  const { format, files: listed, knxpi: _, ...head } = table.data;
  if (format > FORMAT)
    return bad(
      `it is of format ${format}, made by knxpi ${head.program}: this version knows ${FORMAT}`,
    );
  const entries = new Map<string, Uint8Array>();
  for (const { name, sha256: wanted } of listed) {
    const content = files.get(name);
    if (!/^(config|state)\/./.test(name)) return bad(`${name} does not belong there`);
    if (content === undefined) return bad(`${name} is missing in it`);
    if (sha256(content) !== wanted)
      return bad(`${name} in it is damaged: its checksum does not fit`);
    entries.set(name, content);
  }
  return { ok: true, backup: { head, entries } };
};

const bad = (problem: string): Unpacked => ({ ok: false, problem });

const unpack = async (octets: Uint8Array<ArrayBuffer>): Promise<Map<string, Uint8Array>> => {
  const archive = await openArchive(new Blob([octets]), { octets: LARGEST });
  const files = new Map<string, Uint8Array>();
  for (const name of archive.names) {
    const parts: Uint8Array[] = [];
    await archive.read(name, (part) => {
      parts.push(part.slice());
      return true;
    });
    files.set(name, new Uint8Array(Buffer.concat(parts)));
  }
  return files;
};

const jsonOf = (octets: Uint8Array | undefined): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(octets));
  } catch {
    return undefined;
  }
};

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

const HEAD = z.object({
  knxpi: z.literal("backup"),
  format: z.int().positive(),
  program: z.string(),
  instance: z.string(),
  created: z.string(),
  config: z.string().nullable(),
  left: z.array(z.string()),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
});
const HEAD_FILE = "backup.json";
const FORMAT = 1;
/** Unpacked, all together: a configuration, a state and the largest project. */
const LARGEST = 1024 * 1024 * 1024;
