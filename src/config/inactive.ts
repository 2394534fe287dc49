import type { Path, Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import type { Source } from "./source.ts";

/**
 * Keys that are part of the contract and do nothing yet, with the values that are harmless because they ask for nothing.
 * What stands here for objects holds for defaults as well.
 */
const INACTIVE: Readonly<Record<string, readonly unknown[]>> = {
  homeassistant: [],
  project: [],
  entities: [],
  links: [],
  time: [],
  devices: [],
  recorder: [],
  "knx.bus.stale_after_outage": [],
  "mqtt.topics": ["address"],
  "mqtt.requests": ["off"],
  "mqtt.payload.fields": [],
  "mqtt.user_properties": [false],
  "mqtt.events_after_reconnect": [false],
  "mqtt.cleanup": [false],
  "log.mqtt": ["off"],
  "objects[].room": [],
  "objects[].description": [],
  "objects[].state_ga": [],
  "objects[].alias": [],
  "objects[].scenes": [],
  "objects[].read_on_init": [false],
  "objects[].publish_heartbeat": [],
  "objects[].hysteresis": [0],
  "objects[].min_interval": [0],
  "objects[].cyclic": [0],
  "objects[].on_bus_return": ["silent"],
  "objects[].on_start": ["silent"],
  "objects[].answer_restored": [false],
  "objects[].expire_after": [],
  "objects[].refresh": [false],
  "objects[].poll": [],
  "objects[].truncate": [false],
  "objects[].dedupe": [false],
  "objects[].min": [],
  "objects[].max": [],
  "objects[].ha": [false],
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

/** Keys that protect something: to accept them and do nothing would be worse than to refuse them. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  "mqtt.allow": [],
  "mqtt.deny": [],
  "objects[].confirm_write": [false],
};

export const refusals = (source: Source): readonly Remark[] =>
  [...source.values].flatMap(([text, { path }]) => {
    const kind = text.replace(/\[\d+\]/g, "[]").replace(/^defaults\[\]/, "objects[]");
    const harmless = Object.hasOwn(REFUSED, kind) ? REFUSED[kind] : undefined;
    if (harmless === undefined || asksNothing(valueAt(source.data, path), harmless)) return [];
    return [{ path, code: "unsupported", message: refusal(path) }];
  });

const refusal = (path: Path): string =>
  `${String(path.at(-1))} has no effect in this version, so nothing would be protected; leave it out to accept that`;
