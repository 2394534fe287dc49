import { failure } from "../commands/errors.ts";
import type { EntityOf, RoleAddresses, RoleName } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  partOf,
  type Reading,
  type Step,
  SWITCH,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import { numberIn, onOff, unsupported } from "./words.ts";

/** In the words of Home Assistant's JSON schema for lights; `color_temp` in kelvin. */
export const LIGHT = {
  roles: {
    switch: both(...SWITCH),
    brightness: both("5.001"),
    color_temperature: both("7.600"),
    rgb: both("232.600"),
    rgbw: both("251.600"),
    xy: both("242.600"),
  },
  needs: ["switch", "brightness"],
  names: {
    state: "state",
    switch: "state",
    brightness: "brightness",
    color_temp: "color_temp",
    color_temperature: "color_temp",
    color: "color",
    rgb: "color",
    rgbw: "color",
    xy: "color",
    // How long it takes is up to the actuator.
    transition: null,
  },
} as const satisfies EntityKind;

/**
 * Brightness alone switches on too, without the flash of the actuator's own switch-on value: so `state: ON` is not sent beside
 * it. `mqtt-interface.md` §7. Nor beside a colour while the light is on, which would bring that value back.
 * @param isOnNow as far as is known
 */
export const planLight = (
  { roles }: EntityOf<"light">,
  { state, brightness, color_temp, color }: Wanted,
  isOnNow: boolean,
): readonly Step[] => {
  const on = state === undefined ? undefined : onOff("state", state);
  if (typeof on === "object") return [on];
  const level = brightness === undefined ? undefined : numberIn("brightness", 0, FULL, brightness);
  if (typeof level === "object") return [level];
  const isLit = (level ?? 0) > 0;
  const isColoured = color_temp !== undefined || color !== undefined;
  if (on === false && (isLit || isColoured))
    return [failure("invalid_value", "state OFF contradicts what else is asked for")];
  const goesWithout = on && (isLit || (isColoured && isOnNow));
  const switched = on === undefined || goesWithout ? [] : switchTo(roles, on, isColoured, level);
  const dimmed = level === undefined ? [] : [dimTo(roles, level, color)];
  return [
    ...switched,
    ...dimmed.filter((each) => color === undefined || !isColour(each)),
    ...(color_temp === undefined ? [] : [warmTo(roles, color_temp)]),
    ...(color === undefined ? [] : [dimmed.find(isColour) ?? colourTo(roles, color)]),
  ];
};

/** Without a switching object the dimming object does it. */
const switchTo = (
  roles: RoleAddresses,
  on: boolean,
  isColoured: boolean,
  level: number | undefined,
): readonly Step[] => {
  if (roles.switch) return [step("switch", on)];
  return level !== undefined || (on && isColoured) ? [] : [step("brightness", on ? FULL : 0)];
};

/** An xyY colour has a brightness of its own, and then one telegram says both. */
const dimTo = (roles: RoleAddresses, level: number, color: unknown): Step => {
  if (roles.brightness) return step("brightness", level);
  if (!roles.xy) return unsupported("This light has no brightness");
  if (color === undefined) return step("xy", { brightness: level });
  const colour = colourTo(roles, color);
  return "role" in colour && colour.role === "xy" && isRecord(colour.value)
    ? step("xy", { ...colour.value, brightness: level })
    : unsupported("This light has brightness only with a colour in x and y");
};

const isColour = (one: Step): boolean => "role" in one && one.role === "xy";

const warmTo = (roles: RoleAddresses, kelvin: unknown): Step =>
  roles.color_temperature
    ? step("color_temperature", kelvin)
    : unsupported("This light has no colour temperature");

