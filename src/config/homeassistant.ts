import * as z from "zod";
import type { GroupAddress } from "../core/address.ts";
import { classesOf } from "../core/app/bridge/discovery/classes.ts";
import { type DiscoveryConfig, NO_DISCOVERY } from "../core/app/bridge/discovery/config.ts";
import { PLATFORMS, type Platform } from "../core/app/bridge/discovery/rows.ts";
import { fieldsIn, platformsOf } from "../core/app/bridge/discovery/shape.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import type { Path, Remark } from "./finding.ts";
import { nearest } from "./nearest.ts";
import type { PlacedObject } from "./objects.ts";
import { section } from "./section.ts";

/** `homeassistant` of the file, and `ha` of objects and entities. `mqtt-interface.md` §18, §19 */
const text = z.string();

/** Of a topic that is published or subscribed as it stands. */
const topic = text
  .regex(/^[^+#\p{Cc}]+$/u, { error: "a topic without + and #" })
  .regex(/^[^/$].*[^/]$|^[^/$]$/, { error: "a topic that neither begins nor ends with /" });

export const HOMEASSISTANT = section({
  enabled: z.boolean().default(true),
  prefix: topic.default(NO_DISCOVERY.prefix).describe("First level of discovery topics"),
  status_topic: topic.exactOptional().describe("Where Home Assistant says that it has started"),
  group_by: z
    .enum(["room", "entity", "main_group", "single"])
    .default("room")
    .describe("What becomes one device"),
  availability: z.enum(["bridge", "bridge_and_bus"]).default("bridge_and_bus"),
  expose: z
    .enum(["known", "marked", "entities"])
    .default("known")
    .describe("Every object with a type, those with ha only, or entities only"),
});

const OVERRIDE = section({
  component: z.enum(PLATFORMS).exactOptional(),
  device_class: text.nullable().exactOptional(),
  name: text.min(1).exactOptional(),
  icon: text
    .regex(/^[a-z0-9-]+:[a-z0-9-]+$/, { error: "an icon is written mdi:lightbulb" })
    .exactOptional(),
  enabled_by_default: z.boolean().exactOptional(),
  bits: z
    .union([z.array(text).min(1), z.record(text, text)])
    .exactOptional()
    .describe("Fields that are binary sensors of their own"),
  extra: z.record(text, z.json()).exactOptional().describe("Added as it stands"),
});

export const HA = z.union([z.literal(false), OVERRIDE]);

/** Without the section Home Assistant is told nothing. */
export const toDiscoveryConfig = (
  section: z.output<typeof HOMEASSISTANT> | undefined,
): DiscoveryConfig =>
  section === undefined
    ? NO_DISCOVERY
    : {
        enabled: section.enabled,
        prefix: section.prefix,
        statusTopic: section.status_topic ?? `${section.prefix}/status`,
        groupBy: section.group_by,
        availability: section.availability,
        expose: section.expose,
      };

/** What Home Assistant would not take. */
export const discoveryErrors = (objects: readonly PlacedObject[]): readonly Remark[] =>
  objects.flatMap(({ path, entry }) => {
    const { ha, dpt } = entry;
    if (ha === undefined || ha === false) return [];
    const at = [...path, "ha"];
    const type = dpt === undefined ? undefined : findDpt(dpt);
    if (type === undefined) {
      const message = "ha needs a dpt that is known: without one nothing is told to Home Assistant";
      return [{ path: at, key: true, code: "dpt_required", message } as const];
    }
    const possible = platformsOf(type);
    const { component, device_class, bits } = ha;
    const fields = fieldsIn(type);
    const unknown = (Array.isArray(bits) ? bits : Object.keys(bits ?? {})).filter(
      (field) => !fields.includes(field),
    );
    return [
      ...(component !== undefined && !possible.includes(component)
        ? [misfit([...at, "component"], component, `${type.id} can be ${possible.join(", ")}`)]
        : []),
      ...classRemarks([...at, "device_class"], component, device_class),
      ...unknown.map((field) => {
        const place = Array.isArray(bits) ? bits.indexOf(field) : field;
        const known = fields.length > 0 ? `it has ${fields.join(", ")}` : "it has no fields";
        return misfit([...at, "bits", place], field, `no field of ${type.id}: ${known}`, fields);
      }),
    ];
  });

/** What of the feedback of an object is wrong. @param isAll there are no other objects */
export const feedbackRemarks = (
  objects: readonly PlacedObject[],
  isAll: boolean,
): readonly Remark[] => {
  const mains = new Map<GroupAddress, number | undefined>(
    objects.map(({ entry: { ga, dpt } }) => [
      ga,
      dpt === undefined ? undefined : findDpt(dpt)?.main,
    ]),
  );
  return objects.flatMap(({ path, entry: { ga, state_ga } }): readonly Remark[] => {
    if (state_ga === undefined) return [];
    const at = [...path, "state_ga"];
    if (!mains.has(state_ga) && isAll) {
      const message = "the feedback is not in objects, so nobody would hear it";
      return [{ path: at, code: "unknown_object", message }];
    }
    const [own, other] = [mains.get(ga), mains.get(state_ga)];
    return own === undefined || other === undefined || own === other
      ? []
      : [
          {
            path: at,
            code: "role_dpt",
            message: `the feedback is of type ${other}.xxx, and this object of type ${own}.xxx`,
          },
        ];
  });
};

const classRemarks = (
  path: Path,
  component: Platform | undefined,
  deviceClass: string | null | undefined,
): readonly Remark[] => {
  if (typeof deviceClass !== "string") return [];
  const known =
    component === undefined
      ? PLATFORMS.flatMap((platform) => classesOf(platform) ?? [])
      : (classesOf(component) ?? []);
  return known.includes(deviceClass)
    ? []
    : [misfit(path, deviceClass, `no device class of ${component ?? "Home Assistant"}`, known)];
};

const misfit = (path: Path, word: string, why: string, words: readonly string[] = []): Remark => {
  const likely = nearest(word, words);
  return {
    path,
    code: "bad_value",
    message: `"${word}": ${why}`,
    ...(likely !== undefined && { suggestion: `"${likely}"` }),
  };
};
