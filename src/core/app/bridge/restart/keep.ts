import type { Effect } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { schedule } from "../agenda.ts";
import type { BridgeState } from "../state.ts";
import { publishBridgeEvent } from "../telegrams/publish.ts";
import type { Turn } from "../turn.ts";

/** Something has changed that is worth a snapshot: there will be one, if there was not going to be one already. */
export const planSnapshot = (state: BridgeState, at: number): BridgeState => {
  const { agenda, restart } = state.features;
  if (restart.planned || !isChanged(state)) return state;
  const next = { at: at + restart.intervalMs, what: "snapshot", key: 0 } as const;
  return withRestart(
    { ...state, features: { ...state.features, agenda: schedule(agenda, next) } },
    { planned: true },
  );
};

export const onSnapshotDue = (state: BridgeState): Turn =>
  keepSnapshot(withRestart(state, { planned: false }));

/** The snapshot, if anything has changed since the last one. `mqtt-interface.md` §16.3. */
export const keepSnapshot = (state: BridgeState): Turn => {
  if (!isChanged(state)) return [state, NOTHING];
  const { held, provided, objects } = state;
  const effect: Effect = { for: "store", type: "snapshot", snapshot: { held, provided, objects } };
  return [withRestart(state, { saved: happened(state) }), [effect]];
};

const isChanged = (state: BridgeState): boolean => state.features.restart.saved !== happened(state);

/** Values change with telegrams, and those of provided objects with messages too. */
const happened = ({ counts }: BridgeState): number => counts.seq + counts.received;

/** A snapshot that could not be read is worth an event, once somebody is there to take it. */
export const tellDamaged = (state: BridgeState, at: number): Turn =>
  state.features.restart.damaged
    ? publishBridgeEvent(withRestart(state, { damaged: false }), at, { type: "snapshot_damaged" })
    : [state, NOTHING];

export const withRestart = (
  state: BridgeState,
  restart: Partial<BridgeState["features"]["restart"]>,
): BridgeState => ({
  ...state,
  features: { ...state.features, restart: { ...state.features.restart, ...restart } },
});
