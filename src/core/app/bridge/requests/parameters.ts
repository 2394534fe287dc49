import { type GroupAddress, parseGroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import type { JsonValue } from "../../../effect.ts";
import { isPattern, matchesPattern } from "../../../ga-pattern.ts";
import { parseIsoTime } from "../../../iso-time.ts";
import { type Failure, failure, outOfRange } from "../commands/errors.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { decline } from "./answer.ts";
import type { Ask } from "./state.ts";

/** What stands in a request, its `id` included. */
export type Parameters = Readonly<{ [key: string]: JsonValue }>;

/** Carries out one kind of request. */
export type Take = (state: BridgeState, at: number, ask: Ask, parameters: Parameters) => Turn;

/** A parameter that was read, or what is wrong with it. */
export type Taken<T> = Readonly<{ ok: true; value: T } | { ok: false; error: Failure }>;

type Reader<T> = (value: JsonValue | undefined, name: string) => Taken<T>;
type Values<R> = { readonly [K in keyof R]: R[K] extends Reader<infer T> ? T : never };

/**
 * All parameters of a request at once.
 * @param readers one for each parameter, by its name in the request
 * @param then is given the values; with one that is wrong the request is refused instead
 */
export const taking =
  <R extends Readonly<Record<string, Reader<unknown>>>>(
    readers: R,
    then: (state: BridgeState, at: number, ask: Ask, values: Values<R>) => Turn,
  ): Take =>
  (state, at, ask, parameters) => {
    const values: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(readers)) {
      const taken = read(parameters[name], name);
      if (!taken.ok) return decline(state, at, ask, taken.error);
      values[name] = taken.value;
    }
    return isComplete(values, readers)
      ? then(state, at, ask, values)
      : decline(state, at, ask, failure("internal", "parameters"));
  };

const isComplete = <R extends object>(
  values: Readonly<Record<string, unknown>>,
  readers: R,
): values is Readonly<Record<string, unknown>> & Values<R> =>
  Object.keys(readers).every((name) => name in values);

/** A whole or broken number; without one the default. */
export const number =
  (min: number, max: number, standard: number): Reader<number> =>
  (value, name) => {
    if (value === undefined || value === null) return taken(standard);
    if (typeof value !== "number") return wrong(`${name} must be a number`);
    return value < min || value > max
      ? { ok: false, error: outOfRange(name, value, min, max) }
      : taken(value);
  };

export const flag = (value: JsonValue | undefined, name: string): Taken<boolean> =>
  typeof value === "boolean" ? taken(value) : wrong(`${name} must be true or false`);

export const maybeFlag = (value: JsonValue | undefined, name: string): Taken<boolean> =>
  value === undefined || value === null ? taken(false) : flag(value, name);

export const text = (value: JsonValue | undefined, name: string): Taken<string | null> =>
  value === undefined || value === null
    ? taken(null)
    : typeof value === "string" && value.length <= TEXT_LENGTH
      ? taken(value)
      : wrong(`${name} must be a text`);

export const address = (value: JsonValue | undefined, name: string): Taken<GroupAddress> => {
  const ga = typeof value === "string" ? parseGroupAddress(value) : undefined;
  return ga === undefined || ga === 0
    ? wrong(`${name} must be a group address, such as "1/2/3"`)
    : taken(ga);
};

/** One word or several. */
export const words = (
  value: JsonValue | undefined,
  name: string,
): Taken<readonly string[] | null> => {
  if (value === undefined || value === null) return taken(null);
  const list = Array.isArray(value) ? value : [value];
  return list.length <= 50 && list.every((one) => typeof one === "string")
    ? taken(list.map((one) => String(one).toLowerCase()))
    : wrong(`${name} must be a list of texts`);
};

/** ms since 1970, of a time as it is published; null without one. */
export const time = (value: JsonValue | undefined, name: string): Taken<number | null> => {
  if (value === undefined || value === null) return taken(null);
  const ms = typeof value === "string" ? parseIsoTime(padded(value)) : undefined;
  return ms === undefined
    ? wrong(`${name} must be a time, such as "2026-01-31T10:11:12.345Z"`)
    : taken(ms);
};

/** Without milliseconds it is a time as well. */
const padded = (text: string): string => text.replace(/(:\d\d)Z$/, "$1.000Z");

/** `1/2/*`, or a part of a name in any case; without one everything fits. */
export const matches = (
  match: string | null,
  ga: GroupAddress,
  object: Pick<ObjectConfig, "name"> | undefined,
): boolean => {
  if (match === null || match === "") return true;
  return isPattern(match)
    ? matchesPattern(match, ga)
    : (object?.name?.toLowerCase().includes(match.toLowerCase()) ?? false);
};

export const taken = <T>(value: T): Taken<T> => ({ ok: true, value });
export const wrong = (message: string): Taken<never> => ({
  ok: false,
  error: failure("invalid_value", message),
});

const TEXT_LENGTH = 200;
