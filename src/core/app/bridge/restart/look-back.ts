import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { DropReason } from "../../../drop.ts";
import { NOTHING } from "../../../impulse.ts";
import { NO_OCTETS } from "../../../octets.ts";
import type { BridgeState, Broker, Looking } from "../state.ts";
import { bridgeTopic, stateFilters } from "../topics.ts";
import { earliest, type Turn } from "../turn.ts";
import { restore } from "./restore.ts";
import { readJson, readState } from "./retained.ts";

type MessageIndication = Extract<BridgeImpulse, { type: "message.ind" }>;

/**
 * Right after connecting, before anything is published: what has the broker kept of us? `mqtt-interface.md` §3. States are looked
 * at from the start of the process only: later nobody knows them better than we do.
 */
export const lookBack = (state: BridgeState, at: number): Turn => {
  const first = state.broker.session === 0;
  const looking: Looking = {
    first,
    until: at + LONGEST_MS,
    quiet: null,
    instanceId: null,
    online: null,
    blocked: false,
  };
  const filters = filtersOf(state, first);
  return [withLooking(state, looking), [{ for: "mqtt", type: "look-back", filters }]];
};

/** What the broker says to it: from now on silence is an answer. Refused, there is nothing to wait for. */
export const onLookBackGranted = (state: BridgeState, at: number, granted: boolean): Turn => {
  const { looking } = state.broker;
  if (looking === null || looking.blocked) return [state, NOTHING];
  return [
    withLooking(
      state,
      granted ? ended({ ...looking, quiet: at + SILENCE_MS }, at) : { ...looking, until: at },
    ),
    NOTHING,
  ];
};

/** A message while we look: one of those that were asked for, whatever else it may be. */
export const onRetained = (
  state: BridgeState,
  looking: Looking,
  message: MessageIndication,
): Turn => {
  const { topic, payload, at } = message;
  const { config } = state;
  const seen = { ...looking, quiet: looking.quiet === null ? null : at + SILENCE_MS };
  if (topic === bridgeTopic(config, "state"))
    return [withLooking(state, ended({ ...seen, online: payload === "online" }, at)), NOTHING];
  if (topic === bridgeTopic(config, "info")) {
    const { instance_id: instanceId } = readJson(payload) ?? {};
    return typeof instanceId === "string"
      ? [withLooking(state, ended({ ...seen, instanceId }, at)), NOTHING]
      : dropped(withLooking(state, seen), "bridge.not-ours");
  }
  const kept = looking.first && topic.endsWith("/state") ? readState(payload) : undefined;
  return kept === undefined
    ? dropped(withLooking(state, seen), "bridge.not-ours")
    : [restore(withLooking(state, seen), kept), NOTHING];
};

/** What the broker was still sending when the look ended: thousands of states must not use up the room for commands. */
export const isLate = ({ config }: BridgeState, { topic, retain }: MessageIndication): boolean =>
  retain &&
  topic.startsWith(`${config.base}/`) &&
  (topic.endsWith("/state") || topic === bridgeTopic(config, "info"));

/** When the look ends, or is to be repeated because somebody else has our topics. */
export const lookBackDue = ({ looking }: Broker): number | null =>
  looking === null ? null : earliest([looking.until, looking.quiet]);

/** Another bridge is at work on our topics. Our own last words, and those of a twin that the broker has just ended, are ours. */
export const isTaken = ({ config }: BridgeState, { instanceId, online }: Looking): boolean =>
  online === true && instanceId !== null && instanceId !== config.instanceId;

/** What was subscribed for the look. */
export const filtersOf = ({ config, features }: BridgeState, first: boolean): readonly string[] => [
  bridgeTopic(config, "info"),
  bridgeTopic(config, "state"),
  ...(first ? stateFilters(config, features.names) : []),
];

export const withLooking = (state: BridgeState, looking: Looking | null): BridgeState => ({
  ...state,
  broker: { ...state.broker, looking },
});

/** With both here there is nothing else to come, but for states: how many of those there are nobody knows. */
const ended = (looking: Looking, at: number): Looking =>
  !looking.first && looking.instanceId !== null && looking.online !== null
    ? { ...looking, until: at }
    : looking;

const dropped = (state: BridgeState, reason: DropReason): Turn => [
  state,
  [{ for: "drops", type: "drop", reason, octets: NO_OCTETS }],
];

const LONGEST_MS = 2_000;
const SILENCE_MS = 300;
