import type { GroupAddress, GroupStyle } from "../core/address.ts";
import { plainDptId } from "../core/dpt/dpt.ts";
import { sameDpt } from "./dpt.ts";
import { type Entry, entryOf } from "./entry.ts";
import type { FileObject } from "./objects-file.ts";
import type { Project } from "./project.ts";

/** What a project has that a configuration file has not, and the other way round. */
export type Difference = Readonly<{
  added: readonly Entry[];
  /** Imported before, unchanged since, and no longer in the project. */
  removed: readonly FileObject[];
  renamed: readonly Change[];
  retyped: readonly Change[];
  /** Imported objects of which only room, description or writable changed. */
  updated: readonly string[];
  /** Objects of the user that the project does not know. */
  onlyInFile: readonly string[];
  /** Imported objects that are brought up to date. */
  replaced: readonly Readonly<{ object: FileObject; entry: Entry }>[];
}>;

export type Change = Readonly<{
  ga: string;
  from: string | null;
  to: string | null;
  /** The object is the user's and stays as it is. */
  kept: boolean;
}>;

/**
 * @param wanted which addresses are looked at
 * @param style how the file writes addresses
 */
export const compare = (
  { addresses }: Project,
  objects: readonly FileObject[],
  style: GroupStyle,
  wanted: (ga: GroupAddress) => boolean = () => true,
): Difference => {
  const inFile = new Map(
    objects
      .filter(({ ga }) => wanted(ga))
      .map((object) => [object.ga, object] as const)
      .reverse(),
  );
  const inProject = new Map(
    addresses.filter(({ ga }) => wanted(ga)).map((one) => [one.ga, entryOf(one, style)] as const),
  );
  const both = [...inProject].flatMap(([ga, entry]) => {
    const object = inFile.get(ga);
    return object === undefined ? [] : [{ object, entry: { ...entry, ga: object.written } }];
  });
  const alone = objects.filter(({ ga }) => wanted(ga) && !inProject.has(ga));
  const replaced = both.filter(({ object, entry }) => object.imported && !equal(object, entry));
  const renamed = both.flatMap(nameChange);
  const retyped = both.flatMap(typeChange);
  const named = new Set([...renamed, ...retyped].map(({ ga }) => ga));
  return {
    added: [...inProject].flatMap(([ga, entry]) => (inFile.has(ga) ? [] : [entry])),
    removed: alone.filter(({ imported }) => imported),
    renamed,
    retyped,
    updated: replaced.map(({ object }) => object.written).filter((ga) => !named.has(ga)),
    onlyInFile: alone.filter(({ imported }) => !imported).map(({ written }) => written),
    replaced,
  };
};

/** Whether there is anything to show beside objects that are only the user's. */
export const differs = ({ added, removed, renamed, retyped, updated }: Difference): boolean =>
  [added, removed, renamed, retyped, updated].some((list) => list.length > 0);

type Both = Readonly<{ object: FileObject; entry: Entry }>;

const equal = ({ entry: before }: FileObject, entry: Entry): boolean =>
  KEYS.every((key) => before[key] === entry[key]);

const KEYS = ["name", "dpt", "room", "description", "writable"] as const;

const nameChange = ({ object, entry }: Both): readonly Change[] => {
  const from = textOf(object.entry.name);
  const to = entry.name ?? null;
  return from === to || (to === null && !object.imported)
    ? []
    : [{ ga: object.written, from, to, kept: !object.imported }];
};

/** What the user made more exact, or the project knows less of, is no difference. */
const typeChange = ({ object, entry }: Both): readonly Change[] => {
  const written = textOf(object.entry.dpt);
  const from = written === null ? null : (plainDptId(written) ?? written);
  const to = entry.dpt ?? null;
  const kept = !object.imported;
  const same = from === to || (kept && (to === null || (from !== null && sameDpt(from, to))));
  return same ? [] : [{ ga: object.written, from, to, kept }];
};

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : String(value);

/** A type of the user that is not the one of the project: `mqtt-interface.md` §19, `dpt_conflict`. */
export const isConflict = ({ kept, from, to }: Change): boolean =>
  kept && from !== null && to !== null;
