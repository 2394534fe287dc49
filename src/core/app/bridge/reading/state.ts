import type { GroupAddress } from "../../../address.ts";
import { EMPTY_TABLE, type Table } from "../../../table.ts";

/** Reads that the bridge makes by itself, and values that become stale without a telegram. `mqtt-interface.md` §14, §16.2. */
export type Reading = Readonly<{
  /** In the order in which they go into the queue, few at a time; those before `head` have gone. */
  line: readonly Want[];
  head: number;
  /** Which group addresses have a place in the line: one for each. */
  placed: Table<boolean>;
  /** In the queue, or on the bus without an answer. */
  asked: readonly Want[];
  /** The bus is back, and whoever has something to say is let speak first; null when that is over. */
  listening: Listening | null;
  /** The outage of the bus, by its beginning, that has made values stale; null: none yet. */
  aged: number | null;
  ageing: Ageing | null;
}>;

export type Want = Readonly<{
  ga: GroupAddress;
  /** ms since 1970: heard since then, it need not be read any more. */
  since: number;
}>;

/** Times in monotonic ms. */
export type Listening = Readonly<{
  from: number;
  /** null: the bus has gone again. */
  until: number | null;
  /** How long it was away; null: it is there for the first time. */
  awayMs: number | null;
}>;

/** Values that were not heard since an outage began, and have still to be marked. */
export type Ageing = Readonly<{
  /** ms since 1970. */
  before: number;
  pending: readonly GroupAddress[];
  /** When the next ones are, monotonic ms. */
  next: number;
}>;

export const openReading = (): Reading => ({
  line: [],
  head: 0,
  placed: EMPTY_TABLE,
  asked: [],
  listening: null,
  aged: null,
  ageing: null,
});
