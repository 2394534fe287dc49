import { formatGroupAddress, type GroupAddress, parseGroupAddress } from "../core/address.ts";
import type { ObjectConfig } from "../core/config.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import type { Path, Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import { DEFAULT, type DefaultEntry, OBJECT, type ObjectEntry } from "./schema.ts";

/** An object with the defaults that apply to it, and its place in the file. */
export type PlacedObject = Readonly<{ path: Path; entry: ObjectEntry }>;

/** @param entries undefined where an object is not sound */
export const placed = (
  entries: readonly (ObjectEntry | undefined)[],
  rules: readonly DefaultEntry[],
): readonly PlacedObject[] =>
  entries.flatMap((entry, index) =>
    entry ? [{ path: ["objects", index], entry: withDefaults(entry, rules) }] : [],
  );

/**
 * The objects and defaults that are sound in themselves, so that what is wrong inside one of them is found beside what is
 * wrong inside the others.
 */
export const soundEntries = (
  objects: unknown,
  defaults: unknown,
): readonly [objects: readonly (ObjectEntry | undefined)[], defaults: readonly DefaultEntry[]] => [
  list(objects).map((item) => OBJECT.safeParse(item).data),
  list(defaults).flatMap((item) => DEFAULT.safeParse(item).data ?? []),
];

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** In the order of the file, later ones over earlier ones, and what the object itself says over all. */
const withDefaults = (entry: ObjectEntry, rules: readonly DefaultEntry[]): ObjectEntry => {
  const merged: Omit<DefaultEntry, "match"> = {};
  for (const { match, ...options } of rules)
    if (matches(match, entry.ga)) Object.assign(merged, options);
  return { ...merged, ...entry };
};

/** `4/0/*` fits three levels, `4/*` two, and a star alone everything. */
export const matches = (pattern: string, address: GroupAddress): boolean => {
  const wanted = pattern.split("/");
  const style = STYLES[wanted.length - 1] ?? "3-level";
  const parts = formatGroupAddress(address, style).split("/");
  return wanted.every((part, index) => part === "*" || Number(part) === Number(parts[index]));
};

const STYLES = ["free", "2-level", "3-level"] as const;

/**
 * Group addresses that are defined more than once, whatever else is wrong with their objects.
 * @param line finds the line of a path
 */
export const duplicates = (objects: unknown, line: (path: Path) => number): readonly Remark[] => {
  const first = new Map<GroupAddress, Path>();
  return list(objects).flatMap((object, index) => {
    const path = ["objects", index, "ga"];
    const ga = valueAt(object, ["ga"]);
    const address = typeof ga === "string" ? parseGroupAddress(ga) : undefined;
    if (address === undefined) return [];
    const earlier = first.get(address);
    if (earlier === undefined) {
      first.set(address, path);
      return [];
    }
    const message = `this address is defined twice (lines ${line(earlier)} and ${line(path)})`;
    return [{ path, code: "duplicate_ga", message: `"${ga}": ${message}` }];
  });
};

/** What does not go together inside one object. */
export const objectErrors = (objects: readonly PlacedObject[]): readonly Remark[] =>
  objects.flatMap(({ path, entry }) =>
    entry.provide && entry.dpt === undefined
      ? [
          {
            path: [...path, "provide"],
            code: "dpt_required",
            message: "provide: true needs a dpt",
          },
        ]
      : [],
  );

export const objectWarnings = (objects: readonly PlacedObject[]): readonly Remark[] =>
  objects.flatMap(({ path, entry: { dpt } }) => {
    if (dpt === undefined) return [];
    const at = [...path, "dpt"];
    const found = findDpt(dpt);
    if (found === undefined) {
      const message = `${dpt} is only known as raw octets in this version`;
      return [{ path: at, code: "dpt_raw_only", message }];
    }
    if (found.id === dpt || found.id !== `${found.main}.xxx`) return [];
    const message = `${dpt} is not a subtype we know; it is treated as ${found.id}`;
    return [{ path: at, code: "unknown_dpt", message }];
  });

export const toObjectConfig = (
  { entry }: PlacedObject,
  events: boolean | readonly string[],
): ObjectConfig => ({
  ga: entry.ga,
  ...(entry.name === undefined ? {} : { name: entry.name }),
  ...(entry.dpt === undefined ? {} : { dpt: entry.dpt }),
  writable: entry.writable ?? true,
  priority: entry.priority ?? "low",
  alarm: entry.alarm ?? false,
  provide: entry.provide ?? false,
  transmit: entry.transmit ?? "changes",
  events:
    entry.events ??
    (typeof events === "boolean" ? events : events.some((pattern) => matches(pattern, entry.ga))),
  publish: entry.publish === "on_change" ? "changes" : "always",
});
