/*
 * The status of a group object. `device-model.md` §5.3 lists what a device has to tell apart; the moves between are ours, one
 * table for all of them. What an object holds is kept beside its status: only an error does not say whether there is a value.
 */

/**
 * uninitialized: no value since the start · idle: a value, nothing to do · updated: a value the application has not taken yet ·
 * transmitting: its value waits to be sent or is with the bus · readRequested: asked for, nothing came yet · error: the last
 * request was refused or failed
 */
export type ObjectStatus =
  | "uninitialized"
  | "idle"
  | "updated"
  | "transmitting"
  | "readRequested"
  | "error";

/** send: A_GroupValue_Write.req in turn · ask: A_GroupValue_Read.req in turn · update: a new value for the application */
export type StatusAction = "-" | "send" | "ask" | "update";

type Cell = readonly [next: ObjectStatus, action: StatusAction];
type Row = Readonly<Record<ObjectStatus, Cell>>;

/**
 * A value that came in is never covered by how an older request ended, and a refusal always shows. A read stays requested until
 * a value comes: nobody need answer, and the standard has no time after which it is given up.
 */
// biome-ignore format: read by column
const TABLE = {
  "write request":   { uninitialized: ["transmitting", "send"],    idle: ["transmitting", "send"], updated: ["transmitting", "send"], transmitting: ["transmitting", "send"], readRequested: ["transmitting", "send"], error: ["transmitting", "send"] },
  "read request":    { uninitialized: ["readRequested", "ask"],    idle: ["readRequested", "ask"], updated: ["readRequested", "ask"], transmitting: ["readRequested", "ask"], readRequested: ["readRequested", "ask"], error: ["readRequested", "ask"] },
  "request refused": { uninitialized: ["error", "-"],              idle: ["error", "-"],           updated: ["error", "-"],           transmitting: ["error", "-"],           readRequested: ["error", "-"],           error: ["error", "-"] },
  "write sent":      { uninitialized: ["uninitialized", "-"],      idle: ["idle", "-"],            updated: ["updated", "-"],         transmitting: ["idle", "-"],            readRequested: ["readRequested", "-"],   error: ["error", "-"] },
  "write failed":    { uninitialized: ["uninitialized", "-"],      idle: ["idle", "-"],            updated: ["updated", "-"],         transmitting: ["error", "-"],           readRequested: ["readRequested", "-"],   error: ["error", "-"] },
  "read sent":       { uninitialized: ["uninitialized", "-"],      idle: ["idle", "-"],            updated: ["updated", "-"],         transmitting: ["transmitting", "-"],    readRequested: ["readRequested", "-"],   error: ["error", "-"] },
  "read failed":     { uninitialized: ["uninitialized", "-"],      idle: ["idle", "-"],            updated: ["updated", "-"],         transmitting: ["transmitting", "-"],    readRequested: ["error", "-"],           error: ["error", "-"] },
  "value received":  { uninitialized: ["updated", "update"],       idle: ["updated", "update"],    updated: ["updated", "update"],    transmitting: ["updated", "update"],    readRequested: ["updated", "update"],    error: ["updated", "update"] },
  "update taken":    { uninitialized: ["uninitialized", "-"],      idle: ["idle", "-"],            updated: ["idle", "-"],            transmitting: ["transmitting", "-"],    readRequested: ["readRequested", "-"],   error: ["error", "-"] },
} as const satisfies Record<string, Row>;

/** What can happen to an object. */
export type ObjectEvent = keyof typeof TABLE;

/** The only way an object changes its status. */
export const statusCell = (status: ObjectStatus, event: ObjectEvent): Cell => TABLE[event][status];

/** Every status, the first one where an object begins. */
export const OBJECT_STATUSES: readonly ObjectStatus[] = [
  "uninitialized",
  "idle",
  "updated",
  "transmitting",
  "readRequested",
  "error",
];

/** Every event, in the order of the rows. */
export const OBJECT_EVENTS: readonly ObjectEvent[] = Object.keys(TABLE).filter(
  (event): event is ObjectEvent => event in TABLE,
);
