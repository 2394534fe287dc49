import { findDpt } from "../../../dpt/dpt.ts";
import { never } from "../../../never.ts";
import { modesOf } from "../entities/climate.ts";
import type { EntityConfig, EntityOf, RoleName } from "../entities/config.ts";
import { colorModesOf } from "../entities/light.ts";
import { optionsOf } from "../entities/select.ts";
import { entityTopic } from "../topics.ts";
import { type Context, objectOf, uniqueId } from "./context.ts";
import { type Component, type Components, type Override, overridden } from "./override.ts";
import { scenesOf } from "./values.ts";

/** Components of one entity: none of one that nobody may command. `mqtt-interface.md` §7, §18.1 */
export const entityComponents = (
  context: Context,
  entity: EntityConfig,
  name: string | null,
): Components => {
  if (!isExposed(entity)) return {};
  const override: Override = entity.ha || {};
  const key = `e_${entity.id}`;
  if (entity.type === "scene") return sceneComponents(context, entity, name, key, override);
  const fields = fieldsOf(context, entity);
  return {
    [key]: overridden(
      entity.type,
      { platform: entity.type, unique_id: uniqueId(context, key), name, ...fields },
      override,
    ),
  };
};

/** It is in Home Assistant, and the objects of its roles are not there a second time. */
export const isExposed = ({ ha, type, roles, ...rest }: EntityConfig): boolean =>
  ha !== false &&
  Object.values(roles).some((role) => role?.write !== undefined) &&
  !(type === "scene" && scenesOf("scenes" in rest ? rest.scenes : undefined).length === 0);

type Shown = Exclude<EntityConfig, Readonly<{ type: "scene" }>>;

const fieldsOf = (context: Context, entity: Shown): Component => {
  switch (entity.type) {
    case "light":
      return light(context, entity);
    case "cover":
      return cover(context, entity);
    case "climate":
      return climate(context, entity);
    case "fan":
      return fan(context, entity);
    case "lock":
      return lock(context, entity);
    case "select":
      return {
        ...stateOf(context, entity),
        value_template: known("option"),
        command_topic: setOf(context, entity, "option"),
        options: optionsOf(entity, dptOf(context, entity, "option")).map((option) => option.name),
      };
    default:
      return never(entity);
  }
};

const light = (context: Context, entity: EntityOf<"light">): Component => {
  const { roles } = entity;
  const modes = colorModesOf(roles);
  const hasBrightness = roles.brightness !== undefined || roles.xy !== undefined;
  return {
    schema: "json",
    ...stateOf(context, entity),
    command_topic: setOf(context, entity),
    brightness: hasBrightness,
    ...(hasBrightness && { brightness_scale: 100 }),
    supported_color_modes: modes,
    ...(roles.color_temperature && { color_temp_kelvin: true }),
    // KNX has neither.
    flash: false,
    transition: false,
  };
};

const cover = (context: Context, entity: EntityOf<"cover">): Component => {
  const { roles } = entity;
  const state = stateOf(context, entity).state_topic;
  return {
    command_topic: setOf(context, entity, "move"),
    payload_open: "OPEN",
    payload_close: "CLOSE",
    payload_stop: roles.stop ? "STOP" : null,
    state_topic: state,
    value_template: known("state"),
    ...(roles.position && {
      position_topic: state,
      position_template: known("position"),
      ...(roles.position.write !== undefined && {
        set_position_topic: setOf(context, entity, "position"),
      }),
    }),
    ...(roles.tilt && {
      tilt_status_topic: state,
      tilt_status_template: known("tilt", "value_json.tilt | round | int"),
      ...(roles.tilt.write !== undefined && {
        tilt_command_topic: setOf(context, entity, "tilt"),
      }),
    }),
    device_class: roles.tilt ? "blind" : "shutter",
  };
};

