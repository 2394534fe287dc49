import type { GroupAddress } from "../../../address.ts";
import { clockValue, encode, findDpt } from "../../../dpt/dpt.ts";
import type { GroupValue } from "../../../impulse.ts";
import type { Entry } from "../queue/queue.ts";
import { type BridgeState, utc } from "../state.ts";
import { localTime } from "./local.ts";

/** Which datapoint type the local time has on a group address; undefined where the bus is not told the time. */
export const clockType = (
  { config: { time } }: BridgeState,
  ga: GroupAddress,
): "10.001" | "11.001" | "19.001" | undefined => {
  if (time === null) return undefined;
  if (ga === time.timeGa) return "10.001";
  if (ga === time.dateGa) return "11.001";
  return ga === time.dateTimeGa ? "19.001" : undefined;
};

/** The local time as this group address has it now; undefined as long as it is not known. */
export const clockValueOf = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
): GroupValue | undefined => {
  const id = clockType(state, ga);
  const type = id === undefined ? undefined : findDpt(id);
  const local = localTime(state, utc(state, at));
  if (type === undefined || local === undefined) return undefined;
  const encoded = encode(type, clockValue(type, local));
  return encoded.ok ? encoded.value : undefined;
};

/**
 * What a read of a group address is answered with that the bus is told the time on. While the clock is not synchronised a time
 * of day or a date cannot say so and is kept back; a 19.001 can. `mqtt-interface.md` §15.3.
 */
export const clockAnswer = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
): GroupValue | undefined =>
  isTrusted(state) || clockType(state, ga) === "19.001" ? clockValueOf(state, at, ga) : undefined;

/** Whether the bus may be told the time at all. */
export const isTrusted = ({ config, features }: BridgeState): boolean =>
  features.clock.synchronised === true || config.time?.onlyIfSynced === false;

/** A telegram that has waited says what the clock shows now. @returns undefined when it does not know any more */
export const withTime = (state: BridgeState, at: number, entry: Entry): Entry | undefined => {
  if (!entry.clock) return entry;
  const value = clockValueOf(state, at, entry.ga);
  return value && { ...entry, value };
};
