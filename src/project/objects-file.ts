import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { type GroupAddress, type GroupStyle, parseGroupAddress } from "../core/address.ts";
import { type Entry, entryLines, type Written } from "./entry.ts";
import { type Folded, fold, type Imported } from "./imported.ts";

/** The text of a configuration file, with the places of its objects. */
export type ObjectsFile = Readonly<{
  text: string;
  /** How it writes group addresses. */
  style: GroupStyle;
  objects: readonly FileObject[];
  /** Columns in front of the dashes. */
  indent: number;
  /** Items of the list that are none of the objects above. */
  others: number;
  /** Where further objects go, at the beginning of a line or the end of the text. */
  end: number;
  /** The line of the key has to be written as well. */
  keyMissing: boolean;
  /** `[]` or `~` behind the key, which makes room for a list; where it begins and ends. */
  brackets: Span | null;
  /** Behind the colon of the key; null: there is no key. */
  colon: number | null;
}>;

export type FileObject = Readonly<{
  ga: GroupAddress;
  /** As it stands there. */
  written: string;
  entry: Written;
  /** By us, and not changed since. */
  imported: boolean;
  /** Its lines, from the one with the dash. */
  lines: Span;
}>;

type Span = Readonly<{ from: number; to: number }>;

export type OpenedFile = Readonly<{ ok: true; file: ObjectsFile } | { ok: false; message: string }>;

/** Finds the objects in a configuration file; says why it cannot be added to. */
export const openObjects = (content: string): OpenedFile => {
  const text = content === "" || content.endsWith("\n") ? content : content + newlineOf(content);
  const folded = fold(text);
  const document = parseDocument(folded.text);
  const [error] = document.errors;
  if (error !== undefined) return { ok: false, message: error.message.split("\n")[0] ?? "" };
  const { contents: root } = document;
  const style = styleOf(document);
  const file = { ...EMPTY, text, style, end: text.length };
  if (root === null) return { ok: true, file };
  if (!isMap(root) || root.flow === true)
    return { ok: false, message: "the file is no configuration: keys such as knx: are expected" };
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === "objects");
  if (pair === undefined)
    return { ok: true, file: { ...file, end: folded.begin(endOf(folded.text, root.range[1])) } };
  const colon = folded.text.indexOf(":", pair.key.range[1]) + 1;
  const found = { ...file, keyMissing: false, colon: folded.begin(colon) };
  return openList(folded, colon, pair.value, found);
};

const EMPTY = {
  objects: [],
  others: 0,
  indent: 2,
  keyMissing: true,
  brackets: null,
  colon: null,
} as const;

/** @param colon behind the key, in the folded text */
const openList = (
  folded: Folded,
  colon: number,
  list: ParsedNode | null,
  file: ObjectsFile,
): OpenedFile => {
  const behind = (offset: number): number => folded.begin(lineEnd(folded.text, offset));
  const room = (offset: number) => ({
    brackets: { from: folded.begin(colon), to: folded.begin(Math.max(colon, offset)) },
    end: behind(offset),
  });
  if (list === null || list.range[0] === list.range[1])
    return { ok: true, file: { ...file, end: behind(colon) } };
  if (isScalar(list) && list.value === null)
    return { ok: true, file: { ...file, ...room(list.range[1]) } };
  if (!isSeq(list)) return { ok: false, message: "objects: is not a list" };
  const [first, last] = list.range;
  if (list.flow === true) {
    const message = "objects: is written in brackets; write it as a list with dashes";
    if (list.items.length > 0) return { ok: false, message };
    return { ok: true, file: { ...file, ...room(last) } };
  }
  const indent = first - lineStart(folded.text, first);
  const items = list.items.map((item) => {
    const [from, to] = item.range;
    const line = dashLine(folded.text, from, indent);
    return { item, from: line, to: lineEnd(folded.text, Math.max(line, to - 1)) };
  });
  const found = items.map(({ item, from, to }): readonly FileObject[] => {
    const run = folded.runs.get(folded.begin(from));
    if (run !== undefined) return run.flatMap(importedObject);
    return isMap(item) ? userObject(item, { from: folded.begin(from), to: folded.end(to) }) : [];
  });
  const others = found.filter((objects) => objects.length === 0).length;
  const end = folded.begin(items.at(-1)?.to ?? colon);
  return { ok: true, file: { ...file, objects: found.flat(), others, indent, end } };
};

