import { parseGroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import type { Priority } from "../../../impulse.ts";
import { type Octets, parseHex } from "../../../octets.ts";
import { type Failure, failure, outOfRange } from "./errors.ts";

/** What the payload of a `set` says. `mqtt-interface.md` §5.5. */
export type SetRequest = Readonly<{
  content: Content;
  /** For group addresses whose type nobody configured. */
  dpt: string | null;
  id: string | null;
  service: "write" | "response";
  /** null: the object's. */
  priority: Exclude<Priority, "system"> | null;
  /** null: that of its class. */
  ttlMs: number | null;
  /** false: sent on its own whatever the type. */
  mayMerge: boolean;
  confirm: "queued" | "sent";
  /** The group address once more, as `confirm_write` wants it; null: not there. */
  confirmed: string | null;
}>;

/** `bits`: 1…6 for a value that travels inside the APCI octet, null when the payload does not say. */
export type Content = Readonly<
  { is: "value"; value: unknown } | { is: "raw"; octets: Octets; bits: number | null }
>;

/** What the payload of a `get` says. `mqtt-interface.md` §5.6. */
export type GetRequest = Readonly<{
  id: string | null;
  from: "bus" | "cache" | "fresh";
  maxAgeMs: number;
  timeoutMs: number;
}>;

/** The id is known as soon as it was readable, so that an error finds its way. */
export type Read<T> = Readonly<
  { ok: true; request: T } | { ok: false; id: string | null; error: Failure }
>;

/**
 * The four forms of a `set`: bare text, JSON scalar, the type's own JSON object, envelope.
 * Text that is no JSON string, array or object stays text, blanks and all: the type alone knows whether ` 12` is a number or three
 * characters.
 */
export const readSet = (payload: string): Read<SetRequest> => {
  const text = payload.trim();
  const json = /^["{[]/.test(text) ? parseJson(text) : undefined;
  if (json === undefined && /^[{[]/.test(text)) return notJson();
  const value = json === undefined ? withoutLineEnd(payload) : json.value;
  return isSetEnvelope(value)
    ? readSetEnvelope(value)
    : { ok: true, request: { ...PLAIN, content: { is: "value", value } } };
};

/** Tools that publish what they read line by line leave its end on it. */
const withoutLineEnd = (payload: string): string => payload.replace(/\r?\n$/, "");

/** Empty, or an envelope. */
export const readGet = (payload: string): Read<GetRequest> => {
  const text = payload.trim();
  if (text === "") return { ok: true, request: DEFAULT_GET };
  const json = parseJson(text);
  if (json === undefined && /^[{[]/.test(text)) return notJson();
  const envelope: unknown = json?.value;
  if (!isGetEnvelope(envelope))
    return bad(null, failure("invalid_value", "A get takes an empty payload or a JSON object"));
  const { id, from, max_age_s, timeout_ms } = envelope;
  const error =
    checkId(id) ??
    checkWord("from", from, SOURCES) ??
    checkNumber("max_age_s", max_age_s, 0, MAX_AGE_S) ??
    checkNumber("timeout_ms", timeout_ms, MIN_TIME_MS, MAX_TIME_MS);
  if (error) return bad(idOf(id), error);
  return {
    ok: true,
    request: {
      id: idOf(id),
      from: wordOf(from, SOURCES) ?? DEFAULT_GET.from,
      maxAgeMs: (numberOf(max_age_s) ?? DEFAULT_AGE_S) * 1_000,
      timeoutMs: numberOf(timeout_ms) ?? DEFAULT_GET.timeoutMs,
    },
  };
};

/** An object with `value` or `raw`, and what stands beside it. */
export const readSetEnvelope = (envelope: SetEnvelope): Read<SetRequest> => {
  const { dpt, id, service, priority, ttl_ms, queue, confirm } = envelope;
  const content = readContent(envelope);
  const error =
    checkId(id) ??
    (dpt === undefined || typeof dpt === "string" ? undefined : wrong("dpt", "a text")) ??
    checkWord("service", service, SERVICES) ??
    checkWord("priority", priority, PRIORITIES) ??
    checkNumber("ttl_ms", ttl_ms, MIN_TIME_MS, MAX_TIME_MS) ??
    checkWord("queue", queue, QUEUES) ??
    checkConfirm(confirm);
  if (content.is === "error") return bad(idOf(id), content.error);
  if (error) return bad(idOf(id), error);
  return {
    ok: true,
    request: {
      content,
      dpt: typeof dpt === "string" ? dpt : null,
      id: idOf(id),
      service: wordOf(service, SERVICES) ?? PLAIN.service,
      priority: wordOf(priority, PRIORITIES) ?? null,
      ttlMs: numberOf(ttl_ms) ?? null,
      mayMerge: wordOf(queue, QUEUES) !== "all",
      confirm: wordOf(confirm, CONFIRMS) ?? PLAIN.confirm,
      confirmed: isAddress(confirm) ? confirm : null,
    },
  };
};

const readContent = ({
  value,
  raw,
  bits,
}: SetEnvelope): Content | { readonly is: "error"; readonly error: Failure } => {
  if (raw === undefined) return { is: "value", value };
  if (value !== undefined)
    return { is: "error", error: failure("invalid_value", "Give either value or raw, not both") };
  const octets = typeof raw === "string" ? parseHex(raw) : undefined;
  if (octets === undefined) return { is: "error", error: wrong("raw", "hexadecimal octets") };
  if (octets.length === 0 || octets.length > MAX_OCTETS)
    return {
      is: "error",
      error: outOfRange("The number of octets in raw,", octets.length, 1, MAX_OCTETS),
    };
  if (bits === undefined) return { is: "raw", octets, bits: null };
  const unfit = checkNumber("bits", bits, 1, 6);
  if (unfit || typeof bits !== "number" || !Number.isInteger(bits))
    return { is: "error", error: unfit ?? wrong("bits", "a whole number") };
  const [octet = 0, ...rest] = octets;
  if (rest.length > 0) return { is: "error", error: wrong("raw", "one octet when bits is given") };
  const max = 2 ** bits - 1;
  return octet > max
    ? { is: "error", error: outOfRange("raw", octet, 0, max) }
    : { is: "raw", octets, bits };
};

type SetEnvelope = Readonly<
  Partial<
    Record<
      | "value"
      | "raw"
      | "bits"
      | "dpt"
      | "id"
      | "service"
      | "priority"
      | "ttl_ms"
      | "queue"
      | "confirm",
      unknown
    >
  >
>;

/** A 2.xxx value is an object with a `value` too, beside its `control`. */
const isSetEnvelope = (json: unknown): json is SetEnvelope =>
  isObject(json) && ("value" in json || "raw" in json) && !("control" in json);

type GetEnvelope = Readonly<Partial<Record<"id" | "from" | "max_age_s" | "timeout_ms", unknown>>>;

const isGetEnvelope = (json: unknown): json is GetEnvelope => isObject(json);

export const isObject = (json: unknown): json is object =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** @returns undefined when the text is no JSON: the one place where that is found out */
export const parseJson = (text: string): { readonly value: JsonValue } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const checkId = (value: unknown): Failure | undefined =>
  value === undefined || idOf(value) !== null
    ? undefined
    : wrong("id", `a text of 1 to ${ID_CHARACTERS} characters`);

const checkWord = (name: string, value: unknown, words: readonly string[]): Failure | undefined =>
  value === undefined || wordOf(value, words) !== undefined
    ? undefined
    : wrong(name, `one of ${words.join(", ")}`);

/** §5.5 and §20 use one key: when the result is given, or a group address that must be written again. */
const checkConfirm = (value: unknown): Failure | undefined =>
  isAddress(value) ? undefined : checkWord("confirm", value, CONFIRMS);

const isAddress = (value: unknown): value is string =>
  typeof value === "string" && parseGroupAddress(value) !== undefined;

const checkNumber = (
  name: string,
  value: unknown,
  min: number,
  max: number,
): Failure | undefined => {
  if (value === undefined) return undefined;
  const number = numberOf(value);
  if (number === undefined) return wrong(name, "a number");
  return number < min || number > max ? outOfRange(name, number, min, max) : undefined;
};

const idOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= ID_CHARACTERS ? value : null;

const wordOf = <Word extends string>(value: unknown, words: readonly Word[]): Word | undefined =>
  words.find((word) => word === value);

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined;

const wrong = (name: string, expected: string): Failure =>
  failure("invalid_value", `${name} must be ${expected}`);

export const bad = (id: string | null, error: Failure): Read<never> => ({ ok: false, id, error });

export const notJson = (): Read<never> =>
  bad(null, failure("invalid_json", "The payload begins like JSON and is not"));

const SERVICES = ["write", "response"] as const;
const PRIORITIES = ["low", "normal", "urgent"] as const;
const QUEUES = ["merge", "all"] as const;
const CONFIRMS = ["queued", "sent"] as const;
const SOURCES = ["bus", "cache", "fresh"] as const;

const ID_CHARACTERS = 64;
export const MIN_TIME_MS = 100;
export const MAX_TIME_MS = 60_000;
const DEFAULT_AGE_S = 60;
const MAX_AGE_S = 31_536_000;
/** An APDU has at most 254 octets, two of them the service. */
const MAX_OCTETS = 252;

const PLAIN = {
  dpt: null,
  id: null,
  service: "write",
  priority: null,
  ttlMs: null,
  mayMerge: true,
  confirm: "sent",
  confirmed: null,
} as const satisfies Omit<SetRequest, "content">;

const DEFAULT_GET = {
  id: null,
  from: "bus",
  maxAgeMs: DEFAULT_AGE_S * 1_000,
  timeoutMs: 2_000,
} as const satisfies GetRequest;
