import type { Effect } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import type { Loadable, LoadableIndex } from "./model/model.ts";
import { type RunEvent, runCell } from "./model/run-table.ts";
import type { DeviceState } from "./state.ts";

/** PID_RUN_STATE_CONTROL was written: event in the first octet. `device-model.md` §3.4. */
export const runControl = (
  state: DeviceState,
  index: LoadableIndex,
  event: number | undefined,
  at: number,
): Step<DeviceState> => {
  const { model } = state;
  const [loadable, out] = moveRun(
    model.loadables[index],
    index,
    EVENTS[event ?? 0] ?? "unknown event",
    at,
  );
  const loadables = { ...model.loadables, [index]: loadable };
  return [{ ...state, model: { ...model, loadables } }, out];
};

const EVENTS: readonly RunEvent[] = ["no operation", "restart requested", "stop requested"];

/** One move of the machine; nothing has to be prepared, so that what may start is started at once. */
export const moveRun = (
  loadable: Loadable,
  index: LoadableIndex,
  event: RunEvent,
  at: number,
): readonly [Loadable, readonly Effect[]] => {
  const state = loadable.run;
  const [next, action] = runCell(state, event);
  const moved = next === state ? loadable : { ...loadable, run: next };
  const transition = {
    machine: "run",
    subject: `${index}`,
    state,
    event,
    action,
    next,
    at,
  } as const;
  const out: readonly Effect[] = [{ for: "transitions", type: "transition", transition }];
  if (action !== "start") return [moved, out];
  const [started, more] = moveRun(moved, index, "program started", at);
  return [started, [...out, ...more]];
};
