import { GroupAddress, IndividualAddress } from "../../address.ts";
import { bad, type Decoded, ok } from "../../decoded.ts";
import type { Destination, Priority } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";

/** An L_Data frame without the format it stood in on the line: a short TPDU may come in an extended one too, and goes out in a standard one. */
export type Frame = Readonly<{
  source: IndividualAddress;
  destination: Destination;
  priority: Priority;
  /** 0…7 */
  hops: number;
  /** The repeat flag: false in the first transmission. */
  repeated: boolean;
  /** 1…255 octets, TPCI first. */
  tpdu: Octets;
}>;

/*
 * Control field                      bit 7  6  5  4  3  2  1  0
 *                                        F  0  R  1  P  P  0  0     F 1: standard, 0: extended · R 0: repeated
 */
const STANDARD = 0x80;
const NOT_REPEATED = 0x20;
const CONTROL_MASK = 0xd3;
const CONTROL_STANDARD = 0x90;
const CONTROL_EXTENDED = 0x10;
const PRIORITIES = ["system", "normal", "urgent", "low"] as const satisfies readonly Priority[];

/** Longest TPDU of a standard frame: TPCI octet and LG 15. */
const STANDARD_TPDU = 16;
/** Longest frame on TP1: extended, LG 254. */
export const MAX_FRAME = 263;

/** @returns true when the octet can be the control field of an L_Data frame (`tp-uart.md` §3, mask D3) */
export const isFrameStart = (octet: number): boolean =>
  (octet & CONTROL_MASK) === CONTROL_STANDARD || (octet & CONTROL_MASK) === CONTROL_EXTENDED;

const isStandard = (control: number): boolean => (control & STANDARD) !== 0;

/**
 * How long the frame will be that begins like this.
 * @param octets the octets so far, control field first
 * @returns octets in the whole frame, undefined until the length field is there (6th octet, extended 7th),
 * 0 when the length is the reserved escape code FF
 */
export const frameLength = (octets: Octets): number | undefined => {
  const control = octets[0];
  if (control === undefined) return undefined;
  if (isStandard(control)) {
    const npci = octets[5];
    return npci === undefined ? undefined : 8 + (npci & 0x0f);
  }
  const length = octets[6];
  if (length === undefined) return undefined;
  return length === 0xff ? 0 : 9 + length;
};

/** NOT (XOR of all octets): with it the XOR over the whole frame is FF. */
export const checkOctet = (octets: Octets): number => ~xorOf(octets, 0, octets.length) & 0xff;

/** XOR over the octets of [start, end). */
export const xorOf = (octets: Octets, start: number, end: number): number => {
  let sum = 0;
  for (let index = start; index < end; index++) sum ^= octets[index] ?? 0;
  return sum;
};

/**
 * L_Data_Standard and L_Data_Extended frames with their check octet.
 * @param octets 8…263: control (extended: and CTRLE), source (2), destination (2), AT|hops|LG (extended: LG), TPDU, check
 * @returns the frame, or why it is none: `dl.control`, `dl.length`, `dl.check-octet`, `dl.frame-format`
 * @see KNX 03.02.02 Communication Medium TP1 §2.2; `tp-uart.md` §4
 */
export const decodeFrame = (octets: Octets): Decoded<Frame> => {
  const control = octets[0];
  if (control === undefined || !isFrameStart(control)) return bad("dl.control");
  if (frameLength(octets) !== octets.length) return bad("dl.length");
  if (xorOf(octets, 0, octets.length) !== 0xff) return bad("dl.check-octet");
  const standard = isStandard(control);
  const at = standard ? 1 : 2;
  const npci = octets[standard ? 5 : 1] ?? 0;
  if (!standard && (npci & 0x0f) !== 0) return bad("dl.frame-format");
  return ok({
    source: IndividualAddress(word(octets, at)),
    destination: destinationOf(npci, word(octets, at + 2)),
    priority: PRIORITIES[(control >> 2) & 0x03] ?? "low",
    hops: (npci >> 4) & 0x07,
    repeated: (control & NOT_REPEATED) === 0,
    tpdu: octets.slice(standard ? 6 : 7, -1),
  });
};

/**
 * The octets of a frame, check octet included. TPDUs of up to 16 octets go into a standard frame, longer ones into an
 * extended one.
 * @param frame its TPDU has 1…255 octets
 */
export const encodeFrame = (frame: Frame): Octets => {
  const { source, destination, hops, tpdu } = frame;
  const standard = tpdu.length <= STANDARD_TPDU;
  const control =
    (standard ? CONTROL_STANDARD : CONTROL_EXTENDED) |
    (frame.repeated ? 0 : NOT_REPEATED) |
    (PRIORITIES.indexOf(frame.priority) << 2);
  const npci = (destination.to === "group" ? 0x80 : 0) | (hops << 4);
  const addresses = [
    source >> 8,
    source & 0xff,
    destination.address >> 8,
    destination.address & 0xff,
  ];
  const head = standard
    ? [control, ...addresses, npci | (tpdu.length - 1)]
    : [control, npci, ...addresses, tpdu.length - 1];
  const body = [...head, ...tpdu];
  return [...body, checkOctet(body)];
};

/**
 * The destination a header names, as soon as its octets are there; used to decide the acknowledge.
 * @param octets at least 6 octets, extended at least 7
 * @returns undefined for extended formats other than the standard one
 */
export const peekHeader = (
  octets: Octets,
): { source: number; destination: number; group: boolean } | undefined => {
  const standard = isStandard(octets[0] ?? 0);
  const npci = octets[standard ? 5 : 1] ?? 0;
  if (!standard && (npci & 0x0f) !== 0) return undefined;
  const at = standard ? 1 : 2;
  return {
    source: word(octets, at),
    destination: word(octets, at + 2),
    group: (npci & 0x80) !== 0,
  };
};

/**
 * @returns true when the octets are those of `frame`, apart from repeat flag and check octet: an echo, or a repetition.
 * `length` compares only that many first octets.
 */
export const sameTelegram = (octets: Octets, frame: Octets, length = frame.length - 1): boolean => {
  if ((((octets[0] ?? 0) ^ (frame[0] ?? 0)) & ~NOT_REPEATED) !== 0) return false;
  for (let index = 1; index < length; index++) if (octets[index] !== frame[index]) return false;
  return true;
};

/** @returns true when the repeat flag says that this is a repetition */
export const isRepetition = (octets: Octets): boolean => ((octets[0] ?? 0) & NOT_REPEATED) === 0;

const word = (octets: Octets, index: number): number =>
  ((octets[index] ?? 0) << 8) | (octets[index + 1] ?? 0);

const destinationOf = (npci: number, address: number): Destination =>
  (npci & 0x80) !== 0
    ? { to: "group", address: GroupAddress(address) }
    : { to: "individual", address: IndividualAddress(address) };
