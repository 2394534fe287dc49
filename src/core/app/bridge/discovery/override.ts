import type { JsonValue } from "../../../effect.ts";
import { isAccepted } from "./classes.ts";
import type { Platform } from "./rows.ts";

/** What Home Assistant is told of one entity. What is undefined is left out. */
export type Component = Readonly<{ [key: string]: JsonValue | undefined }>;

/** Components of one thing, by their keys in the message of the device. `mqtt-interface.md` §18 */
export type Components = Readonly<{ [key: string]: Component }>;

/** `ha` of an object or an entity: `mqtt-interface.md` §18.1. Checked by the configuration loader. */
export type Override = Readonly<{ [key: string]: JsonValue }>;

/** What the configuration says goes before; a device class stays only with a unit that Home Assistant takes for it. */
export const overridden = (
  platform: Platform,
  component: Component,
  override: Override,
): Component => {
  const { device_class, name, icon, enabled_by_default, extra } = override;
  const { unique_id } = component;
  const merged: Component = {
    ...component,
    ...(device_class !== undefined && { device_class }),
    ...(name !== undefined && { name }),
    ...(icon !== undefined && { icon }),
    ...(enabled_by_default !== undefined && { enabled_by_default }),
    ...(isFields(extra) && extra),
    platform,
    unique_id,
  };
  const { device_class: said, unit_of_measurement: unit, ...others } = merged;
  const withUnit =
    unit === undefined || unit === null ? others : { ...others, unit_of_measurement: unit };
  return typeof said === "string" &&
    isAccepted(platform, said, typeof unit === "string" ? unit : null)
    ? { ...withUnit, device_class: said }
    : withUnit;
};

export const isFields = (value: JsonValue | undefined): value is Override =>
  typeof value === "object" && value !== null && !Array.isArray(value);
