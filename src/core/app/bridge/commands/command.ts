import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { DropReason } from "../../../drop.ts";
import { NO_OCTETS } from "../../../octets.ts";
import { onStatus } from "../discovery/status.ts";
import { onEntitySet } from "../entities/command.ts";
import { readEntitySet } from "../entities/payload.ts";
import { linksTo, onSource } from "../links/inward.ts";
import { onRequest } from "../requests/request.ts";
import type { BridgeState } from "../state.ts";
import { parseTopic } from "../topics.ts";
import type { Turn } from "../turn.ts";
import { type Failure, failure } from "./errors.ts";
import { onGet } from "./get.ts";
import { MAX_TIME_MS, MIN_TIME_MS, type Read, readGet, readSet } from "./payload.ts";
import { countRejection } from "./rejections.ts";
import { type Command, commandOf, publishError, reject, type Target } from "./results.ts";
import { onSet } from "./set.ts";

type MessageIndication = Extract<BridgeImpulse, { type: "message.ind" }>;

/** A message from the broker: `mqtt-interface.md` §13.1, up to the point where it is known what it asks for. */
export const onMessage = (state: BridgeState, message: MessageIndication): Turn => {
  const { topic, at } = message;
  const received = counted(state, at);
  const { limits } = received.config;
  if (received.inbound.count > limits.messages)
    return publishError(
      countRejection(received, "rate_limited"),
      at,
      { ...message, target: null },
      failure("rate_limited", `More than ${limits.messages} messages in a second`),
    );
  const links = linksTo(received, topic);
  if (links !== undefined) return onSource(received, message, links);
  const { discovery } = received.config;
  if (discovery.enabled && topic === discovery.statusTopic) return onStatus(received, message);
  const meant = parseTopic(received.config, topic, received.features.names);
  if (meant?.about === "request" && received.config.requests !== "off")
    return onRequest(received, message, meant.name);
  if (
    (meant?.about !== "ga" && meant?.about !== "entity") ||
    (meant.leaf !== "set" && meant.leaf !== "get")
  )
    return dropped(received, "bridge.unknown-topic");
  const { leaf } = meant;
  const target: Target =
    meant.about === "ga" ? { is: "ga", ga: meant.ga } : { is: "entity", id: meant.id };
  const commandWith = (id: string | null, confirm: Command["confirm"] = "sent"): Command =>
    commandOf(received, message, target, id, confirm);
  const refuse = (error: Failure, id: string | null = null): Turn =>
    reject(received, at, commandWith(id), error);
  if (message.size > limits.payload)
    return refuse(
      failure("too_large", `${message.size} octets are more than the limit of ${limits.payload}`),
    );
  if (leaf === "set" && message.payload === "") return dropped(received, "bridge.empty-payload");
  const ttl = (own: number | null): number | null => timeToLive(own, message.expiryMs);
  if (meant.about === "entity") {
    const read = readEntitySet(message.payload, meant.role);
    if (message.retain) return refuse(RETAINED, idOf(read));
    if (!read.ok) return refuse(read.error, read.id);
    const command = commandWith(read.request.id, read.request.confirm);
    const request = { ...read.request, ttlMs: ttl(read.request.ttlMs) };
    return onEntitySet(received, at, meant.id, command, request);
  }
  const { ga } = meant;
  if (leaf === "set") {
    const read = readSet(message.payload);
    if (message.retain) return refuse(RETAINED, idOf(read));
    if (!read.ok) return refuse(read.error, read.id);
    const command = commandWith(read.request.id, read.request.confirm);
    return onSet(received, at, ga, command, { ...read.request, ttlMs: ttl(read.request.ttlMs) });
  }
  const read = readGet(message.payload);
  if (message.retain) return refuse(RETAINED, idOf(read));
  return read.ok
    ? onGet(received, at, ga, commandWith(read.request.id), read.request, ttl(null))
    : refuse(read.error, read.id);
};

/** Whoever waits for a result hears why there is none. */
const idOf = (read: Read<Readonly<{ id: string | null }>>): string | null =>
  read.ok ? read.request.id : read.id;

const RETAINED = failure("retained_command", "A retained command would be repeated at every start");

/** The MQTT 5 message expiry is a time to live as well: the shorter one counts. `mqtt-interface.md` §3. */
const timeToLive = (own: number | null, expiryMs: number | undefined): number | null => {
  if (expiryMs === undefined) return own;
  const expiry = Math.min(Math.max(expiryMs, MIN_TIME_MS), MAX_TIME_MS);
  return own === null ? expiry : Math.min(own, expiry);
};

const counted = (state: BridgeState, at: number): BridgeState => {
  const { counts, inbound } = state;
  return {
    ...state,
    counts: { ...counts, received: counts.received + 1 },
    inbound:
      at - inbound.since < SECOND_MS
        ? { since: inbound.since, count: inbound.count + 1 }
        : { since: at, count: 1 },
  };
};

const dropped = (state: BridgeState, reason: DropReason): Turn => [
  state,
  [{ for: "drops", type: "drop", reason, octets: NO_OCTETS }],
];

const SECOND_MS = 1_000;
