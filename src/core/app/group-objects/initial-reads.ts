import type { Effect } from "../../effect.ts";
import { NOTHING } from "../../impulse.ts";
import type { ObjectsTimer } from "../../timer.ts";
import { Asap } from "./access-point.ts";
import { allows, FLAG, priorityOf } from "./descriptor.ts";
import { enqueue, pump } from "./queue.ts";
import { move, type ObjectsState, type Turn } from "./state.ts";
import { sendingAddress, type Tables, wordOf } from "./tables.ts";

/*
 * Read on init: every object with C, T and I that is linked asks once after the start. After a loss of power all devices of a
 * line start at the same moment, so the questions are spread over time, and none is asked before the last one is out.
 */

/** Between two of them, ms: a tenth of what a line can carry; `device-model.md` §5.4 allows 20 telegrams a second. */
export const INITIAL_READ_MS = 200;
/** Until the next try, ms, when the bus was not away for long enough to be told of: the chip was being reset. */
const INITIAL_RETRY_MS = 1_000;

/** The first object that asks, from this one on. */
export const findInitial = (tables: Tables, from: number): Asap | null => {
  for (let asap = from; asap < tables.words.length; asap++)
    if (allows(tables.words[asap] ?? 0, FLAG.C | FLAG.T | FLAG.I)) {
      const found = Asap(asap);
      if (sendingAddress(tables, found) !== undefined) return found;
    }
  return null;
};

/** Questions wait for the bus: asked before, they would be lost one by one. */
export const onBus = (state: ObjectsState, online: boolean): Turn => {
  if (online === state.online) return [state, NOTHING];
  const after = { ...state, online };
  if (state.initial === null) return [after, NOTHING];
  return [after, [online ? startTimer(INITIAL_READ_MS) : stopTimer()]];
};

/** The moment of the next read on init has come. */
export const onInitialRead = (state: ObjectsState, at: number): Turn => {
  const { tables, initial: asap, flight, waiting } = state;
  if (tables === null || asap === null) return [state, NOTHING];
  if (flight !== null || waiting.length > 0) return [state, [startTimer(INITIAL_READ_MS)]];
  const [asked] = move(state, asap, "read request");
  const next = findInitial(tables, asap + 1);
  const priority = priorityOf(wordOf(tables, asap));
  const queued = enqueue({ ...asked, initial: next }, { asap, service: "initial", priority });
  const [after, out] = pump(queued ?? asked, at);
  return [after, next === null ? out : [...out, startTimer(INITIAL_READ_MS)]];
};

/** The question was not sent: this object asks again, when the bus is back. */
export const retryInitialRead = (state: ObjectsState, asap: Asap): Turn => [
  { ...state, initial: asap },
  state.online ? [startTimer(INITIAL_RETRY_MS)] : NOTHING,
];

export const startTimer = (ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: TIMER,
  ms,
});
export const stopTimer = (): Effect => ({ for: "timer", type: "stop", timer: TIMER });

const TIMER: ObjectsTimer = { for: "objects", name: "initial-read" };
