import type { Octets } from "../octets.ts";

/**
 * A field of some bits as a number without sign, MSB first.
 * @param at bits before it, counted from the MSB of octet 0
 * @param width 1…32
 */
export const readBits = (octets: Octets, at: number, width: number): number => {
  const end = at + width;
  let value = 0;
  // Whole octets, which is what most types are. Multiplied, not shifted: a shift has 32 bits with a sign.
  if (((at | width) & 7) === 0) {
    for (let index = at >> 3; index < end >> 3; index++) value = value * 256 + (octets[index] ?? 0);
    return value;
  }
  for (let bit = at; bit < end; ) {
    const room = 8 - (bit & 7);
    const taken = Math.min(room, end - bit);
    const size = 1 << taken;
    value = value * size + (((octets[bit >> 3] ?? 0) >> (room - taken)) & (size - 1));
    bit += taken;
  }
  return value;
};

/** The other way: into octets that hold zeros there. Bits of `value` above `width` are left out. */
export const writeBits = (octets: number[], at: number, width: number, value: number): void => {
  let rest = value;
  for (let bit = at + width; bit > at; ) {
    const used = ((bit - 1) & 7) + 1;
    const taken = Math.min(used, bit - at);
    const index = (bit - 1) >> 3;
    const size = 2 ** taken;
    octets[index] = (octets[index] ?? 0) | ((rest % size) << (8 - used));
    rest = Math.floor(rest / size);
    bit -= taken;
  }
};

/** @returns as many octets as the bits need; fewer than 8 bits are the low ones of one octet */
export const octetsOf = (value: number, width: number): Octets => {
  const octets = zeros(width);
  writeBits(octets, octets.length * 8 - width, width, value);
  return octets;
};

export const zeros = (width: number): number[] => Array.from({ length: (width + 7) >> 3 }, () => 0);
