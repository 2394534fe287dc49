import type { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { afterState } from "../hooks.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, publishHeld } from "../telegrams/publish.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { openRepublication, type Republication } from "./state.ts";

/** These states once more, paced. While the broker is away they count as not published, and follow when it is back. */
export const republish = (
  state: BridgeState,
  at: number,
  addresses: readonly GroupAddress[],
): BridgeState => {
  if (addresses.length === 0) return state;
  let { held } = state;
  for (const ga of addresses) {
    const value = get(held, ga);
    if (value !== undefined) held = put(held, ga, { ...value, session: 0 });
  }
  const before = state.features.republication.pending;
  const pending = [...new Set([...before, ...addresses])];
  return state.broker.connected
    ? withRepublication({ ...state, held }, { pending, next: at })
    : { ...state, held };
};

export const republishOn = (state: BridgeState, at: number): Turn => {
  const { pending, next } = state.features.republication;
  if (next === null || next > at) return [state, NOTHING];
  // A new connection is told everything that was not published.
  if (!state.broker.connected) return [withRepublication(state, openRepublication()), NOTHING];
  const rest = pending.slice(BATCH);
  const paced = withRepublication(state, {
    pending: rest,
    next: rest.length > 0 ? at + BATCH_MS : null,
  });
  return forEach(paced, pending.slice(0, BATCH), (each, ga) => {
    const held = get(each.held, ga);
    // What was heard since then has been published already.
    return held === undefined || held.session !== 0
      ? [each, NOTHING]
      : andThen(publishHeld(each, ga, held, meaningOf(get(each.objects, ga), held.value)), (told) =>
          afterState(told, at, ga),
        );
  });
};

export const republishDue = ({ features }: BridgeState): number | null =>
  features.republication.next;

const withRepublication = (state: BridgeState, republication: Republication): BridgeState => ({
  ...state,
  features: { ...state.features, republication },
});

/** 500 messages a second, a state and its bare value. `mqtt-interface.md` §12.6. */
const BATCH = 50;
const BATCH_MS = 200;
