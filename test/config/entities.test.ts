import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ROLE_NAMES } from "../../src/core/app/bridge/entities/config.ts";
import { ENTITY_KINDS } from "../../src/core/app/bridge/entities/kinds.ts";

const load = (text: string) =>
  loadConfig(text, { path: "/house.yaml", env: {}, readFile: () => "" });

const errors = (text: string): readonly string[] => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.errors.map((found) => formatFinding("f", found));
};

const entities = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(errors(text).join("\n"));
  expect(loaded.warnings).toEqual([]);
  return loaded.config.stack.bridge.entities;
};

const OBJECTS = `knx: {address: 1.1.250}
objects:
  - {ga: 1/1/10, dpt: "1.001"}
  - {ga: 1/4/10, dpt: "1.001"}
  - {ga: 1/3/10, dpt: "5.001"}
  - {ga: 2/1/1, dpt: "1.008"}
  - {ga: 2/1/2, dpt: "1.007"}
  - {ga: 4/0/1, dpt: "9.001"}
  - {ga: 4/1/1, dpt: "9.001"}
  - {ga: 5/0/1, dpt: "5.010"}
  - {ga: 7/0/1, dpt: "17.001"}
  - {ga: 7/0/2, dpt: "20.102"}
  - {ga: 9/0/9}
`;
const one = (entity: string): string => `${OBJECTS}entities:\n  - ${entity}\n`;

