import type { Declaration, ObjectDeclaration } from "../core/app/application/declaration.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import { type Element, element } from "./xml.ts";

/** Everything about group objects that stands in the static part of an application program. */
export type ObjectElements = Readonly<{
  objects: readonly Element[];
  refs: readonly Element[];
  /** By key of the declaration: its references, one for each form the object can have. */
  forms: Readonly<Record<string, readonly ObjectForm[]>>;
}>;

/** `values`: of the parameter that chooses this form; null where there is no choice. */
export type ObjectForm = Readonly<{ refId: string; values: readonly number[] | null }>;

/** @param application id of the application program */
export const objectElements = (declaration: Declaration, application: string): ObjectElements => {
  const entries = Object.entries(declaration.objects).map(([key, object]) => ({
    key,
    object,
    id: `${application}_O-${object.number}`,
    types: typesOf(declaration, object),
  }));
  let last = 0;
  const numbered = entries.map((entry) => ({
    ...entry,
    types: entry.types.map((type) => {
      last += 1;
      return { ...type, refId: `${entry.id}_R-${last}` };
    }),
  }));
  return {
    objects: entries.map(({ key, object, id, types }) =>
      element("ComObject", {
        Id: id,
        Name: key,
        Text: object.name,
        Number: object.number,
        FunctionText: object.function,
        Priority: PRIORITIES[object.priority ?? "low"],
        ObjectSize: types[0]?.size,
        ...flagsOf(object),
        DatapointType: types.length === 1 ? types[0]?.datapointType : undefined,
      }),
    ),
    refs: numbered.flatMap(({ id, types }) =>
      types.map(({ refId, size, datapointType }) =>
        types.length === 1
          ? element("ComObjectRef", { Id: refId, RefId: id })
          : element("ComObjectRef", {
              Id: refId,
              RefId: id,
              ObjectSize: size,
              DatapointType: datapointType,
            }),
      ),
    ),
    forms: Object.fromEntries(
      numbered.map(({ key, types }) => [
        key,
        types.map(({ refId, values }) => ({ refId, values })),
      ]),
    ),
  };
};

type Type = Readonly<{ size: string; datapointType: string; values: readonly number[] | null }>;

/**
 * An object whose type is chosen has one form for each main type, not for each subtype: 250 objects with all subtypes would be
 * 14,000 references. ETS then knows the main type, and the device the rest.
 */
const typesOf = (declaration: Declaration, { dpt }: ObjectDeclaration): readonly Type[] => {
  if (typeof dpt === "string")
    return [{ size: sizeOf(dpt), datapointType: datapointTypeOf(dpt), values: null }];
  const parameter = declaration.parameters[dpt.parameter];
  if (parameter?.type !== "choice") return [];
  const byMain = new Map<string, Type>();
  for (const [choice, id] of Object.entries(dpt.dpts)) {
    const value = parameter.choices[choice]?.[0];
    if (value === undefined) continue;
    const datapointType = datapointTypeOf(`${id.split(".")[0]}.xxx`);
    const before = byMain.get(datapointType)?.values ?? [];
    byMain.set(datapointType, { size: sizeOf(id), datapointType, values: [...before, value] });
  }
  return [...byMain.values()];
};

/** `1 Bit`, `1 Byte`, `2 Bytes`: as ETS names the sizes of objects. */
export const sizeOf = (id: string): string => {
  const bits = findDpt(id)?.bits ?? 0;
  if (bits < 8) return `${bits} Bit`;
  return bits === 8 ? "1 Byte" : `${bits / 8} Bytes`;
};

/** `DPST-9-1` for 9.001, `DPT-9` for any 9. */
export const datapointTypeOf = (id: string): string => {
  const [main = "", sub = ""] = id.split(".");
  return sub === "xxx" ? `DPT-${main}` : `DPST-${main}-${Number(sub)}`;
};

const flagsOf = ({ flags }: ObjectDeclaration) =>
  Object.fromEntries(
    FLAGS.map(([letter, name]) => [name, flags.includes(letter) ? "Enabled" : "Disabled"]),
  );

const FLAGS = [
  ["R", "ReadFlag"],
  ["W", "WriteFlag"],
  ["C", "CommunicationFlag"],
  ["T", "TransmitFlag"],
  ["U", "UpdateFlag"],
  ["I", "ReadOnInitFlag"],
] as const;

/** The words of ETS for what the standard calls low, normal and urgent. */
const PRIORITIES = { low: "Low", normal: "High", urgent: "Alarm" } as const;
