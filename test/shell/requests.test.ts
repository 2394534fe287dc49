import mqtt from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withMachine } from "../../src/cli/machine.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type Broker, openBroker } from "../../src/shell/broker.ts";
import { createLog } from "../../src/shell/log.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../src/sim/house.ts";
import { type Collector, collector, type Line } from "./collect.ts";

type Seen = Readonly<{ topic: string; payload: string }>;

let house: House;
let broker: Broker;
let shell: Shell;
let seen: Collector<Seen>;
let lines: Collector<Line>;
let person: mqtt.MqttClient;

/** The whole program on a simulated house in real time, with requests for administrators and its log on MQTT. */
beforeEach(async () => {
  lines = collector<Line>();
  const levels = createLog("warn", { write: (line) => lines.push(JSON.parse(line)) });
  house = startHouse();
  const objects = HOUSE_OBJECTS.map(({ ga, dpt, writable }) => ({ ga, dpt, writable }));
  const file = JSON.stringify({
    instance: "test",
    knx: { port: house.path, address: "1.1.250", chip: "auto" },
    mqtt: { requests: "admin" },
    log: { mqtt: "info" },
    objects,
  });
  const loaded = loadConfig(file, { path: "house.yaml", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: options } = loaded.config;
  broker = await openBroker(levels.logger, { base: "knx", port: 0 });
  seen = collector<Seen>();
  broker.watch("knx/#", (topic, payload) => seen.push({ topic, payload }));
  person = await mqtt.connectAsync(broker.url);
  shell = openShell({
    config: withMachine(stack, file),
    about: { version: "1.2.3", instance: "test" },
    serial: { ...port, binding: house.binding },
    mqtt: { ...options, url: broker.url, version: 4, payloadLimit: stack.bridge.limits.payload },
    state: {
      directory: "/tmp",
      configured: { address: stack.dl.address, routingCount: 0, maxRetryCount: 0 },
    },
    log: levels.logger,
    levels,
    host: { "config/get": async () => ({ ok: true, data: { yaml: "instance: test" } }) },
  });
  await saw("knx/bridge/bus", "online");
});

afterEach(async () => {
  await shell.stop();
  await person.endAsync(true);
  await broker.close();
  house.stop();
});

const saw = async (topic: string, part: string): Promise<string> =>
  (await seen.until((one) => one.topic === topic && one.payload.includes(part))).payload;

const ask = async (name: string, parameters: object = {}): Promise<unknown> => {
  const id = `${name} ${Math.random()}`;
  await person.publishAsync(`knx/bridge/request/${name}`, JSON.stringify({ id, ...parameters }));
  return JSON.parse(await saw(`knx/bridge/response/${name}`, id));
};

describe("10 requests to the whole program", () => {
  test("info tells what machine and program this is, and what can be asked", async () => {
    expect(await ask("info")).toMatchObject({
      status: "ok",
      data: {
        node: process.versions.node,
        os: expect.stringMatching(/./),
        knx: { chip: "TP-UART 2", source: "yaml", ia: "1.1.250" },
        mqtt: { version: 4, tls: false },
        config: { hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
        requests: expect.arrayContaining(["log/level", "config/get", "restart"]),
      },
    });
  });

  test("health is measured now, machine included", async () => {
    expect(await ask("health")).toMatchObject({
      status: "ok",
      data: {
        process: { rss_mb: expect.any(Number) },
        mqtt: { connected: true, inflight: expect.any(Number) },
        host: { load1: expect.any(Number), disk_free_mb: expect.any(Number) },
        tunnels: [],
      },
    });
  });

  test("a batch switches the lamp on and off in order", async () => {
    const items = [
      { ga: "1/1/10", value: true },
      { ga: "1/1/10", value: false, delay_ms: 100 },
    ];
    expect(await ask("group/batch", { items })).toMatchObject({
      data: [
        { status: "ok", stage: "confirmed" },
        { status: "ok", stage: "confirmed" },
      ],
    });
    expect(house.lamp.on).toBe(false);
  });

  test("what the outside can do is done, what nobody can do is unsupported", async () => {
    expect(await ask("config/get")).toMatchObject({ data: { yaml: "instance: test" } });
    expect(await ask("backup/create")).toMatchObject({ error: { code: "unsupported" } });
    expect(await ask("log/level", { level: "debug", module: "dl" })).toMatchObject({
      data: { level: "debug", module: "dl" },
    });
  });

  test("8.5 lines of the log come on MQTT, below the level that is written too", async () => {
    await person.publishAsync("knx/bridge/request/bus/reset", "");
    await house.ports.unplug(house.path);
    const line = JSON.parse(await saw("knx/bridge/log", "link down"));
    expect(line).toMatchObject({ level: "warning", module: "dl", fields: { reason: "no_port" } });
    expect(lines.items.some(({ level }) => level === 30)).toBe(false);
  });

  test("restart: answered, goodbye said, ended so that it is started again", async () => {
    expect(await ask("restart")).toMatchObject({ status: "ok" });
    expect(await shell.ended).toBe(75);
    const last = seen.items.filter(({ topic }) => topic === "knx/bridge/state").at(-1);
    expect(last?.payload).toBe("offline");
  });
});
