import type { BridgeState } from "./state.ts";

/** The same state with what parts remember of every telegram. Written out, as `renewed` is and for the same reason. */
export const withFeatures = (
  state: BridgeState,
  features: BridgeState["features"],
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
  due: state.due,
  stopped: state.stopped,
});
