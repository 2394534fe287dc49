import type { GroupAddress } from "../core/address.ts";
import type { RoleName } from "../core/app/bridge/entities/config.ts";
import { takesDpt } from "../core/app/bridge/entities/kind.ts";
import { ENTITY_KINDS } from "../core/app/bridge/entities/kinds.ts";
import { optionsOf } from "../core/app/bridge/entities/select.ts";
import { ENTITY, type EntityEntry, rolesOf, toEntityConfig } from "./entities.ts";
import type { Path, Remark } from "./finding.ts";
import type { PlacedObject } from "./objects.ts";
import { valueAt } from "./remarks.ts";

/** An entity and its place in the file. */
type PlacedEntity = Readonly<{ path: Path; entry: EntityEntry }>;

/**
 * What does not go together in an entity, with others, or with the objects. Those not sound in themselves are left out.
 * @param isAll there are no other objects
 */
export const entityErrors = (
  data: unknown,
  objects: readonly PlacedObject[],
  line: (path: Path) => number,
  isAll: boolean,
): readonly Remark[] => {
  const entities = soundEntities(data);
  const known = new Map(objects.map(({ entry }) => [entry.ga, entry.dpt]));
  const roles = entities.flatMap((entity) =>
    addressesOf(data, entity).flatMap(({ role, ga, at }): readonly Remark[] => {
      const shown = String(valueAt(data, at));
      if (!known.has(ga)) {
        const message = `${shown} is neither in objects nor in the project`;
        return isAll ? [{ path: at, code: "unknown_object", message }] : [];
      }
      const wanted = ENTITY_KINDS[entity.entry.type].roles[role];
      const dpt = known.get(ga);
      if (wanted === undefined || takesDpt(wanted, dpt)) return [];
      const message = `${shown} ${dpt === undefined ? "has no dpt" : `is ${dpt}`}, expected ${listed(wanted.dpts)}`;
      return [{ path: at, code: "role_dpt", message }];
    }),
  );
  return [
    ...collisions(data, line),
    ...entities.flatMap(missingRoles),
    ...roles,
    ...entities.flatMap(({ path, entry }) => missingOptions(path, entry, known)),
  ];
};

/** Roles that look as if they could be commanded. */
export const entityWarnings = (
  data: unknown,
  objects: readonly PlacedObject[],
): readonly Remark[] => {
  const locked = new Set(
    objects.flatMap(({ entry }) => (entry.writable === false ? [entry.ga] : [])),
  );
  return soundEntities(data).flatMap((entity) =>
    addressesOf(data, entity).flatMap(({ ga, way, at }) => {
      if (way === "state" || !locked.has(ga)) return [];
      const shown = String(valueAt(data, at));
      const message = `${shown} has writable: false, so commands are refused; {state: ${shown}} says that it is only heard`;
      return [{ path: at, code: "role_read_only", message }];
    }),
  );
};

const soundEntities = (data: unknown): readonly PlacedEntity[] => {
  const entities = valueAt(data, ["entities"]);
  return (Array.isArray(entities) ? entities : []).flatMap((item, index) => {
    const entry = ENTITY.safeParse(item).data;
    return entry ? [{ path: ["entities", index], entry }] : [];
  });
};

/** Every group address of an entity with its place: `entities[1].stop`, `entities[0].brightness.write`. */
const addressesOf = (
  data: unknown,
  { path, entry }: PlacedEntity,
): readonly Readonly<{ role: RoleName; ga: GroupAddress; way: "write" | "state"; at: Path }>[] =>
  rolesOf(entry).flatMap(({ role, addresses }) =>
    (["write", "state"] as const).flatMap((way) => {
      const ga = addresses[way];
      const here = [...path, role];
      const at = typeof valueAt(data, here) === "object" ? [...here, way] : here;
      return ga === undefined ? [] : [{ role, ga, way, at }];
    }),
  );

const collisions = (data: unknown, line: (path: Path) => number): readonly Remark[] => {
  const first = new Map<string, Path>();
  const entities = valueAt(data, ["entities"]);
  return (Array.isArray(entities) ? entities : []).flatMap((entity, index) => {
    const path = ["entities", index, "id"];
    const id = valueAt(entity, ["id"]);
    if (typeof id !== "string") return [];
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, path);
      return [];
    }
    const base = valueAt(data, ["mqtt", "base"]) ?? "knx";
    const message = `two entities give ${base}/entity/${id} (lines ${line(earlier)} and ${line(path)})`;
    return [{ path, code: "topic_collision", message }];
  });
};

const missingRoles = ({ path, entry }: PlacedEntity): readonly Remark[] => {
  const { needs } = ENTITY_KINDS[entry.type];
  const present = rolesOf(entry).map(({ role }) => role);
  if (needs.some((role) => present.includes(role))) return [];
  const message = `${entry.type} needs ${listed(needs)}`;
  return [{ path, code: "missing_role", message }];
};

const missingOptions = (
  path: Path,
  entry: EntityEntry,
  known: ReadonlyMap<number, string | undefined>,
): readonly Remark[] => {
  if (entry.type === "fan" && entry.speed && entry.speeds === undefined) {
    const message = "speed needs speeds, the highest step of the fan";
    return [{ path: [...path, "speed"], key: true, code: "missing", message }];
  }
  if (entry.type !== "select" || entry.option === undefined || entry.options) return [];
  const ga = entry.option.write ?? entry.option.state;
  const dpt = ga === undefined ? undefined : known.get(ga);
  const config = toEntityConfig(entry);
  if (dpt === undefined || config.type !== "select" || optionsOf(config, dpt).length > 0) return [];
  const message = `${dpt} has no words: options is needed, such as {1: Evening, 2: Night}`;
  return [{ path: [...path, "option"], key: true, code: "missing", message }];
};

const listed = (words: readonly string[]): string => words.join(" or ");
