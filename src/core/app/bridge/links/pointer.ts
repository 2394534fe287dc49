import type { JsonValue } from "../../../effect.ts";

/**
 * JSON Pointer → its reference tokens.
 * @returns undefined when it is none: neither empty nor beginning with a slash, or with a tilde before anything but 0 and 1
 * @see RFC 6901 §3, §4
 */
export const parsePointer = (text: string): readonly string[] | undefined => {
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
};

/**
 * What a pointer leads to.
 * @returns undefined when there is nothing
 * @see RFC 6901 §4
 */
export const valueAt = (document: JsonValue, pointer: readonly string[]): JsonValue | undefined => {
  let value: JsonValue | undefined = document;
  for (const token of pointer) {
    if (typeof value !== "object" || value === null) return undefined;
    value = isList(value) ? itemAt(value, token) : memberAt(value, token);
  }
  return value;
};

/** An index has no leading zeros; `-` is the item after the last one, which is never there. */
const itemAt = (list: readonly JsonValue[], token: string): JsonValue | undefined =>
  /^(0|[1-9]\d*)$/.test(token) ? list[Number(token)] : undefined;

const memberAt = (
  object: { readonly [key: string]: JsonValue },
  token: string,
): JsonValue | undefined => (Object.hasOwn(object, token) ? object[token] : undefined);

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
