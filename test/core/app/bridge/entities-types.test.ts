import { describe, expect, test } from "vitest";
import type { EntityOptions } from "../../../../src/core/app/bridge/entities/config.ts";
import { entity, objects, told, withEntities } from "./entities-rig.ts";
import { ready } from "./rig.ts";

const TYPES = objects({
  "4/0/1": "9.001",
  "4/0/2": "9.007",
  "4/1/1": "9.001",
  "4/1/2": "9.001",
  "4/1/3": "20.102",
  "4/1/4": "20.102",
  "4/1/5": "5.001",
  "4/1/6": "20.105",
  "4/1/7": "1.100",
  "4/1/8": "1.001",
  "4/1/9": "1.001",
  "5/0/1": "5.001",
  "5/0/2": "5.010",
  "5/0/3": "20.111",
  "7/0/1": "17.001",
  "7/0/2": "18.001",
  "7/0/3": "1.022",
  "7/0/4": "5.010",
  "9/0/1": "1.001",
  "9/0/2": "1.009",
  "9/0/3": "1.017",
});
type Roles = Parameters<typeof entity>[2];
const house = (options: EntityOptions, roles: Roles) =>
  withEntities([entity("e", options, roles)], TYPES);

/** What telegrams lead to, without the time. */
const heard = (bridge: ReturnType<typeof house>, ...telegrams: readonly string[]) => {
  const it = ready(bridge);
  for (const text of telegrams) {
    const [, address = "", value = ""] = /^(\S+) (.*)$/.exec(text) ?? [];
    it.telegram("A_GroupValue_Write.ind", address, value);
  }
  const { ts, ...document } = it.documents(/entity/).at(-1) ?? {};
  expect(ts).toBe("2026-01-31T10:11:12.000Z");
  return document;
};

type Row = Readonly<{
  is: string;
  options: EntityOptions;
  roles: Roles;
  set: string;
  role?: string;
  sends?: readonly string[];
  code?: string;
}>;
const check = ({ options, roles, set, role, sends, code }: Row): void => {
  const { sent, errors } = told(house(options, roles), "e", set, role);
  expect(sent).toEqual(sends ?? []);
  expect(errors).toMatchObject(code === undefined ? [] : [{ error: { code } }]);
};

