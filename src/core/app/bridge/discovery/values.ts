import type { ObjectConfig } from "../../../config.ts";
import type { Dpt } from "../../../dpt/dpt.ts";
import type { Component } from "./override.ts";
import { platformsOf } from "./shape.ts";

/*
 * How the documents of `mqtt-interface.md` §5 become what Home Assistant takes, in its templates. `None` is its word for a value
 * that is not known, and an empty text means that there is nothing to be learnt from a message.
 */

export const BOOLEAN = "{{ value_json.value | tojson }}";
export const TEXT = "{{ value_json.text }}";
/** A code without a word is none of the options. */
export const WORD = "{{ value_json.value if value_json.value is string else None }}";

/** By what the value is. */
export const VALUE = {
  plain: "{{ value_json.value }}",
  /** A state has 255 characters at most. */
  text: "{{ (value_json.value | string)[:255] }}",
  json: "{{ (value_json.value | tojson)[:255] if value_json.value else None }}",
} as const;

/** By the main type, where that is special. */
const SPECIAL: ReadonlyMap<number, string> = new Map([
  [1, "{{ value_json.text or value_json.value }}"],
  [10, VALUE.plain],
  [11, VALUE.plain],
  // On the bus it is local time, and Home Assistant wants to know which.
  [
    19,
    "{{ (value_json.value | as_datetime | as_local).isoformat() if value_json.value is string else None }}",
  ],
  [14, VALUE.plain],
  [29, VALUE.plain],
]);

export const valueTemplate = ({ main, range }: Pick<Dpt, "main" | "range">): string =>
  SPECIAL.get(main) ?? (range ? VALUE.plain : VALUE.text);

/** What can be chosen; none where the type has no words. */
export const optionsOf = (dpt: Dpt): readonly string[] => {
  if (dpt.main === 2) return controlled(dpt).options;
  const all: readonly (string | undefined)[] =
    dpt.choices?.map(([, word]) => word) ?? dpt.words ?? [];
  return [...new Set(all.flatMap((word) => word ?? []))];
};

/** 2.xxx: one bit, and whether it counts. */
export const controlled = ({ words }: Pick<Dpt, "words">) => {
  const [zero = "0", one = "1"] = words ?? [];
  const free = "not controlled";
  const { control, bit } = { control: "value_json.value.control", bit: "value_json.value.value" };
  return {
    options: [free, zero, one],
    value:
      `{{ (('${one}' if ${bit} else '${zero}') if ${control} else '${free}') ` +
      "if value_json.value else None }}",
    command: `{{ {'${free}': 0, '${zero}': 2, '${one}': 3}[value] }}`,
  };
};

/** Every `event_type` that a write can have: `mqtt-interface.md` §5.3. */
export const eventTypes = (dpt: Dpt): readonly string[] => {
  const { main, words } = dpt;
  if (main === 18)
    return ["recall", "learn"].flatMap((what) => SCENES.map((number) => `${what}_${number}`));
  const choices = platformsOf(dpt).includes("select") ? (dpt.choices ?? []) : [];
  const known = [...(main === 2 ? [] : (words ?? [])), ...choices.map(([, word]) => word)];
  const named = known.flatMap((word) => word ?? []);
  const isComplete = (main === 1 || main === 3) && named.length === 2;
  return [...new Set([...named, ...(main === 3 ? ["stop"] : isComplete ? [] : ["write"])])];
};

const SCENES = Array.from({ length: 64 }, (_, index) => index + 1);

/** What was asked for, or answered to that, was no event. */
export const eventTemplate = ({ main }: Pick<Dpt, "main">): string => {
  const value = main === 1 || main === 18 ? "" : ", 'value': value_json.value";
  const fields = `'event_type': value_json.event_type, 'source': value_json.source${value}`;
  return `{{ {${fields}} | tojson if value_json.service == 'write' else '' }}`;
};

export const numberTraits = (
  { main, range, resolution = main === 14 ? 0.001 : main === 9 ? 0.01 : 1 }: Dpt,
  { min, max }: Pick<ObjectConfig, "min" | "max">,
): Component => {
  const widest = range ?? (main === 14 ? FLOAT : SAFE);
  const least = min ?? widest.min;
  const most = max ?? widest.max;
  // 5.001 and 5.003 have steps that nobody would choose.
  const step = main === 5 ? 1 : resolution;
  return {
    ...(least < most ? { min: least, max: most } : widest),
    step,
    mode: (most - least) / step > SLIDER_STEPS ? "box" : undefined,
  };
};

const FLOAT = { min: -3.402823e38, max: 3.402823e38 };
const SAFE = { min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
const SLIDER_STEPS = 1_000;

export const textTraits = ({ main }: Pick<Dpt, "main">): Component =>
  main === 4 ? { min: 1, max: 1 } : { max: main === 16 ? 14 : main === 28 ? 251 : 255 };

/** Number and name of each scene that has one. */
export const scenesOf = (
  scenes: Readonly<Record<string, string>> | undefined,
): readonly (readonly [number: string, name: string])[] => Object.entries(scenes ?? {});
