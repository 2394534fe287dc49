import { isScalar, type Scalar } from "yaml";
import type { Path } from "./finding.ts";
import { listenSecrets } from "./listen.ts";
import { valueAt } from "./remarks.ts";
import { SECRETS } from "./secrets.ts";
import { parseYaml } from "./source.ts";

/** Stands where a secret was. */
const MASK = "***";

/**
 * The text of a configuration file without what nobody else should know. Variables and names of files stay: they are no secrets.
 * A text that is no YAML is not shown at all.
 */
export const redact = (text: string): string | undefined => {
  const { document } = parseYaml(text);
  if (document.errors.length > 0) return undefined;
  return replaced(
    text,
    secretsIn(document).map(({ scalar, path }) => ({ scalar, by: masked(scalar, path) })),
  );
};

/**
 * The same text with the secrets that it had: whoever changes something else need not know them.
 * @param former the text that was shown
 */
export const unredact = (text: string, former: string): string => {
  const { document } = parseYaml(text);
  if (document.errors.length > 0) return text;
  const known = new Map(
    secretsIn(parseYaml(former).document).map(({ key, scalar }) => [key, scalar]),
  );
  return replaced(
    text,
    secretsIn(document).flatMap(({ key, scalar, path }) => {
      const before = known.get(key);
      if (before === undefined || scalar.value !== plainMask(before, path)) return [];
      return [{ scalar, by: sourceOf(before, former) }];
    }),
  );
};

type Secret = Readonly<{ key: string; path: Path; scalar: Scalar.Parsed }>;
type Document = ReturnType<typeof parseYaml>["document"];

const secretsIn = (document: Document): readonly Secret[] => {
  const data: unknown = document.toJS();
  return [...SECRETS, ...listenSecrets(data)].flatMap((path) => {
    const node: unknown = document.getIn(path, true);
    if (!isParsed(node) || node.tag === "!file") return [];
    if (typeof node.value === "string" && /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(node.value))
      return [];
    if (path.at(-1) === "url" && withoutPassword(String(node.value)) === undefined) return [];
    return [{ key: keyOf(data, path), path, scalar: node }];
  });
};

const isParsed = (node: unknown): node is Scalar.Parsed =>
  isScalar(node) && Array.isArray(node.range);

/** Users change their places, but not their names. */
const keyOf = (data: unknown, path: Path): string => {
  const place = path.findIndex((step) => typeof step === "number");
  if (place < 0) return path.join(".");
  const name = valueAt(data, [...path.slice(0, place + 1), "name"]);
  return [...path.slice(0, place), String(name), ...path.slice(place + 1)].join(".");
};

const masked = (scalar: Scalar.Parsed, path: Path): string =>
  JSON.stringify(plainMask(scalar, path));

const plainMask = ({ value }: Scalar.Parsed, path: Path): string =>
  path.at(-1) === "url" ? (withoutPassword(String(value)) ?? MASK) : MASK;

/** @returns undefined when there is none in it */
const withoutPassword = (url: string): string | undefined => {
  const hidden = url.replace(/^([a-z]+:\/\/[^/@]*?:)[^/]*(@)/i, `$1${MASK}$2`);
  return hidden === url && !url.includes(`:${MASK}@`) ? undefined : hidden;
};

const sourceOf = ({ range: [from, to] }: Scalar.Parsed, text: string): string =>
  text.slice(from, to);

const replaced = (
  text: string,
  changes: readonly Readonly<{ scalar: Scalar.Parsed; by: string }>[],
): string =>
  [...changes]
    .sort((a, b) => b.scalar.range[0] - a.scalar.range[0])
    .reduce(
      (all, { scalar: { range }, by }) => all.slice(0, range[0]) + by + all.slice(range[1]),
      text,
    );