describe("§7 climate", () => {
  const options: EntityOptions = { type: "climate", min: 16, max: 26 };
  const roles = {
    current_temperature: "- 4/0/1",
    temperature: "4/1/1 4/1/2",
    preset: "4/1/3 4/1/4",
    action: "- 4/1/5",
  } as const;
  const more = { ...roles, switch: "4/1/8", mode: "4/1/6" } as const;

  test("the state of the contract's example", () => {
    expect(
      heard(house(options, roles), "4/0/1 0c 2f", "4/1/2 0c 4c", "4/1/4 01", "4/1/5 33"),
    ).toEqual({
      current_temperature: 21.42,
      temperature: 22,
      mode: "heat",
      preset: "comfort",
      action: "heating",
    });
  });

  // biome-ignore format: read by column
  test.each([
    { is: "cooling",         telegrams: ["4/1/8 /1", "4/1/6 03", "4/1/5 33"], state: { state: "ON", mode: "cool", action: "cooling" } },
    { is: "idle",            telegrams: ["4/1/8 /1", "4/1/6 01", "4/1/5 00"], state: { state: "ON", mode: "heat", action: "idle" } },
    { is: "off",             telegrams: ["4/1/8 /0", "4/1/6 01", "4/1/5 33"], state: { state: "OFF", mode: "off", action: "off" } },
    { is: "off by its mode", telegrams: ["4/1/6 06", "4/1/5 33"],             state: { mode: "off", action: "off" } },
    { is: "dry",             telegrams: ["4/1/6 0e"],                         state: { mode: "dry" } },
    { is: "fan only",        telegrams: ["4/1/6 09"],                         state: { mode: "fan_only" } },
    { is: "a mode of KNX",   telegrams: ["4/1/6 04"],                         state: { mode: "night purge" } },
    { is: "an invalid temperature", telegrams: ["4/1/6 00", "4/0/1 7f ff"],   state: { mode: "auto", current_temperature: null } },
  ])("$is", ({ telegrams, state }) => {
    expect(heard(house(options, more), ...telegrams)).toEqual(state);
  });

  test("heat and cool by 1.100, humidity, an action of one bit", () => {
    const simple = house(options, {
      temperature: "4/1/1",
      mode: "4/1/7",
      action: "- 4/1/9",
      current_humidity: "- 4/0/2",
    });
    expect(heard(simple, "4/1/7 /0", "4/1/9 /1", "4/0/2 15 78")).toEqual({
      mode: "cool",
      action: "cooling",
      current_humidity: 56,
    });
    expect(heard(simple, "4/1/7 /1", "4/1/9 /0")).toEqual({ mode: "heat", action: "idle" });
  });

  // biome-ignore format: read by column
  const ROWS: readonly Row[] = [
    { is: "a setpoint",           options, roles, set: "21.42", role: "temperature",       sends: ["4/1/1 0c 2f"] },
    { is: "its least",            options, roles, set: "15.9",  role: "temperature",       code: "out_of_range" },
    { is: "its most",             options, roles, set: '{"temperature":26.1}',             code: "out_of_range" },
    { is: "a preset",             options, roles, set: '{"preset":"standby"}',             sends: ["4/1/3 02"] },
    { is: "no such preset",       options, roles, set: '{"preset":"away"}',                code: "invalid_value" },
    { is: "what is only heard",   options, roles, set: '{"action":"heating"}',             code: "unsupported" },
    { is: "no mode",              options, roles, set: '{"mode":"cool"}',                  code: "unsupported" },
    { is: "no switch",            options, roles, set: '{"state":"OFF"}',                  code: "unsupported" },
    { is: "a mode",               options, roles: more, set: "cool", role: "mode",         sends: ["4/1/8 /1", "4/1/6 03"] },
    { is: "fan only",             options, roles: more, set: "fan_only", role: "mode",     sends: ["4/1/8 /1", "4/1/6 09"] },
    { is: "off",                  options, roles: more, set: "off", role: "mode",          sends: ["4/1/8 /0"] },
    { is: "power",                options, roles: more, set: "ON", role: "power",          sends: ["4/1/8 /1"] },
    { is: "a contradiction",      options, roles: more, set: '{"state":"ON","mode":"off"}', code: "invalid_value" },
    { is: "off without a switch", options, roles: { ...roles, mode: "4/1/6" }, set: "off", role: "mode", sends: ["4/1/6 06"] },
    { is: "heat by 1.100",        options, roles: { ...roles, mode: "4/1/7" }, set: "heat", role: "mode", sends: ["4/1/7 /1"] },
    { is: "cool by 1.100",        options, roles: { ...roles, mode: "4/1/7" }, set: "cool", role: "mode", sends: ["4/1/7 /0"] },
    { is: "no auto by 1.100",     options, roles: { ...roles, mode: "4/1/7" }, set: "auto", role: "mode", code: "invalid_value" },
    { is: "heat by the switch",   options, roles: { ...roles, switch: "4/1/8" }, set: "heat", role: "mode", sends: ["4/1/8 /1"] },
  ];
  test.each(ROWS)("$is ← $set", check);
});

