import { basename } from "node:path";
import type { Files } from "../../src/shell/store/files.ts";
import type { AsyncFiles } from "../../src/shell/store/line-file.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Turns } from "./turns.ts";

/** How the disk fails. */
export type DiskFault = "ENOSPC" | "EIO" | "EROFS";

/** What one process has of the disk. */
export type Mount = Readonly<{
  files: Files;
  asyncFiles: AsyncFiles;
  /** The process is dead: nothing of what it had begun is done any more. */
  end(): void;
}>;

/** One directory on a disk that outlives the processes, and promises no more than a disk does. */
export type Disk = Readonly<{
  mount(): Mount;
  /** From now on, until null. */
  fail(how: DiskFault | null): void;
  /** Each call of the file system that does not block takes so long. */
  slow(ms: number): void;
  /** After so many more calls that change something, in the middle of the next one, this happens. */
  trap(calls: number, sprung: () => void): void;
  /** What was not forced to the disk is there, or not, or half. */
  losePower(): void;
  /** One bit of this file turns over. @returns false when there is no such file */
  rot(name: string): boolean;
  remove(name: string): void;
  read(name: string): Uint8Array | undefined;
}>;

type Inode = { synced: Uint8Array; cached: Uint8Array };
type Change = Readonly<{ remove?: string; set?: readonly [name: string, inode: Inode] }>;
type Handle = Inode | "directory";

export const createDisk = (random: Random, turns: Turns): Disk => {
  let synced = new Map<string, Inode>();
  let pending: Change[] = [];
  let fault: DiskFault | null = null;
  let delay = 0;
  let trapped: { calls: number; sprung: () => void } | undefined;

  const names = (changes: readonly Change[] = pending): Map<string, Inode> => {
    const all = new Map(synced);
    for (const { remove, set } of changes) {
      if (remove !== undefined) all.delete(remove);
      if (set) all.set(...set);
    }
    return all;
  };
  const inodeOf = (path: string): Inode => {
    const inode = names().get(basename(path));
    if (inode === undefined) throw failure("ENOENT");
    return inode;
  };

  const mount = (): Mount => {
    const handles: (Handle | undefined)[] = [];
    let dead = false;

    /** @param half what was done of it when it fails in the middle */
    const change = (fails: readonly DiskFault[], half?: () => void): void => {
      if (dead) throw failure("EIO");
      if (trapped !== undefined && trapped.calls-- === 0) {
        const { sprung } = trapped;
        trapped = undefined;
        half?.();
        sprung();
        throw failure("EIO");
      }
      if (fault === null || !fails.includes(fault)) return;
      half?.();
      throw failure(fault);
    };
    const look = (): void => {
      if (dead || fault === "EIO") throw failure("EIO");
    };
    const open = (path: string, flags: "r" | "w"): number => {
      if (flags === "r") {
        look();
        return handles.push("directory") - 1;
      }
      change(["EROFS", "EIO"]);
      const name = basename(path);
      const inode = names().get(name) ?? fresh(new Uint8Array());
      inode.cached = new Uint8Array();
      if (!names().has(name)) pending.push({ set: [name, inode] });
      return handles.push(inode) - 1;
    };
    /** @param where octets that are there already */
    const write = (file: number, octets: Uint8Array, before: Uint8Array): void => {
      const inode = handles[file];
      if (typeof inode !== "object") throw failure("EBADF");
      const half = (): void => {
        inode.cached = joined(before, octets.subarray(0, octets.length / 2));
      };
      change(["ENOSPC", "EIO", "EROFS"], half);
      inode.cached = joined(before, octets);
    };
    const sync = (file: number): void => {
      change(["EIO"]);
      const inode = handles[file];
      if (inode === undefined) throw failure("EBADF");
      if (inode !== "directory") inode.synced = inode.cached;
      else {
        synced = names();
        pending = [];
      }
    };
    const rename = (from: string, to: string): void => {
      change(["EROFS", "EIO"]);
      pending.push({ remove: basename(from), set: [basename(to), inodeOf(from)] });
    };

    const files: Files = {
      openSync: open,
      writeFileSync: (file, octets) => write(file, octets, new Uint8Array()),
      fsyncSync: sync,
      closeSync: (file) => {
        handles[file] = undefined;
      },
      renameSync: rename,
      unlinkSync(path) {
        change(["EROFS", "EIO"]);
        inodeOf(path);
        pending.push({ remove: basename(path) });
      },
      readFileSync(path) {
        look();
        return inodeOf(path).cached.slice();
      },
      readdirSync() {
        look();
        return [...names().keys()];
      },
      accessSync() {
        look();
        if (fault === "EROFS") throw failure("EROFS");
      },
      statfsSync: () => ({ bavail: fault === "ENOSPC" ? 0 : 1_000_000, bsize: 4_096 }),
    };

    const taken = async <T>(work: () => T): Promise<T> => {
      if (delay > 0) await turns.pause(delay);
      if (dead) await turns.pause(null);
      return work();
    };
    const asyncFiles: AsyncFiles = {
      open: async (path, flags) => {
        const file = await taken(() => open(path, flags));
        return {
          write: (octets) =>
            taken(() => {
              const inode = handles[file];
              write(file, octets, typeof inode === "object" ? inode.cached : new Uint8Array());
            }),
          sync: () => taken(() => sync(file)),
          close: async () => {
            handles[file] = undefined;
          },
        };
      },
      rename: (from, to) => taken(() => rename(from, to)),
    };
    return {
      files,
      asyncFiles,
      end: () => {
        dead = true;
      },
    };
  };

  return {
    mount,
    fail: (how) => {
      fault = how;
    },
    slow: (ms) => {
      delay = ms;
    },
    trap: (calls, sprung) => {
      trapped = { calls, sprung };
    },
    losePower() {
      const done = pending.filter(() => random.chance(0.5));
      const left = new Map<string, Inode>();
      for (const [name, inode] of names(done)) left.set(name, fresh(survivor(inode, random)));
      synced = left;
      pending = [];
      trapped = undefined;
    },
    rot(name) {
      const inode = names().get(name);
      if (inode === undefined || inode.cached.length === 0) return false;
      const octets = inode.cached.slice();
      const index = random.below(octets.length);
      octets[index] = (octets[index] ?? 0) ^ (1 << random.below(8));
      inode.cached = octets;
      inode.synced = octets;
      return true;
    },
    remove: (name) => {
      pending.push({ remove: name });
    },
    read: (name) => names().get(name)?.cached,
  };
};

const fresh = (octets: Uint8Array): Inode => ({ synced: octets, cached: octets });

/** What a loss of power may leave of a content: the old one, the new one, the beginning of it, or zeros. */
const survivor = ({ synced, cached }: Inode, random: Random): Uint8Array => {
  if (synced === cached) return synced;
  const all = [synced, cached, cached.slice(0, cached.length / 2), new Uint8Array(cached.length)];
  return all[random.below(all.length)] ?? synced;
};

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
};

const failure = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });
