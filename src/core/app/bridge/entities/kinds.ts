import { CLIMATE } from "./climate.ts";
import type { EntityType } from "./config.ts";
import { COVER } from "./cover.ts";
import { FAN } from "./fan.ts";
import type { EntityKind } from "./kind.ts";
import { LIGHT } from "./light.ts";
import { LOCK } from "./lock.ts";
import { SCENE } from "./scene.ts";
import { SELECT } from "./select.ts";

/** Every type of entity, with its roles. `mqtt-interface.md` §7 */
export const ENTITY_KINDS: Readonly<Record<EntityType, EntityKind>> = {
  light: LIGHT,
  cover: COVER,
  climate: CLIMATE,
  fan: FAN,
  lock: LOCK,
  select: SELECT,
  scene: SCENE,
};
