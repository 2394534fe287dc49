import type { GroupAddress } from "../../../address.ts";
import type { GroupValue, Priority } from "../../../impulse.ts";
import type { Command } from "../commands/results.ts";

/**
 * The telegrams that wait for the bus, one line for each class. `mqtt-interface.md` §13.2, §13.4.
 * 0 urgent and alarm · 1 answers to reads · 2 commands · 3 changes of provided values · 4 reads on demand · 5 background
 */
export type Queue = Readonly<{
  lines: readonly (readonly Entry[])[];
  /** How many wait in all lines. */
  depth: number;
  /** When the first of them is too old to be sent; null while none can be. */
  expires: number | null;
}>;

export type QueueClass = 0 | 1 | 2 | 3 | 4 | 5;
/** Reads of the bridge itself. */
export const BACKGROUND = 5;

export type Entry = Readonly<{
  /** Counts up; also the `ref` of the request to the stack. */
  ref: number;
  class: QueueClass;
  ga: GroupAddress;
  service: Service;
  /** null for a read. */
  value: GroupValue | null;
  priority: Priority;
  /** A newer one for the same group address replaces this one. */
  merges: boolean;
  /** Since when its place in the line is taken. */
  since: number;
  /** Not sent from this time on; null: waits as long as it takes. */
  expires: number | null;
  /** Already sent once, without a word about how that ended. */
  lost: boolean;
  /** Who wants to know; null for what the bridge does by itself, and for reads (see `reads.ts`). */
  command: Command | null;
  /** Topic of the link that it came from. */
  link?: string;
  /** Its value is the local time when it is sent. */
  clock?: true;
}>;

export type Service = "write" | "response" | "read";

/** An entry that will not be sent, and why. `into` is the entry that took its place. */
export type Leaver = Readonly<
  { entry: Entry; why: "merged"; into: Entry } | { entry: Entry; why: "overflow" | "expired" }
>;

export const EMPTY_QUEUE: Queue = { lines: [[], [], [], [], [], []], depth: 0, expires: null };

/**
 * One more entry.
 * @returns undefined when its class, or its group address, is full and the newest is the one to be refused
 */
export const enqueue = (
  queue: Queue,
  entry: Entry,
): readonly [Queue, Leaver | null] | undefined => {
  const line = lineOf(queue, entry.class);
  const rival = entry.merges ? lastOfKey(line, entry) : -1;
  const replaced = line[rival];
  if (replaced?.merges) {
    // In place: a fast source neither starves itself nor pushes others back.
    const into = { ...entry, since: replaced.since };
    return [
      withLine(queue, entry.class, line.with(rival, into)),
      { entry: replaced, why: "merged", into },
    ];
  }
  if (!entry.merges && unmerged(line, entry) >= UNMERGED_PER_GA) return undefined;
  if (line.length < CAPACITY[entry.class])
    return [withLine(queue, entry.class, [...line, entry]), null];
  const [oldest, ...younger] = line;
  return DROPS_OLDEST[entry.class] && oldest
    ? [withLine(queue, entry.class, [...younger, entry]), { entry: oldest, why: "overflow" }]
    : undefined;
};

/** Back to the head of its line, because it was not sent; a newer one that waits takes its place instead. */
export const requeue = (queue: Queue, entry: Entry): readonly [Queue, Leaver | null] => {
  const line = lineOf(queue, entry.class);
  const rival = entry.merges ? line.findIndex((other) => sameKey(other, entry)) : -1;
  const newer = line[rival];
  if (!newer?.merges) return [withLine(queue, entry.class, [entry, ...line]), null];
  const into = { ...newer, since: entry.since };
  return [
    withLine(queue, entry.class, [into, ...line.toSpliced(rival, 1)]),
    { entry, why: "merged", into },
  ];
};

/**
 * Who is next: strict order of classes, first in first out, and promotion of those that waited.
 * @param mayGo whether an entry may be sent at all now; one that may not keeps its place and lets others pass
 */
