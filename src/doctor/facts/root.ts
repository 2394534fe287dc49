import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statfsSync,
  statSync,
} from "node:fs";
import { join, posix, resolve } from "node:path";

/**
 * The files of a machine, below a folder: `/` is this machine, anything else one that was recorded, or the card of another Pi. Nothing
 * here throws; what is not there, or not for us, is absent.
 */
export type Root = Readonly<{
  read(path: string): string | null;
  octets(path: string): Uint8Array | null;
  /** Names in a folder; none when there is no such folder. */
  list(path: string): readonly string[];
  /** Where a symbolic link leads, as it is written; null when it is none. */
  link(path: string): string | null;
  /** The path after all links at its end. */
  resolve(path: string): string;
  stat(path: string): Entry | null;
  space(path: string): Space | null;
  /** What is there, but not for the eyes of this user. */
  hidden(): readonly string[];
}>;

/** What a path leads to. */
export type Entry = Readonly<{
  kind: "file" | "folder" | "device" | "other";
  /** The lower 12 bits. */
  mode: number;
  uid: number;
  gid: number;
}>;

/** Of the volume that a path is on. */
export type Space = Readonly<{ freeMb: number; totalMb: number; freeInodes: number | null }>;

/** What a copy of a machine cannot have as it was: owners, devices, volumes. */
export type Attributes = Readonly<{
  stat(path: string): Entry | null;
  space(path: string): Space | null;
}>;

export const openRoot = (folder: string, attributes?: Attributes): Root => {
  const hidden = new Set<string>();
  const at = (path: string): string => join(folder, path);
  const attempt = <T>(path: string, look: () => T): T | null => {
    try {
      return look();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EACCES" || code === "EPERM") hidden.add(path);
      return null;
    }
  };
  const link = (path: string): string | null => attempt(path, () => readlinkSync(at(path)));
  return {
    read: (path) => attempt(path, () => readFileSync(at(path), "utf8")),
    octets: (path) => attempt(path, () => Uint8Array.from(readFileSync(at(path)))),
    list: (path) => attempt(path, () => readdirSync(at(path)).sort()) ?? [],
    link,
    resolve: (path) => {
      let current = path;
      for (let step = 0; step < MAX_LINKS; step++) {
        const target = isLink(at(current)) ? link(current) : null;
        if (target === null) return current;
        current = posix.resolve(posix.dirname(current), target);
      }
      return current;
    },
    stat: attributes?.stat ?? ((path) => attempt(path, () => entryOf(statSync(at(path))))),
    space:
      attributes?.space ??
      ((path) =>
        attempt(path, () => {
          // A copy is on a volume of the machine that looks at it.
          if (resolve(folder) !== "/") return null;
          const { bavail, blocks, bsize, files, ffree } = statfsSync(at(path));
          const mb = bsize / 1e6;
          return {
            freeMb: Math.floor(bavail * mb),
            totalMb: Math.floor(blocks * mb),
            // A file system that makes them as it needs them says 0.
            freeInodes: files === 0 ? null : ffree,
          };
        })),
    hidden: () => [...hidden].sort(),
  };
};

/** A text file without the end of its last line, and without the zero that the device tree puts at the end of a text. */
export const word = (root: Root, path: string): string | null =>
  root.read(path)?.replaceAll("\0", "").trim() ?? null;

/** A file that holds a number. */
export const numberIn = (root: Root, path: string): number | null => {
  const text = word(root, path);
  return text === null || !/^-?\d+$/.test(text) ? null : Number(text);
};

const isLink = (path: string): boolean => {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
};

const entryOf = (stats: Stats): Entry => ({
  kind: stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "folder"
      : stats.isCharacterDevice()
        ? "device"
        : "other",
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  gid: stats.gid,
});

const MAX_LINKS = 8;
