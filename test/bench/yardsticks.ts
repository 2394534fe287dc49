import type { Octets } from "knxpi";
import { sum } from "./figures.ts";

export const BIT_MS = 1_000 / 9_600;
/** After the last octet of a frame: pause, and one octet. `tp-uart.md` §5.1 */
export const ACKNOWLEDGE_BITS = 15 + 11;
/** Silence before a frame of priority system. */
const SILENCE_BITS = 50;
/** A chip passes on what it has one bit later, in both directions. `tp-uart.md` §5.2 */
const BUFFER_MS = BIT_MS;

/** What the medium alone needs for frames of priority system: silence, octets, pause and acknowledge of each. */
export const mediumMs = (frames: readonly Octets[]): number =>
  sum(frames.map(({ length }) => SILENCE_BITS + frameBits(length) + ACKNOWLEDGE_BITS)) * BIT_MS;

/**
 * The same with a chip at each end of a dialogue in which every frame is caused by the one before. Its host knows of that one when the
 * chip has passed on its last octet, or, if it was the host's own, its confirmation; from then on the next frame goes to the
 * chip, without a gap, and onto the line when all of it is there and the line has been silent for long enough.
 */
export const chipMs = (frames: readonly Octets[], baud: number): number => {
  const characterMs = (11 * 1_000) / baud;
  let known = 0;
  let free = 0;
  let end = 0;
  for (const [index, frame] of frames.entries()) {
    const { length } = frame;
    const there = known + characters(length) * characterMs + BUFFER_MS;
    end = Math.max(there, free) + frameBits(length) * BIT_MS;
    const acknowledged = end + ACKNOWLEDGE_BITS * BIT_MS;
    const next = frames[index + 1];
    const isOwn = next !== undefined && source(next) === source(frame);
    known = (isOwn ? acknowledged : end) + BUFFER_MS + characterMs;
    free = acknowledged + SILENCE_BITS * BIT_MS;
  }
  return end + ACKNOWLEDGE_BITS * BIT_MS;
};

const frameBits = (length: number): number => (length - 1) * 13 + 11;

/** Two an octet; from index 64 on an NCN chip wants an offset before every 64 octets. `tp-uart.md` §2 */
const characters = (length: number): number => 2 * length + Math.floor((length - 1) / 64);

/** Bit 7 of the first octet: standard frame; an extended one has a second control octet. */
const source = (frame: Octets): number => {
  const at = ((frame[0] ?? 0) & 0x80) === 0 ? 2 : 1;
  return ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
};
