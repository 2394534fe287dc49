import { type GroupAddress, parseGroupAddress } from "../core/address.ts";
import type { ObjectConfig } from "../core/config.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import { matchesPattern } from "../core/ga-pattern.ts";
import type { ProjectAddress } from "../project/project.ts";
import type { Path, Remark } from "./finding.ts";
import { type Known, optionsOf } from "./project.ts";
import { valueAt } from "./remarks.ts";
import { DEFAULT, type DefaultEntry, OBJECT, type ObjectEntry } from "./schema.ts";

/** An object with the defaults that apply to it, its place in the file, and what a project knows of it. */
export type PlacedObject = Readonly<{ path: Path; entry: ObjectEntry; known?: ProjectAddress }>;

/**
 * @param entries undefined where an object is not sound
 * @param known by a project: holds where the file says nothing
 */
export const placed = (
  entries: readonly (ObjectEntry | undefined)[],
  rules: readonly DefaultEntry[],
  known: Known,
): readonly PlacedObject[] =>
  entries.flatMap((entry, index) => {
    if (entry === undefined) return [];
    const address = known.get(entry.ga);
    return [
      {
        path: ["objects", index],
        entry: withDefaults(entry, rules, address),
        ...(address && { known: address }),
      },
    ];
  });

/** Objects that only the project has; the place to which they belong is the one that names it. */
export const placedImports = (
  addresses: readonly ProjectAddress[],
  rules: readonly DefaultEntry[],
): readonly PlacedObject[] =>
  addresses.map((known) => ({
    path: ["project", "import"],
    entry: withDefaults({ ga: known.ga }, rules, known),
    known,
  }));

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
const withDefaults = (
  entry: ObjectEntry,
  rules: readonly DefaultEntry[],
  known: ProjectAddress | undefined,
): ObjectEntry => {
  const merged: Omit<ObjectEntry, "ga"> = known ? optionsOf(known) : {};
  for (const { match, ...options } of rules)
    if (matchesPattern(match, entry.ga)) Object.assign(merged, options);
  return { ...merged, ...entry };
};

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
  objects.flatMap(({ path, entry: { dpt }, known }) => {
    // What a project says is told when it is read.
    if (dpt === undefined || dpt === known?.dpt) return [];
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
  { entry, known }: PlacedObject,
  events: boolean | readonly string[],
): ObjectConfig => {
  const { state_ga, confirm_write, read_on_init, answer_restored, ...others } = entry;
  const { min_interval, cyclic, expire_after, poll, publish_heartbeat, ...more } = others;
  const { on_bus_return, on_start, publish, ...same } = more;
  return {
    ...same,
    ...(known && groupsOf(known)),
    ...(state_ga !== undefined && { stateGa: state_ga }),
    ...(confirm_write !== undefined && { confirmWrite: confirm_write }),
    ...(read_on_init !== undefined && { readOnInit: read_on_init }),
    ...(answer_restored !== undefined && { answerRestored: answer_restored }),
    ...(min_interval !== undefined && { minIntervalMs: min_interval }),
    ...(cyclic !== undefined && { cyclicMs: cyclic }),
    ...(expire_after !== undefined && { expireAfterMs: expire_after }),
    ...(poll !== undefined && { pollMs: poll }),
    ...(publish_heartbeat !== undefined && { heartbeatMs: publish_heartbeat }),
    ...(on_bus_return === "send" && { sendOnBusReturn: true }),
    ...(on_start === "send" && { sendOnStart: true }),
    writable: entry.writable ?? true,
    priority: entry.priority ?? "low",
    alarm: entry.alarm ?? false,
    provide: entry.provide ?? false,
    transmit: entry.transmit ?? "changes",
    events:
      entry.events ??
      (typeof events === "boolean"
        ? events
        : events.some((pattern) => matchesPattern(pattern, entry.ga))),
    publish: publish === "on_change" ? "changes" : "always",
  };
};

/** What only a project can say. */
const groupsOf = ({ main, middle, flags }: ProjectAddress): Partial<ObjectConfig> => ({
  ...(main !== null && { main }),
  ...(middle !== null && { middle }),
  ...(flags !== "" && { flags }),
});
