import type { GroupAddress } from "../../../address.ts";
import type { Command } from "../commands/results.ts";
import type { Entry, Queue } from "./queue.ts";

/**
 * Reads on their way: how many may go, who waits for which answer. `mqtt-interface.md` §5.6, §13.3.
 * A read that is queued or on the bus is joined by everyone else who asks for the same group address.
 */
export type Reads = Readonly<{
  waiters: readonly Waiter[];
  /** Sent, neither answered nor given up. */
  outstanding: readonly Outstanding[];
  /** When the last ones were sent, newest last. */
  sent: readonly number[];
}>;

export type Waiter = Readonly<{
  ga: GroupAddress;
  command: Command;
  timeoutMs: number;
  /** When to give up; null as long as the read is not on the bus. */
  until: number | null;
}>;

type Outstanding = Readonly<{ ga: GroupAddress; until: number }>;

export const EMPTY_READS: Reads = { waiters: [], outstanding: [], sent: [] };

/**
 * One more who waits.
 * @returns undefined when too many do
 */
export const join = (
  reads: Reads,
  ga: GroupAddress,
  command: Command,
  timeoutMs: number,
  at: number,
): Reads | undefined => {
  if (reads.waiters.length >= MAX_WAITERS) return undefined;
  const until = isOutstanding(reads, ga) ? at + timeoutMs : null;
  return { ...reads, waiters: [...reads.waiters, { ga, command, timeoutMs, until }] };
};

/** Whether a read of this group address is queued or on the bus. */
export const isUnderWay = (
  reads: Reads,
  queue: Queue,
  inFlight: Entry | undefined,
  ga: GroupAddress,
): boolean =>
  isOutstanding(reads, ga) ||
  (inFlight?.service === "read" && inFlight.ga === ga) ||
  queue.lines.some((line) => line.some((entry) => entry.ga === ga && entry.service === "read"));

/** The read was handed to the stack. */
export const sent = (reads: Reads, at: number): Reads => ({
  ...reads,
  sent: [...reads.sent, at].slice(-MAX_RATE),
});

/** The read is on the bus: from now on the time of those who wait runs. */
export const confirmed = (reads: Reads, ga: GroupAddress, at: number): Reads => ({
  ...reads,
  outstanding: [...reads.outstanding, { ga, until: at + OUTSTANDING_MS }],
  waiters: reads.waiters.map((waiter) =>
    waiter.ga === ga && waiter.until === null
      ? { ...waiter, until: at + waiter.timeoutMs }
      : waiter,
  ),
});

/** An answer on the bus. The same reads when nobody asked for it. */
export const answered = (reads: Reads, ga: GroupAddress): readonly [Reads, readonly Waiter[]] => {
  const waits = (waiter: Waiter): boolean => waiter.ga === ga && waiter.until !== null;
  return isOutstanding(reads, ga) || reads.waiters.some(waits)
    ? leave({ ...reads, outstanding: reads.outstanding.filter((other) => other.ga !== ga) }, waits)
    : [reads, NOBODY];
};

/** The read will not be sent, or nobody acknowledged it. */
export const failed = (reads: Reads, ga: GroupAddress): readonly [Reads, readonly Waiter[]] =>
  leave(reads, (waiter) => waiter.ga === ga && waiter.until === null);

/** Those whose time is over at `at`. */
export const timedOut = (reads: Reads, at: number): readonly [Reads, readonly Waiter[]] => {
  const due = readsDue(reads);
  return due === null || due > at
    ? [reads, NOBODY]
    : leave(
        { ...reads, outstanding: reads.outstanding.filter(({ until }) => until > at) },
        ({ until }) => until !== null && until <= at,
      );
};

/** When the next one gives up. */
export const readsDue = ({ waiters, outstanding }: Reads): number | null => {
  let due: number | null = null;
  for (const { until } of outstanding) if (due === null || until < due) due = until;
  for (const { until } of waiters) if (until !== null && (due === null || until < due)) due = until;
  return due;
};

/**
 * When another read may be sent.
 * @param rate reads a second
 * @returns null while two are outstanding: then only an answer or its absence helps
 */
export const readAllowedAt = (reads: Reads, rate: number): number | null => {
  if (reads.outstanding.length >= MAX_OUTSTANDING) return null;
  const burst = Math.max(1, Math.min(MAX_RATE, Math.floor(rate)));
  const first = reads.sent[reads.sent.length - burst];
  return first === undefined ? 0 : first + (burst * 1_000) / rate;
};

const isOutstanding = (reads: Reads, ga: GroupAddress): boolean =>
  reads.outstanding.some((other) => other.ga === ga);

const leave = (
  reads: Reads,
  leaves: (waiter: Waiter) => boolean,
): readonly [Reads, readonly Waiter[]] => [
  { ...reads, waiters: reads.waiters.filter((waiter) => !leaves(waiter)) },
  reads.waiters.filter(leaves),
];

const NOBODY: readonly Waiter[] = [];
const MAX_OUTSTANDING = 2;
const OUTSTANDING_MS = 2_000;
/** At 48 telegrams a second no line carries more. */
const MAX_RATE = 48;
const MAX_WAITERS = 200;
