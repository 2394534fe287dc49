import type { ChildState } from "./report.ts";

/*
 * The life of a part of the shell. What ended is closed before anything is started in its place.
 */

/** What follows; in words in `ACTIONS`. */
export type ChildAction = "A0" | "A1" | "A2" | "A3" | "A4" | "A5" | "A6" | "A7";

type Cell = readonly [next: ChildState, action: ChildAction];
type Row = readonly [off: Cell, starting: Cell, up: Cell, waiting: Cell, failed: Cell];

const COLUMN = { off: 0, starting: 1, up: 2, waiting: 3, failed: 4 } as const satisfies Record<
  ChildState,
  number
>;

// biome-ignore format: read by column
export const CHILD_TABLE = {
  //                   off                  starting             up                   waiting              failed
  "has to wait":     [["waiting", "A0"],  ["starting", "A0"],  ["up", "A0"],        ["waiting", "A0"],   ["failed", "A0"]],
  "asked for":       [["starting", "A1"], ["starting", "A0"],  ["up", "A0"],        ["starting", "A1"],  ["starting", "A1"]],
  "asked again":     [["starting", "A1"], ["starting", "A2"],  ["starting", "A2"],  ["starting", "A1"],  ["starting", "A1"]],
  "works":           [["off", "A0"],      ["up", "A3"],        ["up", "A0"],        ["waiting", "A0"],   ["failed", "A0"]],
  "broke":           [["off", "A0"],      ["waiting", "A4"],   ["waiting", "A4"],   ["waiting", "A0"],   ["failed", "A0"]],
  "broke too often": [["off", "A0"],      ["failed", "A5"],    ["failed", "A5"],    ["waiting", "A0"],   ["failed", "A0"]],
  "broke for good":  [["off", "A0"],      ["failed", "A6"],    ["failed", "A6"],    ["failed", "A6"],    ["failed", "A6"]],
  "pause over":      [["off", "A0"],      ["starting", "A0"],  ["up", "A0"],        ["starting", "A1"],  ["starting", "A1"]],
  "stopped":         [["off", "A0"],      ["off", "A7"],       ["off", "A7"],       ["off", "A7"],       ["off", "A7"]],
} as const satisfies Record<string, Row>;

export type ChildEvent = keyof typeof CHILD_TABLE;

/** The only way the state of a child changes. */
export const childCell = (state: ChildState, event: ChildEvent): Cell =>
  CHILD_TABLE[event][COLUMN[state]];

/** Every event, in the order of the rows. */
export const CHILD_EVENTS: readonly ChildEvent[] = Object.keys(CHILD_TABLE).filter(
  (event): event is ChildEvent => event in CHILD_TABLE,
);

export const CHILD_ACTIONS = {
  A0: "nothing",
  A1: "start it",
  A2: "end it in order, start it again",
  A3: "start those that wait for it",
  A4: "end what is left, start it after a pause",
  A5: "end what is left, say that it is given up, start it after a long pause",
  A6: "end the process",
  A7: "end it in order",
} as const satisfies Record<ChildAction, string>;
