import * as z from "zod";
import type { Image, Program } from "../../core/app/client/image.ts";
import type { JsonValue } from "../../core/impulse.ts";
import { toCompactHex } from "../../core/octets.ts";
import { image } from "../../shell/control/images.ts";
import { type Document, readDocument } from "./document.ts";
import {
  objectsFile,
  productObjects,
  type Traits,
  tablesOf,
  traitsOf,
  traitsOfWord,
} from "./objects.ts";

/** Which files make an image. */
export type ImageFiles = Readonly<{ product?: string; image?: string; objects?: string }>;

/** An image that is ready, tables and all. */
const imageFile = z.strictObject({
  format: z.literal("knxpi device image", { error: `"knxpi device image" is needed` }),
  version: z.literal(1, { error: "only version 1 is known" }),
  ...image.shape,
});

/** A program without tables, and the group objects that it has. */
const productFile = z.strictObject({
  format: z.literal("knxpi device product", { error: `"knxpi device product" is needed` }),
  version: z.literal(1, { error: "only version 1 is known" }),
  name: z.string().exactOptional(),
  manufacturer: image.shape.checks.unwrap().shape.manufacturer,
  hardwareType: image.shape.checks.unwrap().shape.hardwareType,
  application: image.shape.application.unwrap(),
  program2: image.shape.program2,
  properties: image.shape.properties,
  extended: image.shape.extended,
  objects: productObjects,
});

/**
 * The image that the files describe.
 * @throws Error with a line for everything that is wrong with one of them
 */
export const readImage = (files: ImageFiles): Image => {
  const objects =
    files.objects === undefined ? undefined : readDocument(files.objects, objectsFile);
  const { base, known } =
    files.product === undefined ? fromImage(files) : fromProduct(files.product);
  if (objects === undefined) return base;
  return { ...base, ...checkedTables(objects, known) };
};

type Base = Readonly<{ base: Image; known: ReadonlyMap<number, Traits> }>;

const fromImage = ({ image: file = "" }: ImageFiles): Base => {
  const { format: _, version: __, ...base } = readDocument(file, imageFile).value;
  const known = base.groupObjects.flatMap((word, index) =>
    word === 0 ? [] : [[index + 1, traitsOfWord(word)] as const],
  );
  return { base, known: new Map(known) };
};

const fromProduct = (file: string): Base => {
  const { value } = readDocument(file, productFile);
  const { format: _, version: __, name: ___, manufacturer, hardwareType, objects, ...rest } = value;
  const known = Object.entries(objects).map(
    ([key, each]) => [Number(key), traitsOf(each)] as const,
  );
  return {
    base: {
      ...rest,
      groupAddresses: [],
      associations: [],
      groupObjects: [],
      checks: {
        ...(manufacturer !== undefined && { manufacturer }),
        ...(hardwareType !== undefined && { hardwareType }),
      },
    },
    known: new Map(known),
  };
};

const checkedTables = (
  { value, refuse }: Document<z.output<typeof objectsFile>>,
  known: Base["known"],
) => {
  const { tables, remarks } = tablesOf(value.objects, known);
  refuse(remarks);
  return tables;
};

/** As `device.program` takes it. */
export const imageParams = (value: Image): Readonly<Record<string, JsonValue>> => {
  const { application, program2, properties, checks, extended, partial } = value;
  const { groupAddresses, groupObjects } = value;
  const { hardwareType, manufacturer } = checks ?? {};
  return {
    ...(application && { application: programParams(application) }),
    ...(program2 && { program2: programParams(program2) }),
    groupAddresses: [...groupAddresses],
    associations: value.associations.map(([tsap, asap]) => [tsap, asap]),
    groupObjects: [...groupObjects],
    ...(properties && {
      properties: properties.map((each) => ({ ...each, octets: toCompactHex(each.octets) })),
    }),
    ...(extended !== undefined && { extended }),
    ...(partial !== undefined && { partial }),
    checks: {
      ...(hardwareType && { hardwareType: toCompactHex(hardwareType) }),
      ...(manufacturer !== undefined && { manufacturer }),
    },
  };
};

const programParams = ({ octets, programVersion, ...rest }: Program): JsonValue => ({
  ...rest,
  octets: toCompactHex(octets),
  programVersion: toCompactHex(programVersion),
});
