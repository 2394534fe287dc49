import type { Effect } from "../../effect.ts";
import type { Impulse, Step } from "../../impulse.ts";
import type { BridgeState } from "./state.ts";

/** What every part of the bridge returns. */
export type Turn = Step<BridgeState>;

/** The first of several deadlines; null when there is none. */
export const earliest = (deadlines: readonly (number | null)[]): number | null => {
  let first: number | null = null;
  for (const deadline of deadlines)
    if (deadline !== null && (first === null || deadline < first)) first = deadline;
  return first;
};

/** One turn after another: what the second puts out follows what the first put out. */
export const andThen = ([state, out]: Turn, following: (state: BridgeState) => Turn): Turn => {
  const [after, more] = following(state);
  return [after, joined(out, more)];
};

/** The same turn for each of several things, in their order. */
export const forEach = <T>(
  state: BridgeState,
  items: readonly T[],
  turn: (state: BridgeState, item: T) => Turn,
): Turn => {
  let last = state;
  const all: (Impulse | Effect)[] = [];
  for (const item of items) {
    const [after, out] = turn(last, item);
    last = after;
    all.push(...out);
  }
  return [last, all];
};

const joined = (
  first: readonly (Impulse | Effect)[],
  second: readonly (Impulse | Effect)[],
): readonly (Impulse | Effect)[] =>
  first.length === 0 ? second : second.length === 0 ? first : [...first, ...second];
