import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { openBroker } from "../../src/shell/broker.ts";
import { openShell } from "../../src/shell/shell.ts";
import { readSnapshot } from "../../src/shell/store/snapshot.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { freePort } from "../free-port.ts";
import { collectLog, collector } from "./collect.ts";
import { endTool, startTool, testWith } from "./tool.ts";

type Seen = Readonly<{ topic: string; payload: string; retain: boolean }>;

const cleanUp: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), "knxpi-restart-"));
let house: House;
beforeEach(() => {
  mkdirSync(folder, { recursive: true });
  house = startHouse();
  cleanUp.push(() => house.stop());
});
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

/** A person who sees everything that is published from now on. */
const personAt = async (url: string) => {
  const client = mqtt.connect(url, { reconnectPeriod: 100 });
  // A broker that says it runs may not listen yet.
  client.on("error", () => undefined);
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  cleanUp.push(() => client.endAsync(true));
  const seen = collector<Seen>();
  client.on("message", (topic, payload, { retain }) =>
    seen.push({ topic, payload: payload.toString(), retain }),
  );
  await client.subscribeAsync("knx/#");
  return { client, seen };
};

/** The whole program, with a broker that is not its own. */
const start = (url: string, serial = "00FA:1A2B3C4D") => {
  const knx = { port: house.path, address: "1.1.250", chip: "auto" };
  const objects = [
    { ga: "1/1/10", dpt: "1.001" },
    { ga: "1/4/10", dpt: "1.001", read_on_init: true },
    { ga: "4/0/12", dpt: "9.001", provide: true },
  ];
  const text = JSON.stringify({ knx, mqtt: { url }, device: { serial }, objects });
  const loaded = loadConfig(text, { path: "f", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: options } = loaded.config;
  const { log, lines } = collectLog();
  const shell = openShell({
    config: stack,
    about: { version: "1.2.3", instance: "house" },
    serial: { ...port, binding: house.binding },
    mqtt: { ...options, url, payloadLimit: stack.bridge.limits.payload },
    state: {
      configured: { address: stack.device.address, routingCount: 0x60, maxRetryCount: 0x33 },
      directory: folder,
    },
    restored: readSnapshot(folder, log),
    log,
  });
  cleanUp.push(() => shell.stop());
  return { shell, lines };
};
const stateOf = ({ payload }: Seen): unknown => JSON.parse(payload);
const isState = (address: string, part: string) => (one: Seen) =>
  one.topic === `knx/ga/${address}/state` && one.payload.includes(part);

const brokers = [
  {
    is: "MQTT 3.1.1",
    test,
    open: async () => {
      const broker = await openBroker(collectLog().log, { base: "knx", port: 0 });
      cleanUp.push(() => broker.close());
      return broker.url;
    },
  },
  {
    is: "MQTT 5",
    test: testWith("mosquitto"),
    open: async () => {
      const port = await freePort();
      const mosquitto = await startTool("mosquitto", ["-p", `${port}`, "-v"], /running/);
      cleanUp.push(() => endTool(mosquitto));
      return `mqtt://127.0.0.1:${port}`;
    },
  },
];

describe.each(brokers)("a broker that stays, $is", ({ test: testHere, open }) => {
  testHere(
    "§3.1 another bridge on our topics: 75, and not a word from us, the will included",
    async () => {
      const url = await open();
      const { client, seen } = await personAt(url);
      const info = JSON.stringify({ api: 1, instance_id: "00fa:99999999" });
      await client.publishAsync("knx/bridge/info", info, { qos: 1, retain: true });
      await client.publishAsync("knx/bridge/state", "online", { qos: 1, retain: true });
      const { shell, lines } = start(url);
      expect(await shell.ended).toBe(75);
      await client.publishAsync("knx/last", "", { qos: 1 });
      await seen.until(({ topic }) => topic === "knx/last");
      expect(seen.items.map(({ topic }) => topic)).toEqual([
        "knx/bridge/info",
        "knx/bridge/state",
        "knx/last",
      ]);
      expect(lines.items.find(({ level }) => level === 60)?.msg).toContain("base_topic_in_use");
    },
  );

  testHere("§3.1 what is left of ourselves does not keep us away", async () => {
    const url = await open();
    const { client, seen } = await personAt(url);
    const info = JSON.stringify({ api: 1, instance_id: "00fa:1a2b3c4d" });
    await client.publishAsync("knx/bridge/info", info, { qos: 1, retain: true });
    await client.publishAsync("knx/bridge/state", "online", { qos: 1, retain: true });
    start(url);
    await seen.until(({ topic, payload }) => topic === "knx/bridge/bus" && payload === "online");
  });

  testHere(
    "§16.3 the values of the last process, from its file and from the broker; the bus hears nothing of it",
    async () => {
      const url = await open();
      const { client, seen } = await personAt(url);
      const first = start(url);
      await seen.until(({ topic, payload }) => topic === "knx/bridge/bus" && payload === "online");
      await client.publishAsync("knx/ga/1/1/10/set", "on");
      let before = await seen.until(isState("1/4/10", '"value":true'));
      // Nobody listens there, but it is our value from now on.
      await client.publishAsync("knx/ga/4/0/12/set", '{"value":21.5,"id":"a"}');
      await seen.until(({ topic }) => topic === "knx/ga/4/0/12/result");
      await first.shell.stop();
      expect(readFileSync(join(folder, "snapshot"), "utf8")).toContain(
        '{"ga":"4/0/12","raw":"0c33","provided":true}',
      );

      for (const from of ["file", "broker"]) {
        if (from === "broker") rmSync(join(folder, "snapshot"));
        if (from === "broker") rmSync(join(folder, "snapshot.1"), { force: true });
        seen.items.length = 0;
        const again = start(url);
        const restored = await seen.until(isState("1/4/10", '"restored"'));
        const { ts, raw, source } = Object(stateOf(before));
        expect(stateOf(restored)).toMatchObject({
          ts,
          raw,
          source,
          value: true,
          origin: "restored",
          quality: "stale",
        });
        await seen.until(
          ({ topic, payload }) => topic === "knx/bridge/event" && payload.includes("connected"),
        );
        // Only the initial read, five seconds after the bus was there, asks for anything.
        const good = await seen.until(isState("1/4/10", '"good"'));
        expect(stateOf(good)).toMatchObject({ service: "response", value: true });
        before = good;
        await again.shell.stop();
        expect(seen.items.filter(isState("1/1/10", '"good"'))).toEqual([]);
      }
    },
    30_000,
  );

  testHere(
    "§16.3 acceptance 11: a snapshot that is cut does not keep anybody from starting",
    async () => {
      const url = await open();
      const { seen } = await personAt(url);
      writeFileSync(join(folder, "snapshot"), "knxpi-snapshot 1 4711 ");
      const { lines } = start(url);
      await seen.until(
        ({ topic, payload }) =>
          topic === "knx/bridge/event" && payload.includes("snapshot_damaged"),
      );
      expect(existsSync(join(folder, "snapshot.damaged"))).toBe(true);
      expect(lines.items.some(({ level }) => level === 50)).toBe(true);
    },
  );
});
