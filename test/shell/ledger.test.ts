import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { openBroker } from "../../src/shell/broker.ts";
import { openShell } from "../../src/shell/shell.ts";
import { readLedger } from "../../src/shell/store/ledger.ts";
import { readSnapshot } from "../../src/shell/store/snapshot.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { complaints } from "../core/app/bridge/discovery-schema.ts";
import { collectLog } from "./collect.ts";

/* What stays with a broker from one process to the next, with real connections and a real directory. */

const cleanUp: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), "knxpi-ledger-"));
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

const LAMP = { ga: "1/1/10", dpt: "1.001", name: "Lamp", room: "Hall", state_ga: "1/4/10" };
const FEEDBACK = { ga: "1/4/10", dpt: "1.001", read_on_init: true };
const ROOM = { ga: "4/0/12", dpt: "9.001", name: "Balcony", room: "Balcony", provide: true };

const start = (url: string, objects: readonly object[]) => {
  const knx = { port: house.path, address: "1.1.250", chip: "auto" };
  const device = { serial: "00FA:1A2B3C4D" };
  const text = JSON.stringify({ knx, mqtt: { url }, device, homeassistant: {}, objects });
  const loaded = loadConfig(text, { path: "f", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: options } = loaded.config;
  const { log } = collectLog();
  const ledger = readLedger(folder, log);
  const shell = openShell({
    config: stack,
    about: { version: "1.2.3", instance: "house" },
    serial: { ...port, binding: house.binding },
    mqtt: { ...options, url, payloadLimit: stack.bridge.limits.payload },
    state: {
      configured: { address: stack.device.address, routingCount: 0x60, maxRetryCount: 0x33 },
      directory: folder,
    },
    restored: { ...readSnapshot(folder, log), ...(ledger && { ledger }) },
    log,
  });
  cleanUp.push(() => shell.stop());
  return shell;
};

/** What a client that comes now is told at once. */
const keptBy = async (url: string): Promise<ReadonlyMap<string, string>> => {
  const client = await mqtt.connectAsync(url);
  const kept = new Map<string, string>();
  client.on("message", (topic, payload) => kept.set(topic, payload.toString()));
  await client.subscribeAsync("#");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await client.endAsync(true);
  return kept;
};

/** @returns what is kept, once it is as it should be */
const until = async (url: string, fits: (kept: ReadonlyMap<string, string>) => boolean) => {
  for (;;) {
    const kept = await keptBy(url);
    if (fits(kept)) return kept;
  }
};

const BALCONY = "homeassistant/device/knx_house_balcony/config";

test("§18, §21 an object that is removed while nothing runs vanishes from the broker", {
  timeout: 60_000,
}, async () => {
  const broker = await openBroker(collectLog().log, { base: "knx", port: 0 });
  cleanUp.push(() => broker.close());
  const { url } = broker;
  const first = start(url, [LAMP, FEEDBACK, ROOM]);
  const all = await until(url, (kept) => kept.has(BALCONY) && kept.has("knx/ga/1/4/10/state"));
  const devices = [...all].filter(([topic]) => topic.startsWith("homeassistant/"));
  expect(devices.map(([topic, payload]) => [topic, complaints(payload)])).toEqual(
    ["bridge", "hall", "balcony"].map((slug) => [
      `homeassistant/device/knx_house_${slug}/config`,
      [],
    ]),
  );
  await first.stop();
  expect(readLedger(folder, collectLog().log)?.devices).toHaveProperty([BALCONY]);

  start(url, [LAMP, FEEDBACK]);
  const left = await until(url, (kept) => !kept.has(BALCONY) && !kept.has("knx/ga/4/0/12/meta"));
  expect([...left.keys()].filter((topic) => topic.includes("4/0/12"))).toEqual([]);
  expect(left.has("knx/ga/1/4/10/state")).toBe(true);
  expect(left.get("homeassistant/device/knx_house_hall/config")).toBe(
    all.get("homeassistant/device/knx_house_hall/config"),
  );
});
