/*
 * The run state machine of a program. KNX 03.05.01 Resources, run control; `device-model.md` §3.4.
 */

/** halted: not loaded, or not started yet · ready: about to run · running · terminated: stopped by a tool */
export type RunState = "halted" | "ready" | "running" | "terminated";

/** -: nothing · start: it may run at once · run: it runs · stop: it does not run any more */
export type RunAction = "-" | "start" | "run" | "stop";

type Cell = readonly [next: RunState, action: RunAction];
type Row = readonly [halted: Cell, ready: Cell, running: Cell, terminated: Cell];

const COLUMN = { halted: 0, ready: 1, running: 2, terminated: 3 } as const satisfies Record<
  RunState,
  number
>;

/** A restart while halted leads nowhere: what is halted is not loaded. */
// biome-ignore format: read by column
export const RUN_TABLE = {
  //                     halted              ready                 running               terminated
  "no operation":      [["halted", "-"],    ["ready", "-"],       ["running", "-"],     ["terminated", "-"]],
  "program loaded":    [["ready", "start"], ["ready", "-"],       ["running", "-"],     ["terminated", "-"]],
  "program started":   [["halted", "-"],    ["running", "run"],   ["running", "-"],     ["terminated", "-"]],
  "program gone":      [["halted", "-"],    ["halted", "stop"],   ["halted", "stop"],   ["halted", "-"]],
  "device restarts":   [["halted", "-"],    ["halted", "stop"],   ["halted", "stop"],   ["halted", "-"]],
  "restart requested": [["halted", "-"],    ["ready", "start"],   ["ready", "start"],   ["ready", "start"]],
  "stop requested":    [["halted", "-"],    ["terminated", "stop"], ["terminated", "stop"], ["terminated", "-"]],
  "unknown event":     [["halted", "-"],    ["ready", "-"],       ["running", "-"],     ["terminated", "-"]],
} as const satisfies Record<string, Row>;

export type RunEvent = keyof typeof RUN_TABLE;

/** The only way a run state changes. */
export const runCell = (state: RunState, event: RunEvent): Cell => RUN_TABLE[event][COLUMN[state]];

/** As the columns of the table. */
export const RUN_STATES: readonly RunState[] = ["halted", "ready", "running", "terminated"];

/** Every event, in the order of the rows. */
export const RUN_EVENTS: readonly RunEvent[] = Object.keys(RUN_TABLE).filter(
  (event): event is RunEvent => event in RUN_TABLE,
);
