import type { BridgeState } from "./state.ts";

/** The same state with what parts remember. */
export const withFeatures = (state: BridgeState, features: BridgeState["features"]): BridgeState =>
  remembering(state, features, state.history);

/** The same state with one telegram more: apart from the others, because it changes with each. */
export const withHistory = (state: BridgeState, history: BridgeState["history"]): BridgeState =>
  remembering(state, state.features, history);

/** Written out, as `renewed` is and for the same reason. */
const remembering = (
  state: BridgeState,
  features: BridgeState["features"],
  history: BridgeState["history"],
): BridgeState => ({
  config: state.config,
  objects: state.objects,
  held: state.held,
  provided: state.provided,
  epoch: state.epoch,
  bus: state.bus,
  broker: state.broker,
  queue: state.queue,
  sender: state.sender,
  budget: state.budget,
  load: state.load,
  reads: state.reads,
  recent: state.recent,
  inbound: state.inbound,
  errors: state.errors,
  notices: state.notices,
  counts: state.counts,
  tallies: state.tallies,
  features,
  history,
  due: state.due,
  stopped: state.stopped,
});