describe("§7 fan", () => {
  const options: EntityOptions = { type: "fan" };
  const steps: EntityOptions = { type: "fan", speeds: 3 };
  const roles = { switch: "4/1/8 4/1/9", percentage: "5/0/1" } as const;

  // biome-ignore format: read by column
  const ROWS: readonly Row[] = [
    { is: "on",              options, roles, set: '{"state":"ON"}',                       sends: ["4/1/8 /1"] },
    { is: "a speed alone",   options, roles, set: '{"state":"ON","percentage":60}',       sends: ["5/0/1 99"] },
    { is: "off",             options, roles, set: "OFF", role: "state",                   sends: ["4/1/8 /0"] },
    { is: "a contradiction", options, roles, set: '{"state":"OFF","percentage":60}',      code: "invalid_value" },
    { is: "too much",        options, roles, set: '{"percentage":160}',                   code: "out_of_range" },
    { is: "no speed",        options, roles, set: '{"speed":2}',                          code: "unsupported" },
    { is: "a step",          options: steps, roles: { speed: "5/0/2" }, set: "2", role: "speed", sends: ["5/0/2 02"] },
    { is: "no such step",    options: steps, roles: { speed: "5/0/2" }, set: "4", role: "speed", code: "out_of_range" },
    { is: "on at full",      options: steps, roles: { speed: "5/0/2" }, set: '{"state":"ON"}',   sends: ["5/0/2 03"] },
    { is: "off at 0",        options: steps, roles: { speed: "5/0/2" }, set: '{"state":"OFF"}',  sends: ["5/0/2 00"] },
    { is: "all at once",     options, roles: { ...roles, preset: "5/0/3", oscillate: "9/0/1" }, set: '{"oscillate":true,"preset":"in intervals","percentage":60}', sends: ["5/0/3 02", "5/0/1 99", "9/0/1 /1"] },
  ];
  test.each(ROWS)("$is ← $set", check);

  test("state", () => {
    expect(heard(house(options, roles), "4/1/9 /1", "5/0/1 99")).toEqual({
      state: "ON",
      percentage: 60,
    });
    expect(heard(house(steps, { speed: "5/0/2" }), "5/0/2 00")).toEqual({ state: "OFF", speed: 0 });
    const more = house(options, { ...roles, preset: "5/0/3", oscillate: "9/0/1" });
    expect(heard(more, "5/0/3 01", "9/0/1 /1")).toEqual({
      state: null,
      preset: "permanently",
      oscillate: true,
    });
  });
});

describe("§7 lock", () => {
  const options: EntityOptions = { type: "lock", invert: false };
  const inverted: EntityOptions = { type: "lock", invert: true };

  // biome-ignore format: read by column
  const ROWS: readonly Row[] = [
    { is: "locked",          options, roles: { lock: "9/0/1" },                   set: '{"state":"LOCK"}',   sends: ["9/0/1 /1"] },
    { is: "unlocked",        options, roles: { lock: "9/0/1" },                   set: "UNLOCK", role: "lock", sends: ["9/0/1 /0"] },
    { is: "inverted",        options: inverted, roles: { lock: "9/0/1" },         set: "LOCK", role: "state", sends: ["9/0/1 /0"] },
    { is: "closed by 1.009", options, roles: { lock: "9/0/2" },                   set: "LOCK", role: "state", sends: ["9/0/2 /1"] },
    { is: "opened",          options, roles: { lock: "9/0/1", open: "9/0/3" },    set: "OPEN", role: "state", sends: ["9/0/3 /1"] },
    { is: "not opened",      options, roles: { lock: "9/0/1" },                   set: "OPEN", role: "state", code: "unsupported" },
    { is: "neither",         options, roles: { lock: "9/0/1" },                   set: "ON", role: "state",   code: "invalid_value" },
  ];
  test.each(ROWS)("$is ← $set", check);

  test("state", () => {
    expect(heard(house(options, { lock: "9/0/1" }), "9/0/1 /1")).toEqual({ state: "LOCKED" });
    expect(heard(house(inverted, { lock: "9/0/1" }), "9/0/1 /1")).toEqual({ state: "UNLOCKED" });
  });
});

