import {
  BlobReader,
  configure,
  type Entry,
  ERR_ENCRYPTED,
  ERR_INVALID_PASSWORD,
  ERR_UNSAFE_FILENAME,
  type FileEntry,
  ZipReader,
} from "@zip.js/zip.js";
import { LIMITS, refusal, shownName } from "./limits.ts";
import { problem, problemOf } from "./problem.ts";

/** A ZIP file. Everything throws a `problem`. */
export type Archive = Readonly<{
  /** As they stand in its directory. */
  names: readonly string[];
  /** Octets when unpacked, as the directory says; 0 for a name that is not there. */
  sizeOf(name: string): number;
  /**
   * Unpacks one entry, never as a whole.
   * @param take is given octets in order; false: enough, the rest is not unpacked and not checked
   */
  read(name: string, take: (octets: Uint8Array) => boolean): Promise<void>;
}>;

/** What may still be unpacked, over all archives of one project. */
export type Budget = { octets: number };

/** How a password becomes that of an entry; the first that fits is used. */
export type Passwords = (entry: Readonly<{ aes: boolean }>) => readonly Uint8Array[];

configure({ useWebWorkers: false });

/**
 * Reads the directory, and refuses the archive as a whole when anything in it is out of bounds.
 * @param passwords absent: there is none
 */
export const openArchive = async (
  blob: Blob,
  budget: Budget,
  passwords?: Passwords,
): Promise<Archive> => {
  const entries = await directory(blob);
  const refused = refusal(
    entries.map(({ filename, compressedSize, uncompressedSize }) => ({
      name: filename,
      packed: compressedSize,
      size: uncompressedSize,
    })),
  );
  if (refused !== undefined) throw problem(refused.code, refused.message);
  const files = new Map(
    entries.flatMap((entry) => (entry.directory ? [] : [[entry.filename, entry]])),
  );
  const rawPassword = await fitting([...files.values()], budget, passwords);
  return {
    names: [...files.keys()],
    sizeOf: (name) => files.get(name)?.uncompressedSize ?? 0,
    read: async (name, take) => {
      const file = files.get(name);
      if (file === undefined) throw problem("not_a_project", `${shownName(name)} is missing`);
      await unpack(file, budget, take, rawPassword);
    },
  };
};

const directory = async (blob: Blob): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  try {
    // Names are judged by us, so that whatever is wrong with one is said in the same words.
    const reader = new ZipReader(new BlobReader(blob), { filenameValidation: "tolerant" });
    for await (const entry of reader.getEntriesGenerator()) {
      entries.push(entry);
      if (entries.length > LIMITS.entries) break;
    }
    return entries;
  } catch (error) {
    throw asProblem(error, "the archive");
  }
};

/**
 * ZipCrypto tells a wrong password in 255 of 256 cases only, so the smallest encrypted entry is read to its end with every
 * candidate: its check sum decides.
 */
const fitting = async (
  files: readonly FileEntry[],
  budget: Budget,
  passwords: Passwords | undefined,
): Promise<Uint8Array | undefined> => {
  const [probe] = files
    .filter(({ encrypted }) => encrypted)
    .toSorted((a, b) => a.uncompressedSize - b.uncompressedSize);
  if (probe === undefined) return undefined;
  if (passwords === undefined)
    throw problem("password_missing", "the project is protected by a password");
  let last: unknown;
  for (const candidate of passwords({ aes: !probe.zipCrypto })) {
    try {
      await unpack(probe, budget, () => true, candidate);
      return candidate;
    } catch (error) {
      last = error;
      const { code } = problemOf(error) ?? {};
      if (code !== "password_wrong" && code !== "damaged") throw error;
    }
  }
  throw problemOf(last)?.code === "damaged"
    ? problem("password_wrong", "the password is wrong, or the project is damaged")
    : problem("password_wrong", "the password is wrong");
};

const unpack = async (
  file: FileEntry,
  budget: Budget,
  take: (octets: Uint8Array) => boolean,
  rawPassword: Uint8Array | undefined,
): Promise<void> => {
  let stopped: { because: unknown } | undefined;
  const stop = (because: unknown): never => {
    stopped = { because };
    throw because;
  };
  const sink = new WritableStream<Uint8Array>({
    write: (chunk) => {
      // Of one entry no more comes than the directory says, which was judged before: the package ends it there.
      budget.octets -= chunk.length;
      if (budget.octets < 0) stop(problem("too_big", "the project unpacks to more than 2 GB"));
      let more: boolean;
      try {
        more = take(chunk);
      } catch (error) {
        return stop(error);
      }
      return more ? undefined : stop(ENOUGH);
    },
  });
  try {
    await file.getData(sink, {
      checkCrc32: true,
      checkOverlappingEntry: true,
      ...(rawPassword && file.encrypted && { rawPassword }),
    });
  } catch (error) {
    if (stopped === undefined) throw asProblem(error, shownName(file.filename));
    if (stopped.because !== ENOUGH) throw stopped.because;
  }
};

const ENOUGH = new Error("enough");

/** Whatever else the ZIP reader stumbles over, the octets are not what they were. */
const asProblem = (error: unknown, what: string): Error => {
  const message = error instanceof Error ? error.message : String(error);
  if (message === ERR_ENCRYPTED) return problem("password_missing", `${what} needs a password`);
  if (message === ERR_INVALID_PASSWORD) return problem("password_wrong", "the password is wrong");
  if (message === ERR_UNSAFE_FILENAME) return problem("unsafe", `${what} has unsafe names`);
  return problem("damaged", `${what} is damaged: ${message}`);
};
