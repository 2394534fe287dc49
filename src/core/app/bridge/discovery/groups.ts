import type { GroupAddress } from "../../../address.ts";
import type { BridgeConfig, ObjectConfig } from "../../../config.ts";
import { findDpt } from "../../../dpt/dpt.ts";
import { EMPTY_TABLE, entries } from "../../../table.ts";
import { hashOf } from "../ledger/hash.ts";
import { NO_NAMES } from "../names.ts";
import { nameOf, needsEvents } from "./component.ts";
import { type Context, dashed } from "./context.ts";
import { isExposed } from "./entity.ts";

/** What becomes one device, or several when it is too much for one message: `mqtt-interface.md` §18.1. */
export type Group = Readonly<{
  /** `[a-zA-Z0-9_-]+`, no two alike. */
  slug: string;
  name: string;
  /** Room, where Home Assistant may put it. */
  area: string | null;
  objects: readonly GroupAddress[];
  /** By their place in the configuration. */
  entities: readonly number[];
  /** The bridge itself. */
  isBridge: boolean;
}>;

/** Everything that is exposed, by device. The bridge comes first: the others are told to be behind it. */
export const groupsOf = (context: Context): readonly Group[] => {
  const { config } = context;
  if (!config.discovery.enabled) return [];
  const groups = new Map<string, Open>();
  const into = (place: Place): Open => {
    const slug = place.slug === BRIDGE ? `${BRIDGE}_room` : place.slug;
    const open = groups.get(slug) ?? { ...place, slug, objects: [], entities: [] };
    groups.set(slug, open);
    return open;
  };
  for (const [index, entity] of config.entities.entries())
    if (isExposed(entity)) into(placeOfEntity(context, index)).entities.push(index);
  const main = new Map<number, string>();
  for (const [, { ga, main: name }] of entries(context.objects))
    if (name !== undefined && !main.has(ga >> 11)) main.set(ga >> 11, name);
  for (const object of exposed(
    config,
    [...entries(context.objects)].map(([, each]) => each),
  ))
    into(placeOfObject(context, object, main)).objects.push(object.ga);
  const bridge = { slug: BRIDGE, name: `KNX ${config.instance}`, area: null, isBridge: true };
  return [
    { ...bridge, objects: [], entities: [] },
    ...[...groups.values()].map((group) => ({ ...group, isBridge: false })),
  ];
};

/** Those whose events Home Assistant needs have them, whatever else the configuration says. */
export const withEvents = (
  config: BridgeConfig,
  objects: readonly ObjectConfig[],
): readonly ObjectConfig[] => {
  if (!config.discovery.enabled) return objects;
  const context: Context = { config, objects: EMPTY_TABLE, names: NO_NAMES };
  const needed = new Set(
    exposed(config, objects)
      .filter((object) => !object.events && needsEvents(context, object))
      .map(({ ga }) => ga),
  );
  return needed.size === 0
    ? objects
    : objects.map((object) => (needed.has(object.ga) ? { ...object, events: true } : object));
};

/** Objects that are there as themselves: not a second time as a feedback, or as a part of an entity, unless they say so. */
const exposed = (
  { discovery, entities }: BridgeConfig,
  objects: readonly ObjectConfig[],
): readonly ObjectConfig[] => {
  if (discovery.expose === "entities") return [];
  const isMarked = ({ ha }: ObjectConfig): boolean => ha !== undefined && ha !== false;
  const candidates = objects.filter(
    (object) =>
      object.ha !== false &&
      object.dpt !== undefined &&
      findDpt(object.dpt) !== undefined &&
      (discovery.expose === "known" || isMarked(object)),
  );
  const claimed = new Set<GroupAddress>();
  for (const { stateGa } of candidates) if (stateGa !== undefined) claimed.add(stateGa);
  for (const entity of entities.filter(isExposed))
    for (const role of Object.values(entity.roles))
      for (const ga of [role?.write, role?.state]) if (ga !== undefined) claimed.add(ga);
  return candidates.filter((object) => isMarked(object) || !claimed.has(object.ga));
};

type Place = Readonly<{ slug: string; name: string; area: string | null }>;
type Open = Place & { objects: GroupAddress[]; entities: number[] };

const placeOfEntity = (context: Context, index: number): Place => {
  const { config } = context;
  const entity = config.entities[index];
  const [ga] = Object.values(entity?.roles ?? {}).flatMap(
    (role) => role?.write ?? role?.state ?? [],
  );
  if (entity === undefined) return SINGLE(config);
  if (config.discovery.groupBy === "entity")
    return { slug: `e_${entity.id}`, name: entity.name ?? entity.id, area: entity.room ?? null };
  return placeOf(config, entity.room, ga ?? 0, undefined);
};

const placeOfObject = (
  context: Context,
  object: ObjectConfig,
  main: ReadonlyMap<number, string>,
): Place =>
  context.config.discovery.groupBy === "entity"
    ? {
        slug: dashed(context, object.ga),
        name: nameOf(context, object),
        area: object.room ?? null,
      }
    : placeOf(context.config, object.room, object.ga, main.get(object.ga >> 11));

/** What has no room is with the others of its main group. */
const placeOf = (
  config: BridgeConfig,
  room: string | undefined,
  ga: number,
  main: string | undefined,
): Place => {
  if (config.discovery.groupBy === "single") return SINGLE(config);
  if (config.discovery.groupBy === "room" && room !== undefined && room.trim() !== "")
    return { slug: slugOf(room), name: room.trim(), area: room.trim() };
  return { slug: `main_${ga >> 11}`, name: main ?? `Main group ${ga >> 11}`, area: null };
};

const SINGLE = ({ instance }: BridgeConfig): Place => ({
  slug: "all",
  name: `KNX ${instance} objects`,
  area: null,
});

/** `Küche (oben)` → `kuche_oben`; of a name without any Latin letter a number that is always the same. */
export const slugOf = (name: string): string => {
  const plain = name
    .normalize("NFKD")
    .replace(/ß/g, "ss")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return plain === "" ? `room_${hashOf(name).toString(36)}` : plain;
};

const BRIDGE = "bridge";
