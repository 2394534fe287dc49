import * as z from "zod";
import type { Path, Remark } from "../../config/finding.ts";
import { nearest } from "../../config/nearest.ts";
import { groupAddress } from "../../config/words.ts";
import { list } from "../../product/read/types.ts";
import { type Linked, PRIORITY_NAMES, type Traits } from "./tables.ts";

/*
 * What people say of a device: its parameters, and the group addresses of its group objects.
 *
 *   parameters:
 *     control: PI                     number, text, or the text of a choice; all others have their default
 *   objects:
 *     heating:                        name, number or text of the group object, as the product has them
 *       addresses: [1/1/2, 1/1/1]     it sends to the first one, and listens to all
 *       flags: CWTU                   Communication, Read, Write, Transmit, Initialise, Update
 *       priority: low
 */

const flags = z
  .string()
  .toUpperCase()
  .regex(/^(?!.*(.).*\1)[CRWTIU]*$/, {
    error: "flags are letters of C, R, W, T, I and U, each once",
  });

export const objectsFile = z.strictObject({
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  objects: z
    .record(
      z.string(),
      z.strictObject({
        addresses: z.array(groupAddress).default([]),
        flags: flags.exactOptional(),
        priority: z.enum(PRIORITY_NAMES).exactOptional(),
      }),
    )
    .default({}),
});

export type ObjectsFile = z.output<typeof objectsFile>;

/** Something of the product that has names. */
export type Named = Readonly<{ name: string; text: string; number?: number }>;

/** What the names in a part of the file stand for, each once, and what is wrong with the others. */
export const named = <T extends Named>(
  path: Path,
  what: string,
  written: Iterable<string>,
  items: readonly T[],
): Readonly<{ found: ReadonlyMap<string, T>; remarks: readonly Remark[] }> => {
  const found = new Map<string, T>();
  const remarks: Remark[] = [];
  const taken = new Set<T>();
  const find = finder(items);
  for (const key of written) {
    const matches = find(key);
    const [item, ...others] = matches;
    const remark = (code: string, message: string, suggestion?: string): void => {
      const where = { path: [...path, key], key: true, code, message } as const;
      remarks.push(suggestion === undefined ? where : { ...where, suggestion: `"${suggestion}"` });
    };
    const names = items.map(({ name }) => name);
    if (item === undefined) {
      const all = names.length === 0 ? "it has none" : `it has ${list(names)}`;
      remark("unknown_name", `there is no ${what} "${key}", ${all}`, nearest(key, names));
    } else if (others.length > 0)
      remark(
        "ambiguous_name",
        `${matches.length} of them are called "${key}": say ${list(matches.map(({ name, number }) => `${number ?? name}`))}`,
      );
    else if (taken.has(item))
      remark("duplicate_name", `this is "${item.name}", which stands here already`);
    else {
      taken.add(item);
      found.set(key, item);
    }
  }
  return { found, remarks };
};

/** Finds by name, number, then text; whatever the case only where nothing else fits. */
const finder = <T extends Named>(items: readonly T[]): ((key: string) => readonly T[]) => {
  const index = (keysOf: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> => {
    const found = new Map<string, T[]>();
    for (const item of items)
      for (const key of new Set(keysOf(item))) {
        const others = found.get(key);
        if (others === undefined) found.set(key, [item]);
        else others.push(item);
      }
    return found;
  };
  const byName = index(({ name }) => [name]);
  const byNumber = index(({ number }) => (number === undefined ? [] : [`${number}`]));
  const byText = index(({ text }) => [text]);
  const byEither = index(({ name, text }) => [name.toLowerCase(), text.toLowerCase()]);
  return (key) =>
    byName.get(key) ??
    byNumber.get(key) ??
    byText.get(key) ??
    byEither.get(key.toLowerCase()) ??
    [];
};

/** A group object of the file as it goes into the tables. @param key as it stands in the file */
export const linkOf = (
  key: string,
  { addresses, ...own }: ObjectsFile["objects"][string],
  number: number,
  traits: Traits,
): Readonly<{ linked: Linked; remarks: readonly Remark[] }> => ({
  linked: { number, addresses, traits: { ...traits, ...own } },
  remarks: addresses.flatMap((address, index) =>
    addresses.indexOf(address) === index
      ? []
      : [
          {
            path: ["objects", key, "addresses", index],
            code: "duplicate_ga",
            message: "an address stands here twice",
          },
        ],
  ),
});
