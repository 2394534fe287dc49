import { parse } from "csv-parse/sync";
import type { ListedAddress } from "./listed.ts";
import { type Note, oneLine } from "./project.ts";

/**
 * The text of an export of group addresses in CSV, in any of the layouts of ETS: one or three columns of names, one or three
 * of addresses, with or without a header in any language, separated by semicolon, comma or tab. Where the columns are is
 * seen from what stands in them.
 * @returns undefined when no column holds group addresses
 */
export const readCsv = (
  text: string,
): Readonly<{ listed: readonly ListedAddress[]; notes: readonly Note[] }> | undefined => {
  const rows = rowsOf(text);
  const header = rows[0]?.cells.some(isAddressPart) ? undefined : rows[0]?.cells;
  const body = header === undefined ? rows : rows.slice(1);
  const layout = layoutOf(
    body.map(({ cells }) => cells),
    header,
  );
  if (layout === undefined) return undefined;
  const listed: ListedAddress[] = [];
  const notes: Note[] = [];
  const ranges = new Map<string, string>();
  for (const { cells, line } of body) {
    const parts = addressParts(cells, layout);
    const names = cells.slice(0, layout.addresses[0]).map(oneLine);
    const name = names.findLast(Boolean) ?? "";
    const numbers = parts.filter((part) => part !== "" && part !== "-");
    if (!numbers.every((part) => /^\d{1,5}$/.test(part)) || numbers.length === 0) {
      notes.push({ code: "row", example: `line ${line}: ${shownRow(cells)}` });
    } else if (numbers.length < layout.levels) {
      ranges.set(numbers.join("/"), name);
    } else {
      const inRow = names.slice(0, -1);
      listed.push({
        address: numbers.join("/"),
        name,
        description: cells[layout.description ?? -1] ?? "",
        dpt: cells[layout.dpt ?? -1] ?? "",
        ranges: numbers
          .slice(0, -1)
          .map(
            (_, level) => ranges.get(numbers.slice(0, level + 1).join("/")) ?? inRow[level] ?? "",
          ),
      });
    }
  }
  return { listed, notes };
};

type Row = Readonly<{ cells: readonly string[]; line: number }>;

/** Quotes are doubled inside quotes; a quote inside a word that does not begin with one is a letter. */
const rowsOf = (text: string): readonly Row[] =>
  parse(text, {
    delimiter: separatorOf(text),
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    onRecord: (record: string[], { lines }) => [`${lines}`, ...record],
  }).flatMap(([line, ...cells]) => (cells.some(Boolean) ? [{ cells, line: Number(line) }] : []));

/** The one that stands most often outside of quotes in the first lines. */
const separatorOf = (text: string): string => {
  const bare = text.slice(0, 64 * 1024).replace(/"(?:[^"]|"")*"/g, "");
  const counted = SEPARATORS.map((separator) => [separator, bare.split(separator).length] as const);
  const [best] = counted.toSorted(([, a], [, b]) => b - a);
  return best?.[0] ?? ";";
};

const SEPARATORS = [";", "\t", ","] as const;

type Layout = Readonly<{
  /** Columns of the address: one, or one for each part. */
  addresses: readonly number[];
  /** Parts of an address. */
  levels: number;
  description: number | undefined;
  dpt: number | undefined;
}>;

const layoutOf = (
  body: readonly (readonly string[])[],
  header: readonly string[] | undefined,
): Layout | undefined => {
  const width = Math.max(0, ...body.slice(0, SEEN).map((cells) => cells.length));
  const columns = Array.from({ length: width }, (_, column) =>
    body.slice(0, SEEN).map((cells) => cells[column] ?? ""),
  );
  const written = most(columns, (cell) => SLASHED.test(cell));
  const addresses = written === undefined ? numberColumns(columns) : [written];
  const last = addresses.at(-1);
  if (last === undefined) return undefined;
  const first = columns[addresses[0] ?? 0] ?? [];
  const named = (words: RegExp): number | undefined => {
    const found = header?.findIndex((cell, column) => column > last && words.test(cell)) ?? -1;
    return found < 0 ? undefined : found;
  };
  return {
    addresses,
    levels:
      written === undefined
        ? addresses.length
        : Math.max(...first.map((cell) => cell.split("/").length)),
    description:
      named(DESCRIPTION) ?? (header === undefined ? last + BEFORE_DESCRIPTION : undefined),
    dpt: named(DATAPOINT_TYPE) ?? most(columns, (cell) => TYPE.test(cell), last + 1),
  };
};

/** Rows that are looked at to find the columns. */
const SEEN = 5_000;

const SLASHED = /^\d{1,2}\/(\d{1,4}|-)(\/(\d{1,3}|-))?$/;
const TYPE = /^(DPS?T-\d|(DPT ?)?\d{1,3}\.\d{3}\b)/;
const isAddressPart = (cell: string): boolean => SLASHED.test(cell) || /^\d{1,5}$/.test(cell);

/** Central, Unfiltered, Description. */
const BEFORE_DESCRIPTION = 3;
const DESCRIPTION =
  /^(description|beschreibung|descripci|descrizione|omschrijving|beskrivelse|beskrivning|kuvaus|opis)/i;
const DATAPOINT_TYPE = /^(datapoint ?type|datenpunkttyp|dpt)/i;

/** The column in which most cells are like that; the first of equals. */
const most = (
  columns: readonly (readonly string[])[],
  like: (cell: string) => boolean,
  from = 0,
): number | undefined => {
  const [best] = columns
    .map((cells, column) => ({ column, count: cells.filter(like).length }))
    .filter(({ column, count }) => column >= from && count > 0)
    .toSorted((a, b) => b.count - a.count || a.column - b.column);
  return best?.column;
};

/** Behind the names: neighbouring columns with numbers and nothing else. Three are an address in parts, one a free address. */
const numberColumns = (columns: readonly (readonly string[])[]): readonly number[] => {
  const numeric = columns.map(
    (cells) =>
      cells.some((cell) => /^\d{1,5}$/.test(cell)) &&
      cells.every((cell) => /^(\d{1,5}|-)?$/.test(cell)),
  );
  const first = numeric.findIndex((one, column) => one && column > 0);
  if (first < 0) return [];
  const after = numeric.findIndex((one, column) => !one && column > first);
  const count = Math.min(3, (after < 0 ? numeric.length : after) - first);
  return Array.from({ length: count }, (_, index) => first + index);
};

const addressParts = (cells: readonly string[], { addresses }: Layout): readonly string[] => {
  const [only, second] = addresses;
  return second === undefined
    ? (cells[only ?? 0] ?? "").split("/")
    : addresses.map((column) => cells[column] ?? "");
};

const shownRow = (cells: readonly string[]): string => {
  const text = cells.filter(Boolean).join(", ");
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};
