import { basename } from "node:path";
import type { Files } from "../../../src/shell/store/files.ts";

/** Names and contents, as somebody finds them who starts anew. */
export type Found = ReadonlyMap<string, Uint8Array>;

export type Disk = Readonly<{
  files: Files;
  /** Calls so far. */
  calls(): number;
  /** The process was killed: everything that was done is there. */
  afterKill(): Found;
  /** Everything that a loss of power may leave: what was not forced to the disk is there, or not, or half. */
  afterPowerLoss(): Found[];
}>;

type DiskOptions = Readonly<{
  found?: Found;
  /** How the call with this number, from 0, ends. */
  fail?: Readonly<{
    at: number;
    /** crash: neither it nor any later call does anything. Otherwise the error. */
    how: "crash" | "ENOSPC" | "EIO" | "EROFS";
    /** Not once, but every call from then on that would change something. */
    forever?: boolean;
  }>;
  /** A disk that lies: fsync of a file, or of the directory, does nothing. */
  ignore?: "file" | "directory";
}>;

type Inode = { synced: Uint8Array; cached: Uint8Array };
/** What happened to a name. A rename is one change of two names. */
type Change = Readonly<{ remove?: string; set?: readonly [name: string, inode: Inode] }>;

/**
 * One directory on a disk that keeps what it was forced to keep and nothing else. Changes of names that were not forced may each
 * survive or not, in any combination, and contents may be old, new, cut, or zeros: less than any real file system promises.
 */
export const createDisk = ({ found = new Map(), fail, ignore }: DiskOptions = {}): Disk => {
  const fresh = (octets: Uint8Array): Inode => ({ synced: octets, cached: octets });
  let synced = new Map([...found].map(([name, octets]) => [name, fresh(octets)]));
  let pending: Change[] = [];
  const opened: (Inode | "directory" | undefined)[] = [];
  let calls = 0;
  let dead = false;

  const names = (changes = pending): Map<string, Inode> => {
    const all = new Map(synced);
    for (const { remove, set } of changes) {
      if (remove !== undefined) all.delete(remove);
      if (set) all.set(...set);
    }
    return all;
  };
  const failure = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });
  /** @param half what a write that fails has done */
  const call = (changes: boolean, half?: () => void): void => {
    const number = calls++;
    if (dead) throw failure("EIO");
    if (fail === undefined || number < fail.at) return;
    if (number > fail.at && !(fail.forever && changes)) return;
    dead = fail.how === "crash";
    half?.();
    throw failure(fail.how);
  };
  const inodeOf = (path: string): Inode => {
    const inode = names().get(basename(path));
    if (inode === undefined) throw failure("ENOENT");
    return inode;
  };

  const files: Files = {
    openSync(path, flags) {
      call(flags === "w");
      const name = basename(path);
      if (flags === "r") return opened.push("directory") - 1;
      const inode = names().get(name) ?? fresh(new Uint8Array());
      inode.cached = new Uint8Array();
      if (!names().has(name)) pending.push({ set: [name, inode] });
      return opened.push(inode) - 1;
    },
    writeFileSync(file, octets) {
      const inode = opened[file];
      if (typeof inode !== "object") throw failure("EBADF");
      call(true, () => {
        inode.cached = octets.slice(0, octets.length / 2);
      });
      inode.cached = octets.slice();
    },
    fsyncSync(file) {
      call(true);
      const inode = opened[file];
      if (inode === undefined) throw failure("EBADF");
      if (ignore === (inode === "directory" ? "directory" : "file")) return;
      if (inode !== "directory") inode.synced = inode.cached;
      else {
        synced = names();
        pending = [];
      }
    },
    closeSync(file) {
      call(false);
      opened[file] = undefined;
    },
    renameSync(from, to) {
      call(true);
      pending.push({ remove: basename(from), set: [basename(to), inodeOf(from)] });
    },
    unlinkSync(path) {
      call(true);
      inodeOf(path);
      pending.push({ remove: basename(path) });
    },
    readFileSync(path) {
      call(false);
      return inodeOf(path).cached.slice();
    },
    readdirSync() {
      call(false);
      return [...names().keys()];
    },
    accessSync: () => call(false),
    statfsSync() {
      call(false);
      return { bavail: 1_000_000, bsize: 4_096 };
    },
  };

  return {
    files,
    calls: () => calls,
    afterKill: () => new Map([...names()].map(([name, { cached }]) => [name, cached])),
    afterPowerLoss: () =>
      subsets(pending).flatMap((changes) => {
        let disks: Map<string, Uint8Array>[] = [new Map()];
        for (const [name, inode] of names(changes))
          disks = disks.flatMap((disk) =>
            contents(inode).map((octets) => new Map(disk).set(name, octets)),
          );
        return disks;
      }),
  };
};

/** Of so many that there would be no end, what a loss in the order of the changes leaves. */
const subsets = <T>(items: readonly T[]): T[][] =>
  items.length > 6
    ? [...items.keys()].map((count) => items.slice(0, count))
    : items.reduce<T[][]>((all, item) => all.flatMap((some) => [some, [...some, item]]), [[]]);

const contents = ({ synced, cached }: Inode): Uint8Array[] =>
  synced === cached
    ? [synced]
    : [synced, cached, cached.slice(0, cached.length / 2), new Uint8Array(cached.length)];
