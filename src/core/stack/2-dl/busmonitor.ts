import type { Effect } from "../../effect.ts";
import type { Octets } from "../../octets.ts";
import { silence } from "./assemble.ts";
import { frameLength, isFrameStart, MAX_FRAME } from "./frame.ts";
import type { Arrival } from "./rx.ts";
import { closedFrame } from "./search.ts";

/**
 * Where the receiver stands while the chip only listens. Everything that was on the line is passed on, so that nothing is
 * dropped here: what is no frame is given as it came.
 */
export type Monitor = Readonly<{
  /** What was collected since the last boundary. */
  octets: readonly number[];
  /** frame: they begin like one, and its length will end it · pieces: silence ends them, or a frame that closes among them. */
  kind: "frame" | "pieces";
  /**
   * A whole frame whose acknowledge may still come. `octets` is empty then, or holds the one octet that may be a damaged
   * acknowledge or the start of the next frame: the pace of the octet after it tells.
   */
  ended: Readonly<{ octets: Octets; at: number }> | null;
  /** Every octet of `octets` came in a read of its own, so silence on the line would have been seen. */
  single: boolean;
  /** More octets waited behind the last one: whether the line was silent before the next cannot be told. */
  more: boolean;
  lastAt: number;
}>;

export type MonitorEvent = Readonly<
  /** A frame with its acknowledge, or octets that are none; its `at` is the arrival of the last of `octets`. */
  | { found: "raw"; effect: Effect }
  /** Reset.ind: the chip has reset itself, and so does not listen any more. */
  | { found: "reset" }
>;

/** Nothing collected. */
export const openMonitor = (at: number): Monitor => ({
  octets: [],
  kind: "frame",
  ended: null,
  single: true,
  more: false,
  lastAt: at,
});

/** Something is incomplete, and silence has to be noticed. */
export const isCollecting = ({ octets, ended }: Monitor): boolean =>
  octets.length > 0 || ended !== null;

/**
 * Takes one octet in busmonitor mode.
 * @returns the next state, and what this octet completed; every octet is in exactly one event `raw`
 * @see `tp-uart.md` §3, §4.5, §8 vector 17
 */
export const monitor = (before: Monitor, arrival: Arrival): Found => {
  const { ended, octets } = before;
  const paused = isPause(before, arrival);
  if (ended === null) {
    if (octets.length === 0) return begin(arrival);
    return paused && before.single
      ? after([raw(octets, null, before.lastAt)], begin(arrival))
      : collect(before, arrival);
  }
  const doubtful = octets[0];
  if (doubtful !== undefined)
    return paused
      ? after([raw(ended.octets, doubtful, ended.at)], begin(arrival))
      : after([raw(ended.octets, null, ended.at)], collect({ ...before, ended: null }, arrival));
  const { octet, behind, at } = arrival;
  if (isAcknowledge(octet) || !(paused || begins(octet)))
    return [openMonitor(at), [raw(ended.octets, octet, ended.at)]];
  if (paused) return after([raw(ended.octets, null, ended.at)], begin(arrival));
  const open = { octets: [octet], kind: "frame", single: behind === 0 } as const;
  return [{ ...open, ended, more: behind > 0, lastAt: at }, NONE];
};

/** The line has been silent for long: what was collected is all there is. */
export const monitorSilence = ({ octets, ended, lastAt }: Monitor): Found => {
  const silent = openMonitor(lastAt);
  if (ended !== null) return [silent, [raw(ended.octets, octets[0] ?? null, ended.at)]];
  return [silent, octets.length === 0 ? NONE : [raw(octets, null, lastAt)]];
};

type Found = readonly [Monitor, readonly MonitorEvent[]];

/**
 * More silence than this between two octets, ms, is none inside a frame, nor that before an acknowledge: it begins 15 bit times
 * after the frame, 1.4 ms more than octets inside a frame have. The next frame is 5 ms later than these. `tp-uart.md` §5.1
 */
const PAUSE_MS = 3.5;
/** Octets that may be collected without a boundary: a frame among them has not been cut as long as twice its size is kept. */
const LIMIT = 2 * MAX_FRAME;

/** Reset.ind. */
const RESET = 0x03;
const POLL = 0xf0;
/** Control, source, polling group address, number of slots, check octet. */
const POLL_HEADER = 7;

const NONE: readonly MonitorEvent[] = [];

/** For sure: octets that were read together may have come with any silence between them, and then their values decide. */
const isPause = ({ more, lastAt }: Monitor, arrival: Arrival): boolean =>
  !more && arrival.behind === 0 && silence(lastAt, arrival) > PAUSE_MS;

/**
 * ACK, NAK, BUSY, and NAK with BUSY. No frame begins like one of these, so they are believed however late the port delivers
 * them. `tp-uart.md` §4.5
 */
const isAcknowledge = (octet: number): boolean => (octet & 0x33) === 0;

const begins = (octet: number): boolean => isFrameStart(octet) || octet === POLL;

const begin = ({ octet, behind, at }: Arrival): Found =>
  octet === RESET
    ? [openMonitor(at), [raw([octet], null, at), { found: "reset" }]]
    : [
        {
          octets: [octet],
          kind: begins(octet) ? "frame" : "pieces",
          ended: null,
          single: behind === 0,
          more: behind > 0,
          lastAt: at,
        },
        NONE,
      ];

const collect = (before: Monitor, { octet, behind, at }: Arrival): Found => {
  const octets = [...before.octets, octet];
  const need = before.kind === "frame" ? lengthOf(octets) : 0;
  const next: Monitor = {
    octets,
    kind: need === 0 ? "pieces" : "frame",
    ended: null,
    single: before.single && behind === 0,
    more: behind > 0,
    lastAt: at,
  };
  if (need !== 0) return need === octets.length ? complete(next, octets) : [next, NONE];
  // a reset may hold the output of the chip low for so long that a 00 is read before its indication
  if (octet === RESET && octets.every((other, index) => other === 0 || index === octets.length - 1))
    return [openMonitor(at), [raw(octets, null, at), { found: "reset" }]];
  const start = closedFrame(octets);
  if (start >= 0)
    return after([raw(octets.slice(0, start), null, at)], complete(next, octets.slice(start)));
  return octets.length < LIMIT
    ? [next, NONE]
    : [{ ...next, octets: octets.slice(MAX_FRAME) }, [raw(octets.slice(0, MAX_FRAME), null, at)]];
};

/** A frame is there, closed by its check octet or not; a poll is acknowledged by nobody. */
const complete = ({ more, lastAt }: Monitor, octets: Octets): Found => {
  const open = { ...openMonitor(lastAt), more };
  return octets[0] === POLL
    ? [open, [raw(octets, null, lastAt)]]
    : [{ ...open, ended: { octets, at: lastAt } }, NONE];
};

/** @returns as `frameLength`; of a poll the slots count, too */
const lengthOf = (octets: Octets): number | undefined => {
  if (octets[0] !== POLL) return frameLength(octets);
  const slots = octets[5];
  return slots === undefined ? undefined : POLL_HEADER + (slots & 0x0f);
};

const raw = (octets: Octets, acknowledge: number | null, at: number): MonitorEvent => ({
  found: "raw",
  effect: { for: "control", type: "raw", octets, acknowledge, at },
});

const after = (events: readonly MonitorEvent[], [next, more]: Found): Found => [
  next,
  [...events, ...more],
];