const importedObject = ({ entry, ...lines }: Imported): readonly FileObject[] => {
  const ga = parseGroupAddress(entry.ga);
  return ga === undefined ? [] : [{ ga, written: entry.ga, entry, imported: true, lines }];
};

const userObject = (item: YAMLMap.Parsed, lines: Span): readonly FileObject[] => {
  const address = item.get("ga", true);
  if (!isScalar(address)) return [];
  const written = textOf(address);
  const ga = parseGroupAddress(written);
  if (ga === undefined) return [];
  const values = item.items.flatMap(({ key, value }) =>
    isScalar(key) && isScalar(value) ? [[String(key.value), asWritten(value)] as const] : [],
  );
  return [
    { ga, written, entry: { ...Object.fromEntries(values), ga: written }, imported: false, lines },
  ];
};

/** A datapoint type or an address without quotes is a number for YAML; its characters are meant. */
const asWritten = (scalar: Scalar): unknown =>
  typeof scalar.value === "number" ? textOf(scalar) : scalar.value;

const textOf = ({ source, value }: Scalar): string => source ?? String(value);

const styleOf = (document: Document): GroupStyle => {
  const style = document.getIn(["knx", "style"]);
  return style === "2-level" || style === "free" ? style : "3-level";
};

/** What is to be done to the objects of a file. */
export type Edit = Readonly<{
  remove: readonly FileObject[];
  replace: readonly Readonly<{ object: FileObject; entry: Entry }>[];
  add: readonly Entry[];
}>;

/** The text with the edit done, and everything else in it as it was, octet for octet. */
export const editObjects = (file: ObjectsFile, { remove, replace, add }: Edit): string => {
  const { text, indent, end, keyMissing, brackets, colon, objects, others } = file;
  const newline = newlineOf(text);
  const block = (lines: readonly string[]) => lines.map((line) => `${line}${newline}`).join("");
  const splices: Splice[] = [
    ...remove.map(({ lines }) => ({ ...lines, put: "" })),
    ...replace.map(({ object, entry }) => ({
      ...object.lines,
      put: block(entryLines(entry, indent)),
    })),
  ];
  if (add.length > 0) {
    const lines = add.flatMap((entry) => entryLines(entry, indent));
    const put = block(keyMissing ? ["objects:", ...lines] : lines);
    splices.push({ from: end, to: end, put });
    if (brackets !== null) splices.push({ ...brackets, put: "" });
  } else if (remove.length > 0 && remove.length === objects.length + others && colon !== null) {
    splices.push({ from: colon, to: colon, put: " []" });
  }
  return splice(text, splices);
};

type Splice = Span & Readonly<{ put: string }>;

const splice = (text: string, splices: readonly Splice[]): string => {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, put } of splices.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    parts.push(text.slice(at, from), put);
    at = to;
  }
  return [...parts, text.slice(at)].join("");
};

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** The line with the dash of an item: comments and line ends may stand between the two. */
const dashLine = (text: string, item: number, indent: number): number => {
  let line = lineStart(text, item);
  while (
    line > 0 &&
    !(text[line + indent] === "-" && text.slice(line, line + indent).trim() === "")
  )
    line = lineStart(text, line - 1);
  return line;
};

/** Behind the line end of the line in which this offset lies. */
const lineEnd = (text: string, offset: number): number => {
  const found = text.indexOf("\n", offset);
  return found < 0 ? text.length : found + 1;
};

const newlineOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** Of the document: of its text, or before the mark that ends it. */
const endOf = (text: string, from: number): number => {
  const mark = /^\.\.\.\s*$/m.exec(text.slice(from));
  return mark === null ? text.length : from + mark.index;
};
