import { describe, expect, test } from "vitest";
import { NO_DISCOVERY } from "../../../../src/core/app/bridge/discovery/config.ts";
import type { EntityConfig } from "../../../../src/core/app/bridge/entities/config.ts";
import { ABOUT_NOTHING } from "../../../../src/core/app/bridge/info/about.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import { knownDpts } from "../../../../src/core/dpt/dpt.ts";
import { complaints } from "./discovery-schema.ts";
import { reloadTo } from "./reload-rig.ts";
import { config, EPOCH, ga, object, rig } from "./rig.ts";

type Component = Readonly<Record<string, unknown>>;

const told = (
  objects: readonly ObjectConfig[],
  discovery: Partial<BridgeConfig["discovery"]> = {},
  more: Partial<BridgeConfig> = {},
) => {
  const it = rig(
    config(objects, { discovery: { ...NO_DISCOVERY, enabled: true, ...discovery }, ...more }),
  );
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  it.online();
  it.broker(true);
  it.advance(5_000);
  return it;
};

const devicesOf = (it: ReturnType<typeof rig>) => it.topics(/^homeassistant\/device\/.*\/config$/);

/** All components that were told, by their keys. */
const components = (
  ...parameters: Parameters<typeof told>
): Readonly<Record<string, Component>> => {
  const devices = devicesOf(told(...parameters));
  for (const { topic, payload } of devices)
    expect([topic, ...complaints(payload)]).toEqual([topic]);
  return Object.assign({}, ...devices.map(({ payload }) => JSON.parse(payload).components));
};

/** The one component of one object. */
const componentOf = (dpt: string, more: Partial<ObjectConfig> = {}): Component => {
  const all = Object.entries(components([object("1/2/3", dpt, { name: "It", ...more })]));
  const own = all.filter(([key]) => /_1_2_3$/.test(key));
  expect(own).toHaveLength(1);
  return own[0]?.[1] ?? {};
};

