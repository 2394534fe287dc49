import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type Finding, type Path, pathText, type Remark } from "./finding.ts";

/** A YAML file as data, with the place of everything in it. */
export type Source = Readonly<{
  data: unknown;
  /** What could not be read: syntax, `${NAME}`, `!file`. */
  findings: readonly Finding[];
  /** Everything in the file by its path (`objects[3].ga`), in the order of the file. */
  values: ReadonlyMap<string, Value>;
  finding(remark: Remark): Finding;
}>;

type Value = Readonly<{
  path: Path;
  /** Where it begins, and where its key does. */
  offset: number;
  keyOffset: number;
  /** Stands in the file itself, not in the environment or in another file. */
  inline: boolean;
}>;

export type Outside = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  /** The trimmed content of a file, or why there is none. */
  read(file: string): Content;
}>;

export type Content = Readonly<{ ok: true; text: string } | { ok: false; why: string }>;

type Yaml = Readonly<{
  document: Document.Parsed;
  lines: LineCounter;
}>;

export const parseYaml = (text: string): Yaml => {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, customTags: [FILE_TAG] };
  return { document: parseDocument(text, options), lines };
};

/**
 * @param asWritten paths of scalars that are taken by their characters (`9.010` is a number for YAML and a datapoint type
 *   for us); a key without a value is then as if it were not there
 */
export const readSource = (
  { document, lines }: Yaml,
  outside: Outside,
  asWritten: ReadonlySet<string> = new Set(),
): Source => {
  const values = new Map<string, Value>();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const finding = ({ path, key, ...remark }: Remark): Finding => {
    const value = nearestValue(values, path);
    const offset = (key ? value?.keyOffset : value?.offset) ?? 0;
    return { path: pathText(path), ...place(offset), ...remark };
  };

  const findings: Finding[] = [...document.errors, ...document.warnings].map((error) => ({
    path: "",
    ...place(error.pos[0]),
    code: error.code === "DUPLICATE_KEY" ? "duplicate_key" : "yaml_syntax",
    message: error.message,
  }));
  const remark = (path: Path, code: string, message: string) => {
    findings.push(finding({ path, code, message }));
  };

  const convert = (node: ParsedNode | null, path: Path, keyOffset?: number): unknown => {
    const key = pathText(path);
    const offset = node?.range[0] ?? keyOffset ?? 0;
    const inline = !(isScalar(node) && isFromOutside(node));
    values.set(key, { path, offset, keyOffset: keyOffset ?? offset, inline });
    if (isMap(node)) return convertMap(node, path);
    if (isSeq(node)) return convertSeq(node, path);
    if (isScalar(node)) return convertScalar(node, path, asWritten.has(key));
    if (node) remark(path, "yaml_alias", "aliases are not understood here; see defaults:");
    return asWritten.has(key) ? undefined : null;
  };

  const convertMap = (map: YAMLMap.Parsed, path: Path) =>
    Object.fromEntries(
      map.items.flatMap(({ key, value }) => {
        if (!isScalar(key)) return [];
        const name = key.source ?? String(key.value);
        const converted = convert(value, [...path, name], key.range[0]);
        return converted === undefined ? [] : [[name, converted]];
      }),
    );

  const convertSeq = (seq: YAMLSeq.Parsed, path: Path) =>
    seq.items.map((item, index) => convert(item, [...path, index]) ?? null);

  const convertScalar = (scalar: Scalar.Parsed, path: Path, asText: boolean): unknown => {
    const { value } = scalar;
    if (scalar.tag === FILE_TAG.tag) {
      const content = outside.read(String(value));
      if (content.ok) return content.text;
      remark(path, "unreadable", content.why);
      return "";
    }
    if (typeof value !== "string") {
      if (!asText) return value;
      return value === null ? undefined : scalar.source;
    }
    const filled = value.replace(VARIABLE, (whole, name: string) => {
      const variable = outside.env[name];
      if (variable === undefined)
        remark(path, "unset_variable", `${whole}: there is no such environment variable`);
      return variable ?? "";
    });
    const plain = filled !== value && scalar.type === "PLAIN" && !asText;
    return plain ? numberOrText(filled) : filled;
  };

  const data = convert(document.contents, []);
  return { data: data ?? {}, findings, values, finding };
};

/** `!file path` in place of a value: the content of that file. */
const FILE_TAG = { tag: "!file", resolve: (file: string) => file };

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

const isFromOutside = ({ tag, value }: Scalar.Parsed): boolean =>
  tag === FILE_TAG.tag || (typeof value === "string" && value.search(VARIABLE) >= 0);

/** What an unquoted variable stands for is read as if it had been written there. */
const numberOrText = (text: string): unknown =>
  /^-?\d+(\.\d+)?$/.test(text)
    ? Number(text)
    : /^(true|false)$/.test(text)
      ? text === "true"
      : text;

/** The value itself, or what it would have stood in. */
const nearestValue = (values: ReadonlyMap<string, Value>, path: Path): Value | undefined =>
  values.get(pathText(path)) ??
  (path.length === 0 ? undefined : nearestValue(values, path.slice(0, -1)));
