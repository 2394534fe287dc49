import type { Effect } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import { note } from "./answer.ts";
import { checkContent } from "./model/check.ts";
import { ERROR } from "./model/errors.ts";
import { type LoadAction, type LoadEvent, type LoadState, loadCell } from "./model/load-table.ts";
import type { Loadable, LoadableIndex, Segment } from "./model/model.ts";
import { allocate, allocationOf, INDICES } from "./model/segments.ts";
import { countDownload } from "./model/settings.ts";
import { storedOf, UNLOADED } from "./model/stored.ts";
import { moveRun } from "./run.ts";
import type { DeviceState } from "./state.ts";

/**
 * PID_LOAD_STATE_CONTROL was written. A new state is kept by the store before anything else follows: not loaded before the
 * content changes, loaded together with the content.
 * @param control 10 octets, event first; or the event alone
 * @see `device-model.md` §3.1, §3.2, §8
 */
export const loadControl = (
  state: DeviceState,
  index: LoadableIndex,
  control: Octets,
  at: number,
): Step<DeviceState> => move(state, index, situationOf(state, index, control), at);

/** What these objects have is gone. */
export const unload = (
  state: DeviceState,
  indices: readonly LoadableIndex[],
  at: number,
): Step<DeviceState> =>
  indices.reduce<Step<DeviceState>>(
    ([before, out], index) => {
      const [after, more] = move(before, index, situation("unload"), at);
      return [after, [...out, ...more]];
    },
    [state, []],
  );

/** A tool left in the middle of a download: nothing that is not whole is used, and the operator is told why. */
export const unfinished = ({ model }: DeviceState): readonly Effect[] => {
  const loading = INDICES.filter((index) => model.loadables[index].state === "loading");
  if (loading.length === 0) return [];
  const message = "a connection ended in the middle of a download";
  const fields = { loading: loading.join(", ") };
  return [{ for: "log", type: "note", note: { level: "warn", layer: "device", message, fields } }];
};

type Situation = Readonly<{
  event: LoadEvent;
  /** PID_ERROR_CODE, should it lead to the state error. */
  error: number;
  /** What an allocation gives. */
  segment: Segment | null;
}>;

const situation = (
  event: LoadEvent,
  error: number = ERROR.general,
  segment: Segment | null = null,
): Situation => ({ event, error, segment });

const situationOf = (
  { model, maxApduLength }: DeviceState,
  index: LoadableIndex,
  control: Octets,
): Situation => {
  const isLoading = model.loadables[index].state === "loading";
  switch (control[0]) {
    case 0:
      return situation("no operation");
    case 1:
      return situation("start loading");
    case 2: {
      const error = isLoading ? checkContent(model, index, maxApduLength) : ERROR.none;
      return error === ERROR.none
        ? situation("load completed")
        : situation("load completed, unusable", error);
    }
    case 3: {
      const allocation = allocationOf(control);
      if (allocation === undefined)
        return situation("load control of other kind", ERROR.invalidOpcode);
      if (!isLoading) return situation("allocation", ERROR.invalidOpcode);
      const segment = allocate(model, index, allocation);
      return segment === undefined
        ? situation("allocation, no room", ERROR.tableLength)
        : situation("allocation", ERROR.none, segment);
    }
    case 4:
      return situation("unload");
    default:
      return situation("unknown event");
  }
};

const move = (
  state: DeviceState,
  index: LoadableIndex,
  { event, error, segment }: Situation,
  at: number,
): Step<DeviceState> => {
  const before = state.model.loadables[index];
  const [next, action] = loadCell(before.state, event);
  const changed = { ...changedBy(action, before, error, segment), state: next };
  const [loadable, ran] = follow(before.state, changed, index, at);
  const loadables = { ...state.model.loadables, [index]: loadable };
  const after: DeviceState = { ...state, model: { ...state.model, loadables } };
  const [counted, saved] = action === "seal" ? count(after) : [after, []];
  const subject = `${index}`;
  const moved = { subject, state: before.state, event, action, next, at };
  return [
    counted,
    [
      { for: "transitions", type: "transition", transition: { machine: "load", ...moved } },
      ...ran,
      ...(next === before.state ? [] : [keep(index, loadable)]),
      ...saved,
      ...noteOf(action, index, loadable),
    ],
  ];
};

const changedBy = (
  action: LoadAction,
  loadable: Loadable,
  error: number,
  segment: Segment | null,
): Loadable => {
  switch (action) {
    case "allocate":
      return { ...loadable, segment };
    case "fail":
      return { ...loadable, error };
    case "release":
      return { ...UNLOADED, run: loadable.run };
    case "open":
    case "seal":
    case "-":
      return loadable;
    default:
      return never(action);
  }
};

/** Programs run while they are loaded. */
const follow = (
  before: LoadState,
  loadable: Loadable,
  index: LoadableIndex,
  at: number,
): readonly [Loadable, readonly Effect[]] => {
  const isLoaded = loadable.state === "loaded";
  if (index < FIRST_PROGRAM || (before === "loaded") === isLoaded) return [loadable, []];
  return moveRun(loadable, index, isLoaded ? "program loaded" : "program gone", at);
};

/** Index of the first object that is a program; the others never run. */
const FIRST_PROGRAM = 4;

const count = (state: DeviceState): Step<DeviceState> => {
  const record = { ...state.record, settings: countDownload(state.record.settings) };
  return [{ ...state, record }, [{ for: "store", type: "save", record }]];
};

const keep = (index: LoadableIndex, loadable: Loadable): Effect => ({
  for: "store",
  type: "keep",
  loadable: storedOf(index, loadable),
});

const noteOf = (
  action: LoadAction,
  index: LoadableIndex,
  { segment, error }: Loadable,
): readonly Effect[] => {
  switch (action) {
    case "seal":
      return [note("object loaded", { object: index, octets: segment?.image.size ?? 0 })];
    case "fail":
      return [note("object not loaded", { object: index, error })];
    default:
      return [];
  }
};
