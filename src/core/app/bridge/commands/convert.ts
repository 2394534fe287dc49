import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import {
  type ClockQuestion,
  clockValue,
  cutText,
  type Dpt,
  decode,
  encode,
  findDpt,
  type Value,
} from "../../../dpt/dpt.ts";
import { numberIn } from "../../../dpt/number.ts";
import type { GroupValue } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { lastWrite } from "../queue/queue.ts";
import { type BridgeState, utc } from "../state.ts";
import { meaningOf } from "../telegrams/publish.ts";
import { localTime } from "../time/local.ts";
import { type Failure, failure, outOfRange } from "./errors.ts";
import type { Content, SetRequest } from "./payload.ts";

/** What somebody wants to send → what it is on the bus, within the limits of type and object. `mqtt-interface.md` §5.5, §6. */
export const convert = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  { content, dpt }: Pick<SetRequest, "content" | "dpt">,
): GroupValue | Failure => {
  const object = get(state.objects, ga);
  const own = object?.dpt ?? dpt;
  const type = own === null ? undefined : findDpt(own);
  if (object?.dpt !== undefined && dpt !== null && findDpt(dpt) !== type)
    return failure("invalid_value", `The type is ${object.dpt}, not ${dpt}`);
  if (content.is === "raw") return within(object, rawValue(type, content), null);
  if (!type) {
    const what = own === null ? "has no type" : `is ${own}, which is unknown here`;
    const text = formatGroupAddress(ga, state.config.style);
    return failure("invalid_value", `${text} ${what}: only raw is accepted`);
  }
  const wanted = object?.truncate ? cutText(type, content.value) : content.value;
  const encoded = encode(type, wanted, valueToCome(state, ga, object));
  if (encoded.ok) return within(object, encoded.value, numberOf(content.value));
  const { code, message, detail, clock } = encoded.error;
  const time = clock && clockTime(state, at, type, clock);
  return time ?? { code, message, detail };
};

/**
 * "now", "today", and times that somebody in another zone has written: the local time is known here.
 * @returns undefined as long as it is not
 */
const clockTime = (
  state: BridgeState,
  at: number,
  type: Dpt,
  clock: ClockQuestion,
): GroupValue | Failure | undefined => {
  const local = localTime(state, clock.is === "now" ? utc(state, at) : clock.ms);
  if (local === undefined) return undefined;
  const encoded = encode(type, clockValue(type, local));
  if (encoded.ok) return encoded.value;
  const { code, message, detail } = encoded.error;
  return { code, message, detail };
};

const within = (
  object: ObjectConfig | undefined,
  value: GroupValue | Failure,
  wanted: number | null,
): GroupValue | Failure => ("code" in value ? value : (outsideOf(object, value, wanted) ?? value));

/**
 * The object's own limits.
 * @param wanted the number as it was asked for: the type may round it, to beyond a limit too. null: octets or a word, which
 *   stand for what the type makes of them, and so do the limits
 */
const outsideOf = (
  object: ObjectConfig | undefined,
  value: GroupValue,
  wanted: number | null,
): Failure | undefined => {
  if (object?.min === undefined && object?.max === undefined) return undefined;
  const sent = meaningOf(object, value).value;
  if (typeof sent !== "number") return undefined;
  const number = wanted ?? sent;
  const type = object.dpt === undefined ? undefined : findDpt(object.dpt);
  const min = object.min ?? type?.range?.min ?? number;
  const max = object.max ?? type?.range?.max ?? number;
  if (number >= min && number <= max) return undefined;
  const isLimit = (limit: number): boolean =>
    wanted === null && limit !== number && asRounded(object, type, limit) === number;
  return isLimit(min) || isLimit(max) ? undefined : outOfRange("value", number, min, max);
};

/** What comes back of a number from the bus. */
const asRounded = (object: ObjectConfig, type: Dpt | undefined, number: number): Value => {
  const encoded = type && encode(type, number);
  return encoded?.ok ? meaningOf(object, encoded.value).value : null;
};

const numberOf = (value: unknown): number | null => {
  if (typeof value === "number") return value;
  return typeof value === "string" ? (numberIn(value) ?? null) : null;
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

/** What `toggle` turns over. */
const valueToCome = (
  state: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
): Value => {
  const value = heldToCome(state, ga);
  return value ? meaningOf(object, value).value : null;
};

/** The value that will hold when everything that waits has been sent. */
export const heldToCome = (
  { queue, sender, provided, held, features }: BridgeState,
  ga: GroupAddress,
): GroupValue | undefined => {
  const { flight } = sender;
  const inFlight = flight?.entry.ga === ga ? flight.entry.value : null;
  return (
    get(features.sending.paces, ga)?.waiting?.draft.value ??
    lastWrite(queue, ga)?.value ??
    inFlight ??
    get(provided, ga)?.value ??
    get(held, ga)?.value
  );
};
