import { describe, expect, test } from "vitest";
import { applicable, changesOf } from "../../src/config/changes.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";

const load = (file: object): Config => {
  const loaded = loadConfig(JSON.stringify(file), { path: "f", env: {}, readFile: () => "x" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
};

const FILE = {
  instance: "house",
  knx: { address: "1.1.250" },
  mqtt: { url: "mqtt://broker.lan" },
  objects: [{ ga: "1/1/17", dpt: "1.001" }],
};
const BEFORE = load(FILE);

type File = typeof FILE & Record<string, unknown>;
const knx = (more: object): Partial<File> => ({ knx: { ...FILE.knx, ...more } });
const mqtt = (more: object): Partial<File> => ({ mqtt: { ...FILE.mqtt, ...more } });

const LIGHT = { id: "hall", type: "light", switch: "1/1/17" };
const HOME = { enabled: true, group_by: "single" };

describe("§19.5 what a change needs", () => {
  // biome-ignore format: read by column
  test.each([
    ["instance: cabin",          { instance: "cabin" },                           "restart",   ["instance", "device", "mqtt.client_id"]],
    ["knx.port",                 knx({ port: "/dev/ttyAMA0" }),                   "restart",   ["knx.port"]],
    ["knx.address",              knx({ address: "1.1.251" }),                     "restart",   ["knx.address"]],
    ["knx.chip",                 knx({ chip: "ncn5130" }),                        "restart",   ["knx.chip"]],
    ["knx.baud",                 knx({ baud: 38400 }),                            "restart",   ["knx.baud"]],
    ["knx.parity",               knx({ parity: "none" }),                         "restart",   ["knx.parity"]],
    ["knx.acknowledge",          knx({ acknowledge: "chip" }),                    "restart",   ["knx.acknowledge"]],
    ["knx.repetitions",          knx({ repetitions: { nak: 1 } }),                "restart",   ["knx.repetitions"]],
    ["knx.hops",                 knx({ hops: 5 }),                                "restart",   ["knx.hops"]],
    ["knx.objects_from",         knx({ objects_from: "both" }),                   "restart",   ["knx.objects_from"]],
    ["device.connections",       { device: { connections: 3 } },                  "restart",   ["device"]],
    ["device.programming",       { device: { programming: { led: { line: 5 } } } }, "restart", ["device"]],
    ["control",                  { control: false },                              "restart",   ["control"]],
    ["mqtt.url",                 mqtt({ url: "mqtt://other.lan" }),               "reconnect", ["mqtt.url"]],
    ["mqtt.username",            mqtt({ username: "a" }),                         "reconnect", ["mqtt.username"]],
    ["mqtt.password",            mqtt({ password: "a" }),                         "reconnect", ["mqtt.password"]],
    ["mqtt.client_id",           mqtt({ client_id: "a" }),                        "reconnect", ["mqtt.client_id"]],
    ["mqtt.ca",                  mqtt({ ca: "a" }),                               "reconnect", ["mqtt.ca"]],
    ["mqtt.verify",              mqtt({ verify: false }),                         "reconnect", ["mqtt.verify"]],
    ["mqtt.keepalive",           mqtt({ keepalive: "15s" }),                      "reconnect", ["mqtt.keepalive"]],
    ["mqtt.version",             mqtt({ version: 4 }),                            "reconnect", ["mqtt.version"]],
    ["mqtt.base",                mqtt({ base: "haus" }),                          "reconnect", ["mqtt.base"]],
    ["a broker of our own",      { mqtt: {} },                                    "restart",   ["mqtt.url"]],
    ["objects",                  { objects: [] },                                 "live",      ["objects"]],
    ["defaults",                 { defaults: [{ match: "1/1/*", room: "Hall" }] },"live",      ["objects"]],
    ["events",                   { events: true },                                "live",      ["objects"]],
    ["entities",                 { entities: [LIGHT] },                           "live",      ["entities"]],
    ["links",                    { links: [{ ga: "1/1/17", to: "a" }] },          "live",      ["links"]],
    ["time",                     { time: { time_ga: "0/0/1" } },                  "live",      ["objects", "time"]],
    ["homeassistant",            { homeassistant: HOME },                         "live",      ["homeassistant"]],
    ["devices",                  { devices: { topics: true } },                   "live",      ["devices"]],
    ["recorder.memory",          { recorder: { memory: 99 } },                    "live",      ["recorder"]],
    ["recorder.flight_mb",       { recorder: { flight_mb: 8 } },                  "restart",   ["recorder.flight_mb"]],
    ["recorder.disk",            { recorder: { disk: "7d" } },                    "restart",   ["recorder.disk", "recorder.max_mb"]],
    ["http",                     { http: { port: 9_999 } },                       "restart",   ["http"]],
    ["http: false",              { http: false },                                 "restart",   ["http"]],
    ["log.modules",              { log: { modules: { dl: "debug" } } },           "live",      ["log.modules"]],
    ["log.level",                { log: { level: "debug" } },                     "live",      ["log.level"]],
    ["log.mqtt",                 { log: { mqtt: "info" } },                       "live",      ["log.mqtt"]],
    ["mqtt.payload",             mqtt({ payload: { scalar: true } }),             "live",      ["mqtt.payload"]],
    ["mqtt.topics",              mqtt({ topics: "both" }),                        "live",      ["mqtt.topics"]],
    ["mqtt.requests",            mqtt({ requests: "admin" }),                     "live",      ["mqtt.requests"]],
    ["mqtt.unknown",             mqtt({ unknown: "state" }),                      "live",      ["mqtt.unknown"]],
    ["mqtt.deny",                mqtt({ deny: ["9/*/*"] }),                       "live",      ["mqtt.deny"]],
    ["knx.bus.share",            knx({ bus: { share: 0.2 } }),                    "live",      ["knx.bus"]],
    ["knx.style",                knx({ style: "2-level" }),                       "live",      ["knx.style"]],
  ] as const)("%s", (_, change, needs, keys) => {
    const changes = changesOf(BEFORE, load({ ...FILE, ...change }));
    const all = [...changes.live, ...changes.reconnect, ...changes.restart];
    expect(changes[needs]).toEqual(keys.filter((key) => changes[needs].includes(key)));
    expect(all.toSorted()).toEqual([...keys].toSorted());
  });

  test("nothing for the same file", () => {
    expect(changesOf(BEFORE, load(FILE))).toEqual({ live: [], reconnect: [], restart: [] });
  });
});

describe("what runs from then on", () => {
  const NEXT = load({
    ...FILE,
    instance: "cabin",
    knx: { address: "1.1.9", port: "/dev/ttyAMA0" },
    mqtt: { url: "mqtt://other.lan", base: "haus" },
    objects: [{ ga: "1/2/3", dpt: "9.001" }],
    log: { level: "debug" },
  });

  test("the new one, with what needs a restart as it was", () => {
    const running = applicable(BEFORE, NEXT);
    expect(running).toMatchObject({
      instance: "house",
      port: BEFORE.port,
      mqtt: { url: "mqtt://other.lan", base: "haus" },
      log: { level: "debug" },
      stack: {
        dl: { address: BEFORE.stack.dl.address, groups: NEXT.stack.dl.groups },
        objects: { groups: NEXT.stack.objects.groups },
        bridge: {
          instance: "house",
          instanceId: BEFORE.stack.bridge.instanceId,
          address: BEFORE.stack.bridge.address,
          base: "haus",
          objects: NEXT.stack.bridge.objects,
        },
      },
    });
    expect(running.stack.device).toBe(BEFORE.stack.device);
  });

  test("it differs from the file by what needs a restart, until that is taken back", () => {
    const running = applicable(BEFORE, NEXT);
    expect(changesOf(running, NEXT)).toMatchObject({ live: [], reconnect: [] });
    expect(changesOf(running, NEXT).restart).toContain("knx.port");
    expect(changesOf(applicable(running, load(FILE)), load(FILE)).restart).toEqual([]);
  });

  test("objects from elsewhere: the list stays until the restart", () => {
    const ets = load({ ...FILE, knx: { ...FILE.knx, objects_from: "ets" } });
    const running = applicable(BEFORE, ets);
    expect(running.stack.bridge.objects).toBe(BEFORE.stack.bridge.objects);
    expect(running.stack.objects).toEqual(BEFORE.stack.objects);
  });

  test("a broker of our own stays the one it is", () => {
    const own = load({ ...FILE, mqtt: {} });
    const running = applicable(
      own,
      load({ ...FILE, mqtt: { base: "haus", payload: { scalar: true } } }),
    );
    expect(running.mqtt).toBe(own.mqtt);
    expect(running.stack.bridge).toMatchObject({ base: "knx", payload: { scalar: true } });
  });
});