const colourTo = (roles: RoleAddresses, color: unknown): Step => {
  const form = !isRecord(color) ? "rgb" : "x" in color ? "xy" : "w" in color ? "rgbw" : "rgb";
  const role = TAKEN_BY[form].find((each) => roles[each]);
  if (role) return step(role, color);
  const own = COLOURS.filter((each) => roles[each]);
  return unsupported(
    own.length === 0
      ? "This light has no colour"
      : `The colour of this light is ${own.map((each) => FORMS[each]).join(" or ")}`,
  );
};

/** How it looks: the newest of what was heard of its colour counts. */
export const lightState = (light: EntityOf<"light">, view: View): Fields => {
  const { roles } = light;
  const level = levelOf(view);
  const look = newest(roles, view);
  const mode = colorModesOf(roles);
  return {
    state: isOn(light, view),
    brightness: level,
    color_mode: look?.mode ?? (hasColour(roles) ? undefined : mode[0]),
    ...look?.fields,
  };
};

/** What Home Assistant calls `supported_color_modes`. */
export const colorModesOf = (roles: RoleAddresses): readonly string[] => {
  const colours = LOOKS.filter(({ role }) => roles[role]).map(({ mode }) => mode);
  return colours.length > 0 ? colours : [roles.brightness ? "brightness" : "onoff"];
};

/**
 * A switch that has a state GA is believed. One without knows only what it was told, so that brightness which came later knows
 * better.
 */
export const isOn = ({ roles }: EntityOf<"light">, view: View): "ON" | "OFF" | null => {
  const level = levelOf(view);
  const switched = view("switch");
  const dimmed = view("brightness") ?? view("xy");
  const isOutdated =
    roles.switch?.state === undefined && (dimmed?.ts ?? 0) > (switched?.ts ?? Number.NaN);
  const on =
    typeof switched?.value === "boolean" && !(isOutdated && level !== undefined)
      ? switched.value
      : level === undefined
        ? undefined
        : level > 0;
  return on === undefined ? null : on ? "ON" : "OFF";
};

const levelOf = (view: View): number | undefined => {
  const level = view("brightness")?.value ?? partOf(view("xy"), "brightness");
  return typeof level === "number" ? level : undefined;
};

const newest = (roles: RoleAddresses, view: View) => {
  let best: Readonly<{ mode: string; fields: Fields; ts: number }> | undefined;
  for (const { role, mode, fieldsOf } of LOOKS) {
    const reading = roles[role] ? view(role) : undefined;
    const fields = reading ? fieldsOf(reading) : undefined;
    if (reading && fields && reading.ts > (best?.ts ?? -1)) best = { mode, fields, ts: reading.ts };
  }
  return best;
};

const colour =
  (...parts: readonly string[]) =>
  (reading: Reading): Fields | undefined => {
    const color: Record<string, number> = {};
    for (const part of parts) {
      const level = partOf(reading, part);
      if (typeof level !== "number") return undefined;
      color[part] = level;
    }
    return { color };
  };

const LOOKS = [
  {
    role: "color_temperature",
    mode: "color_temp",
    fieldsOf: ({ value }: Reading): Fields | undefined =>
      typeof value === "number" ? { color_temp: value } : undefined,
  },
  { role: "rgb", mode: "rgb", fieldsOf: colour("r", "g", "b") },
  { role: "rgbw", mode: "rgbw", fieldsOf: colour("r", "g", "b", "w") },
  { role: "xy", mode: "xy", fieldsOf: colour("x", "y") },
] as const;

const hasColour = (roles: RoleAddresses): boolean => LOOKS.some(({ role }) => roles[role]);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const COLOURS = ["rgb", "rgbw", "xy"] as const;
/** What is not said of white stays as it is. */
const TAKEN_BY = {
  rgb: ["rgb", "rgbw"],
  rgbw: ["rgbw"],
  xy: ["xy"],
} as const satisfies Record<string, readonly RoleName[]>;
const FORMS = {
  rgb: '{"r","g","b"}',
  rgbw: '{"r","g","b","w"}',
  xy: '{"x","y"}',
} as const satisfies Record<(typeof COLOURS)[number], string>;
const FULL = 100;
