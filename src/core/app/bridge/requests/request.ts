import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { JsonValue } from "../../../effect.ts";
import { type Failure, failure } from "../commands/errors.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { askOf, decline, withRequests } from "./answer.ts";
import { requestLimit } from "./limits.ts";
import { REQUEST_GROUPS, type RequestName } from "./names.ts";
import { REQUESTS } from "./requests.ts";

type MessageIndication = Extract<BridgeImpulse, { type: "message.ind" }>;

/** A message on `bridge/request/<name>`. `mqtt-interface.md` §10. */
export const onRequest = (before: BridgeState, message: MessageIndication, name: string): Turn => {
  const { at } = message;
  const state = counted(before, at);
  const read = readParameters(message.payload);
  const ask = askOf(state, message, name, read?.id ?? null);
  const refuse = (error: Failure): Turn => decline(state, at, ask, error);
  const { limits, requests: allowed } = state.config;
  if (state.features.requests.count > REQUESTS_PER_SECOND)
    return refuse(failure("rate_limited", `More than ${REQUESTS_PER_SECOND} a second`));
  const limit = requestLimit(name, limits.payload);
  if (message.size > limit)
    return refuse(
      failure("too_large", `${message.size} octets are more than the limit of ${limit}`),
    );
  if (message.retain)
    return refuse(
      failure("retained_command", "A retained request would be repeated at every start"),
    );
  if (read === undefined)
    return refuse(failure("invalid_json", "A request is empty or a JSON object"));
  if (!isRequest(name)) return refuse(failure("unknown_request", `There is no request ${name}`));
  if (REQUEST_GROUPS[name] === "admin" && allowed !== "admin")
    return refuse(failure("forbidden", `${name} needs mqtt.requests: admin in the configuration`));
  return REQUESTS[name](state, at, ask, read.parameters);
};

const isRequest = (name: string): name is RequestName => Object.hasOwn(REQUEST_GROUPS, name);

type Parameters = Readonly<{ [key: string]: JsonValue }>;

/** @returns undefined when it is neither empty nor a JSON object */
const readParameters = (
  payload: string,
): Readonly<{ id: JsonValue; parameters: Parameters }> | undefined => {
  if (payload.trim() === "") return { id: null, parameters: {} };
  const parsed = parse(payload);
  if (!isObject(parsed)) return undefined;
  const { id = null } = parsed;
  return { id, parameters: parsed };
};

const parse = (payload: string): JsonValue => {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
};

const isObject = (value: JsonValue): value is Parameters =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const counted = (state: BridgeState, at: number): BridgeState => {
  const { since, count } = state.features.requests;
  return withRequests(
    state,
    at - since < SECOND_MS ? { count: count + 1 } : { since: at, count: 1 },
  );
};

const SECOND_MS = 1_000;
const REQUESTS_PER_SECOND = 20;
