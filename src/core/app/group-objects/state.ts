import type { ObjectsConfig } from "../../config.ts";
import type { Effect } from "../../effect.ts";
import { type GroupSet, NO_GROUPS } from "../../group-set.ts";
import type { GroupValue, Priority, Ref, Step } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../table.ts";
import type { RateLimit } from "../device/model/model.ts";
import type { Asap } from "./access-point.ts";
import {
  type ObjectEvent,
  type ObjectStatus,
  type StatusAction,
  statusCell,
} from "./status-table.ts";
import type { Tables } from "./tables.ts";

/** The group objects that ETS has loaded, and what waits to be said about them. */
export type ObjectsState = Readonly<{
  config: ObjectsConfig;
  /** null: nothing that runs is loaded, so no group telegram concerns this server. */
  tables: Tables | null;
  /** The group addresses that ETS has loaded, whether anything runs with them or not. */
  loaded: GroupSet;
  /** By ASAP; one that nothing ever happened to is not here. */
  objects: Table<GroupObject>;
  /** In the order in which they will be sent: by priority, then by age. At most one of a service for an object. */
  waiting: readonly Waiting[];
  flight: Flight | null;
  /** Telegrams sent since the start, for their `ref`. */
  sent: number;
  /** The object at which the search for the next read on init goes on; null: no more. */
  initial: Asap | null;
  /** Telegrams can be sent. */
  online: boolean;
  rate: Rate;
}>;

/** `sends`: when telegrams were handed to the stack, oldest first, as far as they still count; none without a limit. */
export type Rate = Readonly<{ limit: RateLimit; sends: readonly number[] }>;

/** `value`: as in a telegram with octets of its own, also when it is short; null: none since the start. */
export type GroupObject = Readonly<{ status: ObjectStatus; value: Octets | null }>;

/** What is sent is the value the object has when its turn comes, as the standard has it. */
export type Waiting = Readonly<{
  asap: Asap;
  /** initial: a read on init */
  service: "write" | "response" | "read" | "initial";
  priority: Priority;
}>;

/** With the stack, until its confirmation. `value`: what was sent; null for a read. */
export type Flight = Waiting & Readonly<{ ref: Ref; value: GroupValue | null }>;

/** What every part of the server returns. */
export type Turn = Step<ObjectsState>;

/** Nothing loaded yet, no bus. */
export const openObjects = (
  config: ObjectsConfig,
  limit: RateLimit = { ms: 0, telegrams: 0 },
): ObjectsState => ({
  config,
  tables: null,
  loaded: NO_GROUPS,
  objects: EMPTY_TABLE,
  waiting: [],
  flight: null,
  sent: 0,
  initial: null,
  online: false,
  rate: { limit, sends: [] },
});

/** An object as it is now. */
export const objectOf = ({ objects }: ObjectsState, asap: Asap): GroupObject =>
  get(objects, asap) ?? UNTOUCHED;

const UNTOUCHED: GroupObject = { status: "uninitialized", value: null };

/**
 * Something happened to an object.
 * @param value what it holds from now on; without one what it held
 */
export const move = (
  state: ObjectsState,
  asap: Asap,
  event: ObjectEvent,
  value?: Octets,
): readonly [state: ObjectsState, action: StatusAction] => {
  const before = objectOf(state, asap);
  const [status, action] = statusCell(before.status, event);
  if (status === before.status && value === undefined) return [state, action];
  const after = { status, value: value ?? before.value };
  return [{ ...state, objects: put(state.objects, asap, after) }, action];
};

/** `count` objects have a new value. One effect, however many there are. */
export const updates = (count: number): Effect => ({
  for: "counters",
  type: "count",
  counter: "objects.updates",
  by: count,
});
