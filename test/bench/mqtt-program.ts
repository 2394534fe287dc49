import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { formatGroupAddress, GroupAddress } from "knxpi";
import { createChip, createDevice, createLine, realClock } from "knxpi/testing";
import mqtt from "mqtt";
import { percentile } from "./figures.ts";
import { type Airtime, airtimeOf, FIRST, FLOODED, floodOf } from "./flood.ts";
import type { Bench } from "./programs.ts";

/** One program for each number of objects, all at once, each on a line of its own: telegrams in turn, and when a client has them. */
export const followPrograms = async (bench: Bench, sizes: readonly number[]) => {
  const broker = await bench.broker();
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  const plants = await Promise.all(
    sizes.map(async (size) => ({ size, ...(await startPlant(bench, broker.port, size, client)) })),
  );
  const heard = new Map<string, number[]>();
  client.on("message", (topic) => {
    heard.set(topic, [...(heard.get(topic) ?? []), performance.now()]);
  });
  const frames = plants.map(({ line, base, lastOctet }) => {
    const sent: { topic: string; at: number }[] = [];
    // Told when its acknowledge is over, so its last octet may be at the client already.
    line.onFrame(({ octets, attempt }) => {
      const group = GroupAddress(((octets[3] ?? 0) << 8) | (octets[4] ?? 0));
      const topic = `${base}/ga/${formatGroupAddress(group)}/state`;
      if (attempt === 0) sent.push({ topic, at: lastOctet() });
    });
    return sent;
  });
  for (let sent = 0; sent < TELEGRAMS; sent++)
    for (const { device, size } of plants) {
      const group = GroupAddress(FIRST + ((sent * 7_919) % size));
      device.send(formatGroupAddress(group), "write", { data: [sent & 1], short: true });
      await pause(EVERY_MS / plants.length);
    }
  await pause(1_000);
  const found = plants.map(({ size, startMs, program }, index) => {
    const known = (frames[index] ?? []).flatMap(({ topic, at }) => {
      const arrived = heard.get(topic)?.find((each) => each >= at && each - at < LONGEST_MS);
      return arrived === undefined ? [] : [arrived - at];
    });
    return {
      size,
      startMs,
      rss: rssOf(program.pid),
      of: TELEGRAMS,
      missing: TELEGRAMS - known.length,
      p50: percentile(known, 0.5),
      p99: percentile(known, 0.99),
    };
  });
  for (const { close } of plants) await close();
  await client.endAsync(true);
  await broker.stop();
  return found;
};

/** 1,000 commands a second for 20 s, through mosquitto. */
export const floodProgram = async (bench: Bench) => {
  const broker = await bench.broker();
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  const plant = await startPlant(bench, broker.port, FLOODED, client);
  const airtimes: Airtime[] = [];
  plant.line.onFrame(({ at, octets, from }) => {
    if (from.includes("knxpi")) airtimes.push({ at, ms: airtimeOf(octets.length) });
  });
  const sizes: number[] = [];
  const begun = performance.now();
  let sent = 0;
  while (sent < COMMANDS) {
    const due = Math.min(COMMANDS, performance.now() - begun);
    for (; sent < due; sent++) {
      const group = GroupAddress(FIRST + (sent % FLOODED));
      const value = Math.floor(sent / FLOODED) % 2 === 0;
      client.publish(`${plant.base}/ga/${formatGroupAddress(group)}/set`, `${value}`);
    }
    if (sizes.length < Math.floor(sent / 1_000)) sizes.push(rssOf(plant.program.pid));
    await pause(10);
  }
  const took = performance.now() - begun;
  const answer = `${plant.base}/bridge/response/health`;
  await client.subscribeAsync(answer);
  const health = new Promise<string>((resolve) =>
    client.on("message", (topic, payload) => topic === answer && resolve(payload.toString())),
  );
  await client.publishAsync(`${plant.base}/bridge/request/health`, "{}", { qos: 1 });
  const { data } = JSON.parse(await health);
  await plant.close();
  await client.endAsync(true);
  await broker.stop();
  return floodOf(COMMANDS, airtimes, took, data ?? {}, sizes);
};

/** A line in real time with a device that acknowledges everything, and the program on it, online. */
const startPlant = async (bench: Bench, broker: number, size: number, client: mqtt.MqttClient) => {
  const base = `${BASE}${size}`;
  const clock = realClock();
  const line = createLine({ clock });
  const groups = Array.from({ length: size }, (_, index) =>
    formatGroupAddress(GroupAddress(FIRST + index)),
  );
  const device = createDevice({
    line,
    name: "others",
    address: "1.1.20",
    objects: Object.fromEntries(groups.map((ga) => [ga, {}])),
  });
  const chip = createChip({ line, kind: "tpuart2", name: "knxpi" });
  let last = 0;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    const forget = chip.onOctets((octets) => {
      last = performance.now();
      socket.write(Uint8Array.from(octets));
    });
    socket.on("data", (octets) => chip.write(Uint8Array.from(octets)));
    socket.on("close", forget).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  const file = join(bench.directory, `${base}-${broker}.json`);
  writeFileSync(
    file,
    // JSON is YAML.
    JSON.stringify({
      version: 1,
      instance: base,
      knx: { port: `tcp://127.0.0.1:${port}`, chip: "tpuart2", address: "1.1.250" },
      mqtt: { url: `mqtt://127.0.0.1:${broker}`, base },
      control: false,
      objects: groups.map((ga, index) => ({ ga, name: `Object ${index}`, dpt: "1.001" })),
    }),
  );
  let onlineAt = Number.NaN;
  // Everything retained has been published by then.
  const settled = new Promise<void>((resolve) => {
    client.on("message", (topic, payload) => {
      if (topic === `${base}/bridge/bus` && payload.toString() === "online")
        onlineAt = performance.now();
      if (topic === `${base}/bridge/event` && /"connected"/.test(payload.toString())) resolve();
    });
  });
  await client.subscribeAsync([`${base}/bridge/+`, `${base}/ga/+/+/+/state`]);
  const begun = performance.now();
  const program = bench.program(["run", "--config", file, "--log-level", "error"]);
  await Promise.race([settled, pause(START_LIMIT_MS)]);
  return {
    base,
    line,
    lastOctet: () => last,
    device,
    program,
    startMs: onlineAt - begun,
    async close() {
      await program.stop();
      server.close();
      clock.stop();
    },
  };
};

/** Linux: resident pages of 4,096 octets. */
const rssOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4_096;

const BASE = "bench";
const TELEGRAMS = 200;
const EVERY_MS = 100;
const COMMANDS = 20_000;
const START_LIMIT_MS = 200_000;
/** Long before the next turn of the same object. */
const LONGEST_MS = 900;
