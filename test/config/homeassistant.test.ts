import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseGroupAddress } from "../../src/core/address.ts";

const KNX = "knx: {address: 1.1.250}\n";
const load = (text: string) => loadConfig(KNX + text, { path: "f", env: {}, readFile: () => "" });
const errors = (text: string): readonly string[] => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.errors.map((each) => formatFinding("f", each));
};
const bridge = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(errors(text).join("\n"));
  expect(loaded.warnings).toEqual([]);
  return loaded.config.stack.bridge;
};

describe("§19 homeassistant", () => {
  test("without the section nothing is told; with an empty one everything", () => {
    expect(bridge("").discovery).toMatchObject({ enabled: false });
    expect(bridge("homeassistant: {}").discovery).toEqual({
      enabled: true,
      prefix: "homeassistant",
      statusTopic: "homeassistant/status",
      groupBy: "room",
      availability: "bridge_and_bus",
      expose: "known",
    });
  });

  test("what it says", () => {
    const text = `homeassistant:
  prefix: ha
  group_by: main_group
  availability: bridge
  expose: marked
`;
    expect(bridge(text).discovery).toMatchObject({
      prefix: "ha",
      statusTopic: "ha/status",
      groupBy: "main_group",
      availability: "bridge",
      expose: "marked",
    });
    const off = "homeassistant: {enabled: false, status_topic: x/y}";
    expect(bridge(off).discovery).toMatchObject({ enabled: false, statusTopic: "x/y" });
  });

  test("what objects and entities say of themselves", () => {
    const { objects, entities } = bridge(`objects:
  - ga: 1/1/20
    dpt: "1.001"
    room: Hall
    description: behind the door
    state_ga: 1/4/20
    ha: {component: light, name: Lamp, icon: mdi:lamp, enabled_by_default: false, extra: {qos: 0}}
  - {ga: 1/4/20, dpt: "1.001", ha: false}
  - {ga: 3/0/1, dpt: "18.001", scenes: {5: Dinner}}
  - {ga: 7/0/1, dpt: "21.001", ha: {bits: [fault]}}
entities:
  - {id: spot, type: light, switch: 1/1/20, ha: {device_class: null}}
`);
    expect(objects[0]).toMatchObject({
      room: "Hall",
      description: "behind the door",
      stateGa: parseGroupAddress("1/4/20"),
      ha: { component: "light", name: "Lamp" },
    });
    expect(objects[1]?.ha).toBe(false);
    expect(objects[2]?.scenes).toEqual({ 5: "Dinner" });
    expect(entities[0]?.ha).toEqual({ device_class: null });
  });

  // biome-ignore format: read by column
  test.each([
    ['objects: [{ga: 1/1/1, dpt: "9.001", ha: {component: switch}}]',                 'ha.component: "switch": 9.001 can be sensor, event, number'],
    ['objects: [{ga: 1/1/1, dpt: "9.001", ha: {component: swich}}]',                  'did you mean "switch"?'],
    ['objects: [{ga: 1/1/1, dpt: "9.001", ha: {compnent: sensor}}]',                  'unknown key "compnent", did you mean "component"?'],
    ['objects: [{ga: 1/1/1, dpt: "9.001", ha: {device_class: temprature}}]',          'did you mean "temperature"?'],
    ['objects: [{ga: 1/1/1, dpt: "1.019", ha: {component: binary_sensor, device_class: temperature}}]', 'no device class of binary_sensor'],
    ['objects: [{ga: 1/1/1, dpt: "21.001", ha: {bits: [falt]}}]',                     'ha.bits[0]: "falt": no field of 21.001'],
    ['objects: [{ga: 1/1/1, dpt: "1.001", ha: {bits: [fault]}}]',                     'it has no fields'],
    ['objects: [{ga: 1/1/1, dpt: "1.001", ha: {icon: lamp}}]',                        'an icon is written mdi:lightbulb'],
    ["objects: [{ga: 1/1/1, ha: {name: x}}]",                                         "ha needs a dpt"],
    ['objects: [{ga: 1/1/1, dpt: "1.001", state_ga: 1/4/1}]',                         "(unknown_object)"],
    ['objects: [{ga: 1/1/1, dpt: "1.001", state_ga: 1/4/1}, {ga: 1/4/1, dpt: "5.001"}]', "the feedback is of type 5.xxx, and this object of type 1.xxx (role_dpt)"],
    ["homeassistant: {prefix: a/#}",                                                  "a topic without + and #"],
    ["homeassistant: {group_by: rooms}",                                              'did you mean "room"?'],
  ])("%s", (text, complaint) => {
    expect(errors(text).join("\n")).toContain(complaint);
  });
});

describe("§4 named layout", () => {
  const OBJECTS = `objects:
  - {ga: 1/2/3, name: Ceiling}
  - {ga: 1/2/4, name: " Ceiling "}
  - {ga: 1/2/5, name: Lamp, alias: 1/2/Ceiling}
  - {ga: 1/2/6, name: Lamp}
`;

  test.each(["name", "both"])("topics: %s: one topic for several objects is an error", (topics) => {
    expect(errors(`mqtt: {topics: ${topics}, base: home}\n${OBJECTS}`)).toEqual([
      "f:5:23 objects[1].name: two objects give home/name/1/2/Ceiling (lines 4 and 5) (topic_collision)",
      "f:6:36 objects[2].alias: two objects give home/name/1/2/Ceiling (lines 4 and 6) (topic_collision)",
    ]);
  });

  test("with addresses alone there is none", () => {
    expect(bridge(OBJECTS)).toMatchObject({ topics: "address", cleanup: true });
  });

  test.each(["a//b", "/a", "a/", "a/+/b", "a/#"])("no alias: %s", (alias) => {
    expect(errors(`objects: [{ga: 1/2/3, alias: "${alias}"}]`).join()).toContain(
      "objects[0].alias",
    );
  });
});
