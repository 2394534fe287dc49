import type { GroupAddress } from "../../address.ts";
import type { BridgeConfig, ObjectConfig } from "../../config.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../table.ts";

/** Where objects are in the named layout: `mqtt-interface.md` §4. Made once for each set of objects. */
export type Names = Readonly<{
  /** Group address → path below `<base>/name/`. */
  paths: Table<string>;
  /** The way back. */
  addresses: Readonly<{ [path: string]: GroupAddress }>;
  /** How many levels paths have: one subscription for each number. */
  depths: readonly number[];
}>;

export const NO_NAMES: Names = { paths: EMPTY_TABLE, addresses: {}, depths: [] };

/**
 * @param loaded by ETS: of two objects with one path the configuration's has it, then the first; the other one keeps the topics of
 *   its group address
 */
export const openNames = (
  { topics, objects }: Pick<BridgeConfig, "topics" | "objects">,
  loaded: Iterable<ObjectConfig> = [],
): Names => {
  if (topics === "address") return NO_NAMES;
  let paths: Table<string> = EMPTY_TABLE;
  const addresses = new Map<string, GroupAddress>();
  for (const object of [...objects, ...loaded]) {
    const path = pathOf(object);
    if (path === undefined || addresses.has(path) || get(paths, object.ga) !== undefined) continue;
    addresses.set(path, object.ga);
    paths = put(paths, object.ga, path);
  }
  const depths = new Set([...addresses.keys()].map((path) => path.split("/").length));
  return {
    paths,
    addresses: Object.fromEntries(addresses),
    depths: [...depths].sort((a, b) => a - b),
  };
};

/** `<main>/<middle>/<name>`, with the numbers of groups whose names nobody knows; undefined: the object has no name. */
export const pathOf = ({ ga, name, main, middle, alias }: ObjectConfig): string | undefined => {
  if (alias !== undefined) return alias.split("/").map(levelOf).join("/");
  if (name === undefined) return undefined;
  const levels = [main ?? `${ga >> 11}`, middle ?? `${(ga >> 8) & 0x07}`, name];
  return levels.map(levelOf).join("/");
};

/** Also without control characters and halves of characters: brokers end the connection of who sends such. */
const levelOf = (text: string): string => text.replace(UNFIT, "_").trim() || "_";

const UNFIT = /[/+#\p{Cc}\ufffe\uffff]|\p{Surrogate}/gu;
