import { GroupAddress } from "../../../address.ts";
import type { BridgeConfig } from "../../../config.ts";
import { EMPTY_TABLE, entries, get, put, type Table } from "../../../table.ts";
import type { KeptValue } from "../restart/snapshot.ts";
import type { BridgeState } from "../state.ts";
import { gaTopic, parseTopic } from "../topics.ts";
import {
  BRIDGE_LEAVES,
  bridgeTopics,
  entityTopics,
  type KeptLedger,
  type KeptObject,
  objectTopics,
} from "./kept.ts";
import { NO_SURVEY, openLedger, withLedger } from "./state.ts";

/** What the last process has put down. */
export type Before = Readonly<{ ledger: KeptLedger | null; values: readonly KeptValue[] }>;

/**
 * The configuration is another one, or the process begins: what the broker keeps and nobody needs any more is to be cleared, and
 * what it keeps of the rest is to be looked at. `mqtt-interface.md` §21
 * @param before at the start of the process
 */
export const renewLedger = (state: BridgeState, at: number, before?: Before): BridgeState => {
  const { config, features } = state;
  const kept = keptOf(state, before);
  const objects = keptObjects(state, kept);
  const clearing = new Set<string>();
  const leave = (topics: readonly string[]): void => {
    for (const topic of topics) if (!belongs(state, topic)) clearing.add(topic);
  };
  leave(kept.clearing);
  const isSameTree = kept.base === config.base && kept.style === config.style && config.retain;
  for (const [key, old] of entries(kept.objects)) {
    const ga = GroupAddress(key);
    if (!isSameTree || !isSamePlace(old, get(objects, ga))) leave(objectTopics(kept, ga, old));
  }
  for (const id of kept.entities) leave(entityTopics(kept, id));
  if (kept.base !== config.base) leave(bridgeTopics(kept));
  for (const { ga } of before?.values ?? [])
    if (get(state.objects, ga) === undefined) leave([gaTopic(config, ga, "state")]);
  return withLedger(state, {
    base: config.base,
    instance: config.instance,
    style: config.style,
    objects,
    entities: config.entities.map(({ id }) => id),
    devices: kept.devices,
    clearing: [...clearing],
    entityOf: entityTable(config),
    started: features.ledger.started || before !== undefined,
    unsaved: "now",
    metas: [...entries(state.objects)].map(([ga]) => GroupAddress(ga)),
    survey: NO_SURVEY,
    steps: null,
    next: at,
  });
};

/** Of another tree only what is to be cleared counts, and where nothing is retained, only what was by the last process. */
const keptOf = ({ config, features }: BridgeState, before: Before | undefined): KeptLedger => {
  const kept = before?.ledger ?? features.ledger;
  const isMoved = kept.base !== config.base || kept.instance !== config.instance;
  const nothing = { ...openLedger(config), devices: config.retain ? {} : kept.devices };
  if (!config.retain && !before?.ledger) return nothing;
  return isMoved && !config.cleanup ? openLedger(config) : kept;
};

const keptObjects = ({ config, objects, held, features }: BridgeState, kept: KeptLedger) => {
  const value = config.payload.scalar;
  let all: Table<KeptObject> = EMPTY_TABLE;
  const add = (ga: number): void => {
    const path = get(features.names.paths, ga) ?? null;
    const place = { address: path === null || config.topics !== "name", path, value };
    const old = get(kept.objects, ga);
    const isSame = kept.base === config.base && old !== undefined && isSamePlace(old, place);
    all = put(all, ga, { ...place, meta: isSame ? old.meta : null });
  };
  for (const [ga] of entries(objects)) add(ga);
  if (config.unknown === "state")
    for (const [ga] of entries(held)) if (get(objects, ga) === undefined) add(ga);
  return all;
};

const isSamePlace = (
  a: Omit<KeptObject, "meta">,
  b: Omit<KeptObject, "meta"> | undefined,
): boolean =>
  b !== undefined && a.address === b.address && a.path === b.path && a.value === b.value;

/** Something is published there. */
const belongs = ({ config, objects, held, features }: BridgeState, topic: string): boolean => {
  const about = config.retain ? parseTopic(config, topic, features.names) : undefined;
  switch (about?.about) {
    case "ga": {
      const { ga, leaf } = about;
      const isObject = get(objects, ga) !== undefined;
      if (!isObject && (config.unknown !== "state" || get(held, ga) === undefined)) return false;
      const named = topic.startsWith(`${config.base}/name/`);
      const isThere =
        named || config.topics !== "name" || get(features.names.paths, ga) === undefined;
      const isSaid = leaf === "state" || (leaf === "meta" && isObject);
      return isThere && (isSaid || (leaf === "value" && config.payload.scalar));
    }
    case "entity":
      return about.leaf === "state" && Object.hasOwn(features.entities.byId, about.id);
    case "bridge":
      return BRIDGE_LEAVES.includes(about.leaf);
    default:
      return false;
  }
};

const entityTable = ({ entities }: BridgeConfig): Table<string> => {
  let table: Table<string> = EMPTY_TABLE;
  for (const { id, roles } of entities)
    for (const role of Object.values(roles))
      for (const ga of [role?.write, role?.state])
        if (ga !== undefined && get(table, ga) === undefined) table = put(table, ga, id);
  return table;
};

/** ETS loads: an object that is about to come back is not to be forgotten in between. */
export const settled = (state: BridgeState, at: number): BridgeState =>
  withLedger(state, { next: at + SETTLE_MS });

/** Between the end of one download and the restart of what was loaded. */
const SETTLE_MS = 10_000;
