import type { Random } from "../../src/sim/random.ts";

/** One input made into another, by one to eight small changes. */
export const mutate = (
  random: Random,
  input: Uint8Array,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
  most: number,
): Uint8Array => {
  let octets = [...input];
  for (let changes = 1 + random.below(8); changes > 0; changes--) {
    const change = CHANGES[random.below(CHANGES.length)];
    if (change !== undefined) octets = change(octets, { random, others, words });
  }
  return Uint8Array.from(octets.slice(0, most));
};

type Means = Readonly<{
  random: Random;
  others: readonly Uint8Array[];
  words: readonly Uint8Array[];
}>;
type Change = (octets: number[], means: Means) => number[];

const place = (octets: readonly number[], random: Random): number =>
  random.below(octets.length + 1);
const put = (octets: number[], at: number, piece: Iterable<number>, instead = 0): number[] => [
  ...octets.slice(0, at),
  ...piece,
  ...octets.slice(at + instead),
];

const CHANGES: readonly Change[] = [
  // one bit
  (octets, { random }) => {
    const at = random.below(Math.max(1, octets.length));
    return put(octets, at, [(octets[at] ?? 0) ^ (1 << random.below(8))], 1);
  },
  // one octet, often one at a border
  (octets, { random }) => {
    const border = BORDERS[random.below(BORDERS.length)] ?? 0;
    const octet = random.chance(0.5) ? border : random.below(256);
    return put(octets, random.below(Math.max(1, octets.length)), [octet], 1);
  },
  // a little more or less than it was
  (octets, { random }) => {
    const at = random.below(Math.max(1, octets.length));
    return put(octets, at, [((octets[at] ?? 0) + random.below(9) - 4) & 0xff], 1);
  },
  // some octets more
  (octets, { random }) =>
    put(
      octets,
      place(octets, random),
      Array.from({ length: 1 + random.below(4) }, () => random.below(256)),
    ),
  // a piece less
  (octets, { random }) => put(octets, place(octets, random), [], 1 + random.below(8)),
  // cut short
  (octets, { random }) => octets.slice(0, place(octets, random)),
  // a piece of it once more, somewhere
  (octets, { random }) => {
    const from = place(octets, random);
    const piece = octets.slice(from, from + 1 + random.below(32));
    return put(octets, place(octets, random), piece);
  },
  // another one from somewhere on
  (octets, { random, others }) => {
    const other = [...(others[random.below(others.length)] ?? [])];
    return [...octets.slice(0, place(octets, random)), ...other.slice(place(other, random))];
  },
  // a piece of another one instead of a piece of this one
  (octets, { random, others }) => {
    const other = [...(others[random.below(others.length)] ?? [])];
    const from = place(other, random);
    const piece = other.slice(from, from + 1 + random.below(32));
    return put(octets, place(octets, random), piece, random.below(piece.length + 1));
  },
  // something that means something
  (octets, { random, words }) =>
    put(octets, place(octets, random), words[random.below(words.length)] ?? [], random.below(8)),
];

const BORDERS = [0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xfe, 0xff, 0x20, 0x30, 0x39, 0x2d];
