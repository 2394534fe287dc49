/**
 * For a line in the log that people are asked to pass on: the same value without keys of devices, passwords, and what came in
 * with a request, which may be a whole configuration.
 */
export const withoutSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const isRequest = "topic" in value && /\/bridge\/(request|response)\//.test(`${value.topic}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      SECRETS.has(name) || (isRequest && name === "payload") ? HIDDEN : withoutSecrets(part),
    ]),
  );
};

const SECRETS: ReadonlySet<string> = new Set(["key", "keys", "password", "yaml", "parameters"]);
const HIDDEN = "***";
