import type { ObjectConfig } from "../../../config.ts";
import { type Context, stateTopic, topicOf, uniqueId } from "./context.ts";
import { type Components, isFields, type Override, overridden } from "./override.ts";
import { scenesOf } from "./values.ts";

/* Components that are a piece of what an object has. */

/** Of the object they belong to. */
type Place = Readonly<{ id: string; key: string }>;

/** One for each scene that has a name. */
export const sceneComponents = (
  context: Context,
  object: ObjectConfig,
  name: string | null,
  { id, key }: Place,
): Components =>
  Object.fromEntries(
    scenesOf(object.scenes).map(([number, scene]) => [
      `${key}_s${number}`,
      overridden(
        "scene",
        {
          platform: "scene",
          unique_id: uniqueId(context, `${id}_s${number}`),
          name: name === null ? scene : `${name} ${scene}`,
          command_topic: topicOf(context, object.ga, "set"),
          payload_on: number,
        },
        unnamed(object.ha || {}),
      ),
    ]),
  );

/** Each scene has a name of its own. */
const unnamed = ({ name: _, ...others }: Override): Override => others;

/** Single bits of a value that is an object: `ha.bits`, a list of fields or a mapping from fields to names. */
export const bitComponents = (
  context: Context,
  object: ObjectConfig,
  { bits }: Override,
  name: string | null,
  { id, key }: Place,
): Components => {
  const named: readonly (readonly [field: string, label: string])[] = Array.isArray(bits)
    ? bits.map((field) => [String(field), String(field)])
    : isFields(bits ?? null)
      ? Object.entries(bits ?? {}).map(([field, label]) => [field, String(label)])
      : [];
  return Object.fromEntries(
    named.map(([field, label]) => [
      `${key}_${plain(field)}`,
      {
        platform: "binary_sensor",
        unique_id: uniqueId(context, `${id}_${plain(field)}`),
        name: name === null ? label : `${name} ${label}`,
        state_topic: stateTopic(context, object),
        value_template: `{{ value_json.value['${field}'] | tojson if value_json.value else None }}`,
        payload_on: "true",
        payload_off: "false",
      },
    ]),
  );
};

/** As a part of an id. */
const plain = (field: string): string => field.replace(/[^a-zA-Z0-9_-]/g, "_");
