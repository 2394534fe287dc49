import { formatGroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { type Dpt, findDpt } from "../../../dpt/dpt.ts";
import { isAllowed } from "../commands/authorise.ts";
import { type Context, dashed, stateTopic, topicOf, uniqueId } from "./context.ts";
import { type Component, type Components, overridden } from "./override.ts";
import { bitComponents, sceneComponents } from "./pieces.ts";
import { type Platform, type Row, rowOf, unitOf } from "./rows.ts";
import { fits } from "./shape.ts";
import {
  BOOLEAN,
  controlled,
  eventTemplate,
  eventTypes,
  numberTraits,
  optionsOf,
  TEXT,
  textTraits,
  VALUE,
  valueTemplate,
  WORD,
} from "./values.ts";

/** Those of an object; none of one without a type that is known. @param name as it is called inside its device */
export const objectComponents = (
  context: Context,
  object: ObjectConfig,
  name: string | null,
): Components => {
  const dpt = object.dpt === undefined ? undefined : findDpt(object.dpt);
  if (dpt === undefined || object.ha === false) return {};
  const row = rowOf(dpt);
  const override = object.ha ?? {};
  const id = dashed(context, object.ga);
  const key = `ga_${id.replaceAll("-", "_")}`;
  const platform = platformOf(context, object, dpt, row);
  const bits = bitComponents(context, object, override, name, { id, key });
  if (platform === "scene")
    return { ...sceneComponents(context, object, name, { id, key }), ...bits };
  const component = { name, ...BUILD[platform](context, object, dpt, row) };
  const isEvent = platform === "event";
  const unique_id = uniqueId(context, isEvent ? `ev_${id}` : id);
  return {
    [isEvent ? key.replace("ga_", "ev_") : key]: overridden(
      platform,
      { platform, unique_id, ...component },
      override,
    ),
    ...bits,
  };
};

/** Telegrams of an object are published one by one, as what it is in Home Assistant needs them. */
export const needsEvents = (context: Context, object: ObjectConfig): boolean => {
  const dpt = object.dpt === undefined ? undefined : findDpt(object.dpt);
  return (
    dpt !== undefined &&
    object.ha !== false &&
    platformOf(context, object, dpt, rowOf(dpt)) === "event"
  );
};

/** MQTT may write it, without any confirmation. */
const isWritable = ({ config }: Context, object: ObjectConfig): boolean =>
  object.writable && object.confirmWrite !== true && isAllowed(config, object.ga);

type ObjectPlatform = Exclude<Platform, "cover" | "climate">;

const platformOf = (context: Context, object: ObjectConfig, dpt: Dpt, row: Row): ObjectPlatform => {
  const { component: wanted } = object.ha || {};
  const known = OBJECT_PLATFORMS.find((platform) => platform === wanted);
  if (known !== undefined && fits(dpt, known)) return known;
  if (row.write === null || !isWritable(context, object)) return READ_AS[row.read];
  if (row.write === "scene" && object.scenes === undefined) return "event";
  // A type of several without words for them can only be shown.
  if (row.write === "select" && optionsOf(dpt).length === 0) return "sensor";
  return row.write;
};

const READ_AS = {
  binary_sensor: "binary_sensor",
  event: "event",
  sensor: "sensor",
  enum: "sensor",
  raw: "sensor",
  json: "sensor",
} as const satisfies Record<Row["read"], ObjectPlatform>;

type Build = (context: Context, object: ObjectConfig, dpt: Dpt, row: Row) => Component;

const both = (context: Context, object: ObjectConfig): Component => ({
  state_topic: stateTopic(context, object),
  command_topic: topicOf(context, object.ga, "set"),
});

/** What 1 and 0 are, or 0 and 1 where on is 0. */
const onOff = ({ inverted }: Row): readonly [on: string, off: string] =>
  inverted ? ["false", "true"] : ["true", "false"];

/** s. Only where Home Assistant hears something in that time, equal values included. */
const expiry = ({ expireAfterMs, publish, heartbeatMs = HOUR_MS }: ObjectConfig): Component =>
  expireAfterMs === undefined || (publish === "changes" && heartbeatMs >= expireAfterMs)
    ? {}
    : { expire_after: Math.ceil(expireAfterMs / 1_000) };

const HOUR_MS = 3_600_000;

const switched: Build = (context, object, _dpt, row) => {
  const [on, off] = onOff(row);
  return {
    ...both(context, object),
    value_template: BOOLEAN,
    state_on: on,
    state_off: off,
    payload_on: on,
    payload_off: off,
  };
};

/** A light or a fan that is only on or off. */
const plainly: Build = (context, object, _dpt, row) => {
  const [on, off] = onOff(row);
  return {
    ...both(context, object),
    state_value_template: BOOLEAN,
    payload_on: on,
    payload_off: off,
  };
};

const binarySensor: Build = (context, object, _dpt, row) => {
  const [on, off] = onOff(row);
  return {
    state_topic: stateTopic(context, object),
    value_template: BOOLEAN,
    payload_on: on,
    payload_off: off,
    device_class: row.read === "binary_sensor" ? row.deviceClass : undefined,
    ...expiry(object),
  };
};

const sensor: Build = (context, object, dpt, row) => {
  const state_topic = stateTopic(context, object);
  const known = { state_topic, json_attributes_topic: state_topic, ...expiry(object) };
  const { read, stateClass, precision } = row;
  if (read === "raw" || read === "json")
    return {
      ...known,
      value_template: read === "raw" ? "{{ value_json.raw }}" : VALUE.json,
      json_attributes_template: "{{ (value_json.value or {}) | tojson }}",
    };
  const options = read === "enum" ? optionsOf(dpt) : [];
  if (options.length > 0)
    return {
      ...known,
      value_template: dpt.main === 2 ? controlled(dpt).value : WORD,
      device_class: "enum",
      options,
    };
  return {
    ...known,
    value_template: valueTemplate(dpt),
    device_class: row.deviceClass === "enum" ? undefined : row.deviceClass,
    state_class: stateClass,
    unit_of_measurement: unitOf(dpt),
    suggested_display_precision: precision,
  };
};

const select: Build = (context, object, dpt) => ({
  ...both(context, object),
  options: optionsOf(dpt),
  ...(dpt.main === 2
    ? { value_template: controlled(dpt).value, command_template: controlled(dpt).command }
    : { value_template: dpt.main === 1 ? TEXT : WORD }),
});

const number: Build = (context, object, dpt, row) => ({
  ...both(context, object),
  value_template: VALUE.plain,
  ...numberTraits(dpt, object),
  device_class: row.deviceClass,
  unit_of_measurement: unitOf(dpt),
});

/** The envelope keeps a text that looks like something else a text. */
const text: Build = (context, object, dpt) => ({
  ...both(context, object),
  value_template: VALUE.text,
  command_template: "{{ {'value': value} | tojson }}",
  ...textTraits(dpt),
});

const clock: Build = (context, object, dpt) => ({
  ...both(context, object),
  value_template: valueTemplate(dpt),
});

/** What is an event by its type has no class; a switch that is to be one is a push button. `mqtt-interface.md` §18.3 */
const event: Build = (context, { ga }, dpt, row) => ({
  state_topic: topicOf(context, ga, "event"),
  value_template: eventTemplate(dpt),
  event_types: eventTypes(dpt),
  device_class: dpt.main === 1 && row.read !== "event" ? "button" : undefined,
});

const BUILD: Readonly<Record<Exclude<ObjectPlatform, "scene">, Build>> = {
  binary_sensor: binarySensor,
  sensor,
  event,
  switch: switched,
  light: plainly,
  fan: plainly,
  button: (context, { ga }) => ({
    command_topic: topicOf(context, ga, "set"),
    payload_press: "true",
  }),
  lock: (context, object, _dpt, row) => {
    const [on, off] = onOff(row);
    return {
      ...both(context, object),
      value_template: BOOLEAN,
      state_locked: on,
      state_unlocked: off,
      payload_lock: on,
      payload_unlock: off,
    };
  },
  select,
  number,
  text,
  time: clock,
  date: clock,
  datetime: clock,
};

const OBJECT_PLATFORMS: readonly ObjectPlatform[] = [
  ...(["binary_sensor", "sensor", "event", "switch", "light", "fan", "button", "lock"] as const),
  ...(["select", "number", "text", "time", "date", "datetime", "scene"] as const),
];

/** As an object without a name is called. */
export const nameOf = ({ config }: Context, { ga, name }: ObjectConfig): string =>
  name ?? formatGroupAddress(ga, config.style);