describe("§18.3 datapoint type → component", () => {
  // biome-ignore format: read by column
  const ROWS: readonly (readonly [dpts: string, read: string, write: string, deviceClass?: string | undefined, unit?: string | undefined, stateClass?: string | undefined])[] = [
    ["1.001 1.002 1.003 1.011", "binary_sensor", "switch"],
    ["1.005",                   "binary_sensor", "switch",        "problem"],
    ["1.007 1.008 1.010",       "event",         "event"],
    ["1.009",                   "binary_sensor", "switch",        "opening"],
    ["1.015 1.016 1.017",       "event",         "button"],
    ["1.018",                   "binary_sensor", "binary_sensor", "occupancy"],
    ["1.019",                   "binary_sensor", "binary_sensor", "opening"],
    ["1.022 1.100",             "binary_sensor", "select"],
    ["1.024",                   "binary_sensor", "switch"],
    ["2.001 2.008",             "sensor",        "select",        "enum"],
    ["3.007 3.008",             "event",         "event"],
    ["4.001 16.000 16.001 28.001", "sensor",     "text"],
    ["5.001",                   "sensor",        "number",        undefined, "%", "measurement"],
    ["5.003",                   "sensor",        "number",        undefined, "°", "measurement_angle"],
    ["5.004 6.001",             "sensor",        "number",        undefined, "%", "measurement"],
    ["5.006 7.010",             "sensor",        "number"],
    ["5.005 5.010 6.010 7.001 8.001 12.001 13.001", "sensor", "number", undefined, undefined, "measurement"],
    ["7.002 7.003 7.004 8.002 9.011", "sensor",  "number",        "duration", "ms"],
    ["7.005 8.005 9.010 12.100 13.100 14.074", "sensor", "number", "duration", "s"],
    ["7.006 12.101",            "sensor",        "number",        "duration", "min"],
    ["7.007 8.007 12.102",      "sensor",        "number",        "duration", "h"],
    ["7.011",                   "sensor",        "number",        "distance", "mm"],
    ["8.012 14.039",            "sensor",        "number",        "distance", "m"],
    ["7.012 9.021",             "sensor",        "number",        "current",  "mA"],
    ["14.019",                  "sensor",        "number",        "current",  "A"],
    ["7.013 9.004",             "sensor",        "number",        "illuminance", "lx"],
    ["7.600",                   "sensor",        "number",        undefined,  "K"],
    ["8.010",                   "sensor",        "number",        undefined,  "%"],
    ["8.011 14.007 14.055",     "sensor",        "number",        undefined,  "°", "measurement_angle"],
    ["9.001 14.068",            "sensor",        "number",        "temperature", "°C", "measurement"],
    ["9.002 14.070",            "sensor",        "number",        "temperature_delta", "K", "measurement"],
    ["9.003",                   "sensor",        "number",        undefined,  "K/h"],
    ["9.005",                   "sensor",        "sensor",        "wind_speed", "m/s"],
    ["9.006 14.058",            "sensor",        "sensor",        "pressure", "Pa"],
    ["9.007",                   "sensor",        "number",        "humidity", "%"],
    ["9.008",                   "sensor",        "sensor",        undefined,  "ppm"],
    ["9.009 13.002 14.1200",    "sensor",        "sensor",        "volume_flow_rate", "m³/h"],
    ["9.020",                   "sensor",        "sensor",        "voltage",  "mV"],
    ["14.027 14.028 14.030",    "sensor",        "sensor",        "voltage",  "V"],
    ["9.022",                   "sensor",        "sensor",        "irradiance", "W/m²"],
    ["9.024",                   "sensor",        "number",        "power",    "kW"],
    ["14.056",                  "sensor",        "number",        "power",    "W"],
    ["9.025",                   "sensor",        "sensor",        "volume_flow_rate", "L/h"],
    ["14.1201",                 "sensor",        "sensor",        "volume_flow_rate", "L/s"],
    ["9.026",                   "sensor",        "sensor",        "precipitation", "mm", "total_increasing"],
    ["9.027",                   "sensor",        "number",        "temperature", "°F"],
    ["9.028",                   "sensor",        "sensor",        "wind_speed", "km/h"],
    ["9.029",                   "sensor",        "sensor",        "absolute_humidity", "g/m³"],
    ["10.001",                  "sensor",        "time"],
    ["11.001",                  "sensor",        "date",          "date"],
    ["19.001",                  "sensor",        "datetime",      "timestamp"],
    ["12.1200 13.1200",         "sensor",        "sensor",        "volume",   "L",  "total"],
    ["12.1201 13.1201 14.076",  "sensor",        "sensor",        "volume",   "m³", "total"],
    ["13.010 29.010",           "sensor",        "sensor",        "energy",   "Wh", "total"],
    ["13.013",                  "sensor",        "sensor",        "energy",   "kWh", "total"],
    ["13.016",                  "sensor",        "sensor",        "energy",   "MWh", "total"],
    ["13.012 29.012",           "sensor",        "sensor",        "reactive_energy", "varh", "total"],
    ["13.015",                  "sensor",        "sensor",        "reactive_energy", "kvarh", "total"],
    ["13.011 29.011",           "sensor",        "sensor",        undefined,  "VAh", "total"],
    ["13.014",                  "sensor",        "sensor",        undefined,  "kVAh", "total"],
    ["14.010",                  "sensor",        "sensor",        "area",     "m²"],
    ["14.031",                  "sensor",        "sensor",        "energy",   "J", "total_increasing"],
    ["14.033",                  "sensor",        "sensor",        "frequency", "Hz"],
    ["14.037",                  "sensor",        "sensor",        "energy_storage", "J"],
    ["14.051",                  "sensor",        "sensor",        "weight",   "kg"],
    ["14.057",                  "sensor",        "sensor",        "power_factor"],
    ["14.065",                  "sensor",        "sensor",        "speed",    "m/s"],
    ["14.069",                  "sensor",        "sensor",        "temperature", "K"],
    ["14.077",                  "sensor",        "sensor",        "volume_flow_rate", "m³/s"],
    ["14.080",                  "sensor",        "sensor",        "apparent_power", "VA"],
    ["14.017",                  "sensor",        "number",        undefined,  "kg/m³", "measurement"],
    ["17.001",                  "sensor",        "number"],
    ["18.001",                  "event",         "event"],
    ["20.102 20.105 20.013",    "sensor",        "select",        "enum"],
    ["21.001 22.101",           "sensor",        "sensor"],
    ["229.001 230.1000 235.001", "sensor",       "sensor"],
    ["232.600 242.600 249.600 251.600", "sensor", "sensor"],
  ];
  const cases = ROWS.flatMap(([dpts, ...row]) => dpts.split(" ").map((dpt) => ({ dpt, row })));

  test.each(cases)("$dpt", ({ dpt, row: [read, write, deviceClass, unit, stateClass] }) => {
    const shown = componentOf(dpt, { writable: false });
    expect(shown).toMatchObject({
      platform: read,
      unique_id: expect.stringMatching(/^knx_house_(ev_)?1-2-3$/),
    });
    if (read !== "event") expect(shown["device_class"]).toBe(deviceClass);
    expect(shown["unit_of_measurement"]).toBe(unit);
    if (stateClass !== undefined) expect(shown["state_class"]).toBe(stateClass);
    expect(componentOf(dpt, { writable: true })["platform"]).toBe(write);
  });

  test("of every type that is known, read only and writable, there is nothing against it", () => {
    for (const { id } of knownDpts())
      for (const writable of [false, true])
        expect(Object.keys(components([object("1/2/3", id, { writable })])).length).toBeGreaterThan(
          1,
        );
  });

  test("18.001 with names: a scene for each", () => {
    const all = components([
      object("3/0/1", "18.001", { name: "Hall", scenes: { 5: "Dinner", 64: "Off" } }),
    ]);
    expect(all["ga_3_0_1_s5"]).toMatchObject({
      platform: "scene",
      unique_id: "knx_house_3-0-1_s5",
      name: "Hall Dinner",
      command_topic: "knx/ga/3/0/1/set",
      payload_on: "5",
    });
    expect(all).toHaveProperty("ga_3_0_1_s64");
    expect(all).not.toHaveProperty("ev_3_0_1");
  });

  test("1.009 is inverted: 0 is open", () => {
    expect(componentOf("1.009", { writable: false })).toMatchObject({
      payload_on: "false",
      payload_off: "true",
    });
  });

  test("numbers have the limits of the object, else those of the type", () => {
    expect(componentOf("5.001")).toMatchObject({ min: 0, max: 100, step: 1 });
    expect(componentOf("9.001", { min: 16, max: 26.5 })).toMatchObject({
      min: 16,
      max: 26.5,
      step: 0.01,
    });
    expect(componentOf("17.001")).toMatchObject({ min: 1, max: 64 });
    expect(componentOf("9.001")).toMatchObject({ min: -273, mode: "box" });
  });

  test("a type without a name here, and an object without a type, are not exposed", () => {
    const all = components([object("1/2/3", "300.056"), object("1/2/4", undefined)]);
    expect(Object.keys(all).filter((key) => key.startsWith("ga_"))).toEqual([]);
  });
});

