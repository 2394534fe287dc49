import * as z from "zod";
import type { Image, Program } from "../../core/app/client/image.ts";
import type { JsonValue } from "../../core/effect.ts";
import { toCompactHex } from "../../core/octets.ts";
import { readProduct } from "../../product/read/product.ts";
import { image } from "../../shell/control/images.ts";
import { readDocument } from "./document.ts";
import { filled } from "./filled.ts";
import { linkOf, named, type ObjectsFile, objectsFile } from "./objects.ts";
import { tablesOf, traitsOfWord } from "./tables.ts";

/** Which files make an image; `program`: which one of a product with several. */
export type ImageFiles = Readonly<{
  product?: string | undefined;
  program?: string | undefined;
  image?: string | undefined;
  objects?: string | undefined;
}>;

/** An image that is ready, tables and all. */
const imageFile = z.strictObject({
  format: z.literal("knxpi device image", { error: `"knxpi device image" is needed` }),
  version: z.literal(1, { error: "only version 1 is known" }),
  ...image.shape,
});

/**
 * The image that the files describe.
 * @throws Error with a line for everything that is wrong with one of them
 */
export const readImage = async (files: ImageFiles): Promise<Image> => {
  const {
    format: _,
    version: __,
    ...ready
  } = files.image ? readDocument(files.image, imageFile).value : NO_IMAGE;
  if (files.objects === undefined) return ready;
  const product = files.product && (await readProduct(files.product, files.program));
  const { value, refuse } = readDocument(files.objects, objectsFile);
  const { image: made, remarks } = product ? filled(product, value) : linkedAnew(ready, value);
  refuse(remarks);
  return made;
};

const NO_IMAGE = {
  format: "",
  version: 1,
  groupAddresses: [],
  associations: [],
  groupObjects: [],
};

/** The same image with other addresses: sizes and flags are those of its group objects. */
const linkedAnew = (ready: Image, file: ObjectsFile) => {
  const objects = ready.groupObjects.flatMap((word, index) => {
    const number = index + 1;
    return word === 0 ? [] : [{ name: `${number}`, text: "", number, traits: traitsOfWord(word) }];
  });
  const { found, remarks } = named(["objects"], "group object", Object.keys(file.objects), objects);
  const parameters = named(["parameters"], "parameter", Object.keys(file.parameters), []);
  const links = [...found].flatMap(([key, { number, traits }]) => {
    const written = file.objects[key];
    return written === undefined ? [] : [linkOf(key, written, number, traits)];
  });
  const known = new Map(objects.map(({ number, traits }) => [number, traits]));
  const linked = links.map((link) => link.linked);
  return {
    image: { ...ready, ...tablesOf(known, linked) },
    remarks: [...parameters.remarks, ...remarks, ...links.flatMap((link) => link.remarks)],
  };
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
