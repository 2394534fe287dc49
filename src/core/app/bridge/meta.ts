import { formatGroupAddress } from "../../address.ts";
import type { ObjectConfig } from "../../config.ts";
import { findDpt } from "../../dpt/dpt.ts";
import type { JsonValue } from "../../effect.ts";
import { get } from "../../table.ts";
import type { BridgeState } from "./state.ts";
import { type GaLeaf, topicsOf } from "./topics.ts";

/** What is known of an object: `mqtt-interface.md` §5.4. */
export const metaOf = (
  { config, features }: BridgeState,
  object: ObjectConfig,
): Readonly<{ [field: string]: JsonValue }> => {
  const { ga, dpt, name, main, middle, room, description, provide, writable } = object;
  const type = dpt === undefined ? undefined : findDpt(dpt);
  const topic = (leaf: GaLeaf): string => topicsOf(config, features.names, ga, leaf)[0] ?? "";
  return {
    ga: formatGroupAddress(ga, config.style),
    ...(name !== undefined && { name }),
    ...(main !== undefined && { main }),
    ...(middle !== undefined && { middle }),
    ...(room !== undefined && { room }),
    dpt: type?.id ?? dpt ?? null,
    ...(type?.unit !== undefined && { unit: type.unit }),
    flags: flagsOf(object),
    provided: provide,
    writable,
    go: object.groupObject ?? null,
    entity: get(features.ledger.entityOf, ga) ?? null,
    ...(description !== undefined && { description }),
    ...(object.expireAfterMs !== undefined && { expire_after: object.expireAfterMs / 1_000 }),
    topics: {
      state: topic("state"),
      ...(config.payload.scalar && { value: topic("value") }),
      ...(object.events && { event: topic("event") }),
      ...(writable && { set: topic("set") }),
    },
  };
};

/** KNX letters, in the order of ETS. */
const flagsOf = ({ flags, provide, writable, readOnInit }: ObjectConfig): string =>
  flags ?? `C${provide ? "R" : ""}W${writable || provide ? "T" : ""}U${readOnInit ? "I" : ""}`;
