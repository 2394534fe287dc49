/**
 * A JSON object, or the text of one: whoever types a value has only text.
 * @returns undefined for anything else
 */
export const fieldsIn = (value: unknown): Readonly<Record<string, unknown>> | undefined => {
  const json = typeof value === "string" && value.trim().startsWith("{") ? parsed(value) : value;
  return isObject(json) ? json : undefined;
};

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** The one way to find out whether a text is JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
