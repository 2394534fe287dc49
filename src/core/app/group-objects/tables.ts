import { BROADCAST, GroupAddress } from "../../address.ts";
import { bad, type Decoded, ok } from "../../decoded.ts";
import type { GroupSet } from "../../group-set.ts";
import { type Image, wordAt } from "../device/model/image.ts";
import { Asap, Tsap } from "./access-point.ts";

/*
 * What ETS loads, made ready for look-ups whose cost does not depend on its size: plain arrays, built once for each load.
 * Formats: `device-model.md` §4, 16-bit entries behind a count of 16 bits.
 */

/**
 * The group address table. It ascends, so the place of an address is the number of addresses up to it: those in the words
 * before its own, and in its word the bits below it.
 */
export type Addresses = Readonly<{
  /** Also what the data link layer acknowledges. */
  set: GroupSet;
  /** By word of the set: how many addresses stand in the words before. */
  before: readonly number[];
}>;

export type Tables = Readonly<{
  addresses: Addresses;
  /** By TSAP: where its objects begin in `asaps`; they end where those of the next begin. */
  begins: readonly number[];
  /** In the order of the association table. */
  asaps: readonly Asap[];
  /** By ASAP: the descriptor word; a gap is 0000h. */
  words: readonly number[];
  /** By ASAP: the address of its first association; the broadcast address stands for none. */
  sending: readonly GroupAddress[];
}>;

/**
 * Group address table, realisation type 7: count, addresses strictly ascending. What stands behind it does not belong to it.
 * @returns `objects.table-length` when it is shorter than its count says, `objects.table-order` when it does not ascend
 */
export const decodeAddresses = (table: Image): Decoded<Addresses> => {
  const count = countOf(table, 2);
  if (count === undefined) return bad("objects.table-length");
  const set = new Array<number>(WORDS).fill(0);
  let last = 0;
  for (let place = 1; place <= count; place++) {
    const address = wordAt(table, 2 * place);
    if (address <= last) return bad("objects.table-order");
    set[address >> 5] = (set[address >> 5] ?? 0) | (1 << (address & 0x1f));
    last = address;
  }
  const before = new Array<number>(WORDS).fill(0);
  for (let word = 1; word < WORDS; word++)
    before[word] = (before[word - 1] ?? 0) + ones(set[word - 1] ?? 0);
  return ok({ set, before });
};

/**
 * Association table (type 6: count, pairs of TSAP and ASAP) and group object table (type 7: highest ASAP, descriptor words).
 * A pair that names an address or an object that does not exist links nothing.
 * @returns `objects.table-length` when one of them is shorter than its count says
 */
export const decodeTables = (
  addresses: Addresses,
  associations: Image,
  objects: Image,
): Decoded<Tables> => {
  const pairs = countOf(associations, 4);
  const highest = countOf(objects, 2);
  if (pairs === undefined || highest === undefined) return bad("objects.table-length");
  const words = new Array<number>(highest + 1).fill(0);
  for (let asap = 1; asap <= highest; asap++) words[asap] = wordAt(objects, 2 * asap);
  const gas = listOf(addresses);
  const pairOf = (index: number) => {
    const [tsap, asap] = [wordAt(associations, 2 + 4 * index), wordAt(associations, 4 + 4 * index)];
    const exists = tsap >= 1 && tsap < gas.length && asap >= 1 && asap <= highest;
    return exists ? { tsap: Tsap(tsap), asap: Asap(asap) } : null;
  };

  const sending = new Array<GroupAddress>(highest + 1).fill(BROADCAST);
  const begins = new Array<number>(gas.length + 1).fill(0);
  for (let index = 0; index < pairs; index++) {
    const pair = pairOf(index);
    if (pair === null) continue;
    begins[pair.tsap + 1] = (begins[pair.tsap + 1] ?? 0) + 1;
    if (sending[pair.asap] === BROADCAST) sending[pair.asap] = gas[pair.tsap] ?? BROADCAST;
  }
  for (let tsap = 1; tsap < begins.length; tsap++)
    begins[tsap] = (begins[tsap] ?? 0) + (begins[tsap - 1] ?? 0);

  const free = begins.slice();
  const asaps: Asap[] = new Array<Asap>(begins.at(-1) ?? 0).fill(ANY);
  for (let index = 0; index < pairs; index++) {
    const pair = pairOf(index);
    if (pair === null) continue;
    const place = free[pair.tsap] ?? 0;
    free[pair.tsap] = place + 1;
    asaps[place] = pair.asap;
  }
  return ok({ addresses, begins, asaps, words, sending });
};

/**
 * Place of an address in its table: two reads, however many there are.
 * @returns undefined when it is not there
 */
export const tsapOf = ({ set, before }: Addresses, ga: GroupAddress): Tsap | undefined => {
  const word = set[ga >> 5] ?? 0;
  const bit = 1 << (ga & 0x1f);
  return (word & bit) === 0 ? undefined : Tsap((before[ga >> 5] ?? 0) + ones(word & (bit - 1)) + 1);
};

/** The objects that are linked to an address, in the order of the association table. */
export const linkedTo = (tables: Tables, ga: GroupAddress): readonly Asap[] => {
  const tsap = tsapOf(tables.addresses, ga);
  return tsap === undefined
    ? UNLINKED
    : tables.asaps.slice(tables.begins[tsap], tables.begins[tsap + 1]);
};

/** Where an object sends; undefined when nothing is linked to it. */
export const sendingAddress = ({ sending }: Tables, asap: Asap): GroupAddress | undefined => {
  const ga = sending[asap];
  return ga === undefined || ga === BROADCAST ? undefined : ga;
};

/** Its descriptor word; 0, without any flag, where there is no such object. */
export const wordOf = ({ words }: Tables, asap: Asap): number => words[asap] ?? 0;

/** Words of a group set. */
const WORDS = 2048;
const UNLINKED: readonly Asap[] = [];
/** Fills a place until the object that belongs there is known. */
const ANY = Asap(1);

/** The count a table begins with, if so many entries follow; a table without octets has none. */
const countOf = (table: Image, entry: number): number | undefined => {
  const count = wordAt(table, 0);
  return table.size === 0 || table.size >= 2 + entry * count ? count : undefined;
};

/** The addresses by their place, from 1 on. */
const listOf = ({ set }: Addresses): readonly GroupAddress[] => {
  const list = [BROADCAST];
  for (let word = 0; word < WORDS; word++)
    for (let bit = 0; bit < 32; bit++)
      if ((((set[word] ?? 0) >>> bit) & 1) === 1) list.push(GroupAddress((word << 5) | bit));
  return list;
};

/** How many of 32 bits are set: sums of pairs, of nibbles, of octets. */
const ones = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
};
