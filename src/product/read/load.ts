import type { PropertyValue } from "../../core/app/client/image.ts";
import { type Octets, parseHex } from "../../core/octets.ts";
import { all, at, type Node, numberOf, optional, refuse, short, textOf } from "./tree.ts";

/** What a program wants done in a download, beside the procedure of the mask. `device-model.md` §7.2, §9 */
export type LoadSteps = Readonly<{
  hardwareType?: Octets;
  properties: readonly PropertyValue[];
  /** By object: size of its memory, and what it is filled with. */
  allocations: ReadonlyMap<number, Readonly<{ size: number; fill: number }>>;
}>;

/** The largest memory that is asked for: that of a device with the address space of System B would not be filled by far. */
export const MOST_MEMORY = 0x10_0000;

/**
 * @param program its `Static` part
 * @throws Error with the place of what is not understood: a step left out would be a device loaded wrong
 */
export const loadStepsOf = (program: Node): LoadSteps => {
  const allocations = new Map<number, { size: number; fill: number }>();
  const properties: PropertyValue[] = [];
  let hardwareType: Octets | undefined;
  const procedures = all(at(program, "LoadProcedures"), "LoadProcedure");
  for (const step of procedures.flatMap(({ children }) => children)) {
    const isFull = /\b(full|auto)\b/.test(optional(step, "AppliesTo") ?? "full");
    switch (step.name) {
      case "LdCtrlCompareProp":
        if (textOf(step, "ObjIdx") !== "0" || textOf(step, "PropId") !== "78")
          refuse(step, "only property 78 of object 0, the hardware type, is compared");
        hardwareType = octetsOf(step, 6);
        break;
      case "LdCtrlRelSegment": {
        const object = loadable(step, "LsmIdx");
        const size = numberOf(step, "Size", { min: 1, max: MOST_MEMORY });
        const fill = numberOf(step, "Fill", { min: 0, max: 255, otherwise: 0 });
        if (isFull) allocations.set(object, { size, fill });
        break;
      }
      case "LdCtrlWriteRelMem":
        loadable(step, "ObjIdx");
        break;
      case "LdCtrlWriteProp":
        if (isFull) properties.push(propertyOf(step));
        break;
      // Stamps are read and compared after every download, and texts are for a screen.
      case "LdCtrlLoadImageProp":
      case "LdCtrlProgressText":
        break;
      default:
        refuse(step, "this step of a load procedure is not understood");
    }
  }
  return { ...(hardwareType && { hardwareType }), properties, allocations };
};

const loadable = (node: Node, key: string): number => numberOf(node, key, { min: 4, max: 5 });

const octetsOf = (node: Node, count?: number): Octets => {
  const text = textOf(node, "InlineData");
  const octets = parseHex(text);
  return octets !== undefined && octets.length > 0 && octets.length === (count ?? octets.length)
    ? octets
    : refuse(node, `InlineData ${short(text)} is not ${count ?? "some"} octets in hex`);
};

const propertyOf = (step: Node): PropertyValue => {
  const { Count = "1", StartElement = "1" } = step.attributes;
  if (Count !== "1" || StartElement !== "1") refuse(step, "only the first element can be written");
  return {
    object: numberOf(step, "ObjIdx", { min: 0, max: 255 }),
    pid: numberOf(step, "PropId", { min: 1, max: 255 }),
    octets: octetsOf(step),
  };
};
