import { isMap, isScalar, isSeq, type ParsedNode } from "yaml";
import { type Finding, type Path, pathText } from "./finding.ts";
import { parseYaml } from "./source.ts";

/**
 * Files and variables that a text from elsewhere names at a place where the file does not name them: whoever may change the
 * configuration over MQTT must not read files with it, nor move a secret to where it is shown. `mqtt-interface.md` §10, §20
 * @param former the text of the file
 */
export const foreignReferences = (text: string, former: string): readonly Finding[] => {
  const { document, lines } = parseYaml(text);
  if (document.errors.length > 0) return [];
  const before = parseYaml(former).document;
  const known = new Set(referencesIn(before.contents).map(keyOf));
  const foreign = referencesIn(document.contents)
    .filter((reference) => !known.has(keyOf(reference)))
    .map(({ path, name, offset }) => {
      const { line, col } = lines.linePos(offset);
      const message = `${name}: over MQTT only files and variables can be used that the file names at this place already`;
      return { path: pathText(path), line, column: col, code: "forbidden", message };
    });
  return [...foreign, ...movedPassword(document, before, lines)];
};

/** Another broker would be told the password of this one. */
const movedPassword = (
  document: Document,
  before: Document,
  lines: ReturnType<typeof parseYaml>["lines"],
): readonly Finding[] => {
  const url: unknown = document.getIn(["mqtt", "url"], true);
  if (before.getIn(["mqtt", "url"]) === document.getIn(["mqtt", "url"])) return [];
  const kept = ["password", "password_file"].some((key) => {
    const now: unknown = document.getIn(["mqtt", key]);
    return now !== undefined && now === before.getIn(["mqtt", key]);
  });
  if (!kept) return [];
  const { line, col } = lines.linePos(isScalar(url) ? (url.range?.[0] ?? 0) : 0);
  return [
    {
      path: "mqtt.url",
      line: Math.max(1, line),
      column: Math.max(1, col),
      code: "forbidden",
      message: MOVED,
    },
  ];
};

const MOVED =
  "over MQTT another broker needs a password of its own: the present one is not sent elsewhere";

type Document = ReturnType<typeof parseYaml>["document"];

type Reference = Readonly<{ path: Path; name: string; offset: number }>;

/** Of lists the place does not matter. */
const keyOf = ({ path, name }: Reference): string =>
  `${pathText(path).replace(/\[\d+\]/g, "[]")} ${name}`;

const referencesIn = (node: ParsedNode | null, path: Path = []): readonly Reference[] => {
  if (isMap(node))
    return node.items.flatMap(({ key, value }) =>
      isScalar(key) ? referencesIn(value, [...path, String(key.value)]) : [],
    );
  if (isSeq(node)) return node.items.flatMap((item, index) => referencesIn(item, [...path, index]));
  if (!isScalar(node) || typeof node.value !== "string") return [];
  const { value, range } = node;
  const [offset] = range;
  if (node.tag === "!file") return [{ path, name: `!file ${value}`, offset }];
  if (namesFile(path))
    return value.startsWith("-----BEGIN ") ? [] : [{ path, name: value, offset }];
  return [...value.matchAll(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/g)].map(([name]) => ({
    path,
    name,
    offset,
  }));
};

const namesFile = (path: Path): boolean => {
  const key = String(path.at(-1));
  const section = path[0];
  return section === "mqtt"
    ? /^(ca|cert|key)$|_file$/.test(key)
    : section === "project" && /^file$|_file$/.test(key);
};
