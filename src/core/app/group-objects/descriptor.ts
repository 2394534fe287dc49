import type { GroupValue, Priority } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";

/*
 * The word that describes a group object in the group object table, realisation type 7; `device-model.md` §4.
 *
 *   15 U update · 14 T transmit · 13 I read on init · 12 W write · 11 R read · 10 C communication · 9–8 priority · 7–0 type
 */

/** The flags by the letter ETS gives them. */
export const FLAG = {
  C: 0x0400,
  R: 0x0800,
  W: 0x1000,
  I: 0x2000,
  T: 0x4000,
  U: 0x8000,
} as const;

/** @param flags the flags that must be set, all of them */
export const allows = (word: number, flags: number): boolean => (word & flags) === flags;

/** Frame priority of what the object sends on its own. */
export const priorityOf = (word: number): Priority => PRIORITIES[(word >> 8) & 0x03] ?? "low";

const PRIORITIES = ["system", "normal", "urgent", "low"] as const satisfies readonly Priority[];

/**
 * The value in octets, as the object keeps it.
 * @param octets what the application gave; of an object of 1…7 bits the bits that do not belong to it are cleared
 * @returns undefined when the object has another size
 */
export const fitOctets = (word: number, octets: Octets): Octets | undefined => {
  const type = word & 0xff;
  if (octets.length !== octetsOf(type)) return undefined;
  return type > LAST_BIT_TYPE ? octets : [(octets[0] ?? 0) & bitMask(type)];
};

/** The same for a value from the bus, whose form must be that of the object as well. */
export const fitValue = (word: number, { octets, short }: GroupValue): Octets | undefined =>
  short === isShort(word & 0xff) ? fitOctets(word, octets) : undefined;

/** @param octets as `fitOctets` gave them */
export const toValue = (word: number, octets: Octets): GroupValue => ({
  octets,
  short: isShort(word & 0xff),
});

/** Types 0…5 travel inside the APCI octet; the seven bits of type 6 do not fit there and take an octet of their own. */
const isShort = (type: number): boolean => type <= LAST_SHORT_TYPE;
const LAST_SHORT_TYPE = 5;
/** Types 0…6 are 1…7 bits. */
const LAST_BIT_TYPE = 6;
const bitMask = (type: number): number => (1 << (type + 1)) - 1;

/** Octets of a value: 1…14 as listed, type − 6 from 21 on, but 252 for 255. */
const octetsOf = (type: number): number =>
  type === 255 ? LONGEST : (LISTED[type] ?? type - LISTED_BEFORE);

// biome-ignore format: by type, 0…20
const LISTED = [1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 8, 10, 14, 5, 7, 9, 11, 12, 13] as const;
const LISTED_BEFORE = 6;
const LONGEST = 252;
