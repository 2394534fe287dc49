import type { BridgeImpulse } from "../../../app-impulse.ts";
import { isAction } from "../../../dpt/dpt.ts";
import type { DropReason } from "../../../drop.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { NO_OCTETS } from "../../../octets.ts";
import { get } from "../../../table.ts";
import { convert } from "../commands/convert.ts";
import { type Failure, failure } from "../commands/errors.ts";
import { parseJson } from "../commands/payload.ts";
import { countRejection } from "../commands/rejections.ts";
import { publishError } from "../commands/results.ts";
import { provide } from "../provided/transmit.ts";
import { enter } from "../queue/line-up.ts";
import type { BridgeState } from "../state.ts";
import { forEach, type Turn } from "../turn.ts";
import type { Inward, LinkConfig } from "./config.ts";
import { ignoreEcho } from "./guard.ts";
import { valueAt } from "./pointer.ts";
import { heardOf } from "./stale.ts";
import { own } from "./state.ts";

type MessageIndication = Extract<BridgeImpulse, { type: "message.ind" }>;

/** Which links listen to a topic. */
export const linksTo = ({ features }: BridgeState, topic: string): readonly number[] | undefined =>
  own(features.links.byTopic, topic);

/** A message of a source: its value drives the objects. One that was retained is as good as any: it is state, not a command. */
export const onSource = (
  state: BridgeState,
  message: MessageIndication,
  indexes: readonly number[],
): Turn => {
  const { limits } = state.config;
  if (message.size > limits.payload)
    return forEach(state, indexes, (each, index) =>
      refuse(
        each,
        message,
        index,
        failure("too_large", `${message.size} octets are more than the limit of ${limits.payload}`),
      ),
    );
  // Somebody has cleared a retained topic.
  if (message.payload === "") return dropped(state, "bridge.empty-payload");
  return forEach(state, indexes, (each, index) => take(each, message, index));
};

const take = (state: BridgeState, message: MessageIndication, index: number): Turn => {
  const { at } = message;
  const link = state.config.links[index];
  if (!link?.inward) return [state, NOTHING];
  const read = readSource(message.payload, link.inward);
  if (read.is === "nothing") return dropped(state, "bridge.no-member");
  if (read.is === "error") return refuse(state, message, index, read.error);
  const value = convert(state, at, link.ga, {
    content: { is: "value", value: read.value },
    dpt: null,
  });
  if ("code" in value) return refuse(state, message, index, value);
  const known = heardOf(state, at, index);
  const echo = ignoreEcho(known, at, index, "topic", value);
  if (echo) return [echo, NOTHING];
  const object = get(known.objects, link.ga);
  const draft = {
    class: object?.alarm || object?.priority === "urgent" ? 0 : CLASS,
    ga: link.ga,
    service: "write",
    value,
    priority: object?.priority ?? "low",
    merges: !isAction(object?.dpt),
    timeToLive: null,
    command: null,
    link: link.topic,
  } as const;
  return object?.provide ? provide(known, at, object, draft) : enter(known, at, draft);
};

type Reading = Readonly<
  { is: "value"; value: JsonValue } | { is: "nothing" } | { is: "error"; error: Failure }
>;

/** Payload → the value that the object is to have. */
export const readSource = (payload: string, { pointer, map, scale }: Inward): Reading => {
  const text = payload.trim();
  const isJson = pointer !== null || /^["{[]/.test(text);
  const json = isJson ? parseJson(text) : { value: text };
  if (json === undefined)
    return { is: "error", error: failure("invalid_json", "The payload is no JSON") };
  const found = pointer === null ? json.value : valueAt(json.value, pointer);
  if (found === undefined) return { is: "nothing" };
  const mapped = map === null ? found : own(map, textOf(found));
  // Devices say with it that they do not know.
  if (mapped === undefined && found === null) return { is: "nothing" };
  if (mapped === undefined)
    return { is: "error", error: failure("invalid_value", `${shown(found)} is not in the map`) };
  if (mapped === null) return { is: "nothing" };
  return scale === null ? { is: "value", value: mapped } : scaled(mapped, scale);
};

const scaled = (value: JsonValue, { factor, offset }: NonNullable<Inward["scale"]>): Reading => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number)
    ? { is: "value", value: number * factor + offset }
    : { is: "error", error: failure("invalid_value", `${shown(value)} is no number to be scaled`) };
};

/** The word for a value in a map. */
const textOf = (value: JsonValue): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const shown = (value: JsonValue): string => textOf(value).slice(0, 40);

const refuse = (
  state: BridgeState,
  message: MessageIndication,
  index: number,
  error: Failure,
): Turn => {
  const link: LinkConfig | undefined = state.config.links[index];
  const target = link ? ({ is: "ga", ga: link.ga } as const) : null;
  return publishError(countRejection(state, error.code), message.at, { ...message, target }, error);
};

const dropped = (state: BridgeState, reason: DropReason): Turn => [
  state,
  [{ for: "drops", type: "drop", reason, octets: NO_OCTETS }],
];

const CLASS = 3;