describe("§7 select", () => {
  const own: EntityOptions = { type: "select" };
  const named: EntityOptions = { type: "select", options: { 1: "Evening", 5: "Night" } };

  // biome-ignore format: read by column
  const ROWS: readonly Row[] = [
    { is: "a word of the type",   options: own,   roles: { option: "4/1/3" }, set: '{"option":"economy"}',      sends: ["4/1/3 03"] },
    { is: "in any case",          options: own,   roles: { option: "4/1/3" }, set: "Comfort", role: "option",   sends: ["4/1/3 01"] },
    { is: "its code",             options: own,   roles: { option: "4/1/3" }, set: "4", role: "option",         sends: ["4/1/3 04"] },
    { is: "of one bit",           options: own,   roles: { option: "7/0/3" }, set: "scene B", role: "option",   sends: ["7/0/3 /1"] },
    { is: "no such word",         options: own,   roles: { option: "4/1/3" }, set: "cosy", role: "option",      code: "invalid_value" },
    { is: "a name, by 17.001",    options: named, roles: { option: "7/0/1" }, set: "Night", role: "option",     sends: ["7/0/1 04"] },
    { is: "a name, by 18.001",    options: named, roles: { option: "7/0/2" }, set: "Evening", role: "option",   sends: ["7/0/2 00"] },
    { is: "a name, by 5.010",     options: named, roles: { option: "7/0/4" }, set: "Night", role: "option",     sends: ["7/0/4 05"] },
    { is: "a name, by 20.102",    options: named, roles: { option: "4/1/3" }, set: "Evening", role: "option",   sends: ["4/1/3 01"] },
    { is: "what has no name",     options: named, roles: { option: "7/0/1" }, set: "2", role: "option",         code: "invalid_value" },
  ];
  test.each(ROWS)("$is ← $set", check);

  test("state", () => {
    expect(heard(house(own, { option: "4/1/3 4/1/4" }), "4/1/4 03")).toEqual({ option: "economy" });
    expect(heard(house(own, { option: "7/0/3" }), "7/0/3 /0")).toEqual({ option: "scene A" });
    expect(heard(house(named, { option: "7/0/1" }), "7/0/1 04")).toEqual({ option: "Night" });
    expect(heard(house(named, { option: "7/0/2" }), "7/0/2 00")).toEqual({ option: "Evening" });
    expect(heard(house(named, { option: "7/0/4" }), "7/0/4 07")).toEqual({ option: "7" });
  });
});

describe("§7 scenes", () => {
  const any: EntityOptions = { type: "scene" };
  const named: EntityOptions = { type: "scene", scenes: { 1: "Evening", 5: "Night" } };

  // biome-ignore format: read by column
  const ROWS: readonly Row[] = [
    { is: "a number, by 18.001", options: any,   roles: { scene: "7/0/2" }, set: "5", role: "scene",              sends: ["7/0/2 04"] },
    { is: "learnt",              options: any,   roles: { scene: "7/0/2" }, set: '{"scene":5,"learn":true}',      sends: ["7/0/2 84"] },
    { is: "a number, by 17.001", options: any,   roles: { scene: "7/0/1" }, set: '{"scene":5}',                   sends: ["7/0/1 04"] },
    { is: "not learnt",          options: any,   roles: { scene: "7/0/1" }, set: '{"scene":5,"learn":true}',      code: "unsupported" },
    { is: "a name",              options: named, roles: { scene: "7/0/2" }, set: "Night", role: "scene",          sends: ["7/0/2 04"] },
    { is: "no such name",        options: named, roles: { scene: "7/0/2" }, set: "Morning", role: "scene",        code: "invalid_value" },
    { is: "not one of them",     options: named, roles: { scene: "7/0/2" }, set: "7", role: "scene",              code: "invalid_value" },
    { is: "too high",            options: any,   roles: { scene: "7/0/2" }, set: "65", role: "scene",             code: "out_of_range" },
    { is: "no scene",            options: any,   roles: { scene: "7/0/2" }, set: '{"learn":true}',                code: "invalid_value" },
  ];
  test.each(ROWS)("$is ← $set", check);

  test("state", () => {
    expect(heard(house(named, { scene: "7/0/2" }), "7/0/2 04")).toEqual({
      scene: 5,
      name: "Night",
      learn: false,
    });
    expect(heard(house(any, { scene: "7/0/1" }), "7/0/1 04")).toEqual({ scene: 5 });
  });
});