describe("§7, §19 entities", () => {
  test("addresses of roles in both forms, and what is left out", () => {
    expect(
      entities(`${OBJECTS}entities:
  - id: ceiling
    type: light
    name: Ceiling
    room: Living room
    switch: {write: 1/1/10, state: 1/4/10}
    brightness: 1/3/10
    ha: {icon: "mdi:lamp"}
  - {id: blind, type: cover, up_down: 2/1/1, stop: 2/1/2}
  - {id: awning, type: cover, position: {state: 1/3/10}, invert_position: true, travel_time: 45s, ha: false}
  - {id: room, type: climate, temperature: 4/1/1, current_temperature: 4/0/1, min: 16, max: 26}
  - {id: fan, type: fan, speed: 5/0/1, speeds: 3}
  - {id: door, type: lock, lock: 1/1/10}
  - {id: mood, type: select, option: 7/0/1, options: {1: Evening, 5: Night}}
  - {id: hvac, type: select, option: 7/0/2}
  - {id: scenes, type: scene, scene: 7/0/1, scenes: {5: Night}}
`),
    ).toEqual([
      {
        id: "ceiling",
        type: "light",
        name: "Ceiling",
        room: "Living room",
        roles: { switch: { write: 0x090a, state: 0x0c0a }, brightness: { write: 0x0b0a } },
        ha: { icon: "mdi:lamp" },
      },
      {
        id: "blind",
        type: "cover",
        roles: { up_down: { write: 0x1101 }, stop: { write: 0x1102 } },
        invertPosition: false,
        invertTilt: false,
        travelMs: 120_000,
      },
      {
        id: "awning",
        type: "cover",
        roles: { position: { state: 0x0b0a } },
        invertPosition: true,
        invertTilt: false,
        travelMs: 45_000,
        ha: false,
      },
      {
        id: "room",
        type: "climate",
        roles: { temperature: { write: 0x2101 }, current_temperature: { state: 0x2001 } },
        min: 16,
        max: 26,
      },
      { id: "fan", type: "fan", roles: { speed: { write: 0x2801 } }, speeds: 3 },
      { id: "door", type: "lock", roles: { lock: { write: 0x090a } }, invert: false },
      {
        id: "mood",
        type: "select",
        roles: { option: { write: 0x3801 } },
        options: { 1: "Evening", 5: "Night" },
      },
      { id: "hvac", type: "select", roles: { option: { write: 0x3802 } } },
      { id: "scenes", type: "scene", roles: { scene: { write: 0x3801 } }, scenes: { 5: "Night" } },
    ]);
  });

  // biome-ignore format: read by column
  const WRONG = [
    ["{id: a, type: light, switch: 1/1/10, brightness: {write: 1/1/10}}", "f:15:62 entities[0].brightness.write: 1/1/10 is 1.001, expected 5.001 (role_dpt)"],
    ["{id: a, type: cover, up_down: 2/1/1, stop: 2/1/1}",        "f:15:48 entities[0].stop: 2/1/1 is 1.008, expected 1.007 or 1.010 or 1.017 (role_dpt)"],
    ["{id: a, type: light, switch: 9/0/9}",                      "f:15:34 entities[0].switch: 9/0/9 has no dpt, expected 1.001 or 1.002 or 1.003 or 1.011 (role_dpt)"],
    ["{id: a, type: cover, stop: 2/1/2}",                        "f:15:5 entities[0]: cover needs up_down or position (missing_role)"],
    ["{id: a, type: climate, current_temperature: 4/0/1}",       "f:15:5 entities[0]: climate needs temperature (missing_role)"],
    ["{id: a, type: cover, up_down: 2/1/1, stop: 2/1/9}",        "f:15:48 entities[0].stop: 2/1/9 is neither in objects nor in the project (unknown_object)"],
    ["{id: a, type: light, switch: {write: 1/1/10, state: 1/4/11}}", "f:15:57 entities[0].switch.state: 1/4/11 is neither in objects nor in the project (unknown_object)"],
    ["{id: a, type: climate, temperature: 4/1/1, min: 26, max: 16}", "f:15:53 entities[0].min: min 26 is above max 16 (unsafe_range)"],
    ["{id: a, type: fan, speed: 5/0/1}",                         "f:15:24 entities[0].speed: speed needs speeds, the highest step of the fan (missing)"],
    ["{id: a, type: select, option: 7/0/1}",                     "f:15:27 entities[0].option: 17.001 has no words: options is needed, such as {1: Evening, 2: Night} (missing)"],
    ["{id: a, type: lamp}",                                      'f:15:19 entities[0].type: "lamp": the type of an entity is one of light, cover, climate, fan, lock, select, scene (bad_value)'],
    ["{id: a, switch: 1/1/10}",                                  "f:15:5 entities[0].type: the type of an entity is one of light, cover, climate, fan, lock, select, scene (missing)"],
    ["{type: light, switch: 1/1/10}",                            "f:15:5 entities[0].id: id is needed (missing)"],
    ["{id: Living Room, type: light, switch: 1/1/10}",           'f:15:10 entities[0].id: "Living Room": 1 to 64 of a-z, 0-9, _ and - (bad_value)'],
    ["{id: a, type: light, swich: 1/1/10, brightness: 1/3/10}",  'f:15:26 entities[0].swich: unknown key "swich", did you mean "switch"? (unknown_key)'],
    ["{id: a, type: light, switch: 1/9/10}",                     'f:15:34 entities[0].switch: "1/9/10": the middle group goes from 0 to 7 (bad_ga)'],
    ["{id: a, type: light, switch: {write: 0/0/0}}",             'f:15:42 entities[0].switch.write: "0/0/0": this is the broadcast address and cannot be an object (zero_ga)'],
    ["{id: a, type: light, switch: {wrte: 1/1/10}}",             'f:15:35 entities[0].switch.wrte: unknown key "wrte", did you mean "write"? (unknown_key)'],
    ["{id: a, type: light, switch: {}}",                         "f:15:34 entities[0].switch: an object: write or state is needed (bad_value)"],
    ["{id: a, type: climate, temperature: 4/1/1, current_temperature: {state: 4/0/1, write: 4/0/1}}", 'f:15:84 entities[0].current_temperature.write: unknown key "write" (unknown_key)'],
    ["{id: a, type: scene, scene: 7/0/1, scenes: {65: Night}}",  'f:15:49 entities[0].scenes.65: "Night": a scene has a number from 1 to 64 (bad_value)'],
    ["{id: a, type: cover, up_down: 2/1/1, travel_time: 0s}",    'f:15:55 entities[0].travel_time: "0s": the least is 1s (bad_value)'],
  ] as const;
  test.each(WRONG)("%s", (entity, message) => {
    expect(errors(one(entity))).toEqual([message]);
  });

  test.each(
    Object.entries(ENTITY_KINDS).flatMap(([type, { roles }]) =>
      ROLE_NAMES.map((role) => [type, role, role in roles] as const),
    ),
  )("%s, %s: %s", (type, role, known) => {
    const entity = `entities: [{id: a, type: ${type}, ${role}: 3/3/3}]`;
    const said = errors(`knx: {address: 1.1.250, objects_from: ets}\n${entity}\n`).join("\n");
    expect(said.includes(`unknown key "${role}"`)).toBe(!known);
  });

  test("two with one id have the same topics", () => {
    const text = `${OBJECTS}mqtt: {base: home/knx}
entities:
  - {id: a, type: light, switch: 1/1/10}
  - {id: b, type: light, switch: 1/1/10}
  - {id: a, type: lock, lock: 1/1/10}
`;
    expect(errors(text)).toEqual([
      "f:18:10 entities[2].id: two entities give home/knx/entity/a (lines 16 and 18) (topic_collision)",
    ]);
  });

  test("what is wrong in one of them does not hide what is wrong in another", () => {
    const text = `${OBJECTS}entities:
  - {id: a, type: light, switch: 1/9/10}
  - {id: b, type: cover, stop: 2/1/2}
  - {id: c, type: light, switch: 1/3/10}
`;
    expect(errors(text)).toHaveLength(3);
  });

  test("a role that is written to an object that is not writable is worth a warning", () => {
    const text = `knx: {address: 1.1.250}
defaults: [{match: "1/4/*", writable: false}]
objects: [{ga: 1/4/10, dpt: "1.001"}]
entities:
  - {id: a, type: light, switch: 1/4/10}
  - {id: b, type: light, switch: {state: 1/4/10}}
`;
    expect(load(text).warnings.map((found) => formatFinding("f", found))).toEqual([
      "f:5:34 entities[0].switch: 1/4/10 has writable: false, so commands are refused; {state: 1/4/10} says that it is only heard (role_read_only)",
    ]);
  });

  test("objects of ETS, and of a project, cannot be known here", () => {
    const entity = "entities: [{id: a, type: light, switch: 3/3/3}]\n";
    expect(errors(`knx: {address: 1.1.250, objects_from: ets}\n${entity}`)).toEqual([]);
    expect(errors(`knx: {address: 1.1.250, objects_from: both}\n${entity}`)).toEqual([]);
    expect(errors(`${OBJECTS}project: {file: house.knxproj}\n${entity}`)).toEqual([]);
  });
});
