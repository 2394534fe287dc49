import type { GroupAddress } from "../../../address.ts";
import type { BridgeConfig } from "../../../config.ts";
import { EMPTY_TABLE, type Table } from "../../../table.ts";
import type { Group } from "../discovery/groups.ts";
import type { BridgeState } from "../state.ts";
import type { KeptLedger } from "./kept.ts";

/** What the broker keeps of us, and what it is still to be told. */
export type Ledger = KeptLedger &
  Readonly<{
    /** Group address → id of an entity that has it. */
    entityOf: Table<string>;
    /** What the last process has put down is known: only then may it be replaced. */
    started: boolean;
    /** To be put down: at once, or when all is told. */
    unsaved: "now" | "later" | null;
    /** Objects whose meta may be another one than the broker has. */
    metas: readonly GroupAddress[];
    survey: Survey;
    /** What is to be said to Home Assistant, in this order; null: the survey is to be compared with what it was told. */
    steps: readonly Step[] | null;
    /** Objects whose state is said once more, because Home Assistant has started. */
    again: readonly GroupAddress[];
    /** When Home Assistant that has started is told everything; null: it has been. Monotonic ms, as all here. */
    recall: number | null;
    /** When the next messages may go; null: there are none. */
    next: number | null;
  }>;

/** What Home Assistant should know, made once for each configuration, some devices at a time. */
export type Survey = Readonly<{
  /** null: not looked at yet. */
  groups: readonly Group[] | null;
  /** So many of them are in `wanted`. */
  done: number;
  wanted: Readonly<{ [topic: string]: Wanted }>;
}>;

export type Wanted = Readonly<{
  /** Its place in `groups`. */
  group: number;
  hash: number;
  components: Readonly<{ [key: string]: string }>;
}>;

/**
 * remove: the device is gone · shrink: components that are gone, or are another one's now, have nothing but their platform ·
 * tell: as it should be. §18.1
 */
export type Step = Readonly<{ topic: string; how: "remove" | "shrink" | "tell" }>;

export const NO_SURVEY: Survey = { groups: null, done: 0, wanted: {} };

export const openLedger = ({ base, instance, style }: BridgeConfig): Ledger => ({
  base,
  instance,
  style,
  objects: EMPTY_TABLE,
  entities: [],
  devices: {},
  clearing: [],
  entityOf: EMPTY_TABLE,
  started: false,
  unsaved: null,
  metas: [],
  survey: NO_SURVEY,
  steps: null,
  again: [],
  recall: null,
  next: null,
});

export const withLedger = (state: BridgeState, ledger: Partial<Ledger>): BridgeState => ({
  ...state,
  features: { ...state.features, ledger: { ...state.features.ledger, ...ledger } },
});
