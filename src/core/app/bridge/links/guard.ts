import type { GroupValue } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import { sameValue } from "../telegrams/same-value.ts";
import type { Sent } from "./state.ts";

type Side = "topic" | "bus";

/** A two-way link has sent a value to one side. */
export const noteSent = (
  state: BridgeState,
  at: number,
  index: number,
  side: Side,
  value: GroupValue,
): BridgeState => {
  const link = state.config.links[index];
  if (!link?.inward || !link.outward) return state;
  const recent = sentTo(state, at, index, side).slice(-(MOST - 1));
  return withSent(state, index, side, [...recent, { at, value }]);
};

/**
 * Whether a value of one side is the echo of what was just sent there: then it goes no further. The last one is ignored however
 * often it comes; those before it once each, because behind the last one they are another change.
 * @see `mqtt-interface.md` §17.6
 */
export const ignoreEcho = (
  state: BridgeState,
  at: number,
  index: number,
  side: Side,
  value: GroupValue,
): BridgeState | undefined => {
  const recent = sentTo(state, at, index, side);
  const found = recent.findLastIndex((sent) => sameValue(sent.value, value));
  if (found < 0) return undefined;
  const isLast = found === recent.length - 1;
  return withSent(state, index, side, recent.slice(isLast ? found : found + 1));
};

const sentTo = (
  { config, features }: BridgeState,
  at: number,
  index: number,
  side: Side,
): readonly Sent[] => {
  const guardMs = config.links[index]?.guardMs ?? 0;
  const sent = get(features.links.sent, index)?.[side] ?? [];
  return sent.filter((one) => at - one.at < guardMs);
};

const withSent = (
  state: BridgeState,
  index: number,
  side: Side,
  sent: readonly Sent[],
): BridgeState => {
  const { features } = state;
  const before = get(features.links.sent, index) ?? { topic: [], bus: [] };
  const all = put(features.links.sent, index, { ...before, [side]: sent });
  return { ...state, features: { ...features, links: { ...features.links, sent: all } } };
};

const MOST = 20;
