import { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { jitter } from "../jitter.ts";
import { type BridgeState, utc } from "../state.ts";
import type { Turn } from "../turn.ts";
import { expires, later, SPREAD, untilTooOld } from "./age.ts";
import { wantRead } from "./background.ts";
import { markStale } from "./stale.ts";

/** A value may be too old: it is read if that is wanted, and otherwise stale. `mqtt-interface.md` §14. */
export const onExpire = (state: BridgeState, at: number, key: number): Turn => {
  const ga = GroupAddress(key);
  const object = get(state.objects, ga);
  if (object === undefined || !expires(object)) return [state, NOTHING];
  const { expireAfterMs, refresh } = object;
  const left = untilTooOld(state, at, ga, expireAfterMs);
  const held = get(state.held, ga);
  if (held !== undefined && left > 0) return [later(state, at + left, "expire", key), NOTHING];
  const again = later(state, at + expireAfterMs, "expire", key);
  return refresh ? [wantRead(again, { ga, since: utc(state, at) }), NOTHING] : markStale(again, ga);
};

/** What was heard by itself need not be asked for. */
export const onPoll = (state: BridgeState, at: number, key: number): Turn => {
  const ga = GroupAddress(key);
  const pollMs = get(state.objects, ga)?.pollMs;
  if (pollMs === undefined) return [state, NOTHING];
  const held = get(state.held, ga);
  const age = held === undefined ? pollMs : Math.max(0, utc(state, at) - held.ts);
  const span = pollMs * (1 + SPREAD * jitter(key, at));
  return age < pollMs * (1 - SPREAD)
    ? [later(state, at + span - age, "poll", key), NOTHING]
    : [wantRead(later(state, at + span, "poll", key), { ga, since: utc(state, at) }), NOTHING];
};
