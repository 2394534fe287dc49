import {
  formatGroupAddress,
  formatIndividualAddress,
  type GroupAddress,
} from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import {
  type Detail,
  type Dpt,
  decode,
  detailOf,
  eventTypeOf,
  findDpt,
  textOf,
  type Value,
} from "../../../dpt/dpt.ts";
import type { Effect, JsonValue } from "../../../effect.ts";
import { type GroupValue, NOTHING, type Priority } from "../../../impulse.ts";
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
import { bridgeTopic, type GaLeaf, gaTopic, nameTopic } from "../topics.ts";
import { andThen, type Turn } from "../turn.ts";

/** What a group value means. */
export type Meaning = Readonly<{
  /** As published: the object's own spelling where the type is unknown here. */
  dpt: string | null;
  type: Dpt | undefined;
  value: Value;
  text: string | undefined;
  /** What the octets say beside the value: a weekday, a code, flags. */
  detail?: Detail | undefined;
  quality: "good" | "stale" | "invalid" | "unknown";
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
  const detail = value ? detailOf(type, value) : undefined;
  return { dpt, type, value: decoded.value, text, detail, quality: "good", mismatch: false };
};

/** `mqtt-interface.md` §5.1. What cannot be decoded does not get worse with age. */
export const qualityOf = (
  { stale }: Pick<Held, "stale">,
  { quality }: Pick<Meaning, "quality">,
): Meaning["quality"] => (quality === "good" && stale ? "stale" : quality);

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
  known: Meaning,
): Turn => {
  const { broker, config } = state;
  const meaning: Meaning =
    held.stale === "unknown"
      ? { ...known, value: null, text: undefined, detail: undefined, quality: "unknown" }
      : known;
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
    stale: held.stale,
  });
  const turn = publishUnder(renewed(state, published, state.counts, state.load), ga, "state", {
    for: "mqtt",
    type: "publish",
    topic: gaTopic(config, ga, "state"),
    payload: stateDocument(state, ga, held, meaning),
    qos: 1,
    retain: config.retain,
    json: true,
    ...userProperties(config, ga, meaning.dpt, held),
  });
  return config.payload.scalar
    ? andThen(turn, (after) => publishScalar(after, ga, meaning.value))
    : turn;
};

/** One telegram on `…/event`. */
export const publishEvent = (state: BridgeState, ga: GroupAddress, telegram: Telegram): Turn => {
  const { config, counts } = state;
  const { meaning, value, service } = telegram;
  return publishUnder(state, ga, "event", {
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
      detail: meaning.detail,
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
    ...userProperties(config, ga, meaning.dpt, telegram),
  });
};

/** The topic of the address, the one with the name, or both: `mqtt-interface.md` §4. @param publication with the former */
const publishUnder = (
  state: BridgeState,
  ga: GroupAddress,
  leaf: GaLeaf,
  publication: Publish,
): Turn => {
  const { config, features } = state;
  if (config.topics === "address") return publish(state, publication);
  const path = get(features.names.paths, ga);
  if (path === undefined) return publish(state, publication);
  const named = { ...publication, topic: nameTopic(config, path, leaf) };
  return config.topics === "name"
    ? publish(state, named)
    : andThen(publish(state, publication), (after) => publish(after, named));
};

/** MQTT 5 user properties, if wanted: for rules that do not look into JSON. `mqtt-interface.md` §3. */
const userProperties = (
  { userProperties: wanted, style }: BridgeState["config"],
  ga: GroupAddress,
  dpt: string | null,
  { source, service }: Pick<Telegram, "source" | "service">,
): Pick<Publish, "user"> | undefined =>
  wanted
    ? {
        user: {
          ga: formatGroupAddress(ga, style),
          ...(dpt !== null && { dpt }),
          source: formatIndividualAddress(source),
          service,
        },
      }
    : undefined;

export type Telegram = Readonly<{
  service: "write" | "response" | "read";
  value: GroupValue | null;
  /** The bridge answers a question with what it holds. */
  isAnswer: boolean;
  meaning: Meaning;
  source: Held["source"];
  priority: Priority;
  /** Left out for own telegrams: the network layer sets it. */
  hops?: number;
  repeated: boolean;
  origin: Origin;
  /** Topic of the link that caused it. */
  link?: string;
  /** Id of the command that caused it. */
  id: string | null;
  /** When its last octet arrived, or when it was confirmed; ms since 1970. */
  ts: number;
}>;

