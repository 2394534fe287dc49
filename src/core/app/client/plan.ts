import type { Octets } from "../../octets.ts";
import { fail, type Result } from "./ask.ts";
import type { Dump, Image, Loadable, Program, PropertyValue } from "./image.ts";
import { areOctets, check, isWithin } from "./range.ts";
import {
  associationTable,
  groupAddressTable,
  groupObjectTable,
  type Segment,
  segmentOf,
} from "./tables.ts";

/** What a download does, whatever it is made from. */
export type Plan = Readonly<{
  /** In the order in which they are written: 5 … 1. */
  loads: readonly Load[];
  /** What a full download unloads first, 5 … 1. */
  unload: readonly Loadable[];
  properties: readonly PropertyValue[];
  extended: boolean;
  partial: boolean;
  hardwareType?: Octets;
  manufacturer?: number;
  orderInfo?: Octets;
}>;

/** A segment for one object. */
export type Load = Readonly<{
  object: Loadable;
  segment: Segment;
  /** Only programs are filled: of a table every octet is written. */
  fill: number | null;
  programVersion: Octets | null;
}>;

/** @returns undefined when the image can be loaded; otherwise what is wrong with it, and where */
export const checkImage = (image: Image): Result<never> | undefined => {
  const { application, program2, groupAddresses, associations, groupObjects, checks } = image;
  return check([
    ...checksOf("application", application),
    ...checksOf("program2", program2),
    ...checksOfProperties(image.properties ?? []),
    [groupAddresses.length <= 0xffff, "There are more than 65535 group addresses."],
    [associations.length <= 0xffff, "There are more than 65535 associations."],
    [groupObjects.length <= 0xffff, "There are more than 65535 group objects."],
    firstWrong("groupAddresses", groupAddresses, (address) => isWithin(address, 1, 0xffff), {
      should: "is no group address 0001 … FFFF",
    }),
    firstWrong(
      "groupAddresses",
      groupAddresses,
      (address, index) => address > (groupAddresses[index - 1] ?? 0),
      { should: "is not above the one before it: they have to ascend" },
    ),
    firstWrong("associations", associations, ([tsap]) => isWithin(tsap, 1, groupAddresses.length), {
      should: `has a TSAP that is none of the ${groupAddresses.length} group addresses`,
    }),
    firstWrong(
      "associations",
      associations,
      ([, asap]) => isWithin(asap, 1, Math.max(1, groupObjects.length)),
      { should: `has a number that is none of the ${groupObjects.length} group objects` },
    ),
    firstWrong("groupObjects", groupObjects, (word) => isWithin(word, 0, 0xffff), {
      should: "is no word 0000 … FFFF",
    }),
    [
      checks?.hardwareType === undefined ||
        (checks.hardwareType.length === 6 && areOctets(checks.hardwareType)),
      "A hardware type has 6 octets.",
    ],
    [
      checks?.manufacturer === undefined || isWithin(checks.manufacturer, 0, 0xffff),
      "A manufacturer is 0000 … FFFF.",
    ],
  ]);
};

const checksOfProperties = (properties: readonly PropertyValue[]): readonly Check[] =>
  properties.map(({ object, pid, octets }, index) => [
    isWithin(object, 0, 255) &&
      isWithin(pid, 1, 255) &&
      isWithin(octets.length, 1, MAX_PROPERTY) &&
      areOctets(octets),
    `properties[${index}] is no object 0 … 255, property 1 … 255 and 1 … ${MAX_PROPERTY} octets.`,
  ]);

/** The same for a dump, which somebody may have changed. */
export const checkDump = ({ properties, objects }: Dump): Result<never> | undefined =>
  check([
    ...checksOfProperties(properties),
    [
      new Set(objects.map(({ index }) => index)).size === objects.length,
      "An object stands in the dump twice.",
    ],
    ...objects.flatMap(({ index, octets, programVersion, peiType: type }): readonly Check[] => [
      [
        octets === null || (isWithin(octets.length, 1, MAX_SEGMENT) && areOctets(octets)),
        `Object ${index} is 1 … ${MAX_SEGMENT} octets, 0 … 255 each.`,
      ],
      [
        programVersion === null || (programVersion.length === 5 && areOctets(programVersion)),
        `The program version of object ${index} has 5 octets.`,
      ],
      [type === null || isWithin(type, 0, 255), `The PEI type of object ${index} is 0 … 255.`],
    ]),
  ]);

