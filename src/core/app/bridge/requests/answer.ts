import type { Message } from "../../../app-impulse.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { type Failure, failure } from "../commands/errors.ts";
import { countRejection } from "../commands/rejections.ts";
import type { BridgeState } from "../state.ts";
import { EXPIRY_S, publish } from "../telegrams/publish.ts";
import { bridgeTopic, isPermittedResponseTopic } from "../topics.ts";
import { forEach, type Turn } from "../turn.ts";
import type { Ask, Reply, Requests } from "./state.ts";

export const done = (data: JsonValue = {}): Reply => ({ ok: true, data });
export const refused = (error: Failure): Reply => ({ ok: false, error });

/**
 * Whom to answer: the MQTT 5 response topic where there is one and it is permitted, otherwise `bridge/response/<name>`.
 * @param id as it came
 */
export const askOf = (
  { config, features }: BridgeState,
  { responseTopic, correlation, at }: Message & Readonly<{ at: number }>,
  name: string,
  id: JsonValue,
): Ask => ({
  ref: features.requests.next,
  name,
  id,
  topic:
    responseTopic !== undefined && isPermittedResponseTopic(config, responseTopic, features.names)
      ? responseTopic
      : bridgeTopic(config, `response/${name}`),
  correlation: correlation ? [...correlation] : null,
  received: at,
});

/** `mqtt-interface.md` §10. */
export const answer = (state: BridgeState, at: number, ask: Ask, reply: Reply): Turn => {
  const { id, topic, correlation, received } = ask;
  return publish(state, {
    for: "mqtt",
    type: "publish",
    topic,
    payload: JSON.stringify({
      ...(id !== null && { id }),
      status: reply.ok ? "ok" : "error",
      ...(!reply.ok && { error: reply.error }),
      ...(reply.data !== undefined && { data: reply.data }),
      ms: Math.round(at - received),
    }),
    qos: 1,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
    ...(correlation && { correlation }),
  });
};

/** What cannot be done. */
export const decline = (state: BridgeState, at: number, ask: Ask, error: Failure): Turn =>
  answer(countRejection(state, error.code), at, ask, refused(error));

/**
 * It takes longer: it is answered with `close`.
 * @returns undefined when too many are open already
 */
export const keepOpen = (state: BridgeState, ask: Ask): BridgeState | undefined => {
  const { next, open } = state.features.requests;
  return open.length < MAX_OPEN
    ? withRequests(state, { next: next + 1, open: [...open, ask] })
    : undefined;
};

/** The same for what somebody else works on: begun, unless too many are open. */
export const hand = (
  state: BridgeState,
  at: number,
  ask: Ask,
  begin: (state: BridgeState) => Turn,
): Turn => {
  const kept = keepOpen(state, ask);
  return kept ? begin(kept) : decline(state, at, ask, TOO_MANY);
};

/** The answer to a request that is open; to one that is not any more, nothing. */
export const close = (state: BridgeState, at: number, ref: number, reply: Reply): Turn => {
  const { open } = state.features.requests;
  const ask = open.find((one) => one.ref === ref);
  return ask === undefined
    ? [state, NOTHING]
    : answer(withRequests(state, { open: open.filter((one) => one !== ask) }), at, ask, reply);
};

/** The bridge stops: whoever waits for an answer is told that there will be none. */
export const closeAll = (state: BridgeState, at: number): Turn => {
  const error = failure("bus_offline", "The bridge was stopped before that");
  return forEach(state, state.features.requests.open, (each, { ref }) =>
    close(each, at, ref, refused(error)),
  );
};

export const withRequests = (state: BridgeState, requests: Partial<Requests>): BridgeState => ({
  ...state,
  features: { ...state.features, requests: { ...state.features.requests, ...requests } },
});

const MAX_OPEN = 50;
const TOO_MANY = failure("queue_full", `${MAX_OPEN} requests are not answered yet`);
