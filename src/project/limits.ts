import type { Problem } from "./problem.ts";

/** An entry of an archive as its directory describes it. */
export type EntrySize = Readonly<{ name: string; packed: number; size: number }>;

/**
 * Far above any project: one with 500 devices and 5,000 group addresses unpacks to some 200 MB, and its XML is packed to a
 * twentieth, lists of equal objects to a hundredth.
 */
export const LIMITS = {
  /** Of the file. */
  file: 512 * 1024 * 1024,
  /** Of a list of group addresses, which is read as a whole. */
  list: 64 * 1024 * 1024,
  /** Of the packed project inside a project with a password, which is held as a whole. */
  inner: 64 * 1024 * 1024,
  entries: 20_000,
  /** Unpacked, one entry and all that are read. */
  entry: 512 * 1024 * 1024,
  total: 2 * 1024 * 1024 * 1024,
  ratio: 400,
  /** Smaller ones may be packed as tightly as they like. */
  ratioFrom: 1024 * 1024,
  depth: 256,
  /** Octets of one tag. */
  tag: 32 * 1024 * 1024,
} as const;

/** @returns why an archive with this directory is not read at all */
export const refusal = (entries: readonly EntrySize[]): Problem | undefined => {
  if (entries.length > LIMITS.entries)
    return { code: "too_big", message: `more than ${LIMITS.entries} files in the archive` };
  const names = new Set<string>();
  for (const entry of entries) {
    const unsafe = names.has(entry.name) ? "stands there twice" : unsafeName(entry.name);
    if (unsafe !== undefined)
      return { code: "unsafe", message: `${shownName(entry.name)} in the archive ${unsafe}` };
    names.add(entry.name);
    const big = tooBig(entry);
    if (big !== undefined)
      return { code: "too_big", message: `${shownName(entry.name)} in the archive ${big}` };
  }
  return undefined;
};

/** Nothing is ever written under these names; no ETS makes such ones, so somebody else did. */
const unsafeName = (name: string): string | undefined => {
  if (name === "" || /\p{Cc}/u.test(name)) return "has an unreadable name";
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return "has an absolute name";
  if (name.split(/[/\\]/).includes("..")) return "has a name that leads out of the archive";
  return undefined;
};

const tooBig = ({ packed, size }: EntrySize): string | undefined => {
  if (size > LIMITS.entry) return `unpacks to ${megabytes(size)}`;
  if (size > LIMITS.ratioFrom && size > LIMITS.ratio * packed)
    return `unpacks to ${Math.floor(size / Math.max(1, packed))} times its size`;
  return undefined;
};

const megabytes = (octets: number): string => `${Math.round(octets / 1024 / 1024)} MB`;

/** Names come from outside: in messages, short and without control characters. */
export const shownName = (name: string): string =>
  JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
