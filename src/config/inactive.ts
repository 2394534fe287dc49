import type { Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import type { Source } from "./source.ts";

/** What is understood and does nothing: the objects of the file when they come from elsewhere. */
export const inactiveWarnings = ({ data }: Source): readonly Remark[] => {
  const path = ["objects"];
  const objects = valueAt(data, path);
  if (valueAt(data, ["knx", "objects_from"]) !== "ets" || !Array.isArray(objects)) return [];
  const message = "objects are not used with objects_from: ets; both uses them beside those of ETS";
  return objects.length === 0 ? [] : [{ path, key: true, code: "inactive", message }];
};
