import { GroupAddress } from "../../address.ts";
import type { ObjectConfig } from "../../config.ts";
import { NOTHING } from "../../impulse.ts";
import { EMPTY_TABLE, entries, get, put, type Table } from "../../table.ts";
import { withEvents } from "./discovery/groups.ts";
import { openNames } from "./names.ts";
import { republish } from "./reload/republish.ts";
import { type BridgeState, type Held, objectTable, type Provided } from "./state.ts";
import { meaningOf } from "./telegrams/publish.ts";
import { subscriptions } from "./topics.ts";
import type { Turn } from "./turn.ts";

/**
 * These are the objects that ETS has loaded, instead of those it had loaded before. What the configuration says of an address
 * wins. A value that is held and now means something else is published again.
 */
export const loadObjects = (
  state: BridgeState,
  at: number,
  loaded: readonly ObjectConfig[],
): Turn => {
  const [known, changed] = useObjects(state, loaded);
  const after = republish(known, at, changed);
  return [after, subscribedAnew(state, after)];
};

/** Names of other depths are subscribed by other filters. */
const subscribedAnew = (before: BridgeState, { broker, config, features }: BridgeState) => {
  const { names } = features;
  const isSame = before.features.names.depths.join() === names.depths.join();
  return isSame || !broker.connected
    ? NOTHING
    : [{ for: "mqtt", type: "subscribe", filters: subscriptions(config, names) } as const];
};

/**
 * The objects of the configuration and those that ETS has loaded. Values are kept, unless they belong to no object any more, or
 * their length does not fit its new type (`mqtt-interface.md` §16.3); nobody is answered with what is not ours any more.
 * @returns also the addresses whose value now means something else
 */
export const useObjects = (
  state: BridgeState,
  loaded: readonly ObjectConfig[],
): readonly [BridgeState, changed: readonly GroupAddress[]] => {
  const { config } = state;
  const objects = objectTable(withEvents(config, [...loaded, ...config.objects]));
  const names = openNames(config, loaded);
  const { paths } = state.features.names;
  let held: Table<Held> = EMPTY_TABLE;
  const changed: GroupAddress[] = [];
  for (const [ga, value] of entries(state.held)) {
    const object = get(objects, ga);
    if (object === undefined && config.unknown !== "state") continue;
    const isSame = sameMeaning(get(state.objects, ga), object);
    const isMoved = get(paths, ga) !== get(names.paths, ga);
    if (!isSame && meaningOf(object, value.value).mismatch) continue;
    held = put(held, ga, value);
    if (!isSame || isMoved) changed.push(GroupAddress(ga));
  }
  let provided: Table<Provided> = EMPTY_TABLE;
  for (const [ga, value] of entries(state.provided)) {
    const object = get(objects, ga);
    if (object?.provide && !meaningOf(object, value.value).mismatch)
      provided = put(provided, ga, value);
  }
  const features = { ...state.features, loaded, names };
  return [{ ...state, objects, held, provided, features }, changed];
};

const sameMeaning = (a: ObjectConfig | undefined, b: ObjectConfig | undefined): boolean =>
  a?.dpt === b?.dpt && a?.name === b?.name;
