import * as z from "zod";
import { sha256 } from "./files.ts";
import { LEDGER_FILE } from "./ledger-file.ts";
import { OBJECTS, objectFile } from "./object-file.ts";
import { RECORD_FILE } from "./record-file.ts";
import { PREVIOUS, SNAPSHOT_FILE } from "./snapshot-file.ts";

/*
 * What the files of the state directory mean as a whole. Each of them has a version of its own as well; the format says which of
 * these a program must know to work with the directory, so that an older one refuses it instead of misreading it.
 */

/** Content by name. */
export type StateFiles = Readonly<Record<string, Uint8Array>>;

/** Every format that there has been, and the first version of knxpi that writes it. */
export const FORMATS = [
  { format: 1, since: "0.0", is: "device record without what the configuration said" },
  { format: 2, since: "0.1", is: "device record of version 3" },
  { format: 3, since: "0.2", is: "format and program are written down in state.json" },
] as const;

export const FORMAT = 3;

/** Says which format the directory has, and which program has written to it last. */
export const STATE_FILE = "state.json";

/** Is there while a backup is put back: cut short, the directory holds half of one state and half of another. */
export const HALF_RESTORED = "half-restored";

/** Everything in the directory that is ours and is converted, kept in backups and put back; the format comes last. */
export const STATE_FILES: readonly string[] = [
  RECORD_FILE,
  ...OBJECTS.map(({ index }) => objectFile(index)),
  SNAPSHOT_FILE,
  `${SNAPSHOT_FILE}${PREVIOUS}`,
  LEDGER_FILE,
  STATE_FILE,
];

export type KnownFormat = Readonly<
  | { ok: true; format: number; program: string | null }
  /** Damaged, and never guessed at. */
  | { ok: false; problem: string }
>;

/** The format that these files have; of an empty directory the present one. */
export const formatOf = (files: StateFiles): KnownFormat => {
  const manifest = files[STATE_FILE];
  if (manifest !== undefined) {
    const read = MANIFEST.safeParse(jsonOf(manifest));
    return read.success
      ? { ok: true, format: read.data.format, program: read.data.program }
      : { ok: false, problem: `${STATE_FILE} is damaged: it does not say a format. ${REMOVE_IT}` };
  }
  const record = files[RECORD_FILE];
  if (record === undefined) {
    const isEmpty = !STATE_FILES.some((name) => files[name] !== undefined);
    return { ok: true, format: isEmpty ? FORMAT : 2, program: null };
  }
  const version = ENVELOPE.safeParse(jsonOf(record)).data?.version ?? 3;
  return { ok: true, format: version < 3 ? 1 : 2, program: null };
};

/** @returns the last format that this version of knxpi knows; undefined: there was none before that version */
export const formatFor = (program: string): number | undefined =>
  FORMATS.findLast(({ since }) => compareVersions(program, since) >= 0)?.format;

/** The files as they are in another format, or why they cannot be. */
export const convert = (
  files: StateFiles,
  to: number,
  program: string,
): Readonly<{ ok: true; files: StateFiles } | { ok: false; problem: string }> => {
  const known = formatOf(files);
  if (!known.ok) return known;
  if (known.format > FORMAT) return { ok: false, problem: tooNew(known.format, known.program) };
  if (!FORMATS.some(({ format }) => format === to))
    return { ok: false, problem: `there is no format ${to}: 1 to ${FORMAT} are known` };
  let current = files;
  for (let at = known.format; at < to; at++) current = STEPS[at]?.up(current, program) ?? current;
  for (let at = known.format; at > to; at--)
    current = STEPS[at - 1]?.down(current, program) ?? current;
  // Another version of the same format says that it was the last.
  return { ok: true, files: to === FORMAT ? stamped(current, program) : current };
};

const tooNew = (format: number, program: string | null): string =>
  `the state is of format ${format}${program === null ? "" : `, written by knxpi ${program}`}, and this program knows formats up to ${FORMAT}. ` +
  "Install that version again, or let it convert the state: knxpi state convert --for VERSION";

/** To the next format, or to the one before. Both accept files that a conversion cut short has left. */
type Conversion = (files: StateFiles, program: string) => StateFiles;

const stamped: Conversion = (files, program) => ({
  ...files,
  [STATE_FILE]: encoded({ knxpi: "state", format: FORMAT, program }),
});

/** By the lower of the two formats. */
const STEPS: Readonly<Record<number, Readonly<{ up: Conversion; down: Conversion }>>> = {
  1: {
    // What the configuration said then nobody knows: it is completed when configuration and record are read together.
    up: (files) => files,
    down: (files) => {
      const record = files[RECORD_FILE];
      return record === undefined ? files : { ...files, [RECORD_FILE]: withoutConfigured(record) };
    },
  },
  2: {
    up: stamped,
    down: ({ [STATE_FILE]: _, ...files }) => files,
  },
};

/** Version 3 of the device record → version 2. A damaged one stays as it is, for whoever reads it to say so. */
const withoutConfigured = (record: Uint8Array): Uint8Array => {
  const outer = ENVELOPE.safeParse(jsonOf(record));
  if (!outer.success || outer.data.version !== 3) return record;
  if (outer.data.checksum !== sha256(JSON.stringify(outer.data.content))) return record;
  const { configuredSettings: _, ...content } = outer.data.content;
  return encoded({ version: 2, checksum: sha256(JSON.stringify(content)), content });
};

const encoded = (file: object): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);

const jsonOf = (octets: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(octets));
  } catch {
    return undefined;
  }
};

/** Of `1.2.3`; what follows a hyphen is not looked at. */
const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (const place of [0, 1, 2]) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const numbersOf = (version: string): readonly number[] =>
  version.split(/[-+~]/, 1).join("").split(".").map(Number);

const MANIFEST = z.object({
  knxpi: z.literal("state"),
  format: z.int().positive(),
  program: z.string(),
});
const ENVELOPE = z.object({
  version: z.int().positive(),
  checksum: z.string(),
  content: z.record(z.string(), z.json()),
});
const REMOVE_IT = "Put back a copy of it; if no newer knxpi ever used this directory, remove it";
