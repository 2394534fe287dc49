import { formatIndividualAddress } from "../../address.ts";
import type { Octets } from "../../octets.ts";
import { done, fail, type Result, type Session, type Steps } from "./ask.ts";
import type { Loadable } from "./image.ts";
import { readOnce, writeOnce } from "./property.ts";

/** Load states of PID_LOAD_STATE_CONTROL. `device-model.md` §3.1 */
export const LOAD_STATES: Readonly<Record<number, string>> = {
  0: "unloaded",
  1: "loaded",
  2: "loading",
  3: "error",
  4: "unloading",
  5: "load completing",
};

export const UNLOADED = 0;
export const LOADED = 1;
const LOADING = 2;
const UNLOADING = 4;
const COMPLETING = 5;

/** Its segment is given up. */
export const unload = (session: Session, object: Loadable): Steps<Result<null>> =>
  control(session, object, event(4), UNLOADED, UNLOADING);

export const startLoading = (session: Session, object: Loadable): Steps<Result<null>> =>
  control(session, object, event(1), LOADING);

/**
 * Relative data allocation: event 03, subtype 0B, size (4), mode, fill, 00 00. `device-model.md` §3.2
 * @param fill what the device fills the segment with (mode 1); null: it may keep what stands there (mode 0)
 */
export const allocate = (
  session: Session,
  object: Loadable,
  size: number,
  fill: number | null,
): Steps<Result<null>> =>
  control(
    session,
    object,
    [
      ...[3, 0x0b],
      ...[size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff],
      ...[fill === null ? 0 : 1, fill ?? 0, 0, 0],
    ],
    LOADING,
  );

export const completeLoading = (session: Session, object: Loadable): Steps<Result<null>> =>
  control(session, object, event(2), LOADED, COMPLETING);

/** One of the load states. */
export function* readLoadState(session: Session, object: Loadable): Steps<Result<number>> {
  const answer = yield* readOnce(session, place(object, 5));
  return answer.ok ? done(answer.value[0] ?? 0) : answer;
}

/** Where its segment begins, 0: it has none. */
export function* readReference(session: Session, object: Loadable): Steps<Result<number>> {
  const answer = yield* readOnce(session, place(object, 7));
  // Two or four octets, whatever the device has.
  return answer.ok
    ? done([...answer.value].reduce((address, octet) => address * 256 + octet, 0))
    : answer;
}

export const place = (object: number, pid: number) => ({ object, pid, start: 1, count: 1 });

const event = (octet: number): Octets => [octet, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/**
 * Writes an event, and looks until the state is there.
 * @param meanwhile the state of devices that take their time
 */
function* control(
  session: Session,
  object: Loadable,
  octets: Octets,
  wanted: number,
  meanwhile?: number,
): Steps<Result<null>> {
  const answer = yield* writeOnce(session, place(object, 5), octets);
  if (!answer.ok) return answer;
  let [state = 0] = answer.value;
  for (let looks = 0; state === meanwhile && looks < MAX_LOOKS; looks++) {
    yield { ask: "wait", ms: LOOK_MS };
    const now = yield* readLoadState(session, object);
    if (!now.ok) return now;
    state = now.value;
  }
  return state === wanted
    ? done(null)
    : fail(
        "refused",
        `object ${object} of ${formatIndividualAddress(session.peer)} is ${nameOf(state)} and not ${nameOf(wanted)}.`,
      );
}

const nameOf = (state: number): string => LOAD_STATES[state] ?? `in state ${state}`;

/** A transition ends within 30 s. `device-model.md` §3.1 */
const LOOK_MS = 500;
const MAX_LOOKS = 60;
