import type { ChipKind } from "../../config.ts";
import type { Octets } from "../../octets.ts";
import { uploadOctet } from "./tpuart.ts";

/*
 * How fast a frame goes to its chip. What was written cannot be overtaken, so that little may be under way at any moment; but a
 * host interface that runs dry makes the line wait, because a chip sends only what it has whole.
 *
 *   written  ██ ██    ██ ██ ██     ██        never more than `ahead` before an acknowledge
 *   leaves   ████████████████████████████    without a gap
 *   looks    ↑        ↑      ↑     ↑         whole ms; errors do not add up, because `free` is the sum of all characters
 */

/** A frame on its way to the chip. Moments in ms, as `at` of impulses. */
export type Pace = Readonly<{
  /** When all that was written has left the host interface. */
  free: number;
  /** When was last looked whether more can be written: octets that were there by then have been read. */
  looked: number;
  /** When is looked again. */
  due: number;
}>;

/** Nothing written yet. */
export const REST: Pace = { free: 0, looked: 0, due: 0 };

/** What of a frame goes to which chip, at which speed. */
export type Way = Readonly<{ chip: ChipKind; baud: number; octets: Octets }>;

/**
 * What can be written of a frame at this moment.
 * @param from index of the octet that is next
 * @returns host services, each whole, and the index of the octet after them; `ms` until one more can be written, whole
 */
export const nextSlice = (
  way: Way,
  { free }: Pace,
  from: number,
  at: number,
): Readonly<{ services: Octets; end: number; pace: Pace; ms: number }> => {
  const { chip, octets } = way;
  const characterMs = characterOf(way);
  const ahead = aheadMs(way);
  const queued = Math.max(0, free - at);
  const services: number[] = [];
  let end = from;
  let wait = 0;
  for (; end < octets.length; end++) {
    const service = uploadOctet(chip, octets, end);
    wait = queued + (services.length + service.length) * characterMs - ahead;
    if (from === 0 ? end === FIRST : wait > 0) break;
    services.push(...service);
  }
  const ms = Math.max(1, Math.ceil(wait));
  const left = at + queued + services.length * characterMs;
  return { services, end, pace: { free: left, looked: at, due: at + ms }, ms };
};

/**
 * Whether octets may be waiting for so long that a header is among them: then they come first. A program that was held up runs
 * its timers before it reads, and what is written then could stand before an acknowledge.
 */
export const isBlind = (way: Way, { looked }: Pace, at: number): boolean =>
  at - looked > HEADER_MS - aheadMs(way);

/** Looked in vain. */
export const lookAgain = ({ free }: Pace, at: number, ms: number): Pace => ({
  free,
  looked: at,
  due: at + ms,
});

/** How much may be under way at a moment, ms: two octets of the frame, or what lasts from one timer to the next. */
const aheadMs = (way: Way): number =>
  Math.max(AHEAD_MS, FIRST * uploadOctet(way.chip, way.octets, 1).length * characterOf(way));

const characterOf = ({ baud }: Way): number => (CHARACTER_BITS * 1_000) / baud;

/**
 * Two octets at 19200 Bd, each behind its service octet. A header takes `HEADER_MS` to come in and nothing is written meanwhile:
 * what was under way before has left by then.
 */
const AHEAD_MS = 2.3;
/** Octets of a frame's first slice: it is written in whatever turn the frame came, and nobody knows what else waits there. */
const FIRST = 2;
/** Bits of a character on the host interface: start, 8 data, parity, stop. */
const CHARACTER_BITS = 11;
/** From the first octet of a frame to the sixth, which settles the acknowledge: 13 bit times each. `tp-uart.md` §5.1 */
const HEADER_MS = (5 * 13) / 9.6;
