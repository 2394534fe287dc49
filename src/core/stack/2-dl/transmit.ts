import type { ChipKind } from "../../config.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect } from "../../effect.ts";
import type { Confirmation, Impulse, LData, Outcome, Priority, Ref } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import { isBlind, lookAgain, nextSlice, type Pace, REST } from "./pace.ts";
import { longestFrame } from "./tpuart.ts";

/** The way out: one frame with the chip, the others in order of their KNX priority. */
export type Tx = Readonly<{
  waiting: readonly Waiting[];
  current: Sending | null;
  /** Nothing is begun before this moment: the chip was too hot, or is to say all it has to say of one it did not take. */
  restUntil: number;
  /** Frames in a row that the chip refused, or whose confirmation was not heard. */
  losses: number;
}>;

type Waiting = Readonly<{ frame: LData; octets: Octets; ref: Ref }>;

/**
 * uploading: `next` is the octet that goes to the chip next · sent: the chip has it all · unsure: so it has, and something
 * unreadable came in that may have been its echo, or its confirmation · again: the chip did not take it, or was reset, and gets
 * it once more, not before `pace.due` and the line has been silent for a while: until then what it complains of belongs to the
 * attempt before, and should it have the frame all the same, it would have sent it.
 * `uploads` counts attempts to hand it over, `echoes` how often it was seen on the line.
 */
export type Sending = Waiting &
  Readonly<{
    phase: "uploading" | "sent" | "unsure" | "again";
    next: number;
    uploads: number;
    echoes: number;
    pace: Pace;
  }>;

/** Nothing to send, nothing held against the chip. */
export const openTx = (): Tx => ({ waiting: [], current: null, restUntil: 0, losses: 0 });

type Out = readonly (Impulse | Effect)[];

/** Frames that may wait; a burst of answers to a busy line fits, a runaway application does not. */
export const QUEUE_LIMIT = 64;
/** Lack of progress of a frame with the chip, ms: neither an echo nor a confirmation. */
export const CONFIRMATION_MS = 3_000;
/** The same once the confirmation may have been among unreadable octets: several frames of others fit in. */
const UNSURE_MS = 1_000;
/** So many losses in a row are no accident: the chip may be in a mode that nobody asked for, and a reset brings it back. */
export const STUCK = 2;
/** How long nothing is sent after a temperature warning, ms. */
export const REST_MS = 1_000;
/**
 * From the last octet of an upload in vain, and from the last one that came in, until the chip has said all it has to say, ms: slow
 * USB adapters hold octets for 16.
 */
export const SETTLE_MS = 25;
/** So long is waited for silence at most, ms: the longest frame has 364. */
const UNHEARD_MS = 500;
/** Until the upload looks again whether the line is free of a header, ms. */
const HOLD_MS = 2;
/** Until it looks again what came in while the program was held up, ms: the next turn. */
const TURN_MS = 1;

const RANK = { system: 0, urgent: 1, normal: 2, low: 3 } as const satisfies Record<
  Priority,
  number
>;

/**
 * Takes a frame into the queue: before the first one of a lower priority, but never before one to the same device. Transport
 * layer connections rely on it: T_Connect and T_Disconnect have system priority, and before waiting data of the old connection
 * they would make it data of no connection, or of the next.
 * @returns the queue, or why the frame cannot be sent
 */
export const enqueue = (
  tx: Tx,
  chip: ChipKind,
  waiting: Waiting,
): Tx | Extract<Outcome, "too_long" | "queue_full"> => {
  if (waiting.octets.length > longestFrame(chip)) return "too_long";
  if (tx.waiting.length >= QUEUE_LIMIT) return "queue_full";
  const rank = RANK[waiting.frame.priority];
  const place = tx.waiting.findIndex(({ frame }) => RANK[frame.priority] > rank);
  const byPriority = place < 0 ? tx.waiting.length : place;
  const { to, address } = waiting.frame.destination;
  const last =
    to === "individual"
      ? tx.waiting.findLastIndex(
          ({ frame: { destination } }) => destination.to === to && destination.address === address,
        )
      : -1;
  return { ...tx, waiting: tx.waiting.toSpliced(Math.max(byPriority, last + 1), 0, waiting) };
};

/** Whether the line and the chip let an upload go on at this moment. */
export type Conditions = Readonly<{
  chip: ChipKind;
  baud: number;
  headerComing: boolean;
  /** When the last octet came. */
  heardAt: number;
  at: number;
}>;

/**
 * Hands the next slice to the chip, beginning the next frame when there is none with it. While the header of a foreign frame
 * is coming in nothing is written, so that its acknowledge finds the host interface free. Whoever asks for more before its time
 * gets the timer once more.
 */
export const upload = (
  tx: Tx,
  { chip, baud, headerComing, heardAt, at }: Conditions,
): readonly [Tx, Out] => {
  if (tx.current !== null && !isToUpload(tx.current)) return [tx, NOTHING];
  const [first, ...rest] = tx.waiting;
  const sending: Sending | undefined =
    tx.current ??
    (first && { ...first, phase: "uploading", next: 0, uploads: 1, echoes: 0, pace: REST });
  if (sending === undefined) return [tx, NOTHING];
  if (at < tx.restUntil) return [tx, [uploadTimer(Math.ceil(tx.restUntil - at))]];
  const { pace, next } = sending;
  if (at < pace.due) return [tx, [uploadTimer(Math.ceil(pace.due - at))]];
  const quiet = Math.min(heardAt + SETTLE_MS, pace.due + UNHEARD_MS);
  if (sending.phase === "again" && at < quiet) return [tx, [uploadTimer(Math.ceil(quiet - at))]];
  if (headerComing) return hold(tx, at, HOLD_MS);
  const way = { chip, baud, octets: sending.octets };
  if (next > 0 && isBlind(way, pace, at)) return hold(tx, at, TURN_MS);
  const slice = nextSlice(way, pace, next, at);
  const done = slice.end === sending.octets.length;
  return [
    {
      ...tx,
      waiting: tx.current === null ? rest : tx.waiting,
      current: {
        ...sending,
        next: slice.end,
        phase: done ? "sent" : "uploading",
        pace: slice.pace,
      },
    },
    [
      { for: "serial", type: "write", octets: slice.services },
      done ? CONFIRMATION_TIMER : uploadTimer(slice.ms),
    ],
  ];
};

