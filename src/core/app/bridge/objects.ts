import { GroupAddress } from "../../address.ts";
import type { ObjectConfig } from "../../config.ts";
import { EMPTY_TABLE, entries, get, put, type Table } from "../../table.ts";
import { type BridgeState, type Held, objectTable } from "./state.ts";
import { meaningOf, publishHeld } from "./telegrams/publish.ts";
import { forEach, type Turn } from "./turn.ts";

/**
 * These are the objects that ETS has loaded, instead of those it had loaded before. What the configuration says of an address
 * wins. A value that is held and now means something else is published again; one that belongs to no object any more is
 * forgotten, and its retained message stays with the broker.
 */
export const loadObjects = (state: BridgeState, loaded: readonly ObjectConfig[]): Turn => {
  const { config } = state;
  const objects = objectTable([...loaded, ...config.objects]);
  const isKept = (ga: number): boolean =>
    config.unknown === "state" || get(objects, ga) !== undefined;
  let held: Table<Held> = EMPTY_TABLE;
  const changed: GroupAddress[] = [];
  for (const [ga, value] of entries(state.held)) {
    if (!isKept(ga)) continue;
    held = put(held, ga, value);
    if (!sameMeaning(get(state.objects, ga), get(objects, ga))) changed.push(GroupAddress(ga));
  }
  return forEach({ ...state, objects, held }, changed, (each, ga) => {
    const value = get(each.held, ga);
    return value === undefined
      ? [each, []]
      : publishHeld(each, ga, value, meaningOf(get(objects, ga), value.value));
  });
};

const sameMeaning = (a: ObjectConfig | undefined, b: ObjectConfig | undefined): boolean =>
  a?.dpt === b?.dpt && a?.name === b?.name;
