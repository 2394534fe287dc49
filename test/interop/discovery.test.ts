import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { knownDpts } from "../../src/core/dpt/dpt.ts";
import { complaints } from "../core/app/bridge/discovery-schema.ts";
import { type Broker, startBroker } from "./broker.ts";
import { bridgeEvent } from "./installation.ts";
import { startProgram } from "./knxpi.ts";
import { type Message, publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";
import { makeFolder } from "./workplace.ts";

/*
 * What mosquitto keeps for Home Assistant: every datapoint type, once writable and once not, and the entities of the contract.
 * There is no bus: discovery does not wait for one.
 */

const FILTER = "homeassistant/device/+/config";

describeWith(
  "mosquitto",
  "mosquitto_sub",
  "mosquitto_pub",
)("discovery", () => {
  let broker: Broker;
  beforeAll(async () => {
    const folder = makeFolder();
    broker = await startBroker(folder);
    const events = await subscribe(broker.port, "knx/bridge/event");
    const file = join(folder, "discovery.yaml");
    writeFileSync(file, JSON.stringify(configuration(broker.url, join(folder, "no-port"))));
    startProgram("run", "--config", file);
    await events.until("connected", bridgeEvent({ type: "connected" }), { ms: 30_000 });
  });

  test("every retained message is one that Home Assistant takes", async () => {
    const kept = await keptIn(broker);
    expect(kept.length).toBeGreaterThan(ROOMS);
    expect(kept.every(({ retained }) => retained)).toBe(true);
    expect(
      kept.flatMap(({ topic, payload }) => complaints(payload).map((c) => `${topic} ${c}`)),
    ).toEqual([]);
    for (const { payload } of kept)
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(60 * 1_024);
    const ids = kept.flatMap(idsIn);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ENTITY_IDS) expect(ids).toContain(`knx_discovery_e_${id}`);
    // Only what has no component of its own is not there: what an entity shows, and what nothing can show.
    const missing = OBJECTS.filter(
      ({ ga }) => !ids.some((id) => id.includes(ga.replaceAll("/", "-"))),
    );
    expect(missing.map(({ dpt }) => dpt)).toEqual([]);
  });

  test("22: broker without persistence and Home Assistant restarted: everything is told again within 15 s", async () => {
    const before = (await keptIn(broker)).flatMap(idsIn).sort();
    await broker.kill();
    await broker.restart();
    const events = await subscribe(broker.port, "knx/bridge/event");
    await events.until("connected", bridgeEvent({ type: "connected" }), { ms: 30_000 });
    const heard = await subscribe(broker.port, FILTER);
    await pause(500);
    const since = heard.now();
    await publish(broker.port, "homeassistant/status", "online");
    await pause(15_000);
    const live = heard.since(since).filter(({ retained }) => !retained);
    expect(live.flatMap(idsIn).sort()).toEqual(before);
    expect((await keptIn(broker)).flatMap(idsIn).sort()).toEqual(before);
  });
});

const keptIn = async ({ port }: Broker): Promise<readonly Message[]> => {
  const kept = await subscribe(port, FILTER);
  await pause(1_000);
  return kept.all();
};

const idsIn = ({ payload }: Message): readonly string[] =>
  Object.values(JSON.parse(payload).components).map((one) => String(Object(one).unique_id));

const ROOMS = 5;
const OBJECTS = knownDpts().flatMap(({ id }, index) =>
  [true, false].map((writable) => ({
    ga: `${8 + Math.floor(index / 200)}/${writable ? 0 : 1}/${1 + (index % 200)}`,
    name: `${id} ${writable}`,
    room: `Raum ${index % ROOMS} für Übergrößen`,
    dpt: id,
    writable,
  })),
);

const ENTITIES = [
  {
    ...{ id: "living_ceiling", type: "light", name: "Ceiling", room: "Living room" },
    switch: { write: "1/1/10", state: "1/4/10" },
    brightness: { write: "1/3/10", state: "1/5/10" },
  },
  {
    ...{ id: "living_blind", type: "cover", room: "Living room" },
    ...{ up_down: "2/1/1", stop: "2/1/2" },
    position: { write: "2/1/3", state: "2/1/4" },
    tilt: { write: "2/1/5", state: "2/1/6" },
  },
  {
    ...{ id: "living_climate", type: "climate", room: "Living room", min: 16, max: 26 },
    current_temperature: "4/0/1",
    temperature: { write: "4/1/1", state: "4/1/2" },
    preset: { write: "4/1/3", state: "4/1/4" },
    action: "4/1/5",
  },
];
const ENTITY_IDS = ENTITIES.map(({ id }) => id);

const ROLES = Object.entries({
  "1.001": ["1/1/10", "1/4/10", "4/1/5"],
  "5.001": ["1/3/10", "1/5/10", "2/1/3", "2/1/4", "2/1/5", "2/1/6"],
  "1.008": ["2/1/1"],
  "1.007": ["2/1/2"],
  "9.001": ["4/0/1", "4/1/1", "4/1/2"],
  "20.102": ["4/1/3", "4/1/4"],
}).flatMap(([dpt, addresses]) => addresses.map((ga) => ({ ga, dpt, name: `Role ${ga}` })));

const configuration = (url: string, port: string) => ({
  version: 1,
  instance: "discovery",
  knx: { port, address: "1.1.250" },
  mqtt: { url },
  homeassistant: { enabled: true },
  control: false,
  objects: [...OBJECTS, ...ROLES],
  entities: ENTITIES,
});