type Check = readonly [good: boolean, sentence: string];

const checksOf = (name: string, program: Program | undefined): readonly Check[] =>
  program === undefined
    ? []
    : [
        [
          isWithin(program.octets.length, 1, MAX_SEGMENT),
          `${name} has 1 … ${MAX_SEGMENT} octets, and not ${program.octets.length}.`,
        ],
        [areOctets(program.octets), `${name} is octets, 0 … 255 each.`],
        [isWithin(program.fill, 0, 255), `The fill of ${name} is an octet, 0 … 255.`],
        [
          program.programVersion.length === 5 && areOctets(program.programVersion),
          `The program version of ${name} has 5 octets.`,
        ],
        [
          program.peiType === undefined || isWithin(program.peiType, 0, 255),
          `The PEI type of ${name} is 0 … 255.`,
        ],
      ];

const firstWrong = <T>(
  name: string,
  items: readonly T[],
  isGood: (item: T, index: number) => boolean,
  { should }: Readonly<{ should: string }>,
): Check => {
  const index = items.findIndex((item, at) => !isGood(item, at));
  return [index === -1, `${name}[${index}] ${should}.`];
};

/** What fits into one telegram to any device with standard frames. */
const MAX_PROPERTY = 10;
/** The address space has 24 bits, and the tables and the device want some of it. */
const MAX_SEGMENT = 0x80_0000;

/** Of a checked image. */
export const planOf = (image: Image): Plan => {
  const { application, program2, checks, extended = false, partial = false } = image;
  const hasProgram = application !== undefined || program2 !== undefined;
  return {
    loads: [
      ...(program2 ? [programLoad(5, program2)] : []),
      ...(application ? [programLoad(4, application)] : []),
      tableLoad(3, groupObjectTable(image)),
      tableLoad(2, associationTable(image)),
      tableLoad(1, groupAddressTable(image)),
    ],
    unload: hasProgram ? ALL : TABLES,
    properties: [
      ...(image.properties ?? []),
      ...peiType(5, program2?.peiType),
      ...peiType(4, application?.peiType),
    ],
    extended,
    partial,
    ...checks,
  };
};

/**
 * What brings a device back to what it was when it was dumped.
 * @returns a failure when the dump does not have what is needed
 */
export const planOfDump = ({ identity, properties, objects }: Dump): Result<Plan> => {
  const loaded = objects.filter(({ loadState }) => loadState === LOADED);
  const unknown = loaded.find(({ octets }) => octets === null);
  if (unknown !== undefined)
    return fail(
      "refused",
      `Object ${unknown.index} was loaded when the dump was made, but its content is not in it: such a device cannot be restored.`,
    );
  const loads = loaded
    .toSorted((a, b) => b.index - a.index)
    .flatMap(({ index, octets, programVersion }): readonly Load[] =>
      octets === null
        ? []
        : index < 4
          ? [tableLoad(index, segmentOf(octets))]
          : [{ object: index, segment: segmentOf(octets), fill: 0, programVersion }],
    );
  const end = Math.max(...loaded.map(({ address, octets }) => address + (octets?.length ?? 0)), 0);
  return {
    ok: true,
    value: {
      loads,
      unload: ALL.filter((object) => objects.some(({ index }) => index === object)),
      properties: [
        ...properties,
        ...loaded.flatMap(({ index, peiType: type }) => peiType(index, type ?? undefined)),
      ],
      extended: end > 0x10000,
      partial: false,
      manufacturer: identity.manufacturer,
      ...(identity.hardwareType && { hardwareType: identity.hardwareType }),
      ...(identity.orderInfo && { orderInfo: identity.orderInfo }),
    },
  };
};

const LOADED = 1;
const ALL: readonly Loadable[] = [5, 4, 3, 2, 1];
const TABLES: readonly Loadable[] = [3, 2, 1];

const programLoad = (object: Loadable, { octets, fill, programVersion }: Program): Load => ({
  object,
  segment: segmentOf(octets),
  fill,
  programVersion,
});

const tableLoad = (object: Loadable, segment: Segment): Load => ({
  object,
  segment,
  fill: null,
  programVersion: null,
});

const peiType = (object: number, type: number | undefined): readonly PropertyValue[] =>
  type === undefined ? [] : [{ object, pid: 16, octets: [type] }];
