import type { Octets } from "../core/octets.ts";

/** One bit at 9600 bit/s. KNX 03.02.02 Communication Medium TP1; the figures below count in bits. */
export const BIT_MS = 1000 / 9600;

export const BITS = {
  /** Start bit, 8 data bits, parity, stop bit. */
  character: 11,
  /** From the start of one octet to the start of the next. */
  octet: 13,
  /** From the end of a frame to its acknowledge. */
  acknowledge: 15,
  /** After the end of a frame nobody acknowledges any more. */
  noAcknowledge: 30,
  /** Silence before a frame of priority system or urgent, a poll, or a repetition. */
  idleFirst: 50,
  /** Silence before any other frame. */
  idle: 53,
  /** Silence before a repetition that BUSY made necessary. */
  idleBusy: 150,
} as const;

/** Acknowledge characters; several at once are ANDed on the wire, because 0 is dominant. */
export const ACK = 0xcc;
export const NAK = 0x0c;
export const BUSY = 0xc0;

const REPEAT_FLAG = 0x20;
const PRIORITY = 0x0c;
const NORMAL_OR_LOW = 0x04;

export const isPoll = (control: number): boolean => control === 0xf0;

/** A repetition, and whatever else has its repeat flag at 0. */
export const isRepeated = (control: number): boolean =>
  !isPoll(control) && (control & REPEAT_FLAG) === 0;

export const idleBits = (control: number): number =>
  isRepeated(control) || (control & PRIORITY & NORMAL_OR_LOW) === 0 ? BITS.idleFirst : BITS.idle;

/** The check octet closes the frame: over all of it, XOR gives FF. */
export const checkOctet = (octets: Octets): number => {
  let xor = 0xff;
  for (const octet of octets) xor ^= octet;
  return xor;
};

/** With its repeat flag at 0 and the check octet that goes with it. */
export const asRepetition = (frame: Octets): readonly number[] =>
  withControl(frame, (frame[0] ?? 0) & ~REPEAT_FLAG);

/** With its repeat flag at 1, as a frame goes out for the first time. */
export const asOriginal = (frame: Octets): readonly number[] =>
  withControl(frame, (frame[0] ?? 0) | REPEAT_FLAG);

const withControl = (frame: Octets, control: number): readonly number[] => {
  const octets = [...frame];
  const last = octets.length - 1;
  octets[last] = (octets[last] ?? 0) ^ (octets[0] ?? 0) ^ control;
  octets[0] = control;
  return octets;
};

/**
 * What is on the wire when several stations send an octet at once. The least significant bit goes first; a station that
 * sends 1 and reads 0 falls silent, so the octet is always one of those that were sent.
 */
export const arbitrate = (octets: readonly number[]): number => {
  let left = octets;
  for (let bit = 0; bit < 8; bit++) {
    const dominant = left.filter((octet) => ((octet >> bit) & 1) === 0);
    if (dominant.length > 0) left = dominant;
  }
  return left[0] ?? 0xff;
};

/** Octets of a whole frame as its own length field tells, as soon as it has been received: the 6th, extended the 7th. */
export const frameLength = (frame: Octets): number | undefined => {
  const [control, , , , , npci, length] = frame;
  if (control === undefined || npci === undefined) return undefined;
  if ((control & 0x80) !== 0) return 8 + (npci & 0x0f);
  return length === undefined ? undefined : 9 + length;
};

export const isIntact = (frame: Octets): boolean =>
  frame.length === frameLength(frame) && checkOctet(frame) === 0;
