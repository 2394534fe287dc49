import type { Impulse, Step } from "../../impulse.ts";
import { INDICES } from "./model/segments.ts";
import { loadedTables, sameTables, type TablesView } from "./model/tables-view.ts";
import type { DeviceState } from "./state.ts";

/** What happened, and after it what the group objects have to know of it: only if it concerns them. */
export const announced = (
  before: DeviceState,
  [after, out]: Step<DeviceState>,
  at: number,
): Step<DeviceState> => {
  if (before.model === after.model) return [after, out];
  const tables = loadedTables(after.model);
  if (sameTables(loadedTables(before.model), tables)) return [after, out];
  return [after, [...out, indication(tables, at)]];
};

/** At the start: the tables that the store gave back. */
export const start = ({ model }: DeviceState, at: number): readonly Impulse[] =>
  INDICES.some((index) => model.loadables[index].state === "loaded")
    ? [indication(loadedTables(model), at)]
    : [];

const indication = (tables: TablesView, at: number): Impulse => ({
  for: "objects",
  type: "tables.ind",
  ...tables,
  at,
});