/** Something that happened to the bridge: `bridge/event`, `mqtt-interface.md` §8.4. */
export const publishBridgeEvent = (
  state: BridgeState,
  at: number,
  event: Readonly<{ type: string; [field: string]: JsonValue }>,
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

/** Every message goes through here; without a broker it is lost and counted, or an event that waits for its return. */
export const publish = (state: BridgeState, publication: Publish): Turn => {
  const { connected } = state.broker;
  if (!connected && state.config.eventsAfterReconnect && EVENT_TOPIC.test(publication.topic))
    return [intoRing(state, publication), NOTHING];
  // What is retained is published again once the broker is back.
  const lost = connected || publication.retain ? 0 : 1;
  const counts = countedPublish(state.counts, connected ? 1 : 0, lost);
  return [renewed(state, state.held, counts, state.load), connected ? [publication] : NOTHING];
};

/** Newest last; the oldest is lost when there are too many. `mqtt-interface.md` §12.5. */
const intoRing = (state: BridgeState, event: Publish): BridgeState => {
  const { restart } = state.features;
  const full = restart.ring.length >= RING;
  const ring = [...(full ? restart.ring.slice(1) : restart.ring), event];
  return {
    ...state,
    counts: full ? countedPublish(state.counts, 0, 1) : state.counts,
    features: { ...state.features, restart: { ...restart, ring } },
  };
};

const EVENT_TOPIC = /\/(event|bridge\/telegrams|bridge\/log)$/;
const RING = 1_000;

export type Publish = Extract<Effect, { for: "mqtt"; type: "publish" }>;

/** MQTT 5 message expiry of everything that is of no use later. `mqtt-interface.md` §3. */
export const EXPIRY_S = 60;
export const HOUR_MS = 3_600_000;

const stateDocument = (
  state: BridgeState,
  ga: GroupAddress,
  held: Held,
  meaning: Meaning,
): string => {
  const { fields } = state.config.payload;
  const all = stateFields(state, ga, held, meaning);
  if (fields === null) return JSON.stringify(all);
  const wanted = Object.entries(all).filter(
    ([name]) => ALWAYS.includes(name) || fields.includes(name),
  );
  return JSON.stringify(Object.fromEntries(wanted));
};

/** The same document as data. */
export const stateOf = (
  state: BridgeState,
  ga: GroupAddress,
  held: Held,
  meaning: Meaning,
): JsonValue => JSON.parse(JSON.stringify(stateFields(state, ga, held, meaning)));

/** Fields that a state has whatever `payload.fields` says. `mqtt-interface.md` §5.1 */
const ALWAYS: readonly string[] = ["ga", "value", "ts"];

const stateFields = (
  { config, objects }: BridgeState,
  ga: GroupAddress,
  held: Held,
  meaning: Meaning,
) =>
  // JSON leaves out what is undefined.
  ({
    ga: formatGroupAddress(ga, config.style),
    name: config.payload.name ? get(objects, ga)?.name : undefined,
    dpt: meaning.dpt,
    value: meaning.value,
    text: meaning.text,
    detail: meaning.detail,
    unit: meaning.type?.unit,
    raw: meaning.quality === "unknown" ? undefined : toCompactHex(held.value.octets),
    bits: meaning.quality === "unknown" ? undefined : bitsOf(held.value, meaning.type),
    service: held.service,
    source: formatIndividualAddress(held.source),
    origin: held.origin,
    quality: qualityOf(held, meaning),
    ts: isoTime(held.ts),
    changed: isoTime(held.changed),
    id: held.id ?? undefined,
  });

/** The bare value: a text without its quotes, so never called JSON. */
const publishScalar = (state: BridgeState, ga: GroupAddress, value: Value): Turn => {
  return publishUnder(state, ga, "value", {
    for: "mqtt",
    type: "publish",
    topic: gaTopic(state.config, ga, "value"),
    payload: typeof value === "string" ? value : JSON.stringify(value),
    qos: 1,
    retain: state.config.retain,
    json: false,
  });
};
