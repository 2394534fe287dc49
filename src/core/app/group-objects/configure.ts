import type { ObjectsImpulse } from "../../app-impulse.ts";
import { type GroupSet, union } from "../../group-set.ts";
import { NOTHING } from "../../impulse.ts";
import { pump } from "./queue.ts";
import type { ObjectsState, Turn } from "./state.ts";

/** How fast the objects may send, and which group addresses are in the configuration: those it has are acknowledged from now on. */
export const configure = (
  state: ObjectsState,
  { limit, groups, at }: Extract<ObjectsImpulse, { type: "configure.req" }>,
): Turn => {
  const known: Turn = groups === undefined ? [state, NOTHING] : withGroups(state, groups);
  if (limit === undefined) return known;
  const [after, out] = known;
  const [paced, sent] = pump({ ...after, rate: { ...after.rate, limit } }, at);
  return [paced, [...out, ...sent]];
};

const withGroups = (state: ObjectsState, groups: GroupSet): Turn => {
  const configured = { ...state, config: { ...state.config, groups } };
  return [
    configured,
    [{ for: "dl", type: "configure.req", groups: acknowledged(configured, state.loaded) }],
  ];
};

/** @param loaded the group addresses that ETS has loaded, whether the application runs or not */
export const acknowledged = ({ config }: ObjectsState, loaded: GroupSet): GroupSet => {
  switch (config.objectsFrom) {
    case "yaml":
      return config.groups;
    case "ets":
      return loaded;
    case "both":
      return union(config.groups, loaded);
  }
};
