import type { GroupAddress } from "./address.ts";

/**
 * A set of group addresses as 2048 words of 32 bits: one look-up costs the same for one address and for 65,535, and the
 * set is a JSON value like the rest of the state.
 */
export type GroupSet = readonly number[];

export const NO_GROUPS: GroupSet = [];

/** The set of these addresses; one that stands there twice counts once. */
export const groupSet = (addresses: Iterable<GroupAddress>): GroupSet => {
  const words = new Array<number>(2048).fill(0);
  for (const address of addresses)
    words[address >> 5] = (words[address >> 5] ?? 0) | (1 << (address & 0x1f));
  return words;
};

/** @param address 0…65,535 as received, no matter what it addresses */
export const inGroupSet = (set: GroupSet, address: number): boolean =>
  (((set[address >> 5] ?? 0) >>> (address & 0x1f)) & 1) === 1;

/** What is in one of them. */
export const union = (a: GroupSet, b: GroupSet): GroupSet =>
  Array.from(
    { length: Math.max(a.length, b.length) },
    (_, index) => (a[index] ?? 0) | (b[index] ?? 0),
  );
