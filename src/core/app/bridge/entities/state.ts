import type { GroupAddress } from "../../../address.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";
import { atNewPlaces, placesOf } from "../reload/places.ts";
import {
  type EntityConfig,
  type EntityType,
  ROLE_NAMES,
  type RoleAddress,
  type RoleName,
} from "./config.ts";
import { ENTITY_KINDS } from "./kinds.ts";
import type { Movement } from "./movement.ts";

/** The entities of the configuration, found by what a telegram or a topic names. By index: their place in the configuration. */
export type Entities = Readonly<{
  byId: Readonly<{ [id: string]: number }>;
  /** Group address → the entities whose state it is part of, and the covers that it moves. */
  byAddress: Table<readonly Link[]>;
  /** By index: the addresses that its state comes from. */
  stateAddresses: readonly (readonly GroupAddress[])[];
  /** Of covers, by index. */
  movements: Table<Movement>;
  /** By index: the connection to the broker on which its state was published for the first time. */
  sessions: Table<number>;
  /** Covers that have arrived while the broker was away, by index: no state of a group address tells that. */
  owed: Table<true>;
}>;

/** `isState`: part of the state; otherwise only covers learn from it where they go. */
export type Link = Readonly<{ index: number; isState: boolean }>;

/** Anew at the start and whenever the configuration is another one. */
export const openEntities = (entities: readonly EntityConfig[]): Entities => {
  let byAddress: Table<readonly Link[]> = EMPTY_TABLE;
  for (const [index, entity] of entities.entries())
    for (const [ga, isState] of addressesOf(entity))
      byAddress = put(byAddress, ga, [...(get(byAddress, ga) ?? []), { index, isState }]);
  return {
    byId: Object.fromEntries(entities.map(({ id }, index) => [id, index])),
    byAddress,
    stateAddresses: entities.map((entity) =>
      [...addressesOf(entity)].flatMap(([ga, isState]) => (isState ? [ga] : [])),
    ),
    movements: EMPTY_TABLE,
    sessions: EMPTY_TABLE,
    owed: EMPTY_TABLE,
  };
};

/**
 * The entities are other ones: those that are as before need not be published again, and a cover with the same addresses is still
 * where it was.
 */
export const reopenEntities = (
  before: Entities,
  from: readonly EntityConfig[],
  to: readonly EntityConfig[],
): Entities => ({
  ...openEntities(to),
  movements: atNewPlaces(
    before.movements,
    placesOf(from, to, ({ id, type, roles }) => [id, type, roles]),
  ),
  sessions: atNewPlaces(before.sessions, placesOf(from, to)),
  owed: atNewPlaces(
    before.owed,
    placesOf(from, to, ({ id }) => id),
  ),
});

/** Where the state of a role comes from. Undefined: it has none. */
export const stateAddress = (
  type: EntityType,
  role: RoleName,
  { write, state }: RoleAddress,
): GroupAddress | undefined =>
  ENTITY_KINDS[type].roles[role]?.may === "write" ? undefined : (state ?? write);

/** @returns true: part of the state; false: only what a cover is moved with */
const addressesOf = (entity: EntityConfig): ReadonlyMap<GroupAddress, boolean> => {
  const addresses = new Map<GroupAddress, boolean>();
  for (const role of ROLE_NAMES) {
    const own = entity.roles[role];
    const state = own && stateAddress(entity.type, role, own);
    if (state !== undefined) addresses.set(state, true);
    const write = entity.type === "cover" ? own?.write : undefined;
    if (write !== undefined && !addresses.has(write)) addresses.set(write, false);
  }
  return addresses;
};
