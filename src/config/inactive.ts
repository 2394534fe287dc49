import type { Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import type { Source } from "./source.ts";

/**
 * Keys that are part of the contract and do nothing yet, with the values that are harmless because they ask for nothing.
 * What stands here for objects holds for defaults as well.
 */
const INACTIVE: Readonly<Record<string, readonly unknown[]>> = {
  "recorder.disk": [],
  "recorder.max_mb": [],
};

/** One for each kind, where it stands first; and all objects of the file when they come from elsewhere. */
export const inactiveWarnings = (source: Source): readonly Remark[] => {
  const seen = new Set<string>();
  const unused = unusedObjects(source);
  const inactive = [...source.values].flatMap(([text, { path }]): readonly Remark[] => {
    const kind = text.replace(/\[\d+\]/g, "[]").replace(/^defaults\[\]/, "objects[]");
    const harmless = Object.hasOwn(INACTIVE, kind) ? INACTIVE[kind] : undefined;
    if (harmless === undefined || seen.has(kind)) return [];
    if (asksNothing(valueAt(source.data, path), harmless)) return [];
    seen.add(kind);
    const name = String(path.at(-1));
    const message = `${name} is understood, but not active in this version`;
    return [{ path, key: true, code: "inactive", message }];
  });
  return [...unused, ...inactive];
};

const unusedObjects = ({ data }: Source): readonly Remark[] => {
  const path = ["objects"];
  const objects = valueAt(data, path);
  if (valueAt(data, ["knx", "objects_from"]) !== "ets" || !Array.isArray(objects)) return [];
  const message = "objects are not used with objects_from: ets; both uses them beside those of ETS";
  return objects.length === 0 ? [] : [{ path, key: true, code: "inactive", message }];
};

const asksNothing = (value: unknown, harmless: readonly unknown[]): boolean =>
  value === undefined ||
  value === null ||
  harmless.includes(value) ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === "object" && "enabled" in value && value.enabled === false);
