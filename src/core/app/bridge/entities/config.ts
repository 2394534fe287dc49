import type { GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";

/** One function that spans several group addresses, checked by the configuration loader. `mqtt-interface.md` §7, §19. */
export type EntityConfig = Readonly<{
  /** Level of its topics and part of ids: `[a-z0-9_-]+`. */
  id: string;
  name?: string;
  room?: string;
  roles: RoleAddresses;
  /** §18.1: what Home Assistant is told instead; false: nothing. */
  ha?: false | Readonly<{ [key: string]: JsonValue }>;
}> &
  EntityOptions;

export type EntityOptions = Readonly<
  | { type: "light" }
  | {
      type: "cover";
      /** The actuator counts percent open, where KNX counts percent closed. */
      invertPosition: boolean;
      invertTilt: boolean;
      /** After so many ms without a word nothing moves any more. */
      travelMs: number;
    }
  /** `min`, `max`: of the setpoint, °C. */
  | { type: "climate"; min?: number; max?: number }
  /** `speeds`: the highest step of the role `speed`. */
  | { type: "fan"; speeds?: number }
  /** `invert`: 0 is locked. */
  | { type: "lock"; invert: boolean }
  /** `options`: code → name; absent: those of the datapoint type. */
  | { type: "select"; options?: Readonly<Record<string, string>> }
  /** `scenes`: number 1…64 → name; absent: all, without names. */
  | { type: "scene"; scenes?: Readonly<Record<string, string>> }
>;

export type EntityType = EntityOptions["type"];

/** An entity of one type. */
export type EntityOf<Type extends EntityType> = EntityConfig & Readonly<{ type: Type }>;

export type RoleAddresses = Readonly<Partial<Record<RoleName, RoleAddress>>>;

/** Of all types together; which has which: `kinds.ts`. */
export type RoleName = (typeof ROLE_NAMES)[number];
// biome-ignore format: by type
export const ROLE_NAMES = [
  "switch", "brightness", "color_temperature", "rgb", "rgbw", "xy",
  "up_down", "stop", "position", "tilt",
  "mode", "preset", "temperature", "current_temperature", "current_humidity", "action",
  "percentage", "speed", "oscillate",
  "lock", "open",
  "option",
  "scene",
] as const;

/** At least one of the two. Without `state` the value of `write` serves as state. */
export type RoleAddress = Readonly<{ write?: GroupAddress; state?: GroupAddress }>;
