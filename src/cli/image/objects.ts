import * as z from "zod";
import type { Remark } from "../../config/finding.ts";
import { groupAddress } from "../../config/words.ts";
import type { Image } from "../../core/app/client/image.ts";
import { findDpt } from "../../core/dpt/dpt.ts";

/*
 * Group objects as people write them, and the tables of a device that follow from them.
 *
 *   objects:
 *     1:                              number of the group object
 *       name: Ceiling light           for people
 *       dpt: 1.001                    or size: 1 bit, 2 octets; not needed where the product has it
 *       addresses: [1/1/2, 1/1/1]     it sends to the first one, and listens to all
 *       flags: CWTU                   Communication, Read, Write, Transmit, Initialise, Update
 *       priority: low
 */

const SIZE = /^(\d+) (bits?|octets?)$/;

const size = z
  .string()
  .refine((text) => SIZE.test(text), { error: "a size is written 1 bit, 4 bits, 2 octets" })
  .transform((text) => {
    const [, count = "0", unit = ""] = SIZE.exec(text) ?? [];
    return Number(count) * (unit.startsWith("bit") ? 1 : 8);
  })
  .refine((bits) => typeOf(bits) !== undefined, {
    error: "there are group objects of 1 to 7 bits, 1 to 248 octets, and 252",
  });

/** Of a datapoint type, in bits. */
const typeSize = z.string().transform((id, context) => {
  const bits = findDpt(id)?.bits;
  if (bits !== undefined) return bits;
  context.addIssue({ code: "custom", message: "not a datapoint type known here; give a size" });
  return z.NEVER;
});

const flags = z
  .string()
  .toUpperCase()
  .regex(/^(?!.*(.).*\1)[CRWTIU]*$/, {
    error: "flags are letters of C, R, W, T, I and U, each once",
  });

const PRIORITIES = { system: 0, normal: 1, urgent: 2, low: 3 } as const;
const priority = z.enum(["system", "normal", "urgent", "low"]);

/** What a product says of an object, before somebody gives it addresses. */
const traits = {
  name: z.string().exactOptional(),
  dpt: typeSize.exactOptional(),
  size: size.exactOptional(),
  flags: flags.exactOptional(),
  priority: priority.exactOptional(),
};

const numbered = <Schema extends z.ZodType>(schema: Schema) =>
  z.record(z.string().regex(/^[1-9]\d{0,4}$/, { error: "a number from 1 to 65535" }), schema);

export const productObjects = numbered(z.strictObject(traits));

export const objectsFile = z.strictObject({
  objects: numbered(z.strictObject({ ...traits, addresses: z.array(groupAddress).default([]) })),
});

export type Traits = Readonly<{
  bits?: number;
  flags?: string;
  priority?: keyof typeof PRIORITIES;
}>;
type Written = z.output<typeof objectsFile>["objects"];
type Tables = Pick<Image, "groupAddresses" | "associations" | "groupObjects">;

export const traitsOf = (object: z.output<typeof productObjects>[string]): Traits => {
  const bits = object.size ?? object.dpt;
  return {
    ...(bits !== undefined && { bits }),
    ...(object.flags !== undefined && { flags: object.flags }),
    ...(object.priority !== undefined && { priority: object.priority }),
  };
};

/** What a descriptor word says: the way back. */
export const traitsOfWord = (word: number): Traits => {
  const bits = Array.from({ length: MAX_BITS + 1 }, (_, each) => each).find(
    (each) => typeOf(each) === (word & 0xff),
  );
  const priorities = ["system", "normal", "urgent", "low"] as const;
  return {
    ...(bits !== undefined && { bits }),
    flags: Object.keys(FLAGS)
      .filter((letter) => (word & (FLAGS[letter] ?? 0)) !== 0)
      .concat("C")
      .join(""),
    priority: priorities[(word >> 8) & 3] ?? "low",
  };
};

/**
 * The three tables.
 * @param known by number, what is not in the file
 * @returns what is wrong instead, with its place in the file
 */
export const tablesOf = (
  written: Written,
  known: ReadonlyMap<number, Traits>,
): Readonly<{ tables: Tables; remarks: readonly Remark[] }> => {
  const remarks: Remark[] = [];
  const objects = Object.entries(written)
    .map(([key, object]) => ({ key, number: Number(key), ...object }))
    .toSorted((a, b) => a.number - b.number);
  const groupAddresses = [...new Set(objects.flatMap(({ addresses }) => addresses))].toSorted(
    (a, b) => a - b,
  );
  const tsaps = new Map(groupAddresses.map((address, index) => [address, index + 1]));
  const highest = Math.max(0, ...known.keys(), ...objects.map(({ number }) => number));
  const groupObjects = new Array<number>(highest).fill(0);
  for (const [number, traits] of known) groupObjects[number - 1] = wordOf(traits, false) ?? 0;
  const associations: [number, number][] = [];
  for (const { key, number, addresses, ...own } of objects) {
    const remark = (message: string, field?: string): void => {
      const path = field === undefined ? ["objects", key] : ["objects", key, field];
      remarks.push({ path, code: "bad_object", message });
    };
    if (known.size > 0 && !known.has(number)) remark(`the product has no group object ${number}`);
    const traits = { ...known.get(number), ...traitsOf(own) };
    if (traits.bits === undefined) remark("dpt or size is needed, for the product does not tell");
    if (traits.flags === undefined) remark("flags are needed, for the product does not tell");
    groupObjects[number - 1] = wordOf(traits, addresses.length > 0) ?? 0;
    for (const [index, address] of addresses.entries()) {
      if (addresses.indexOf(address) !== index) remark("an address stands here twice", "addresses");
      associations.push([tsaps.get(address) ?? 0, number]);
    }
  }
  return { tables: { groupAddresses, associations, groupObjects }, remarks };
};

/** Group object descriptor. `device-model.md` §4. C only with an address to communicate on. */
const wordOf = (
  { bits, flags: letters = "", priority: urgency = "low" }: Traits,
  linked: boolean,
) => {
  const type = bits === undefined ? undefined : typeOf(bits);
  if (type === undefined) return undefined;
  const set = [...letters].reduce((word, letter) => word | (FLAGS[letter] ?? 0), 0);
  const communication = linked && letters.includes("C") ? 0x0400 : 0;
  return set | communication | (PRIORITIES[urgency] << 8) | type;
};

const FLAGS: Readonly<Record<string, number>> = {
  U: 0x8000,
  T: 0x4000,
  I: 0x2000,
  W: 0x1000,
  R: 0x0800,
};

/** Value field type of a size in bits. `device-model.md` §4 */
const typeOf = (bits: number): number | undefined => {
  if (bits >= 1 && bits <= 7) return bits - 1;
  if (bits < 8 || bits % 8 !== 0) return undefined;
  const octets = bits / 8;
  if (octets === 252) return 255;
  return octets > 248 ? undefined : (SIZES[octets] ?? octets + 6);
};

const SIZES: Readonly<Record<number, number>> = {
  1: 7,
  2: 8,
  3: 9,
  4: 10,
  5: 15,
  6: 11,
  7: 16,
  8: 12,
  9: 17,
  10: 13,
  11: 18,
  12: 19,
  13: 20,
  14: 14,
};
const MAX_BITS = 252 * 8;
