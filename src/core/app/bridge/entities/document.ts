import type { GroupAddress } from "../../../address.ts";
import type { Value } from "../../../dpt/dpt.ts";
import { isoTime } from "../../../iso-time.ts";
import { never } from "../../../never.ts";
import { get } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf } from "../telegrams/publish.ts";
import { climateState } from "./climate.ts";
import type { EntityConfig } from "./config.ts";
import { coverState } from "./cover.ts";
import { fanState } from "./fan.ts";
import { type Fields, partOf, type Reading, type View } from "./kind.ts";
import { lightState } from "./light.ts";
import { lockState } from "./lock.ts";
import { sceneState } from "./scene.ts";
import { selectState } from "./select.ts";
import { stateAddress } from "./state.ts";

/** The combined state, with the time of its newest part; undefined while nothing at all is known. `mqtt-interface.md` §7 */
export const entityDocument = (state: BridgeState, index: number): string | undefined => {
  const entity = state.config.entities[index];
  if (entity === undefined) return undefined;
  let newest = get(state.features.entities.movements, index)?.ts ?? Number.NEGATIVE_INFINITY;
  for (const ga of state.features.entities.stateAddresses[index] ?? []) {
    const held = get(state.held, ga);
    if (held && held.ts > newest) newest = held.ts;
  }
  return newest === Number.NEGATIVE_INFINITY
    ? undefined
    : // JSON leaves out what is undefined.
      JSON.stringify({ ...fieldsOf(state, entity, index), ts: isoTime(newest) });
};

/** What is held of the roles of an entity. */
export const viewOf =
  (state: BridgeState, { type, roles }: EntityConfig): View =>
  (role) => {
    const addresses = roles[role];
    const ga = addresses && stateAddress(type, role, addresses);
    return ga === undefined ? undefined : readingOf(state, ga);
  };

/** Datapoint type of an object, as the configuration or ETS knows it. */
export const dptOf = ({ objects }: BridgeState, ga: GroupAddress | undefined) =>
  ga === undefined ? undefined : get(objects, ga)?.dpt;

const fieldsOf = (state: BridgeState, entity: EntityConfig, index: number): Fields => {
  const view = viewOf(state, entity);
  switch (entity.type) {
    case "light":
      return lightState(entity, view);
    case "cover":
      return coverState(entity, view, get(state.features.entities.movements, index));
    case "climate":
      return climateState(entity, view);
    case "fan":
      return fanState(entity, view);
    case "lock":
      return lockState(entity, view);
    case "select": {
      const { option } = entity.roles;
      return selectState(entity, view, dptOf(state, option?.state ?? option?.write));
    }
    case "scene":
      return sceneState(entity, view);
    default:
      return never(entity);
  }
};

const readingOf = (state: BridgeState, ga: GroupAddress): Reading | undefined => {
  const held = get(state.held, ga);
  if (held === undefined || held.stale === "unknown") return undefined;
  const { value, detail } = meaningOf(get(state.objects, ga), held.value);
  return { value, code: codeOf(value, partOf({ value: detail ?? null }, "code")), ts: held.ts };
};

/** A word has its code beside it; everything else that is one of several is a number, or has one inside. */
const codeOf = (value: Value, code: Value | undefined): number | null => {
  if (typeof code === "number") return code;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const scene = partOf({ value }, "scene");
  return typeof scene === "number" ? scene : null;
};
