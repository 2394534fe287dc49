import type { Octets } from "../../octets.ts";
import { segmentCrc } from "./crc.ts";
import type { Image } from "./image.ts";

/**
 * Octets of a segment that are made when they are asked for: a procedure is replayed with every answer, and a table of 65,535
 * addresses is not to be put together each time.
 */
export type Segment = Readonly<{
  length: number;
  octet: (index: number) => number;
}>;

/** `count` and the addresses, ascending. `device-model.md` §4, as the next two. */
export const groupAddressTable = ({ groupAddresses }: Image): Segment =>
  words(1 + groupAddresses.length, (index) =>
    index === 0 ? groupAddresses.length : (groupAddresses[index - 1] ?? 0),
  );

/** `count` and the pairs of TSAP and ASAP. */
export const associationTable = ({ associations }: Image): Segment =>
  words(1 + 2 * associations.length, (index) => {
    if (index === 0) return associations.length;
    const [tsap = 0, asap = 0] = associations[(index - 1) >> 1] ?? [];
    return index % 2 === 1 ? tsap : asap;
  });

/** `count` and a descriptor for each number. */
export const groupObjectTable = ({ groupObjects }: Image): Segment =>
  words(1 + groupObjects.length, (index) =>
    index === 0 ? groupObjects.length : (groupObjects[index - 1] ?? 0),
  );

export const segmentOf = (octets: Octets): Segment => ({
  length: octets.length,
  octet: (index) => octets[index] ?? 0,
});

/** Its octets from `from` up to, but without `to`. */
export const cut = ({ octet }: Segment, from: number, to: number): Octets =>
  Array.from({ length: to - from }, (_, index) => octet(from + index));

/** CRC-16 of its first `length` octets. */
export const crcOf = (segment: Segment, length = segment.length): number => {
  let crc = segmentCrc([]);
  for (let at = 0; at < length; at += PIECE)
    crc = segmentCrc(cut(segment, at, Math.min(length, at + PIECE)), crc);
  return crc;
};

const PIECE = 1024;

/** High octet first. */
const words = (count: number, word: (index: number) => number): Segment => ({
  length: 2 * count,
  octet: (index) => (index % 2 === 0 ? word(index >> 1) >> 8 : word(index >> 1) & 0xff),
});

/**
 * The next octets that have to be written, from `at` on.
 * @param stands what stands in the device already, undefined where nobody knows
 * @param most octets of one telegram
 * @param last the last octet is written even if it stands there
 * @returns their range; undefined: there are none
 */
export const nextRun = (
  { length, octet }: Segment,
  at: number,
  most: number,
  stands: (index: number) => number | undefined,
  last: boolean,
): readonly [from: number, to: number] | undefined => {
  const differs = (index: number): boolean =>
    (last && index === length - 1) || stands(index) !== octet(index);
  let from = at;
  while (from < length && !differs(from)) from++;
  if (from >= length) return undefined;
  const end = Math.min(length, from + most);
  let to = from + 1;
  for (let index = to; index < end && index - to < GAP; index++) if (differs(index)) to = index + 1;
  return [from, to];
};

/**
 * So many octets that need not be written take less time than a telegram of its own for what comes after them: it and its
 * answer have 12 octets each around their data.
 */
const GAP = 12;
