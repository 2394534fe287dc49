import {
  formatGroupAddress,
  formatIndividualAddress,
  type GroupAddress,
} from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { type Dpt, decode, eventTypeOf, findDpt, textOf, type Value } from "../../../dpt/dpt.ts";
import { type Effect, type GroupValue, NOTHING, type Priority } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import { toCompactHex } from "../../../octets.ts";
import { get, put } from "../../../table.ts";
import {
  type BridgeState,
  countedPublish,
  type Held,
  type Notice,
  type Origin,
  renewed,
} from "../state.ts";
import { bridgeTopic, gaTopic } from "../topics.ts";
import { andThen, type Turn } from "../turn.ts";

/** What a group value means. */
export type Meaning = Readonly<{
  /** As published: the object's own spelling where the type is unknown here. */
  dpt: string | null;
  type: Dpt | undefined;
  value: Value;
  text: string | undefined;
  quality: "good" | "invalid";
  /** The length does not fit the type. */
  mismatch: boolean;
}>;

/** @param value null for a read */
export const meaningOf = (object: ObjectConfig | undefined, value: GroupValue | null): Meaning => {
  const type = object?.dpt === undefined ? undefined : findDpt(object.dpt);
  const dpt = type?.id ?? object?.dpt ?? null;
  const decoded = type && value ? decode(type, value) : undefined;
  if (!type || !decoded)
    return { dpt, type, value: null, text: undefined, quality: "good", mismatch: false };
  if (!decoded.ok) {
    const mismatch = decoded.why === "length";
    return { dpt, type, value: null, text: undefined, quality: "invalid", mismatch };
  }
  const text = textOf(type, decoded.value);
  return { dpt, type, value: decoded.value, text, quality: "good", mismatch: false };
};

/** `bits`: of a value that travels inside the APCI octet. */
export const bitsOf = (value: GroupValue, type: Dpt | undefined): number | undefined =>
  value.short ? (type && type.bits <= 6 ? type.bits : 6) : undefined;

/** `raw`, and `bits` where they belong to it. */
export const rawOf = (
  value: GroupValue,
  type: Dpt | undefined,
): Readonly<{ raw: string; bits?: number }> => {
  const raw = toCompactHex(value.octets);
  const bits = bitsOf(value, type);
  return bits === undefined ? { raw } : { raw, bits };
};

/** The held value on `…/state` and, if wanted, `…/value`. Nothing while the broker is away: it follows later. */
export const publishHeld = (
  state: BridgeState,
  ga: GroupAddress,
  held: Held,
  meaning: Meaning,
): Turn => {
  const { broker, config } = state;
  if (!broker.connected) return [state, NOTHING];
  const published = put(state.held, ga, {
    value: held.value,
    service: held.service,
    source: held.source,
    origin: held.origin,
    ts: held.ts,
    changed: held.changed,
    id: held.id,
    session: broker.session,
    published: held.ts,
  });
  const turn = publish(renewed(state, published, state.counts, state.load), {
    for: "mqtt",
    type: "publish",
    topic: gaTopic(config, ga, "state"),
    payload: stateDocument(state, ga, held, meaning),
    qos: 1,
    retain: config.retain,
    json: true,
  });
  return config.payload.scalar
    ? andThen(turn, (after) => publishScalar(after, ga, meaning.value))
    : turn;
};

/** One telegram on `…/event`. */
export const publishEvent = (state: BridgeState, ga: GroupAddress, telegram: Telegram): Turn => {
  const { config, counts } = state;
  const { meaning, value, service } = telegram;
  return publish(state, {
    for: "mqtt",
    type: "publish",
    topic: gaTopic(config, ga, "event"),
    // JSON leaves out what is undefined.
    payload: JSON.stringify({
      ga: formatGroupAddress(ga, config.style),
      dpt: meaning.dpt,
      service,
      value: value ? meaning.value : undefined,
      text: meaning.text,
      raw: value ? toCompactHex(value.octets) : undefined,
      bits: value ? bitsOf(value, meaning.type) : undefined,
      source: formatIndividualAddress(telegram.source),
      priority: telegram.priority,
      hops: telegram.hops,
      repeated: telegram.repeated,
      origin: telegram.origin,
      event_type: eventTypeOf(meaning.type, meaning.value, service),
      seq: counts.seq,
      ts: isoTime(telegram.ts),
    }),
    qos: 0,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
  });
};

