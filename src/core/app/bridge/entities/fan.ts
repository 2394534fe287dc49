import { failure } from "../commands/errors.ts";
import type { EntityOf } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  type Step,
  SWITCH,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import { numberIn, onOff, unsupported } from "./words.ts";

/** `percentage` for fans without steps, `speed` for those with: 1 … `speeds`, 0 is off. */
export const FAN = {
  roles: {
    switch: both(...SWITCH),
    // What is said of the speed goes over what a preset says.
    preset: both("20.*"),
    percentage: both("5.001"),
    speed: both("5.010"),
    oscillate: both(...SWITCH),
  },
  needs: ["switch", "percentage", "speed"],
  names: {
    state: "state",
    switch: "state",
    percentage: "percentage",
    speed: "speed",
    preset: "preset",
    oscillate: "oscillate",
  },
} as const satisfies EntityKind;

/** As a light: a speed switches on by itself. */
export const planFan = (
  fan: EntityOf<"fan">,
  { state, percentage, speed, preset, oscillate }: Wanted,
): readonly Step[] => {
  const { roles } = fan;
  const on = state === undefined ? undefined : onOff("state", state);
  if (typeof on === "object") return [on];
  const speeds = [
    ...(percentage === undefined ? [] : [turnAt(fan, "percentage", percentage)]),
    ...(speed === undefined ? [] : [turnAt(fan, "speed", speed)]),
  ];
  const turns = speeds.some((each) => "role" in each && Number(each.value) > 0);
  if (on === false && turns)
    return [failure("invalid_value", "state OFF contradicts a speed that is not 0")];
  const own = roles.switch ? "switch" : roles.percentage ? "percentage" : "speed";
  const value = own === "switch" ? on : on ? mostOf(fan, own) : 0;
  const isSaid = on === undefined || (on && turns) || (own !== "switch" && speeds.length > 0);
  return [
    ...(isSaid ? [] : [step(own, value)]),
    ...speeds,
    ...(preset === undefined
      ? []
      : [roles.preset ? step("preset", preset) : unsupported("This fan has no presets")]),
    ...(oscillate === undefined ? [] : [swing(fan, oscillate)]),
  ];
};

const turnAt = (fan: EntityOf<"fan">, role: "percentage" | "speed", wanted: unknown): Step => {
  if (!fan.roles[role]) return unsupported(`This fan has no ${role}`);
  const value = numberIn(role, 0, mostOf(fan, role), wanted);
  return typeof value === "object" ? value : step(role, value);
};

const mostOf = ({ speeds }: EntityOf<"fan">, role: "percentage" | "speed"): number =>
  role === "percentage" ? FULL : (speeds ?? OCTET);

const swing = ({ roles }: EntityOf<"fan">, wanted: unknown): Step => {
  if (!roles.oscillate) return unsupported("This fan does not oscillate");
  const value = onOff("oscillate", wanted);
  return typeof value === "object" ? value : step("oscillate", value);
};

export const fanState = (_fan: EntityOf<"fan">, view: View): Fields => {
  const switched = view("switch")?.value;
  const turning = view("percentage")?.value ?? view("speed")?.value;
  const on =
    typeof switched === "boolean"
      ? switched
      : typeof turning === "number"
        ? turning > 0
        : undefined;
  return {
    state: on === undefined ? null : on ? "ON" : "OFF",
    percentage: view("percentage")?.value,
    speed: view("speed")?.value,
    preset: view("preset")?.value,
    oscillate: view("oscillate")?.value,
  };
};

const FULL = 100;
const OCTET = 255;
