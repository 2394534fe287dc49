import { type Entry, entryLines } from "./entry.ts";

/** An object of the file that was imported and not changed since: its lines, from the one with the dash, and what they say. */
export type Imported = Readonly<{ from: number; to: number; entry: Entry }>;

/** A text without the objects that follow an imported one directly and are imported as well. */
export type Folded = Readonly<{
  text: string;
  /** By where the first of them begins in the whole text: imported objects without anything between them. */
  runs: ReadonlyMap<number, readonly Imported[]>;
  /** A place in the folded text → in the whole text; of what begins there, and of what ends there. */
  begin(offset: number): number;
  end(offset: number): number;
}>;

/**
 * Imported objects are known by their characters, so most of a large file need not be parsed. The first of each run stays in
 * the text: where that one stands, the others stand as well.
 */
export const fold = (text: string): Folded => {
  const runs = new Map<number, Imported[]>();
  const cuts: Cut[] = [];
  const parts: string[] = [];
  let kept = 0;
  let length = 0;
  let run: Imported[] = [];
  for (const block of blocksOf(text)) {
    const last = run.at(-1);
    if (
      last === undefined ||
      last.to !== block.from ||
      indentOf(text, last) !== indentOf(text, block)
    ) {
      run = [block];
      runs.set(block.from, run);
      continue;
    }
    run.push(block);
    parts.push(text.slice(kept, block.from));
    length += block.from - kept;
    kept = block.to;
    cuts.push({ at: length, cut: block.to - block.from });
  }
  return {
    text: [...parts, text.slice(kept)].join(""),
    runs,
    begin: (offset) => offset + sumOf(cuts, ({ at }) => at <= offset),
    end: (offset) => offset + sumOf(cuts, ({ at }) => at < offset),
  };
};

type Cut = Readonly<{ at: number; cut: number }>;

const sumOf = (cuts: readonly Cut[], counts: (cut: Cut) => boolean): number =>
  cuts.reduce((sum, cut) => sum + (counts(cut) ? cut.cut : 0), 0);

const indentOf = (text: string, { from }: Imported): number => text.indexOf("-", from) - from;

const blocksOf = function* (text: string): Generator<Imported> {
  for (const { index, 1: blank = "" } of text.matchAll(MARKED)) {
    const indent = blank.length;
    const lines: string[] = [];
    let to = index;
    do {
      const next = text.indexOf("\n", to);
      const end = next < 0 ? text.length : next;
      lines.push(text.slice(to, end).replace(/\r$/, ""));
      to = Math.min(text.length, end + 1);
    } while (text.startsWith(" ".repeat(indent + 2), to) && to < text.length);
    const entry = entryIn(lines, indent);
    const same = entry !== undefined && entryLines(entry, indent).join("\n") === lines.join("\n");
    if (same && endsAt(text, to, indent)) yield { from: index, to, entry };
  }
};

/** Behind empty lines more of the object may follow. */
const endsAt = (text: string, to: number, indent: number): boolean => {
  for (let at = to; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    const blank = line.search(/\S/);
    if (blank >= 0) return blank <= indent;
    at += line.length + 1;
  }
  return true;
};

const MARKED = /^( *)- ga: \S+ # ets [0-9a-f]{8}\r?$/gm;

/** Whatever it reads is compared with what would be written: it need not be careful. */
const entryIn = (lines: readonly string[], indent: number): Entry | undefined => {
  const values = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const text = line.slice(indent + 2);
    const colon = text.indexOf(": ");
    values.set(
      text.slice(0, colon),
      index === 0 ? text.slice(colon + 2).replace(/ # .*/, "") : text.slice(colon + 2),
    );
  }
  const [ga, name, dpt, room, description] = ["ga", "name", "dpt", "room", "description"].map(
    (key) => textIn(values.get(key)),
  );
  if (ga === undefined) return undefined;
  return {
    ga,
    ...(name !== undefined && { name }),
    ...(dpt !== undefined && { dpt }),
    ...(room !== undefined && { room }),
    ...(description !== undefined && { description }),
    ...(values.has("writable") && { writable: false as const }),
  };
};

const textIn = (value: string | undefined): string | undefined => {
  if (value === undefined || !value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return undefined;
  }
};
