import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { type Dpt, decode, encode, findDpt, isAction, type Value } from "../../../dpt/dpt.ts";
import type { GroupValue } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { enter } from "../queue/line-up.ts";
import { lastWrite, type QueueClass } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import { sameValue } from "../telegrams/deliver.ts";
import { meaningOf } from "../telegrams/publish.ts";
import type { Turn } from "../turn.ts";
import { type Failure, failure, outOfRange } from "./errors.ts";
import type { Content, SetRequest } from "./payload.ts";
import { accept, type Command, finish, reject, repeatedResult } from "./results.ts";

/** A `set` from its request to the queue: `mqtt-interface.md` §5.5, §13.1. */
export const onSet = (
  state: BridgeState,
  at: number,
  command: Command,
  request: SetRequest,
): Turn => {
  const { ga } = command;
  const object = get(state.objects, ga);
  const refusal = authorise(state, ga, object, request);
  if (refusal) return reject(state, at, command, refusal);
  const converted = convert(state, ga, object, request);
  if ("code" in converted) return reject(state, at, command, converted);
  const repeated = repeatedResult(state, at, command);
  if (repeated) return repeated;
  const draft = {
    class: classOf(object, request),
    ga,
    service: request.service,
    value: converted,
    priority: request.priority ?? object?.priority ?? "low",
    merges: request.mayMerge && !isAction(object?.dpt ?? request.dpt ?? undefined),
    timeToLive: request.ttlMs,
    command,
  } as const;
  if (!object?.provide) return enter(state, at, draft);
  const before = get(state.provided, ga);
  const stored = {
    ...state,
    provided: put(state.provided, ga, { value: converted, transmitted: true }),
  };
  const isNews = !before?.transmitted || !sameValue(before.value, converted);
  return isNews || object.transmit === "always" || request.service === "response"
    ? enter(stored, at, draft)
    : finish(accept(stored, at, command), at, command, {
        stage: "merged",
        fields: { merged_into: null },
      });
};

const authorise = (
  { config }: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
  { service }: SetRequest,
): Failure | undefined => {
  const text = formatGroupAddress(ga, config.style);
  if (!object && !config.allowUnknownWrite)
    return failure("unknown_ga", `${text} is not configured`);
  if (object && !object.writable) return failure("read_only", `${text} is not writable`);
  return service === "response" && !object?.provide
    ? failure("unsupported", `${text} is not provided here, so nobody is answered for it`)
    : undefined;
};

const convert = (
  state: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
  { content, dpt }: SetRequest,
): GroupValue | Failure => {
  const own = object?.dpt ?? dpt;
  const type = own === null ? undefined : findDpt(own);
  if (object?.dpt !== undefined && dpt !== null && findDpt(dpt) !== type)
    return failure("invalid_value", `The type is ${object.dpt}, not ${dpt}`);
  if (content.is === "raw") return rawValue(type, content);
  if (!type) {
    const what = own === null ? "has no type" : `is ${own}, which is unknown here`;
    const text = formatGroupAddress(ga, state.config.style);
    return failure("invalid_value", `${text} ${what}: only raw is accepted`);
  }
  const encoded = encode(type, content.value, valueToCome(state, ga, object));
  return encoded.ok ? encoded.value : encoded.error;
};

const rawValue = (
  type: Dpt | undefined,
  { octets, bits }: Extract<Content, { is: "raw" }>,
): GroupValue | Failure => {
  if (!type) return { octets, short: bits !== null };
  const short = type.bits <= 6 && octets.length === 1;
  const value = { octets, short };
  const decoded = decode(type, value);
  if ((!decoded.ok && decoded.why === "length") || (bits !== null && !short))
    return failure("invalid_value", `raw does not have the length of ${type.id}`);
  const max = 2 ** type.bits - 1;
  return short && (octets[0] ?? 0) > max ? outOfRange("raw", octets[0] ?? 0, 0, max) : value;
};

/** What `toggle` turns over: the value that will hold when everything that waits has been sent. */
const valueToCome = (
  { queue, sender, provided, held }: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
): Value => {
  const { flight } = sender;
  const inFlight = flight?.entry.ga === ga ? flight.entry.value : null;
  const value =
    lastWrite(queue, ga)?.value ?? inFlight ?? get(provided, ga)?.value ?? get(held, ga)?.value;
  return value ? meaningOf(object, value).value : null;
};

/** `mqtt-interface.md` §13.2. */
const classOf = (object: ObjectConfig | undefined, { service }: SetRequest): QueueClass => {
  if (object?.alarm || object?.priority === "urgent") return 0;
  return object?.provide && service === "write" ? 3 : 2;
};