describe("§18.1 form", () => {
  const SOCKET = object("1/1/20", "1.001", {
    name: "Socket living room",
    room: "Living room",
    stateGa: ga("1/4/20"),
  });
  const FEEDBACK = object("1/4/20", "1.001", {
    name: "Socket state",
    room: "Living room",
    writable: false,
  });
  const ROOM = object("1/2/3", "9.001", {
    name: "Living room temperature",
    room: "Living room",
    writable: false,
    expireAfterMs: 7_200_000,
  });

  test("the example of the contract", () => {
    const about = { ...ABOUT_NOTHING, version: "1.4.0" };
    const it = told([SOCKET, FEEDBACK, ROOM], {}, { about });
    const [bridge, living] = devicesOf(it);
    expect(bridge?.topic).toBe("homeassistant/device/knx_house_bridge/config");
    expect(living).toMatchObject({
      topic: "homeassistant/device/knx_house_living_room/config",
      qos: 1,
      retain: true,
    });
    expect(JSON.parse(living?.payload ?? "")).toEqual({
      device: {
        identifiers: ["knx_house_living_room"],
        name: "Living room",
        manufacturer: "KNX",
        model: "Group addresses",
        suggested_area: "Living room",
        via_device: "knx_house_bridge",
      },
      origin: { name: "knxpi", sw_version: "1.4.0" },
      availability: [{ topic: "knx/bridge/state" }, { topic: "knx/bridge/bus" }],
      availability_mode: "all",
      qos: 1,
      components: {
        ga_1_1_20: {
          platform: "switch",
          unique_id: "knx_house_1-1-20",
          name: "Socket",
          state_topic: "knx/ga/1/4/20/state",
          value_template: "{{ value_json.value | tojson }}",
          state_on: "true",
          state_off: "false",
          command_topic: "knx/ga/1/1/20/set",
          payload_on: "true",
          payload_off: "false",
        },
        ga_1_2_3: {
          platform: "sensor",
          unique_id: "knx_house_1-2-3",
          name: "Temperature",
          state_topic: "knx/ga/1/2/3/state",
          value_template: "{{ value_json.value }}",
          device_class: "temperature",
          state_class: "measurement",
          unit_of_measurement: "°C",
          suggested_display_precision: 1,
          json_attributes_topic: "knx/ga/1/2/3/state",
          expire_after: 7200,
        },
      },
    });
  });

  test("off, nothing is said and nothing subscribed", () => {
    const it = told([ROOM], { enabled: false });
    expect(it.topics(/^homeassistant/)).toEqual([]);
    expect(it.subscribed.flat()).not.toContain("homeassistant/status");
  });

  // biome-ignore format: read by column
  test.each([
    ["room",       ["bridge", "living_room", "main_1"]],
    ["entity",     ["bridge", "1-2-3", "1-1-20", "1-3-7"]],
    ["main_group", ["bridge", "main_1"]],
    ["single",     ["bridge", "all"]],
  ] as const)("grouped by %s", (groupBy, slugs) => {
    const other = object("1/3/7", "5.001", { name: "Lamp" });
    const it = told([SOCKET, FEEDBACK, ROOM, other], { groupBy });
    const nodes = devicesOf(it).map(({ topic }) => topic.split("/")[2]);
    expect(new Set(nodes)).toEqual(new Set(slugs.map((slug) => `knx_house_${slug}`)));
    for (const { payload } of devicesOf(it)) expect(complaints(payload)).toEqual([]);
  });

  test("availability without the bus; prefix and instance", () => {
    const it = told([ROOM], { availability: "bridge", prefix: "ha/x" }, { instance: "b" });
    const [, room] = it.topics(/^ha\/x\/device\//);
    expect(room?.topic).toBe("ha/x/device/knx_b_living_room/config");
    expect(JSON.parse(room?.payload ?? "").availability).toEqual([{ topic: "knx/bridge/state" }]);
  });

  // biome-ignore format: read by column
  test.each([
    ["known",    ["ga_1_1_20", "ga_1_2_3"]],
    ["marked",   ["ga_1_2_3"]],
    ["entities", []],
  ] as const)("exposed: %s", (expose, keys) => {
    const marked = { ...ROOM, ha: { icon: "mdi:thermometer" } };
    const all = components([SOCKET, FEEDBACK, marked, { ...SOCKET, ga: ga("1/1/21"), ha: false }], { expose });
    expect(Object.keys(all).filter((key) => key.startsWith("ga_"))).toEqual(keys);
  });

  test("what the configuration says goes before, but a class never without its unit", () => {
    const ha = {
      device_class: "carbon_dioxide",
      name: "Air",
      icon: "mdi:molecule-co2",
      enabled_by_default: false,
      extra: { suggested_display_precision: 0, unique_id: "stolen" },
    };
    expect(componentOf("9.008", { writable: false, ha })).toMatchObject({
      ...ha.extra,
      unique_id: "knx_house_1-2-3",
      device_class: "carbon_dioxide",
      unit_of_measurement: "ppm",
      name: "Air",
      icon: "mdi:molecule-co2",
      enabled_by_default: false,
    });
    const wrong = componentOf("9.001", { writable: false, ha: { device_class: "humidity" } });
    expect(wrong).not.toHaveProperty("device_class");
    const none = componentOf("9.001", { writable: false, ha: { device_class: null } });
    expect(none).not.toHaveProperty("device_class");
  });

  test("what is an event by its type has no class", () => {
    for (const dpt of ["1.007", "1.008", "1.010", "1.015", "1.016", "1.017"])
      expect(componentOf(dpt, { writable: false })).not.toHaveProperty("device_class");
  });

  test("a push button is an event, and its telegrams are published for that", () => {
    const button = object("1/1/17", "1.001", { name: "Push button", ha: { component: "event" } });
    const it = told([button]);
    const all = Object.assign(
      {},
      ...devicesOf(it).map(({ payload }) => JSON.parse(payload).components),
    );
    expect(all.ev_1_1_17).toMatchObject({
      platform: "event",
      unique_id: "knx_house_ev_1-1-17",
      device_class: "button",
      event_types: ["off", "on"],
      state_topic: "knx/ga/1/1/17/event",
    });
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    expect(it.documents(/1\/1\/17\/event$/)).toMatchObject([{ event_type: "on" }]);
  });

  test("single bits", () => {
    const all = components([
      object("7/0/1", "21.001", {
        name: "Boiler",
        writable: false,
        ha: { bits: { fault: "Fault" } },
      }),
    ]);
    expect(all["ga_7_0_1_fault"]).toMatchObject({
      platform: "binary_sensor",
      unique_id: "knx_house_7-0-1_fault",
      name: "Boiler Fault",
    });
    expect(all).toHaveProperty("ga_7_0_1");
  });

  test("what MQTT may not write, or only with a confirmation, is shown only", () => {
    expect(componentOf("1.001", { confirmWrite: true })["platform"]).toBe("binary_sensor");
    const denied = components([object("1/2/3", "1.001")], {}, { deny: ["1/2/*"] });
    expect(denied["ga_1_2_3"]).toMatchObject({ platform: "binary_sensor" });
  });

  test("Home Assistant expires nothing that it is not told often enough", () => {
    const often = { expireAfterMs: 7_200_000, publish: "changes" } as const;
    expect(componentOf("9.001", { ...often, writable: false })).toHaveProperty(
      "expire_after",
      7200,
    );
    const seldom = { ...often, expireAfterMs: 3_600_000, writable: false };
    expect(componentOf("9.001", seldom)).not.toHaveProperty("expire_after");
  });

  test("over 60 KiB a device is split by number; no part is longer, nothing is lost", () => {
    const many = Array.from({ length: 600 }, (_, index) =>
      object(`2/${index >> 8}/${index & 0xff || 255}`, "9.001", {
        name: `Über ${index}`,
        room: "Küche",
      }),
    );
    const distinct = [...new Map(many.map((each) => [each.ga, each])).values()];
    const second = object("1/0/1", "1.001", { room: "Kuche 2" });
    const devices = devicesOf(told([...distinct, second])).filter(({ topic }) =>
      topic.includes("kuche"),
    );
    const topics = devices.map(({ topic }) => topic.split("/")[2]);
    expect(topics).toContain("knx_house_kuche");
    expect(topics).toContain("knx_house_kuche_2");
    expect(topics).toContain("knx_house_kuche_2_part");
    expect(new Set(topics).size).toBe(topics.length);
    for (const { payload } of devices) {
      expect(new TextEncoder().encode(payload).length).toBeLessThanOrEqual(60 * 1024);
      expect(complaints(payload)).toEqual([]);
    }
    const keys = devices.flatMap(({ payload }) => Object.keys(JSON.parse(payload).components));
    expect(keys).toHaveLength(distinct.length + 1);
  });
});

describe("§7, §18.1 entities", () => {
  const role = (write: string, state?: string) => ({
    write: ga(write),
    ...(state !== undefined && { state: ga(state) }),
  });
  const ENTITIES: readonly EntityConfig[] = [
    {
      id: "ceiling",
      type: "light",
      name: "Ceiling",
      room: "Living room",
      roles: { switch: role("1/1/10", "1/4/10"), brightness: role("1/3/10", "1/5/10") },
    },
    {
      id: "strip",
      type: "light",
      roles: {
        switch: role("1/1/11"),
        brightness: role("1/3/11"),
        rgbw: role("1/3/12"),
        color_temperature: role("1/3/13"),
      },
    },
    { id: "plain", type: "light", roles: { switch: role("1/1/12") } },
    {
      id: "blind",
      type: "cover",
      invertPosition: false,
      invertTilt: false,
      travelMs: 60_000,
      roles: {
        up_down: role("2/1/1"),
        stop: role("2/1/2"),
        position: role("2/1/3", "2/1/4"),
        tilt: role("2/1/5"),
      },
    },
    {
      id: "gate",
      type: "cover",
      invertPosition: false,
      invertTilt: false,
      travelMs: 60_000,
      roles: { up_down: role("2/1/9") },
    },
    {
      id: "heating",
      type: "climate",
      min: 16,
      max: 26,
      roles: {
        switch: role("4/1/9"),
        mode: role("4/1/8"),
        temperature: role("4/1/1", "4/1/2"),
        current_temperature: { state: ga("4/0/1") },
        preset: role("4/1/3"),
        action: { state: ga("4/1/5") },
      },
    },
    {
      id: "fan",
      type: "fan",
      speeds: 3,
      roles: {
        switch: role("6/0/1"),
        speed: role("6/0/2"),
        oscillate: role("6/0/3"),
        preset: role("6/0/4"),
      },
    },
    {
      id: "door",
      type: "lock",
      invert: false,
      roles: { lock: role("6/1/1"), open: role("6/1/2") },
    },
    { id: "choice", type: "select", roles: { option: role("6/2/1") } },
    { id: "moods", type: "scene", scenes: { 7: "Film" }, roles: { scene: role("6/3/1") } },
    { id: "shown", type: "select", roles: { option: { state: ga("6/2/2") } } },
    { id: "hidden", type: "lock", invert: false, ha: false, roles: { lock: role("6/1/3") } },
  ];
  // biome-ignore format: read by column
  const OBJECTS = [
    ["1/1/10", "1.001"], ["1/4/10", "1.001"], ["1/3/10", "5.001"], ["1/5/10", "5.001"], ["1/1/11", "1.001"],
    ["1/3/11", "5.001"], ["1/3/12", "251.600"], ["1/3/13", "7.600"], ["1/1/12", "1.001"], ["2/1/1", "1.008"],
    ["2/1/2", "1.007"], ["2/1/3", "5.001"], ["2/1/4", "5.001"], ["2/1/5", "5.001"], ["2/1/9", "1.008"],
    ["4/1/9", "1.001"], ["4/1/8", "20.105"], ["4/1/1", "9.001"], ["4/1/2", "9.001"], ["4/0/1", "9.001"],
    ["4/1/3", "20.102"], ["4/1/5", "5.001"], ["6/0/1", "1.001"], ["6/0/2", "5.010"], ["6/0/3", "1.001"],
    ["6/0/4", "20.105"], ["6/1/1", "1.001"], ["6/1/2", "1.017"], ["6/2/1", "20.102"], ["6/3/1", "18.001"],
    ["6/2/2", "20.102"], ["6/1/3", "1.001"],
  ].map(([address = "", dpt]) => object(address, dpt, { writable: true }));
  const all = components(OBJECTS, {}, { entities: ENTITIES });

  test("a light", () => {
    expect(all["e_ceiling"]).toEqual({
      platform: "light",
      schema: "json",
      unique_id: "knx_house_e_ceiling",
      name: "Ceiling",
      state_topic: "knx/entity/ceiling/state",
      command_topic: "knx/entity/ceiling/set",
      brightness: true,
      brightness_scale: 100,
      supported_color_modes: ["brightness"],
      flash: false,
      transition: false,
    });
    expect(all["e_strip"]).toMatchObject({
      supported_color_modes: ["color_temp", "rgbw"],
      color_temp_kelvin: true,
    });
    expect(all["e_plain"]).toMatchObject({ supported_color_modes: ["onoff"], brightness: false });
  });

  test("covers, one without stop and position", () => {
    expect(all["e_blind"]).toMatchObject({
      command_topic: "knx/entity/blind/set/move",
      payload_stop: "STOP",
      position_topic: "knx/entity/blind/state",
      set_position_topic: "knx/entity/blind/set/position",
      tilt_command_topic: "knx/entity/blind/set/tilt",
      device_class: "blind",
    });
    expect(all["e_gate"]).toMatchObject({ payload_stop: null, device_class: "shutter" });
    expect(all["e_gate"]).not.toHaveProperty("position_topic");
  });

  test("climate, fan, lock, select and scenes", () => {
    expect(all["e_heating"]).toMatchObject({
      modes: ["off", "auto", "heat", "cool", "fan_only", "dry"],
      min_temp: 16,
      max_temp: 26,
      preset_modes: ["auto", "comfort", "standby", "economy", "protection"],
      power_command_topic: "knx/entity/heating/set/state",
      action_topic: "knx/entity/heating/state",
    });
    expect(all["e_fan"]).toMatchObject({
      percentage_command_topic: "knx/entity/fan/set/speed",
      speed_range_min: 1,
      speed_range_max: 3,
    });
    expect(all["e_door"]).toMatchObject({ payload_open: "OPEN", state_locked: "LOCKED" });
    expect(all["e_choice"]).toMatchObject({ options: expect.arrayContaining(["comfort"]) });
    expect(all["e_moods_s7"]).toMatchObject({
      platform: "scene",
      unique_id: "knx_house_e_moods_s7",
      command_topic: "knx/entity/moods/set/scene",
      payload_on: "7",
    });
  });

  test("their objects are not there a second time; those of a hidden one, or one that is only heard, are", () => {
    const objects = Object.keys(all).filter((key) => key.startsWith("ga_"));
    expect(objects.sort()).toEqual(["ga_6_1_3", "ga_6_2_2"]);
    expect(all).not.toHaveProperty("e_hidden");
    expect(all).not.toHaveProperty("e_shown");
  });
});

describe("§18.2 the bridge itself", () => {
  test("what it says of itself; buttons only with admin requests", () => {
    const [basic] = devicesOf(told([]));
    const [admin] = devicesOf(told([], {}, { requests: "admin" }));
    expect(complaints(basic?.payload ?? "")).toEqual([]);
    expect(complaints(admin?.payload ?? "")).toEqual([]);
    const keys = (payload = "") => Object.keys(JSON.parse(payload).components);
    expect(keys(basic?.payload)).toEqual([
      ...["bus", "problem", "bus_load", "telegrams_received", "telegrams_sent"],
      ...["not_acknowledged", "queue_depth", "dropped", "uptime", "individual_address"],
      "chip_temperature",
    ]);
    expect(keys(admin?.payload)).toEqual([
      ...keys(basic?.payload),
      ...["restart", "republish", "programming_mode"],
    ]);
    const { availability, components: all } = JSON.parse(admin?.payload ?? "");
    // Whether the bus is there is of most interest while it is not.
    expect(availability).toEqual([{ topic: "knx/bridge/state" }]);
    for (const component of Object.values<Component>(all))
      expect(component["entity_category"]).toBe("diagnostic");
  });
});

describe("§18.1 changes", () => {
  const LAMP = object("1/1/1", "1.001", { name: "Lamp", room: "Hall" });
  const DIMMER = object("1/3/1", "5.001", { name: "Dimmer", room: "Hall" });
  const discovery = { ...NO_DISCOVERY, enabled: true };
  const HALL = "homeassistant/device/knx_house_hall/config";

  const started = (objects: readonly ObjectConfig[]) => {
    const it = told(objects);
    it.published.length = 0;
    return it;
  };
  const reload = (it: ReturnType<typeof rig>, objects: readonly ObjectConfig[]): void => {
    reloadTo(it, config(objects, { discovery }));
    it.advance(5_000);
  };
  const hall = (it: ReturnType<typeof rig>) =>
    it.topics(/hall\/config$/).map(({ payload }) => payload && JSON.parse(payload).components);

  test("nothing changed: nothing is said", () => {
    const it = started([LAMP, DIMMER]);
    reload(it, [LAMP, DIMMER]);
    expect(it.topics(/^homeassistant|meta$/)).toEqual([]);
  });

  test("a component that is gone: first with its platform only, then without it", () => {
    const it = started([LAMP, DIMMER]);
    reload(it, [LAMP]);
    const [first, second, ...more] = hall(it);
    expect(first.ga_3_1).toBeUndefined();
    expect(first.ga_1_3_1).toEqual({ platform: "number" });
    expect(first.ga_1_1_1).toMatchObject({ platform: "switch", name: "Lamp" });
    expect(Object.keys(second)).toEqual(["ga_1_1_1"]);
    expect(more).toEqual([]);
  });

  test("a component on another platform is removed and comes anew", () => {
    const it = started([LAMP, DIMMER]);
    reload(it, [{ ...LAMP, writable: false }, DIMMER]);
    const [first, second] = hall(it);
    expect(first.ga_1_1_1).toEqual({ platform: "switch" });
    expect(second.ga_1_1_1).toMatchObject({ platform: "binary_sensor" });
  });

  test("a device that is gone is cleared, before its components come as part of another one", () => {
    const it = started([LAMP, DIMMER]);
    reload(it, [
      { ...LAMP, room: "Attic" },
      { ...DIMMER, room: "Attic" },
    ]);
    const topics = it
      .topics(/^homeassistant/)
      .map(({ topic, payload, retain }) => [topic, payload === "", retain]);
    expect(topics).toEqual([
      [HALL, true, true],
      ["homeassistant/device/knx_house_attic/config", false, true],
    ]);
  });

  test("switched off, all of it goes", () => {
    const it = started([LAMP]);
    reloadTo(it, config([LAMP]));
    it.advance(5_000);
    expect(it.topics(/^homeassistant/).map(({ payload }) => payload)).toEqual(["", ""]);
  });
});

describe("§18.1, acceptance 22: Home Assistant starts", () => {
  test("1 to 10 s later everything is said once more, with states", () => {
    const it = told([object("1/1/1", "1.001", { room: "Hall" }), object("4/0/1", "9.001")]);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(it.subscribed.flat()).toContain("homeassistant/status");
    it.published.length = 0;
    it.message("homeassistant/status", "offline");
    it.message("homeassistant/status", "online", { retain: true });
    it.message("homeassistant/status", "online");
    it.advance(999);
    expect(it.published).toEqual([]);
    it.advance(14_001);
    const order = it.published.map(({ topic }) => topic);
    expect(order.slice(0, 2)).toEqual(["knx/bridge/state", "knx/bridge/bus"]);
    expect(devicesOf(it)).toHaveLength(3);
    expect(it.documents(/4\/0\/1\/state$/)).toMatchObject([{ value: 21.42, quality: "good" }]);
    expect(order.indexOf("knx/ga/4/0/1/state")).toBeGreaterThan(
      order.indexOf("homeassistant/device/knx_house_hall/config"),
    );
    expect(it.topics(/event$/)).toEqual([]);
  });

  test("what a broker of MQTT 3.1.1 repeats on subscribing is no news", () => {
    const it = told([]);
    it.broker(false);
    it.broker(true);
    it.advance(1_000);
    it.published.length = 0;
    it.message("homeassistant/status", "online", { retain: true });
    it.advance(15_000);
    expect(it.topics(/^homeassistant/)).toEqual([]);
  });
});
