import type { JsonValue } from "../core/effect.ts";

/** A result as lines for people: a mapping as a list of its fields, a list of mappings as a table. */
export const show = (value: JsonValue): readonly string[] => {
  if (isList(value)) return value.every(isMapping) ? table(value) : value.map(inline);
  if (!isMapping(value)) return [inline(value)];
  const fields = Object.entries(value).filter(([, field]) => !isEmpty(field));
  const width = Math.max(0, ...fields.map(([name]) => wordsOf(name).length));
  return fields.flatMap(([name, field]) => {
    const label = wordsOf(name).padEnd(width);
    const lines = isMapping(field) || isList(field) ? show(field) : [];
    return lines.length <= 1 && !isMapping(field)
      ? [`${label}  ${lines[0] ?? inline(field)}`]
      : [wordsOf(name), ...lines.map((line) => `  ${line}`)];
  });
};

/** Columns as wide as their widest cell, under their names. */
export const table = (rows: readonly Mapping[]): readonly string[] => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (rows.length === 0) return [];
  const cells = [
    names.map(wordsOf),
    ...rows.map((row) => names.map((name) => inline(row[name] ?? null))),
  ];
  const widths = names.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
};

type Mapping = Readonly<Record<string, JsonValue>>;

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const isMapping = (value: JsonValue): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEmpty = (value: JsonValue): boolean =>
  value === null ||
  (isList(value) && value.length === 0) ||
  (isMapping(value) && Object.keys(value).length === 0);

const inline = (value: JsonValue): string => {
  if (value === null) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return isList(value) ? value.map(inline).join(", ") : JSON.stringify(value);
};

/** `programmingMode` → `programming mode` */
const wordsOf = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

/** Octets as a dump: address, 16 octets in hex, and as text. */
export const dump = (octets: readonly number[], from: number): readonly string[] =>
  Array.from({ length: Math.ceil(octets.length / 16) }, (_, row) => {
    const line = octets.slice(row * 16, row * 16 + 16);
    const hex = line.map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
    const text = line.map((octet) =>
      octet > 31 && octet < 127 ? String.fromCharCode(octet) : ".",
    );
    const address = (from + row * 16).toString(16).padStart(6, "0");
    return `${address}  ${hex.padEnd(47)}  ${text.join("")}`;
  });
