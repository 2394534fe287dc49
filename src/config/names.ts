import { pathOf } from "../core/app/bridge/names.ts";
import type { Path, Remark } from "./finding.ts";
import { type PlacedObject, toObjectConfig } from "./objects.ts";
import { valueAt } from "./remarks.ts";

/**
 * Objects that would have one topic in the named layout: `mqtt-interface.md` §4, §19.
 * @param line finds the line of a path
 */
export const nameCollisions = (
  objects: readonly PlacedObject[],
  data: unknown,
  line: (path: Path) => number,
): readonly Remark[] => {
  const layout = valueAt(data, ["mqtt", "topics"]);
  if (layout !== "name" && layout !== "both") return [];
  const base = valueAt(data, ["mqtt", "base"]) ?? "knx";
  const first = new Map<string, Path>();
  return objects.flatMap((object): readonly Remark[] => {
    const { path, entry } = object;
    const name = pathOf(toObjectConfig(object, false));
    if (name === undefined) return [];
    const place = placeOf(data, path, entry.alias === undefined ? "name" : "alias");
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, place);
      return [];
    }
    const lines = `lines ${line(earlier)} and ${line(place)}`;
    const message = `two objects give ${String(base)}/name/${name} (${lines})`;
    return [{ path: place, code: "topic_collision", message }];
  });
};

/** The key itself, unless a project says it. */
const placeOf = (data: unknown, path: Path, key: string): Path =>
  valueAt(data, [...path, key]) === undefined ? path : [...path, key];
