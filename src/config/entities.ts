import * as z from "zod";
import type {
  EntityConfig,
  EntityOptions,
  RoleAddress,
  RoleName,
} from "../core/app/bridge/entities/config.ts";
import { ROLE_NAMES } from "../core/app/bridge/entities/config.ts";
import { ENTITY_KINDS } from "../core/app/bridge/entities/kinds.ts";
import { HA } from "./homeassistant.ts";
import { section } from "./section.ts";
import { duration, groupAddress } from "./words.ts";

/** `entities` of the file: functions that span several group addresses. `mqtt-interface.md` §7, §19 */
const text = z.string();
const both = z
  .union([
    groupAddress.transform((ga): RoleAddress => ({ write: ga })),
    section({ write: groupAddress.exactOptional(), state: groupAddress.exactOptional() }),
  ])
  .refine(({ write, state }) => write !== undefined || state !== undefined, {
    error: "write or state is needed",
    when: ({ issues }) => issues.length === 0,
  })
  .exactOptional();
const heard = z
  .union([
    groupAddress.transform((ga): RoleAddress => ({ state: ga })),
    section({ state: groupAddress }),
  ])
  .exactOptional();
const sent = z
  .union([
    groupAddress.transform((ga): RoleAddress => ({ write: ga })),
    section({ write: groupAddress }),
  ])
  .exactOptional();
const yesOrNo = z.boolean().default(false);

const COMMON = {
  id: text
    .regex(/^[a-z0-9_-]{1,64}$/, { error: "1 to 64 of a-z, 0-9, _ and -" })
    .describe("Level of its topics and part of ids, so do not change it later"),
  name: text.exactOptional(),
  room: text.exactOptional(),
  ha: HA.exactOptional(),
};

const scenes = z.record(
  text.regex(/^([1-9]|[1-5]\d|6[0-4])$/, { error: "a scene has a number from 1 to 64" }),
  text,
);

const LIGHT = section({
  ...COMMON,
  type: z.literal("light"),
  switch: both,
  brightness: both,
  color_temperature: both,
  rgb: both,
  rgbw: both,
  xy: both,
});

const COVER = section({
  ...COMMON,
  type: z.literal("cover"),
  up_down: both,
  stop: sent,
  position: both,
  tilt: both,
  invert_position: yesOrNo.describe("The actuator counts percent open"),
  invert_tilt: yesOrNo,
  travel_time: duration
    .refine((ms) => ms >= 1000, { error: "the least is 1s" })
    .prefault("2min")
    .describe("After so long without a word it has arrived"),
});

const CLIMATE = section({
  ...COMMON,
  type: z.literal("climate"),
  switch: both,
  mode: both,
  preset: both,
  temperature: both,
  current_temperature: heard,
  current_humidity: heard,
  action: heard,
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
});

const FAN = section({
  ...COMMON,
  type: z.literal("fan"),
  switch: both,
  percentage: both,
  speed: both,
  preset: both,
  oscillate: both,
  speeds: z.int().min(1).max(255).exactOptional().describe("Highest step of speed"),
});

const LOCK = section({
  ...COMMON,
  type: z.literal("lock"),
  lock: both,
  open: sent,
  invert: yesOrNo.describe("0 is locked"),
});

const SELECT = section({
  ...COMMON,
  type: z.literal("select"),
  option: both,
  options: z
    .record(text.regex(/^\d{1,3}$/, { error: "an option has a code from 0 to 255" }), text)
    .exactOptional(),
});

const SCENE = section({
  ...COMMON,
  type: z.literal("scene"),
  scene: both,
  scenes: scenes.exactOptional(),
});

const TYPES = Object.keys(ENTITY_KINDS).join(", ");

export const ENTITY = z.discriminatedUnion(
  "type",
  [LIGHT, COVER, CLIMATE, FAN, LOCK, SELECT, SCENE],
  { error: `the type of an entity is one of ${TYPES}` },
);
export type EntityEntry = z.output<typeof ENTITY>;

/** The checked entries → what the core is told. */
export const toEntityConfigs = (
  entries: readonly EntityEntry[] | undefined,
): readonly EntityConfig[] => (entries ?? []).map(toEntityConfig);

export const toEntityConfig = (entry: EntityEntry): EntityConfig => {
  const { id, name, room, ha } = entry;
  return {
    id,
    ...(name !== undefined && { name }),
    ...(room !== undefined && { room }),
    ...(ha !== undefined && { ha }),
    roles: Object.fromEntries(
      rolesOf(entry).map(({ role, addresses }) => [role, addresses] as const),
    ),
    ...optionsIn(entry),
  };
};

const optionsIn = (entry: EntityEntry): EntityOptions => {
  switch (entry.type) {
    case "light":
      return { type: entry.type };
    case "cover":
      return {
        type: entry.type,
        invertPosition: entry.invert_position,
        invertTilt: entry.invert_tilt,
        travelMs: entry.travel_time,
      };
    case "climate": {
      const { type, min, max } = entry;
      return { type, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
    }
    case "fan":
      return { type: entry.type, ...(entry.speeds !== undefined && { speeds: entry.speeds }) };
    case "lock":
      return { type: entry.type, invert: entry.invert };
    case "select":
      return { type: entry.type, ...(entry.options && { options: entry.options }) };
    case "scene":
      return { type: entry.type, ...(entry.scenes && { scenes: entry.scenes }) };
  }
};

/** Its roles with their addresses. */
export const rolesOf = (
  entry: EntityEntry,
): readonly Readonly<{ role: RoleName; addresses: RoleAddress }>[] =>
  ROLE_NAMES.flatMap((role) => {
    const addresses: RoleAddress | undefined = Reflect.get(entry, role);
    return addresses === undefined ? [] : [{ role, addresses }];
  });
