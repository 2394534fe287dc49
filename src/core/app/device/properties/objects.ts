import { deviceProperties } from "./device-object.ts";
import { programProperties, tableProperties } from "./loadable-object.ts";
import { constant, type Property, word } from "./property.ts";

export type InterfaceObject = Readonly<{
  /** Position among the objects. */
  index: number;
  type: number;
  /** In the order of their indices; the object type is the first. */
  properties: readonly Property[];
}>;

/**
 * Object types in the order that the mask fixes: device, group address table, association table, group object table,
 * application program, interface program. `device-model.md` §1
 */
const TYPES = [0, 1, 2, 9, 3, 4] as const;

const objectOf = (index: number, type: number, own: readonly Property[]): InterfaceObject => ({
  index,
  type,
  properties: [
    constant(1, "unsignedInt", () => word(type)),
    ...own,
    constant(29, "unsignedChar", () => [index]),
  ],
});

/** Everything a property service can reach. */
export const OBJECTS: readonly InterfaceObject[] = [
  objectOf(0, TYPES[0], deviceProperties(TYPES)),
  objectOf(1, TYPES[1], tableProperties(1)),
  objectOf(2, TYPES[2], tableProperties(2)),
  objectOf(3, TYPES[3], tableProperties(3)),
  objectOf(4, TYPES[4], programProperties(4)),
  objectOf(5, TYPES[5], programProperties(5)),
];

/** @param instance of the objects of this type, from 1 */
export const findObject = (type: number, instance: number): InterfaceObject | undefined =>
  instance < 1 ? undefined : OBJECTS.filter((object) => object.type === type)[instance - 1];

export const findProperty = (
  object: InterfaceObject | undefined,
  pid: number,
): Property | undefined => object?.properties.find((property) => property.pid === pid);

/** What a description says, and which property it is: by identifier, or by index where that is 0. */
export const describe = (
  object: InterfaceObject | undefined,
  pid: number,
  index: number,
): Readonly<{ property: Property; index: number }> | undefined => {
  const found =
    pid === 0 ? index : (object?.properties.findIndex((property) => property.pid === pid) ?? -1);
  const property = object?.properties[found];
  return property === undefined ? undefined : { property, index: found };
};
