import { EMPTY_TABLE, type Table } from "../../../table.ts";

/** Who sends to and fro without end is stopped: `mqtt-interface.md` §17.7. Times in monotonic ms. */
export type Loops = Readonly<{
  /** Provided objects by group address, and links by their index. */
  ga: Table<Watch>;
  link: Table<Watch>;
  /** Transmissions that were withheld. */
  dropped: number;
  /** How many rest until the configuration is loaded anew. */
  off: number;
}>;

export type Watch = Readonly<{
  /** The last transmissions, newest last. */
  past: readonly Transmission[];
  /** It rests until then; null: it does not. */
  rest: number | null;
  /** When it was stopped within the last hour. */
  stops: readonly number[];
  /** Stopped too often. */
  off: boolean;
}>;

export type Transmission = Readonly<{
  at: number;
  /** As text, to be compared. */
  value: string;
  /** It was not what held there before. */
  changed: boolean;
}>;

export const openLoops = (): Loops => ({ ga: EMPTY_TABLE, link: EMPTY_TABLE, dropped: 0, off: 0 });