const climate = (context: Context, entity: EntityOf<"climate">): Component => {
  const { roles, min, max } = entity;
  const state = stateOf(context, entity).state_topic;
  const presets = wordsOf(dptOf(context, entity, "preset"));
  const canSet = (role: RoleName): boolean => roles[role]?.write !== undefined;
  return {
    modes: modesOf(roles, dptOf(context, entity, "mode")),
    mode_state_topic: state,
    mode_state_template: known("mode"),
    ...((canSet("mode") || canSet("switch")) && {
      mode_command_topic: setOf(context, entity, "mode"),
    }),
    ...(canSet("switch") && {
      power_command_topic: setOf(context, entity, "state"),
      payload_on: "ON",
      payload_off: "OFF",
    }),
    ...(roles.temperature && {
      temperature_state_topic: state,
      temperature_state_template: known("temperature"),
      ...(canSet("temperature") && {
        temperature_command_topic: setOf(context, entity, "temperature"),
      }),
      temperature_unit: "C",
      temp_step: 0.5,
      precision: 0.1,
      min_temp: min,
      max_temp: max,
    }),
    ...(roles.current_temperature && {
      current_temperature_topic: state,
      current_temperature_template: known("current_temperature"),
    }),
    ...(roles.current_humidity && {
      current_humidity_topic: state,
      current_humidity_template: known("current_humidity"),
    }),
    ...(roles.action && { action_topic: state, action_template: known("action") }),
    ...(canSet("preset") &&
      presets.length > 0 && {
        preset_modes: presets,
        preset_mode_command_topic: setOf(context, entity, "preset"),
        preset_mode_state_topic: state,
        preset_mode_value_template: WORD_OF_PRESET,
      }),
  };
};

const fan = (context: Context, entity: EntityOf<"fan">): Component => {
  const { roles, speeds = OCTET } = entity;
  const state = stateOf(context, entity).state_topic;
  const turning = roles.percentage ? "percentage" : "speed";
  const presets = wordsOf(dptOf(context, entity, "preset"));
  return {
    state_topic: state,
    state_value_template: known("state"),
    command_topic: setOf(context, entity, "state"),
    payload_on: "ON",
    payload_off: "OFF",
    ...(roles[turning]?.write !== undefined && {
      percentage_state_topic: state,
      percentage_value_template: known(turning),
      percentage_command_topic: setOf(context, entity, turning),
      // A range of one step is none for Home Assistant.
      ...(turning === "speed" && { speed_range_min: 1, speed_range_max: Math.max(2, speeds) }),
    }),
    ...(roles.preset?.write !== undefined &&
      presets.length > 0 && {
        preset_modes: presets,
        preset_mode_command_topic: setOf(context, entity, "preset"),
        preset_mode_state_topic: state,
        preset_mode_value_template: WORD_OF_PRESET,
      }),
    ...(roles.oscillate?.write !== undefined && {
      oscillation_state_topic: state,
      oscillation_value_template: known("oscillate", "'ON' if value_json.oscillate else 'OFF'"),
      oscillation_command_topic: setOf(context, entity, "oscillate"),
      payload_oscillation_on: "ON",
      payload_oscillation_off: "OFF",
    }),
  };
};

const lock = (context: Context, entity: EntityOf<"lock">): Component => ({
  ...stateOf(context, entity),
  value_template: known("state"),
  command_topic: setOf(context, entity, "state"),
  payload_lock: "LOCK",
  payload_unlock: "UNLOCK",
  ...(entity.roles.open && { payload_open: "OPEN" }),
  state_locked: "LOCKED",
  state_unlocked: "UNLOCKED",
});

/** One for each scene that has a name. */
const sceneComponents = (
  context: Context,
  entity: EntityOf<"scene">,
  name: string | null,
  key: string,
  { name: _, ...override }: Override,
): Components =>
  Object.fromEntries(
    scenesOf(entity.scenes).map(([number, scene]) => [
      `${key}_s${number}`,
      overridden(
        "scene",
        {
          platform: "scene",
          unique_id: uniqueId(context, `${key}_s${number}`),
          name: name === null ? scene : `${name} ${scene}`,
          command_topic: setOf(context, entity, "scene"),
          payload_on: number,
        },
        override,
      ),
    ]),
  );

const stateOf = ({ config }: Context, { id }: EntityConfig) => ({
  state_topic: entityTopic(config, id, "state"),
});

/** @param name as `set/…` takes it; absent: a JSON object with everything */
const setOf = ({ config }: Context, { id }: EntityConfig, name?: string): string =>
  name === undefined ? entityTopic(config, id, "set") : `${entityTopic(config, id, "set")}/${name}`;

/** What is not known yet is left out of a state, or null. */
const known = (field: string, shown = `value_json.${field}`): string =>
  `{{ ${shown} if value_json.${field} is defined and value_json.${field} is not none else '' }}`;

const WORD_OF_PRESET = known("preset");

const dptOf = (context: Context, { roles }: EntityConfig, role: RoleName): string | undefined => {
  const ga = roles[role]?.write ?? roles[role]?.state;
  return ga === undefined ? undefined : objectOf(context, ga)?.dpt;
};

const wordsOf = (dpt: string | undefined): readonly string[] =>
  (dpt === undefined ? undefined : findDpt(dpt))?.choices?.map(([, word]) => word) ?? [];

const OCTET = 255;
