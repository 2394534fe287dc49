import type { Octets } from "../../octets.ts";
import { frameLength, isFrameStart, MAX_FRAME } from "./frame.ts";
import { type Arrival, openRx, type Rx, type RxEvent } from "./rx.ts";

/** One more octet in search of a frame: does one end here? The earliest possible start wins. */
export const searching = (
  rx: Extract<Rx, { mode: "search" }>,
  { octet, at }: Arrival,
): readonly [Rx, readonly RxEvent[]] => {
  const octets = [...rx.octets, octet];
  const start = closedFrame(octets);
  if (start >= 0) {
    const frame: RxEvent = { found: "frame", octets: octets.slice(start), at };
    return [openRx(at), [...garbage(octets.slice(rx.reported, start)), frame]];
  }
  if (octets.length <= MAX_FRAME) return [{ ...rx, octets, lastAt: at }, NONE];
  return [
    { ...rx, octets: octets.slice(-MAX_FRAME), reported: Math.max(0, rx.reported - 1), lastAt: at },
    rx.reported > 0 ? NONE : garbage(octets.slice(0, 1)),
  ];
};

/** @returns index at which a frame begins that ends with the last octet, or −1 */
export const closedFrame = (octets: readonly number[]): number => {
  let found = -1;
  let sum = 0;
  for (let start = octets.length - 1; start >= 0; start--) {
    const octet = octets[start] ?? 0;
    sum ^= octet;
    if (sum !== 0xff || !isFrameStart(octet)) continue;
    const length = octets.length - start;
    if (length >= 8 && frameLength(octets.slice(start, start + 7)) === length) found = start;
  }
  return found;
};

/** Octets that led to nothing. */
export const garbage = (octets: Octets): readonly RxEvent[] =>
  octets.length === 0 ? NONE : [{ found: "drop", reason: "dl.garbage", octets }];

const NONE: readonly RxEvent[] = [];
