import type { Effect } from "../../effect.ts";
import type { DlImpulse, Impulse, Step } from "../../impulse.ts";
import { encodeFrame } from "./frame.ts";
import { isUp } from "./link-table.ts";
import { tellRepetitions } from "./repetitions.ts";
import type { DlState } from "./state.ts";
import {
  conclude,
  confirm,
  enqueue,
  isToUpload,
  SETTLE_MS,
  type Sending,
  upload,
  uploadAgain,
} from "./transmit.ts";

type Out = readonly (Impulse | Effect)[];

/** L_Data.req: the frame gets our address and goes into the queue. */
export const request = (
  state: DlState,
  { frame, ref, at }: Extract<DlImpulse, { type: "L_Data.req" }>,
): Step<DlState> => {
  const octets = encodeFrame({ ...frame, source: state.config.address, repeated: false });
  const waiting = { frame, octets, ref };
  if (!isUp(state.link.state)) {
    const reason = state.link.state === "busmonitor" ? "dl.busmonitor" : "dl.offline";
    return [state, [REQUESTED, ...confirm(waiting, "offline", 0, at, reason)]];
  }
  const queued = enqueue(state.tx, state.link.chip ?? "tpuart2", waiting);
  return typeof queued === "string"
    ? [state, [REQUESTED, ...confirm(waiting, queued, 0, at)]]
    : pump({ ...state, tx: queued }, at, [REQUESTED]);
};

/**
 * Lets the upload go on, or begin, if the link allows it.
 * @param before what comes first in the effects
 */
export const pump = (state: DlState, at: number, before: Out = []): Step<DlState> => {
  const { link, rx, config } = state;
  if (link.state !== "online" && link.state !== "polling") return [state, before];
  const [told, service] = tellRepetitions(state);
  const { tx } = told;
  const [next, out] = upload(tx, {
    chip: link.chip ?? "tpuart2",
    baud: config.baud,
    headerComing: rx.mode === "frame" && rx.need === 0,
    heardAt: rx.lastAt,
    at,
  });
  return [next === tx ? told : { ...told, tx: next }, [...before, ...service, ...out]];
};

/** L_Data.con of the chip. */
export const confirmed = (
  state: DlState,
  positive: boolean,
  octet: number,
  at: number,
): Step<DlState> => {
  const sending = state.tx.current;
  if (sending === null || isToUpload(sending))
    return [
      state,
      [{ for: "drops", type: "drop", reason: "dl.unexpected-confirmation", octets: [octet] }],
    ];
  const [tx, out] = conclude(state.tx, sending, positive ? "ok" : "no_ack", at);
  return pump({ ...state, tx }, at, out);
};

/** The chip did not take the upload: once more, then it is given up. What goes next is for the caller to say. */
export const refused = (state: DlState, at: number): Step<DlState> => {
  const sending = state.tx.current;
  if (sending === null || sending.phase === "again" || wasSeen(sending)) return [state, []];
  if (sending.uploads < UPLOADS) return [{ ...state, tx: uploadAgain(state.tx, sending, at) }, []];
  const [tx, out] = conclude(state.tx, sending, "rejected", at);
  // What else it has to say about this one is not to be taken for a complaint of the next.
  const restUntil = Math.max(tx.restUntil, at + SETTLE_MS);
  return [{ ...state, tx: { ...tx, restUntil } }, out];
};

/**
 * The chip has lost the frame: a reset. What was never seen on the line is handed over again when the link is back; what was
 * seen may have arrived, and better lost than twice. What goes next is for the caller to say.
 */
export const forgotten = (state: DlState, at: number): Step<DlState> => {
  const sending = state.tx.current;
  if (sending === null || sending.phase === "again") return [state, []];
  const seen = wasSeen(sending);
  if (!seen && sending.uploads < UPLOADS)
    return [{ ...state, tx: uploadAgain(state.tx, sending, at) }, []];
  const [tx, out] = conclude(state.tx, sending, seen ? "lost" : "rejected", at);
  return [{ ...state, tx }, out];
};

/** It may have arrived: better lost than twice. */
const wasSeen = ({ echoes, phase }: Sending): boolean => echoes > 0 || phase === "unsure";

/** How often a frame is handed to the chip at most. */
const UPLOADS = 2;

const REQUESTED: Effect = { for: "counters", type: "count", counter: "tx.requested", by: 1 };