export type Telegram = Readonly<{
  service: "write" | "response" | "read";
  value: GroupValue | null;
  meaning: Meaning;
  source: Held["source"];
  priority: Priority;
  /** Left out for own telegrams: the network layer sets it. */
  hops?: number;
  repeated: boolean;
  origin: Origin;
  /** Id of the command that caused it. */
  id: string | null;
  /** When its last octet arrived, or when it was confirmed; ms since 1970. */
  ts: number;
}>;

/** Something that happened to the bridge: `bridge/event`, `mqtt-interface.md` §8.4. */
export const publishBridgeEvent = (
  state: BridgeState,
  at: number,
  event: Readonly<{ type: string; [field: string]: Value }>,
): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "event"),
    payload: JSON.stringify({ ...event, ts: isoTime(state.epoch + at) }),
    qos: 1,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
  });

/** A `bridge/event` about a group address, once within `interval` ms. */
export const notice = (
  state: BridgeState,
  at: number,
  type: Notice,
  ga: GroupAddress,
  interval: number,
  fields: Readonly<{ [field: string]: Value }>,
): Turn => {
  const last = get(state.notices[type], ga);
  if (last !== undefined && at - last < interval) return [state, NOTHING];
  const notices = { ...state.notices, [type]: put(state.notices[type], ga, at) };
  return publishBridgeEvent({ ...state, notices }, at, {
    type,
    ga: formatGroupAddress(ga, state.config.style),
    ...fields,
  });
};

/** `bridge/state`, `bridge/bus`: plain words, retained. */
export const publishWord = (
  state: BridgeState,
  leaf: "state" | "bus",
  word: "online" | "offline",
): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, leaf),
    payload: word,
    qos: 1,
    retain: state.config.retain,
    json: false,
  });

/** Every message goes through here; without a broker it is lost and counted. */
export const publish = (state: BridgeState, publication: Publish): Turn => {
  const { connected } = state.broker;
  const counts = countedPublish(state.counts, connected ? 1 : 0, connected ? 0 : 1);
  return [renewed(state, state.held, counts, state.load), connected ? [publication] : NOTHING];
};

export type Publish = Extract<Effect, { for: "mqtt"; type: "publish" }>;

/** MQTT 5 message expiry of everything that is of no use later. `mqtt-interface.md` §3. */
export const EXPIRY_S = 60;
export const HOUR_MS = 3_600_000;

const stateDocument = (
  { config, objects }: BridgeState,
  ga: GroupAddress,
  held: Held,
  meaning: Meaning,
): string =>
  // JSON leaves out what is undefined.
  JSON.stringify({
    ga: formatGroupAddress(ga, config.style),
    name: config.payload.name ? get(objects, ga)?.name : undefined,
    dpt: meaning.dpt,
    value: meaning.value,
    text: meaning.text,
    unit: meaning.type?.unit,
    raw: toCompactHex(held.value.octets),
    bits: bitsOf(held.value, meaning.type),
    service: held.service,
    source: formatIndividualAddress(held.source),
    origin: held.origin,
    quality: meaning.quality,
    ts: isoTime(held.ts),
    changed: isoTime(held.changed),
    id: held.id ?? undefined,
  });

/** The bare value: a text without its quotes, so never called JSON. */
const publishScalar = (state: BridgeState, ga: GroupAddress, value: Value): Turn => {
  return publish(state, {
    for: "mqtt",
    type: "publish",
    topic: gaTopic(state.config, ga, "value"),
    payload: typeof value === "string" ? value : JSON.stringify(value),
    qos: 1,
    retain: state.config.retain,
    json: false,
  });
};
