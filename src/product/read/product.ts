import { isSystemB } from "../../core/app/client/mask.ts";
import type { Octets } from "../../core/octets.ts";
import { type ComObject, comObjectsOf } from "./com-objects.ts";
import { readDocuments } from "./file.ts";
import { type LoadSteps, loadStepsOf, MOST_MEMORY } from "./load.ts";
import { type Parameter, parametersOf } from "./parameters.ts";
import { all, at, isTrue, type Node, numberOf, optional, refuse, short, textOf } from "./tree.ts";

/** An application program as it is needed to load it. */
export type Product = Readonly<{
  /** `M-00FA_A-B302-10-0000`, and for people. */
  id: string;
  name: string;
  manufacturer: number;
  /** PID_PROGRAM_VERSION: manufacturer (2), application (2), version. */
  programVersion: Octets;
  /** The product allows the extended memory services. */
  extended: boolean;
  steps: LoadSteps;
  segments: readonly ProductSegment[];
  parameters: readonly Parameter[];
  objects: readonly ComObject[];
  /** What decides what is shown; undefined: nothing does, and all is. */
  dynamic: Node | undefined;
}>;

/** Memory of object 4 or 5, as it is before the parameters are written. */
export type ProductSegment = Readonly<{ id: string; object: number; octets: Octets; fill: number }>;

/**
 * Product data as `knxpi product` writes them, and others alike: one XML document, or a package.
 * @param id of the application program, where there are several
 * @throws Error that says what is wrong, and where
 */
export const readProduct = async (path: string, id?: string): Promise<Product> => {
  const documents = await readDocuments(path);
  const programs = documents.flatMap((document) => {
    if (document.name !== "KNX") refuse(document, "not product data: those begin with KNX");
    return all(at(document, "ManufacturerData"), "Manufacturer").flatMap((maker) =>
      all(at(maker, "ApplicationPrograms"), "ApplicationProgram").map((program) => ({
        maker,
        program,
      })),
    );
  });
  const ids = programs.map(({ program }) => textOf(program, "Id"));
  const [chosen, another] =
    id === undefined ? programs : programs.filter(({ program }) => optional(program, "Id") === id);
  if (chosen !== undefined && another === undefined) return productOf(chosen.maker, chosen.program);
  const choices =
    ids.length === 0 ? "there is no ApplicationProgram" : `there are ${ids.join(", ")}`;
  const asked = id === undefined ? "; say which one with --program" : `, and not one ${short(id)}`;
  throw new Error(`${path}: ${choices}${ids.length === 0 ? "" : asked}`);
};

const productOf = (maker: Node, program: Node): Product => {
  const parts = at(program, "Static") ?? refuse(program, "its Static part is missing");
  if (at(program, "ModuleDefs") !== undefined) refuse(program, "modules are not understood");
  const manufacturer = manufacturerOf(maker);
  checkKind(program);
  const number = numberOf(program, "ApplicationNumber", { min: 0, max: 0xffff });
  const version = numberOf(program, "ApplicationVersion", { min: 0, max: 0xff });
  const steps = loadStepsOf(parts);
  const segments = segmentsOf(parts, steps);
  const options = at(parts, "Options");
  return {
    ...{ id: textOf(program, "Id"), name: textOf(program, "Name"), manufacturer },
    programVersion: [manufacturer >> 8, manufacturer & 0xff, number >> 8, number & 0xff, version],
    extended: isTrue(options, "SupportsExtendedMemoryServices"),
    ...{ steps, segments },
    parameters: parametersOf(parts),
    objects: comObjectsOf(parts),
    dynamic: at(program, "Dynamic"),
  };
};

const manufacturerOf = (maker: Node): number => {
  const [, hex] = /^M-([0-9A-F]{4})$/i.exec(textOf(maker, "RefId")) ?? [];
  return hex === undefined
    ? refuse(maker, "RefId is no manufacturer M-xxxx")
    : Number.parseInt(hex, 16);
};

const checkKind = (program: Node): void => {
  const mask = textOf(program, "MaskVersion");
  const [, hex = ""] = /^MV-([0-9A-F]{4})$/i.exec(mask) ?? [];
  if (!isSystemB(Number.parseInt(hex, 16)))
    refuse(
      program,
      `MaskVersion ${short(mask)}: only devices of System B (MV-07B0) are programmed`,
    );
  const style = textOf(program, "LoadProcedureStyle");
  if (style !== "MergedProcedure")
    refuse(program, `LoadProcedureStyle ${short(style)}: only MergedProcedure is understood`);
};

const segmentsOf = (parts: Node, steps: LoadSteps): readonly ProductSegment[] => {
  const code = at(parts, "Code");
  const nodes = code?.children ?? [];
  const segments = nodes.map((node): ProductSegment => {
    if (node.name !== "RelativeSegment") refuse(node, "only a RelativeSegment is understood");
    numberOf(node, "Offset", { min: 0, max: 0, otherwise: 0 });
    const object = numberOf(node, "LoadStateMachine", { min: 4, max: 5 });
    const own = numberOf(node, "Size", { min: 1, max: MOST_MEMORY });
    const { size, fill } = steps.allocations.get(object) ?? { size: own, fill: 0 };
    if (size < own) refuse(node, `its ${own} octets do not fit the ${size} that are allocated`);
    const data = Buffer.from(at(node, "Data")?.text ?? "", "base64");
    if (data.length > own) refuse(node, `its data have ${data.length} octets, and it has ${own}`);
    const octets = Array.from({ length: size }, (_, index) => data[index] ?? fill);
    return { id: textOf(node, "Id"), object, octets, fill };
  });
  for (const [index, { object }] of segments.entries())
    if (segments.findIndex((other) => other.object === object) !== index)
      refuse(nodes[index] ?? parts, `object ${object} has two segments`);
  return segments;
};
