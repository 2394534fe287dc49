import { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { entries, get, put } from "../../../table.ts";
import { type BridgeState, utc } from "../state.ts";
import { meaningOf, publishHeld } from "../telegrams/publish.ts";
import { forEach, type Turn } from "../turn.ts";

/** The value is too old to be relied on: said once. The next telegram makes it good again. */
export const markStale = (state: BridgeState, ga: GroupAddress): Turn => {
  const held = get(state.held, ga);
  if (held === undefined || held.stale) return [state, NOTHING];
  const stale = { ...held, stale: true, session: 0 };
  return state.broker.connected
    ? publishHeld(state, ga, stale, meaningOf(get(state.objects, ga), held.value))
    : [{ ...state, held: put(state.held, ga, stale) }, NOTHING];
};

/** With the bus away for so long what is known is stale: all of it, paced. `mqtt-interface.md` §16.2. */
export const ageAll = (state: BridgeState, at: number): Turn => {
  const due = ageingDue(state);
  if (due === null || due > at) return [state, NOTHING];
  const { ageing } = state.features.reading;
  if (ageing === null) return ageAll(begun(state, at), at);
  const pending = ageing.pending.slice(BATCH);
  const rest = pending.length === 0 ? null : { ...ageing, pending, next: at + BATCH_MS };
  const paced = withReading(state, { ageing: rest });
  return forEach(paced, ageing.pending.slice(0, BATCH), (each, ga) => {
    const held = get(each.held, ga);
    return held !== undefined && held.ts <= ageing.before ? markStale(each, ga) : [each, NOTHING];
  });
};

/** When values become stale next because of the bus, monotonic ms; null: they do not. */
export const ageingDue = ({ bus, config, features }: BridgeState): number | null => {
  const { aged, ageing } = features.reading;
  if (ageing !== null) return ageing.next;
  return bus.state === "online" || bus.since === null || bus.since === aged
    ? null
    : bus.since + config.bus.staleMs;
};

export const withReading = (
  state: BridgeState,
  reading: Partial<BridgeState["features"]["reading"]>,
): BridgeState => ({
  ...state,
  features: { ...state.features, reading: { ...state.features.reading, ...reading } },
});

/** What the bridge owns does not get old. */
const begun = (state: BridgeState, at: number): BridgeState => {
  const since = state.bus.since ?? at;
  const pending = [...entries(state.held)]
    .filter(([ga, held]) => !held.stale && get(state.provided, ga) === undefined)
    .map(([ga]) => GroupAddress(ga));
  const ageing = pending.length === 0 ? null : { before: utc(state, since), pending, next: at };
  return withReading(state, { aged: since, ageing });
};

/** 500 messages a second. `mqtt-interface.md` §12.6. */
const BATCH = 100;
const BATCH_MS = 200;
