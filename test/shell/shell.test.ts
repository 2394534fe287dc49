import mqtt from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { type Broker, openBroker } from "../../src/shell/broker.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../src/sim/house.ts";
import { type Collector, collectLog, collector, type Line } from "./collect.ts";

type Seen = Readonly<{ topic: string; payload: string }>;

/** The port of the house, until `broken` is set. */
const bindingOf = ({ binding }: House): House["binding"] => ({
  ...binding,
  open: async (options) => {
    const port = await binding.open(options);
    const write = port.write.bind(port);
    port.write = (octets) => {
      if (broken) throw new Error("no port throws this");
      return write(octets);
    };
    return port;
  },
});

let broken: boolean;
let house: House;
let broker: Broker;
let shell: Shell;
let seen: Collector<Seen>;
let lines: Collector<Line>;
let person: mqtt.MqttClient;

/** The whole program on a simulated house in real time, and a person with an MQTT client. */
beforeEach(async () => {
  const logged = collectLog();
  lines = logged.lines;
  broken = false;
  house = startHouse();
  const objects = HOUSE_OBJECTS.map(({ ga, dpt, writable }) => ({ ga, dpt, writable }));
  const knx = { port: house.path, address: "1.1.250", chip: "auto" };
  const loaded = loadConfig(JSON.stringify({ version: 1, instance: "test", knx, objects }), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: options } = loaded.config;
  broker = await openBroker(logged.log, { base: "knx", port: 0 });
  seen = collector<Seen>();
  broker.watch("knx/#", (topic, payload) => seen.push({ topic, payload }));
  person = await mqtt.connectAsync(broker.url);
  // The chip has said that it has power: a second Reset.ind while the port opens would be one more reset.
  await new Promise((resolve) => setTimeout(resolve, CHIP_POWER_UP_MS));
  shell = openShell({
    config: stack,
    about: { version: "1.2.3", instance: "test" },
    serial: { ...port, binding: bindingOf(house) },
    mqtt: { ...options, url: broker.url, version: 4, payloadLimit: stack.bridge.limits.payload },
    log: logged.log,
  });
  await saw("knx/bridge/bus", "online");
});

afterEach(async () => {
  await shell.stop();
  await person.endAsync(true);
  await broker.close();
  house.stop();
});

const CHIP_POWER_UP_MS = 200;

const saw = async (topic: string, part: string): Promise<string> =>
  (await seen.until((one) => one.topic === topic && one.payload.includes(part))).payload;

describe("the whole program on a simulated house", () => {
  test("a command switches the lamp, and its status comes back", async () => {
    await person.publishAsync("knx/ga/1/1/10/set", "on");
    expect(JSON.parse(await saw("knx/ga/1/4/10/state", '"value":true'))).toMatchObject({
      ga: "1/4/10",
      dpt: "1.001",
      source: "1.1.10",
      origin: "bus",
    });
    expect(house.lamp.on).toBe(true);
    expect(JSON.parse(await saw("knx/ga/1/1/10/state", '"value":true'))).toMatchObject({
      source: "1.1.250",
      origin: "mqtt",
    });
  });

  test.each([0, 1, 2] as const)(
    "a retained command with QoS %i is refused, and the broker does not keep it",
    async (qos) => {
      const late = collector<Seen>();
      person.on("message", (topic, payload) => late.push({ topic, payload: payload.toString() }));
      const retained = { qos, retain: true };
      await person.publishAsync("knx/ga/1/1/10/set", "true", retained);
      await person.publishAsync("knx/ga/1/1/10/get", "{}", retained);
      await person.publishAsync("knx/bridge/request/anything", "x", retained);
      for (const leaf of ["set", "get"])
        expect(
          JSON.parse(await saw("knx/bridge/error", `"topic":"knx/ga/1/1/10/${leaf}"`)),
        ).toMatchObject({ ga: "1/1/10", error: { code: "retained_command" } });
      await person.subscribeAsync("knx/#");
      await late.until(({ topic }) => topic === "knx/bridge/bus");
      // What is sent now comes after everything that is kept.
      await person.publishAsync("knx/ga/1/1/10/set", '{"value":false,"id":"now"}', { qos: 1 });
      await late.until(({ topic }) => topic === "knx/ga/1/1/10/result");
      const commands = late.items.filter(({ topic }) => /(set|get)$|request/.test(topic));
      expect(commands.map(({ payload }) => payload)).toEqual(['{"value":false,"id":"now"}']);
      expect(house.lamp.on).toBe(false);
    },
  );

  test("the port unplugged and plugged in again: commands work again, the log names both", async () => {
    house.ports.unplug(house.path);
    await lines.until(({ fault }) => fault === "lost");
    house.ports.plug(house.path);
    await lines.until(() => lines.items.filter(({ msg }) => msg === "link up").length === 2);
    await person.publishAsync("knx/ga/1/3/10/set", "40");
    await saw("knx/ga/1/5/10/state", '"value":40');
  }, 20_000);

  test("a moment after the broker is there, a health report brings counters and process figures", async () => {
    expect(JSON.parse(await saw("knx/bridge/health", "rss_mb"))).toMatchObject({
      mqtt: { connected: true },
      process: { rss_mb: expect.any(Number), cpu_pct: expect.any(Number) },
      counters: { "chip.resets": 1 },
    });
  });

  test("an orderly stop says goodbye and ends with 0", async () => {
    await shell.stop();
    expect(await shell.ended).toBe(0);
    expect(seen.items.filter(({ topic }) => topic === "knx/bridge/state").at(-1)?.payload).toBe(
      "offline",
    );
  });

  test("a throw while an effect is executed is a bug like a throw of the core: 70", async () => {
    broken = true;
    await person.publishAsync("knx/ga/1/1/10/set", "on");
    expect(await shell.ended).toBe(70);
    expect(lines.items.filter(({ level }) => level === 60)).toMatchObject([
      { effect: { for: "serial", type: "write" }, impulse: {}, err: {} },
    ]);
  });
});
