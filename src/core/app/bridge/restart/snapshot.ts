import type { GroupAddress, IndividualAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import type { GroupValue } from "../../../impulse.ts";
import type { Table } from "../../../table.ts";
import type { KeptLedger } from "../ledger/kept.ts";
import type { Held, Provided } from "../state.ts";

/** What is kept for the next start: by reference, for none of it is ever changed. `mqtt-interface.md` §16.3. */
export type Snapshot = Readonly<{
  held: Table<Held>;
  provided: Table<Provided>;
  /** For the types. */
  objects: Table<ObjectConfig>;
}>;

/** What the last process kept. */
export type Restored = Readonly<{
  values: readonly KeptValue[];
  /** What provided objects answered with. */
  provided: readonly Readonly<{ ga: GroupAddress; value: GroupValue }>[];
  /** Which topics it had published; absent: it did not say. §21 */
  ledger?: KeptLedger;
  /** There was a file, but it could not be read. */
  damaged: boolean;
}>;

/** One value as the snapshot file or a retained state has it. Times in ms since 1970. */
export type KeptValue = Readonly<{
  ga: GroupAddress;
  value: GroupValue;
  dpt: string | null;
  service: "write" | "response";
  source: IndividualAddress;
  ts: number;
  changed: number;
}>;

export const NOTHING_KEPT: Restored = { values: [], provided: [], damaged: false };
