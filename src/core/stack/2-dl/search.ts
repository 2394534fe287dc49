import type { ChipKind } from "../../config.ts";
import type { Octets } from "../../octets.ts";
import { frameLength, isFrameStart, MAX_FRAME } from "./frame.ts";
import { type Arrival, openRx, type Rx, type RxEvent } from "./rx.ts";
import { serviceLength, serviceOf } from "./tpuart.ts";

type Search = Extract<Rx, { mode: "search" }>;

/** Nothing is known about the place in the stream, and nothing collected yet. */
export const openSearch = (at: number): Search => ({
  mode: "search",
  octets: [],
  reported: 0,
  gap: -1,
  lastAt: at,
});

/**
 * One more octet in search of a frame: does one end here? Silence is no proof, because a late read looks the same; so nothing
 * collected is given up for it. A frame that seems to begin after it is acknowledged, and proves itself in the end.
 * @param silent the line seemed silent before this octet
 */
export const searching = (
  rx: Search,
  { octet, behind, at }: Arrival,
  silent: boolean,
): readonly [Rx, readonly RxEvent[]] => {
  const octets = [...rx.octets, octet];
  const gap = silent ? rx.octets.length : rx.gap;
  const start = closedFrame(octets, gap);
  if (start >= 0) {
    const frame: RxEvent = { found: "frame", octets: octets.slice(start), at };
    return [openRx(at), [...garbage(octets.slice(rx.reported, start)), frame]];
  }
  const next: Search = { mode: "search", octets, reported: rx.reported, gap, lastAt: at };
  return octets.length > MAX_FRAME ? forgetFirst(next) : [next, header(next, behind)];
};

/**
 * A service of the chip that stands alone between two silences; inside a frame its octet would have company.
 * @returns undefined when the last octet is none, or was not alone
 */
export const loneService = (rx: Search, chip: ChipKind | undefined): RxEvent | undefined => {
  const octet = rx.octets.at(-1);
  if (octet === undefined || rx.gap !== rx.octets.length - 1) return undefined;
  const kind = serviceOf(chip, octet);
  switch (kind) {
    case "frame":
    case "poll":
    case "break":
    case "unexpected":
      return undefined;
    default:
      return serviceLength(kind, octet) === 1
        ? { found: "service", kind, octets: [octet] }
        : undefined;
  }
};

/**
 * @param likely index at which a frame is likely to begin, −1 for none: preferred, then the earliest
 * @returns index at which a frame begins that ends with the last octet, or −1
 */
export const closedFrame = (octets: readonly number[], likely = -1): number => {
  let found = -1;
  let sum = 0;
  for (let start = octets.length - 1; start >= 0; start--) {
    const octet = octets[start] ?? 0;
    sum ^= octet;
    if (sum !== 0xff || !isFrameStart(octet)) continue;
    const length = octets.length - start;
    if (length < 8 || frameLength(octets.slice(start, start + 7)) !== length) continue;
    if (start === likely) return start;
    found = start;
  }
  return found;
};

/** Octets that led to nothing. */
export const garbage = (octets: Octets): readonly RxEvent[] =>
  octets.length === 0 ? NONE : [{ found: "drop", reason: "dl.garbage", octets }];

/** The header of what began after the last silence, on the octet that completes it. */
const header = ({ octets, gap }: Search, behind: number): readonly RxEvent[] => {
  const first = octets[gap];
  if (first === undefined || !isFrameStart(first)) return NONE;
  const begun = octets.slice(gap);
  const need = frameLength(begun);
  const isComplete = need !== undefined && frameLength(begun.slice(0, -1)) === undefined;
  return isComplete && need > 0
    ? [{ found: "header", octets: begun, missing: need - begun.length, behind }]
    : NONE;
};

const forgetFirst = (rx: Search): readonly [Rx, readonly RxEvent[]] => [
  {
    ...rx,
    octets: rx.octets.slice(1),
    reported: Math.max(0, rx.reported - 1),
    gap: Math.max(-1, rx.gap - 1),
  },
  rx.reported > 0 ? NONE : garbage(rx.octets.slice(0, 1)),
];

const NONE: readonly RxEvent[] = [];