export const next = (
  queue: Queue,
  at: number,
  mayGo: (entry: Entry) => boolean,
): Entry | undefined => {
  let best: Entry | undefined;
  for (const line of queue.lines) {
    const head = line.find(mayGo);
    if (head && (!best || goesBefore(head, best, at))) best = head;
  }
  return best;
};

/** Takes an entry out. */
export const remove = (queue: Queue, entry: Entry): Queue =>
  withLine(
    queue,
    entry.class,
    lineOf(queue, entry.class).filter((other) => other !== entry),
  );

/** Takes everything out that is too old at `at`. */
export const expire = (queue: Queue, at: number): readonly [Queue, readonly Leaver[]] => {
  if (queue.expires === null || queue.expires > at) return [queue, []];
  const old = queue.lines.flat().filter(({ expires }) => expires !== null && expires <= at);
  const kept = old.reduce(remove, queue);
  return [kept, old.map((entry) => ({ entry, why: "expired" }))];
};

/** The write that will be the last one for this group address, of all that wait. */
export const lastWrite = (queue: Queue, ga: GroupAddress): Entry | undefined => {
  let last: Entry | undefined;
  for (const line of queue.lines)
    for (const entry of line)
      if (entry.ga === ga && entry.service !== "read" && (!last || entry.ref > last.ref))
        last = entry;
  return last;
};

export const CAPACITY = {
  0: 20,
  1: 50,
  2: 100,
  // One per object, because they merge; those that do not are bound by UNMERGED_PER_GA.
  3: Number.POSITIVE_INFINITY,
  4: 50,
  5: Number.POSITIVE_INFINITY,
} as const satisfies Record<QueueClass, number>;

/** ms an entry of a class waits at most; null: as long as it takes. */
export const TIME_TO_LIVE_MS = {
  0: 30_000,
  1: 3_000,
  2: 10_000,
  3: null,
  4: 10_000,
  5: null,
} as const satisfies Record<QueueClass, number | null>;

/** How far a class may empty the budget, in ms of airtime. */
export const OVERDRAFT_MS = {
  0: -250,
  1: -100,
  2: 0,
  3: 0,
  4: 0,
  5: 0,
} as const satisfies Record<QueueClass, number>;

const DROPS_OLDEST = {
  0: true,
  1: true,
  2: false,
  3: false,
  4: false,
  5: false,
} as const satisfies Record<QueueClass, boolean>;

const UNMERGED_PER_GA = 8;
const PROMOTION_MS = 5_000;
const HIGHEST_PROMOTION = 2;

const lineOf = (queue: Queue, line: QueueClass): readonly Entry[] => queue.lines[line] ?? [];

const withLine = (queue: Queue, changed: QueueClass, line: readonly Entry[]): Queue => {
  const lines = queue.lines.with(changed, line);
  let expires: number | null = null;
  let depth = 0;
  for (const entries of lines) {
    depth += entries.length;
    for (const entry of entries)
      if (entry.expires !== null && (expires === null || entry.expires < expires))
        expires = entry.expires;
  }
  return { lines, depth, expires };
};

const sameKey = (a: Entry, b: Entry): boolean => a.ga === b.ga && a.service === b.service;

/** Only the last one may be replaced: with an unmerged one behind it the order of the values would change. */
const lastOfKey = (line: readonly Entry[], entry: Entry): number =>
  line.findLastIndex((other) => sameKey(other, entry));

const unmerged = (line: readonly Entry[], { ga }: Entry): number =>
  line.reduce((count, other) => count + (other.ga === ga && !other.merges ? 1 : 0), 0);

const goesBefore = (a: Entry, b: Entry, at: number): boolean => {
  const steps = { a: promotions(a, at), b: promotions(b, at) };
  const rank = a.class - steps.a - (b.class - steps.b);
  if (rank !== 0) return rank < 0;
  // Among equals: who has been in this class for longer.
  const age = a.since + steps.a * PROMOTION_MS - (b.since + steps.b * PROMOTION_MS);
  return age === 0 ? a.ref < b.ref : age < 0;
};

const promotions = (entry: Entry, at: number): number =>
  Math.min(
    Math.max(entry.class - HIGHEST_PROMOTION, 0),
    Math.floor((at - entry.since) / PROMOTION_MS),
  );
