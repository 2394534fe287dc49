import type { GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { entries, get } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import { jitter } from "../jitter.ts";
import { type BridgeState, utc } from "../state.ts";

/** What there is to be looked at later: values that expire, and those that are polled. `mqtt-interface.md` §14. */
export const readingAppointments = (state: BridgeState, at: number): readonly Appointment[] => {
  const all: Appointment[] = [];
  for (const [key, object] of entries(state.objects)) {
    if (expires(object)) {
      const { ga } = object;
      all.push({ at: at + untilTooOld(state, at, ga, object.expireAfterMs), what: "expire", key });
    }
    // Spread from the start: otherwise all of them would come together.
    if (object.pollMs !== undefined)
      all.push({ at: at + object.pollMs * (0.5 + 0.5 * jitter(key, at)), what: "poll", key });
  }
  return all;
};

/** Whether its value may be taken for stale now. */
export const isTooOld = (state: BridgeState, at: number, ga: GroupAddress): boolean => {
  const object = get(state.objects, ga);
  return (
    object !== undefined && expires(object) && untilTooOld(state, at, ga, object.expireAfterMs) <= 0
  );
};

type Expiring = ObjectConfig & Readonly<{ expireAfterMs: number }>;

/** What the bridge owns does not get old. */
export const expires = (object: ObjectConfig): object is Expiring =>
  object.expireAfterMs !== undefined && !object.provide;

/** ms. With a read before it ±10 %, so that the reads of many do not come together. */
export const untilTooOld = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  expireAfterMs: number,
): number => {
  const object = get(state.objects, ga);
  const held = get(state.held, ga);
  const count = Math.floor((held?.ts ?? at) / 1_000);
  const span = object?.refresh ? expireAfterMs * (1 + SPREAD * jitter(ga, count)) : expireAfterMs;
  return held === undefined ? span : span - (utc(state, at) - held.ts);
};

export const later = (
  state: BridgeState,
  at: number,
  what: "expire" | "poll",
  key: number,
): BridgeState => {
  const { features } = state;
  return {
    ...state,
    features: { ...features, agenda: schedule(features.agenda, { at, what, key }) },
  };
};

export const SPREAD = 0.1;
