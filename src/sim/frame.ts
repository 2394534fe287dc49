import type { Octets } from "../core/octets.ts";
import { checkOctet, isIntact, isRepeated } from "./tp1.ts";

/*
 * Data frames, written and read apart from the stack, so that the stack meets an opinion that is not its own.
 *   standard: ctrl  source(2)  destination(2)  AT|hops|length  TPDU…  check
 *   extended: ctrl  AT|hops|0000  source(2)  destination(2)  length  TPDU…  check
 * ctrl is 10R1PP00, extended 00R1PP00; the length counts the octets after the first of the TPDU. `layers.md` A.5.
 */
export type Frame = Readonly<{
  source: number;
  destination: number;
  /** To a group address, or to all with 0; otherwise to one device. */
  toGroup: boolean;
  /** As it stands in the control octet: 00 system, 04 normal, 08 urgent, 0C low. */
  priority: number;
  hops: number;
  tpdu: Octets;
}>;

export const SYSTEM = 0x00;

/** @returns nothing for polls, frames with another address format, and what is damaged */
export const readFrame = (octets: Octets): (Frame & { repeated: boolean }) | undefined => {
  const [control = 0, second = 0] = octets;
  const extended = (control & 0x80) === 0;
  if ((control & 0x53) !== 0x10 || !isIntact(octets)) return undefined;
  if (extended && (second & 0x0f) !== 0) return undefined;
  const addresses = extended ? 2 : 1;
  const npci = extended ? second : (octets[5] ?? 0);
  return {
    source: word(octets, addresses),
    destination: word(octets, addresses + 2),
    toGroup: (npci & 0x80) !== 0,
    priority: control & 0x0c,
    hops: (npci >> 4) & 0x07,
    repeated: isRepeated(control),
    tpdu: octets.slice(extended ? 7 : 6, -1),
  };
};

/** A standard frame for up to 16 octets of TPDU, else an extended one. */
export const writeFrame = (frame: Frame): readonly number[] => {
  const { source, destination, toGroup, priority, hops, tpdu } = frame;
  const length = tpdu.length - 1;
  const npci = (toGroup ? 0x80 : 0) | (hops << 4);
  const addresses = [...octetsOf(source), ...octetsOf(destination)];
  const head =
    length <= LONGEST_STANDARD
      ? [0xb0 | priority, ...addresses, npci | length]
      : [0x30 | priority, npci, ...addresses, length];
  const octets = [...head, ...tpdu];
  return [...octets, checkOctet(octets)];
};

/** The two octets at `index`, high octet first. */
export const word = (octets: Octets, index: number): number =>
  ((octets[index] ?? 0) << 8) | (octets[index + 1] ?? 0);

/** 16 bits as two octets, high octet first. */
export const octetsOf = (value: number): readonly [number, number] => [value >> 8, value & 0xff];

const LONGEST_STANDARD = 15;
