import { FLAG_NAMES, flagsOf, type RawFlags } from "./installation.ts";
import type { Attributes, Sink } from "./xml.ts";

/** What an application program says about an object: its own part, or a reference that says some of it anew. */
export type ObjectDefinition = Readonly<{
  dpt: string | undefined;
  /** `1 Bit`, `2 Bytes`; a device does not say it again. */
  size?: string | undefined;
  flags: RawFlags;
}>;

/**
 * Reads an application program (`M-0083_A-….xml`) as far as its objects go: behind them stand the texts of its dialogs, which
 * are most of it.
 * @param wanted ids of references to objects, as `definitionId` makes them
 * @returns by id of the reference: reference over object
 */
export const applicationSink = (
  wanted: ReadonlySet<string>,
): Readonly<{ sink: Sink; result: ReadonlyMap<string, ObjectDefinition> }> => {
  const objects = new Map<string, ObjectDefinition>();
  const result = new Map<string, ObjectDefinition>();
  let modules = 0;
  const enter = (name: string, attributes: Attributes): boolean => {
    const { Id: id = "", RefId: ref = "" } = attributes;
    switch (name) {
      case "ComObject":
        objects.set(id, definitionOf(attributes));
        return true;
      case "ComObjectRef":
        if (wanted.has(id)) result.set(id, over(definitionOf(attributes), objects.get(ref)));
        return true;
      case "ModuleDef":
        modules += 1;
        return true;
      case "Dynamic":
        return modules > 0;
      default:
        return name !== "Languages";
    }
  };
  return {
    sink: {
      open: enter,
      close: (name) => {
        if (name === "ModuleDef") modules -= 1;
      },
    },
    result,
  };
};

const definitionOf = (attributes: Attributes): ObjectDefinition => {
  const { DatapointType: dpt, ObjectSize: size } = attributes;
  return { dpt, size, flags: flagsOf(attributes) };
};

/** What the upper level leaves open is as the lower one says. */
export const over = (
  upper: ObjectDefinition,
  lower: ObjectDefinition | undefined,
): ObjectDefinition => ({
  // An empty list is none.
  dpt: upper.dpt || lower?.dpt,
  size: upper.size ?? lower?.size,
  flags: {
    CommunicationFlag: upper.flags.CommunicationFlag ?? lower?.flags.CommunicationFlag,
    ReadFlag: upper.flags.ReadFlag ?? lower?.flags.ReadFlag,
    WriteFlag: upper.flags.WriteFlag ?? lower?.flags.WriteFlag,
    TransmitFlag: upper.flags.TransmitFlag ?? lower?.flags.TransmitFlag,
    UpdateFlag: upper.flags.UpdateFlag ?? lower?.flags.UpdateFlag,
    ReadOnInitFlag: upper.flags.ReadOnInitFlag ?? lower?.flags.ReadOnInitFlag,
  },
});

/** `CRWTUI`, those that are set. */
export const flagLetters = (flags: readonly RawFlags[]): string =>
  FLAG_NAMES.flatMap((name, index) =>
    flags.some((one) => one[name]) ? [LETTERS[index] ?? ""] : [],
  ).join("");

const LETTERS = "CRWTUI";

/**
 * The reference of a device to an object → the id of that reference in the application program. ETS 4 writes it in full
 * (`M-0083_A-0013-11-A9D6_O-0_R-10000`), later ones without the program (`O-0_R-10000`); an object of a module names the
 * instance as well (`MD-2_M-22_MI-1_O-2-31_R-3`), and one in a module within a module both
 * (`MD-4_M-15_MI-1_SM-1_M-1_MI-1-1-2_SM-1_O-3-1_R-2`), where the program knows only the definitions (`MD-4_SM-1_O-3-1_R-2`).
 * @param program id of the application program of the device; undefined: unknown
 * @returns undefined when neither says which program is meant
 */
export const definitionId = (
  ref: string,
  program: string | undefined,
): Readonly<{ program: string; id: string }> | undefined => {
  const parts = ref.split("_");
  const full = parts[0]?.startsWith("M-") && parts[1]?.startsWith("A-");
  const named = full ? parts.slice(0, 2).join("_") : program;
  if (named === undefined) return undefined;
  const rest = full ? parts.slice(2) : parts;
  const object = rest.findIndex((part) => part.startsWith("O-"));
  if (object < 0) return undefined;
  const module = rest.slice(0, object).find((part) => part.startsWith("MD-"));
  const inner = rest[object - 1]?.startsWith("SM-") ? rest[object - 1] : undefined;
  const words = [named, module, inner, ...rest.slice(object)];
  return { program: named, id: words.filter((word) => word !== undefined).join("_") };
};
