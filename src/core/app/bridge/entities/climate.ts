import { failure } from "../commands/errors.ts";
import type { EntityOf, RoleAddresses } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  heard,
  type Reading,
  type Step,
  SWITCH,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import { numberIn, onOff, unsupported } from "./words.ts";

/** Room temperature control. `mode` and `action` in the words of Home Assistant, `preset` in those of 20.102. */
export const CLIMATE = {
  roles: {
    switch: both(...SWITCH),
    mode: both("20.105", "1.100"),
    preset: both("20.102"),
    temperature: both("9.001", "14.068"),
    current_temperature: heard("9.001", "14.068"),
    current_humidity: heard("9.007", "5.001"),
    action: heard("5.001", ...SWITCH),
  },
  needs: ["temperature"],
  names: {
    state: "state",
    power: "state",
    switch: "state",
    mode: "mode",
    preset: "preset",
    temperature: "temperature",
  },
} as const satisfies EntityKind;

/** @param modeDpt datapoint type of the mode's write GA */
export const planClimate = (
  climate: EntityOf<"climate">,
  { state, mode, preset, temperature }: Wanted,
  modeDpt: string | undefined,
): readonly Step[] => {
  const { roles } = climate;
  const on = state === undefined ? undefined : onOff("state", state);
  if (typeof on === "object") return [on];
  if (on !== undefined && !roles.switch)
    return [unsupported("This climate has no switch: off may be one of its modes")];
  const modes = mode === undefined ? [] : modeTo(roles, mode, modeDpt);
  const switched = modes.find((each) => "role" in each && each.role === "switch");
  if (on !== undefined && switched && "value" in switched && switched.value !== on)
    return [failure("invalid_value", "state and mode contradict each other")];
  return [
    ...(on === undefined || switched ? [] : [step("switch", on)]),
    ...modes,
    ...(preset === undefined ? [] : [presetTo(roles, preset)]),
    ...(temperature === undefined ? [] : [warmTo(climate, temperature)]),
  ];
};

/** `off` is the switch where there is one, and any other mode switches on too. */
const modeTo = (
  roles: RoleAddresses,
  mode: unknown,
  modeDpt: string | undefined,
): readonly Step[] => {
  const word = typeof mode === "string" ? mode.trim().toLowerCase() : mode;
  if (word === "off" && roles.switch) return [step("switch", false)];
  const on = roles.switch ? [step("switch", true)] : [];
  if (!roles.mode)
    return word === DEFAULT_MODE && on.length > 0
      ? on
      : [unsupported(`This climate cannot be set to the mode ${String(mode)}`)];
  if (modeDpt === "1.100" && word !== "heat" && word !== "cool")
    return [failure("invalid_value", `mode is heat or cool, not ${String(mode)}`)];
  const value = typeof word === "string" ? (KNX_MODES.get(word) ?? word) : word;
  return [...on, step("mode", value)];
};

const presetTo = (roles: RoleAddresses, preset: unknown): Step =>
  roles.preset ? step("preset", preset) : unsupported("This climate has no preset modes");

const warmTo = ({ roles, min, max }: EntityOf<"climate">, wanted: unknown): Step => {
  if (!roles.temperature) return unsupported("This climate has no setpoint");
  const temperature = numberIn("temperature", min ?? LEAST, max ?? MOST, wanted);
  return typeof temperature === "object" ? temperature : step("temperature", temperature);
};

export const climateState = ({ roles }: EntityOf<"climate">, view: View): Fields => {
  const on = view("switch")?.value;
  const mode = on === false ? "off" : roles.mode ? modeOf(view("mode")) : DEFAULT_MODE;
  return {
    current_temperature: view("current_temperature")?.value,
    temperature: view("temperature")?.value,
    current_humidity: view("current_humidity")?.value,
    mode,
    preset: view("preset")?.value,
    action: actionOf(view("action")?.value, mode),
    state: typeof on === "boolean" ? (on ? "ON" : "OFF") : undefined,
  };
};

/** The modes that can be set, as Home Assistant wants them listed. @param modeDpt of the mode's write GA */
export const modesOf = (roles: RoleAddresses, modeDpt: string | undefined): readonly string[] => {
  const off = roles.switch || modeDpt === "20.105" ? ["off"] : [];
  if (!roles.mode) return [...off, DEFAULT_MODE];
  return modeDpt === "1.100" ? [...off, "heat", "cool"] : [...off, ...ALL_MODES];
};

/** 20.105 in the words of Home Assistant; a mode that it does not have keeps the word of KNX. */
const modeOf = (reading: Reading | undefined): string | undefined => {
  const value = reading?.value;
  if (typeof value === "boolean") return value ? "heat" : "cool";
  if (typeof value !== "string") return undefined;
  return HA_MODES.get(value) ?? value;
};

const actionOf = (value: unknown, mode: string | undefined): string | undefined => {
  if (mode === "off") return "off";
  if (typeof value !== "number" && typeof value !== "boolean") return undefined;
  if (Number(value) === 0) return "idle";
  return mode === "cool" ? "cooling" : "heating";
};

const DEFAULT_MODE = "heat";
const ALL_MODES = ["auto", "heat", "cool", "fan_only", "dry"];
const KNX_MODES: ReadonlyMap<string, string> = new Map([
  ["fan_only", "fan only"],
  ["dry", "dehumidification"],
]);
const HA_MODES: ReadonlyMap<string, string> = new Map(
  [...KNX_MODES].map(([home, knx]) => [knx, home]),
);

/** 9.001 */
const LEAST = -273;
const MOST = 670_433.28;