/** Nothing is written now. */
const hold = (tx: Tx, at: number, ms: number): readonly [Tx, Out] => {
  const { current } = tx;
  const held = current && { ...current, pace: lookAgain(current.pace, at, ms) };
  return [current === null ? tx : { ...tx, current: held }, [uploadTimer(ms)]];
};

/** Neither with the chip as a whole nor said to be: nothing is awaited of the chip. */
export const isToUpload = ({ phase }: Sending): boolean =>
  phase === "uploading" || phase === "again";

/**
 * Hands the current frame over once more from its first octet, when the chip has said all it has to say of this time: an octet
 * that was lost on the way shifts all that follow, so that it complains more than once.
 */
export const uploadAgain = (tx: Tx, sending: Sending, at: number): Tx => ({
  ...tx,
  current: {
    ...sending,
    phase: "again",
    next: 0,
    uploads: sending.uploads + 1,
    pace: { ...sending.pace, due: Math.max(at, sending.pace.free) + SETTLE_MS },
  },
});

/** The current frame came back from the line. */
export const echoed = (tx: Tx, sending: Sending): readonly [Tx, Out] => [
  { ...tx, current: { ...sending, phase: "sent", echoes: sending.echoes + 1 } },
  [CONFIRMATION_TIMER, count(sending.echoes === 0 ? "tx.sent" : "tx.repeats")],
];

/** Unreadable octets while the chip has a frame: what is waited for may have been among them. */
export const disturbed = (tx: Tx): readonly [Tx, Out] =>
  tx.current?.phase === "sent"
    ? [{ ...tx, current: { ...tx.current, phase: "unsure" } }, [UNSURE_TIMER]]
    : [tx, NOTHING];

/** The current frame is done with. */
export const conclude = (
  tx: Tx,
  sending: Sending,
  outcome: Outcome,
  at: number,
): readonly [Tx, Out] => [
  { ...tx, current: null, losses: isLoss(outcome) ? tx.losses + 1 : 0 },
  [STOP_CONFIRMATION, ...confirm(sending, outcome, Math.max(0, sending.echoes - 1), at)],
];

const isLoss = (outcome: Outcome): boolean => outcome === "lost" || outcome === "rejected";

/**
 * The link is down: what is with the chip or waiting will not be sent.
 * @param reason what the drops are counted as
 */
export const flush = (tx: Tx, at: number, reason: Unsent = "dl.offline"): readonly [Tx, Out] => {
  if (tx.current === null && tx.waiting.length === 0) return [tx, NOTHING];
  const current = tx.current;
  return [
    openTx(),
    [
      STOP_UPLOAD,
      STOP_CONFIRMATION,
      ...(current
        ? confirm(current, current.echoes > 0 ? "lost" : "offline", 0, at, reason)
        : NOTHING),
      ...tx.waiting.flatMap((waiting) => confirm(waiting, "offline", 0, at, reason)),
    ],
  ];
};

/** Why a frame ends `offline`. */
type Unsent = Extract<DropReason, "dl.offline" | "dl.busmonitor">;

/** L_Data.con, and what is counted about it. */
export const confirm = (
  { frame, octets, ref }: Waiting,
  outcome: Outcome,
  repeats: number,
  at: number,
  reason: Unsent = "dl.offline",
): Out => {
  const confirmation: Confirmation = { ref, outcome, repeats, at };
  const con: Impulse = { for: "nl", type: "L_Data.con", frame, ...confirmation };
  switch (outcome) {
    case "ok":
      return [count("tx.confirmed"), con];
    case "no_ack":
      return [count("tx.no-ack"), con];
    case "lost":
      return [count("tx.lost"), con];
    case "rejected":
      return [count("tx.rejected"), con];
    case "offline":
      return [{ for: "drops", type: "drop", reason, octets }, con];
    case "queue_full":
      return [{ for: "drops", type: "drop", reason: "dl.queue-full", octets }, con];
    case "too_long":
      return [{ for: "drops", type: "drop", reason: "dl.too-long", octets }, con];
  }
};

const NOTHING: Out = [];
const CONFIRMATION_TIMER: Effect = {
  for: "timer",
  type: "start",
  timer: { for: "dl", name: "confirmation" },
  ms: CONFIRMATION_MS,
};
const UNSURE_TIMER: Effect = {
  for: "timer",
  type: "start",
  timer: { for: "dl", name: "confirmation" },
  ms: UNSURE_MS,
};
const STOP_CONFIRMATION: Effect = {
  for: "timer",
  type: "stop",
  timer: { for: "dl", name: "confirmation" },
};
const STOP_UPLOAD: Effect = { for: "timer", type: "stop", timer: { for: "dl", name: "upload" } };

const uploadTimer = (ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: { for: "dl", name: "upload" },
  ms,
});

const count = (
  counter: "tx.sent" | "tx.repeats" | "tx.confirmed" | "tx.no-ack" | "tx.lost" | "tx.rejected",
): Effect => ({
  for: "counters",
  type: "count",
  counter,
  by: 1,
});
