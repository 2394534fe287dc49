/*
 * The load state machine of an object that a tool fills. KNX 03.05.01 Resources, load control; `device-model.md` §3.1.
 */

/** unloaded: nothing there · loading: being filled · loaded: whole, in use · error: only an unload leads out */
export type LoadState = "unloaded" | "loading" | "loaded" | "error";

/**
 * -: nothing · open: from now on it may be filled · allocate: a segment, the old one where it fits · seal: whole from now on ·
 * fail: say why · release: segment and content are gone
 */
export type LoadAction = "-" | "open" | "allocate" | "seal" | "fail" | "release";

type Cell = readonly [next: LoadState, action: LoadAction];
type Row = readonly [unloaded: Cell, loading: Cell, loaded: Cell, error: Cell];

const COLUMN = { unloaded: 0, loading: 1, loaded: 2, error: 3 } as const satisfies Record<
  LoadState,
  number
>;

// biome-ignore format: read by column
export const LOAD_TABLE = {
  //                              unloaded               loading                 loaded                  error
  "no operation":               [["unloaded", "-"],    ["loading", "-"],        ["loaded", "-"],        ["error", "-"]],
  "start loading":              [["loading", "open"],  ["loading", "-"],        ["loading", "open"],    ["error", "-"]],
  "load completed":             [["unloaded", "-"],    ["loaded", "seal"],      ["loaded", "-"],        ["error", "-"]],
  "load completed, unusable":   [["unloaded", "-"],    ["error", "fail"],       ["loaded", "-"],        ["error", "-"]],
  "allocation":                 [["unloaded", "-"],    ["loading", "allocate"], ["error", "fail"],      ["error", "-"]],
  "allocation, no room":        [["unloaded", "-"],    ["error", "fail"],       ["error", "fail"],      ["error", "-"]],
  "load control of other kind": [["unloaded", "-"],    ["error", "fail"],       ["error", "fail"],      ["error", "-"]],
  "unload":                     [["unloaded", "-"],    ["unloaded", "release"], ["unloaded", "release"], ["unloaded", "release"]],
  "unknown event":              [["unloaded", "-"],    ["loading", "-"],        ["loaded", "-"],        ["error", "-"]],
} as const satisfies Record<string, Row>;

export type LoadEvent = keyof typeof LOAD_TABLE;

/** The only way a load state changes. */
export const loadCell = (state: LoadState, event: LoadEvent): Cell =>
  LOAD_TABLE[event][COLUMN[state]];

/** As the columns of the table. */
export const LOAD_STATES: readonly LoadState[] = ["unloaded", "loading", "loaded", "error"];

/** Every event, in the order of the rows. */
export const LOAD_EVENTS: readonly LoadEvent[] = Object.keys(LOAD_TABLE).filter(
  (event): event is LoadEvent => event in LOAD_TABLE,
);
