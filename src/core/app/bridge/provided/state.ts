import type { GroupAddress } from "../../../address.ts";
import { EMPTY_TABLE, type Table } from "../../../table.ts";
import type { Draft } from "../queue/line-up.ts";

/** When provided objects were sent, and what of them waits for its time. `mqtt-interface.md` §15.1. */
export type Sending = Readonly<{
  /** By group address; only of objects with `min_interval` or `cyclic`. */
  paces: Table<Pace>;
  /** To be sent again when there is time, next one first: few at a time, because a long queue costs time with every telegram. */
  line: readonly Again[];
}>;

export type Pace = Readonly<{
  /** When it was last sent, or handed to the queue; monotonic ms. */
  at: number;
  /** Came too soon after that; a newer one takes its place. */
  waiting: Waiting | null;
}>;

export type Waiting = Readonly<{
  draft: Draft;
  /** Of no use from then on; null: waits as long as it takes. */
  expires: number | null;
}>;

export type Again = Readonly<{
  ga: GroupAddress;
  /** Sent since then, it need not be sent again; monotonic ms. */
  since: number;
  why: "return" | "cyclic";
}>;

export const openSending = (): Sending => ({ paces: EMPTY_TABLE, line: [] });
