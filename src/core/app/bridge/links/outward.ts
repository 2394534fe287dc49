import type { GroupAddress } from "../../../address.ts";
import type { Value } from "../../../dpt/dpt.ts";
import { type GroupValue, NOTHING } from "../../../impulse.ts";
import { NO_OCTETS } from "../../../octets.ts";
import { get, put } from "../../../table.ts";
import { admit } from "../loops/detect.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, publish, type Telegram } from "../telegrams/publish.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import type { Outward } from "./config.ts";
import { ignoreEcho, noteSent } from "./guard.ts";
import { own } from "./state.ts";

/** A telegram: the links of its group address forward the value, but never back to where it came from. §15.2, §17.6 */
export const forward = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
): Turn => {
  const indexes = get(state.features.links.byAddress, ga);
  return indexes === undefined || telegram.value === null || telegram.isAnswer
    ? [state, NOTHING]
    : forEach(state, indexes, (each, index) => forwardOne(each, at, telegram, index));
};

/**
 * A new connection was told the state of a group address: what is retained elsewhere is told as well. What came from a link is
 * not: the topic may be the one it came from.
 */
export const forwardAgain = (state: BridgeState, at: number, ga: GroupAddress): Turn => {
  const indexes = get(state.features.links.byAddress, ga);
  const held = get(state.held, ga);
  if (indexes === undefined || !held || held.stale || held.origin === "link")
    return [state, NOTHING];
  const { value } = meaningOf(get(state.objects, ga), held.value);
  return forEach(state, indexes, (each, index) => {
    const link = each.config.links[index];
    const payload = link?.outward?.retain ? payloadOf(value, link.outward) : undefined;
    return link === undefined || payload === undefined
      ? [each, NOTHING]
      : tell(each, at, index, link.topic, held.value, payload, true);
  });
};

const forwardOne = (
  state: BridgeState,
  at: number,
  { service, value, meaning, link: from, origin }: Telegram,
  index: number,
): Turn => {
  const link = state.config.links[index];
  if (!link?.outward || value === null) return [state, NOTHING];
  if (from === link.topic) return [noteSent(state, at, index, "bus", value), NOTHING];
  const { on, retain } = link.outward;
  if (on !== "any" && on !== service) return [state, NOTHING];
  const echo = origin === "bus" ? ignoreEcho(state, at, index, "bus", value) : undefined;
  if (echo) return [echo, NOTHING];
  const payload = payloadOf(meaning.value, link.outward);
  if (payload === undefined) return [state, [UNMAPPED]];
  const changed = get(state.features.links.published, index) !== payload;
  const { turn, open } = admit(state, at, { is: "link", key: index }, { value: payload, changed });
  if (!open) return turn;
  return andThen(turn, (after) => tell(after, at, index, link.topic, value, payload, retain));
};

const tell = (
  state: BridgeState,
  at: number,
  index: number,
  topic: string,
  value: GroupValue,
  payload: string,
  retain: boolean,
): Turn =>
  publish(published(noteSent(state, at, index, "topic", value), index, payload), {
    for: "mqtt",
    type: "publish",
    topic,
    payload,
    qos: 1,
    retain,
    json: false,
  });

/** @returns undefined for what has no value, or none in the map */
const payloadOf = (value: Value, { map }: Outward): string | undefined => {
  if (value === null) return undefined;
  const bare = typeof value === "string" ? value : JSON.stringify(value);
  return map === null ? bare : own(map, bare);
};

const published = (state: BridgeState, index: number, payload: string): BridgeState => {
  const { features } = state;
  const all = put(features.links.published, index, payload);
  return { ...state, features: { ...features, links: { ...features.links, published: all } } };
};

const UNMAPPED = {
  for: "drops",
  type: "drop",
  reason: "bridge.no-payload",
  octets: NO_OCTETS,
} as const;
