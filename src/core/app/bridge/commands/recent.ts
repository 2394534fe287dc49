import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";

/**
 * The commands with an id of the last minute, so that none is executed twice. `mqtt-interface.md` §5.5, §11 `duplicate`.
 * Two generations: the younger takes what comes, and becomes the older when it is a minute old or full; what the older held
 * is then forgotten. So nothing is ever searched or swept.
 */
export type Recent = Readonly<{
  young: Generation;
  old: Generation;
  /** Since when the younger one is in use. */
  since: number;
  /** How many it holds. */
  count: number;
}>;

/** By 16 bits of a hash of the key. */
type Generation = Table<readonly Seen[]>;

type Seen = Readonly<{
  key: string;
  at: number;
  /** The document with which it ended; null while it has not. */
  result: string | null;
}>;

export const EMPTY_RECENT: Recent = { young: EMPTY_TABLE, old: EMPTY_TABLE, since: 0, count: 0 };

/** @returns what is known of this key, if it is younger than a minute */
export const recall = (recent: Recent, key: string, at: number): Seen | undefined => {
  const seen = find(recent.young, key) ?? find(recent.old, key);
  return seen && at - seen.at < MEMORY_MS ? seen : undefined;
};

/** Notes a key, with the result once there is one. */
export const remember = (
  recent: Recent,
  key: string,
  at: number,
  result: string | null,
): Recent => {
  const full = at - recent.since >= MEMORY_MS || recent.count >= GENERATION_SIZE;
  const { young, old, since, count } = full
    ? { young: EMPTY_TABLE, old: recent.young, since: at, count: 0 }
    : recent;
  const slot = hash(key);
  const others = (get(young, slot) ?? []).filter((seen) => seen.key !== key);
  const first = (find(young, key) ?? find(old, key))?.at ?? at;
  const seen = { key, at: result === null ? at : first, result };
  return { young: put(young, slot, [...others, seen]), old, since, count: count + 1 };
};

const find = (generation: Generation, key: string): Seen | undefined =>
  get(generation, hash(key))?.find((seen) => seen.key === key);

/** FNV-1a, folded to 16 bits. */
const hash = (key: string): number => {
  let sum = 0x811c9dc5;
  for (let index = 0; index < key.length; index++)
    sum = Math.imul(sum ^ key.charCodeAt(index), 0x01000193);
  return ((sum >>> 16) ^ sum) & 0xffff;
};

const MEMORY_MS = 60_000;
const GENERATION_SIZE = 2_048;
