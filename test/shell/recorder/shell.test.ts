import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import mqtt from "mqtt";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withMachine } from "../../../src/cli/machine.ts";
import { addRecord } from "../../../src/cli/record.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { failure } from "../../../src/core/app/bridge/commands/errors.ts";
import { configuredOf } from "../../../src/core/app/device/model/settings.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import type { StackState } from "../../../src/core/stack/stack.ts";
import { stateHash } from "../../../src/record/format.ts";
import { type Broker, openBroker } from "../../../src/shell/broker.ts";
import { type ControlServer, serveControl } from "../../../src/shell/control/server.ts";
import { createLog } from "../../../src/shell/log.ts";
import { openRecorder, type Recorder } from "../../../src/shell/recorder/recorder.ts";
import { openShell, type Shell } from "../../../src/shell/shell.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../../src/sim/house.ts";
import { type Collector, collector } from "../collect.ts";
import { again, impulsesOf, linesOf } from "./rig.ts";

let place: string;
let house: House;
let broker: Broker;
let recorder: Recorder;
let shell: Shell;
let server: ControlServer;
let person: mqtt.MqttClient;
let taken: Collector<Impulse>;
let impulses: readonly Impulse[];
let present: StackState;
let published: Collector<string>;

/** The whole program on a simulated house in real time, with everything that makes impulses. */
beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "knxpi-recorded-"));
  const levels = createLog("silent");
  const log = levels.logger;
  house = startHouse({ lively: true });
  const objects = HOUSE_OBJECTS.map(({ ga, dpt, writable }) => ({ ga, dpt, writable }));
  const file = JSON.stringify({
    instance: "test",
    knx: { port: house.path, address: "1.1.250" },
    mqtt: { requests: "admin", user_properties: true },
    log: { mqtt: "debug" },
    time: { time_ga: "0/0/1", only_if_synced: false },
    objects,
  });
  const loaded = loadConfig(file, { path: "house.yaml", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: options } = loaded.config;
  broker = await openBroker(log, { base: "knx", port: 0 });
  published = collector<string>();
  broker.watch("knx/#", (topic, payload) => published.push(`${topic} ${payload}`));
  const about = { version: "1.2.3", instance: "test" };
  recorder = openRecorder({ about, flightOctets: 4_000_000, directory: place, log });
  taken = collector<Impulse>();
  impulses = taken.items;
  shell = openShell({
    config: withMachine(stack, file),
    about,
    serial: { ...port, binding: house.binding },
    mqtt: { ...options, url: broker.url, version: 4, payloadLimit: stack.bridge.limits.payload },
    state: { directory: place, configured: configuredOf(stack) },
    host: {
      "config/get": async () => ({ ok: true, data: { yaml: "instance: test" } }),
      "config/validate": async () => ({ ok: false, error: failure("internal", "No") }),
    },
    log,
    levels,
    recorder,
    observers: [
      {
        takes: taken.push,
        done: (_, __, state) => {
          present = state;
        },
      },
    ],
  });
  server = await serveControl(shell.control, { path: join(place, "t.sock"), mode: 0o600 }, log);
  person = await mqtt.connectAsync(broker.url);
  await published.until((one) => one.startsWith("knx/bridge/bus online"));
  // Every field of the log that is no JSON comes along as an impulse too.
  log.warn({ ms: Number.POSITIVE_INFINITY, none: undefined, nan: Number.NaN }, "odd figures");
});

afterEach(async () => {
  await shell.stop();
  await server.close();
  await recorder.close();
  await person.endAsync(true);
  await broker.close();
  house.stop();
  rmSync(place, { recursive: true });
});

const said = vi.spyOn(console, "log");
beforeEach(() => void said.mockImplementation(() => undefined));
afterAll(() => said.mockRestore());
const knxpi = async (...words: readonly string[]): Promise<readonly string[]> => {
  said.mockClear();
  const program = new Command("knxpi").exitOverride();
  addRecord(program);
  await program.parseAsync([...words, "--socket", server.path], { from: "user" });
  return said.mock.calls.map(([line]) => String(line));
};

/** Some of everything. */
const use = async (): Promise<void> => {
  await person.publishAsync("knx/ga/1/1/10/set", '{"value":true,"id":"a1"}', { qos: 1 });
  for (const name of ["health", "config/get", "config/validate", "ping", "group/read"])
    await person.publishAsync(`knx/bridge/request/${name}`, '{"ga":"1/4/10","yaml":"a: 1"}');
  await published.until((one) => one.startsWith("knx/ga/1/4/10/state") && one.includes("true"));
  const session = shell.control.join(() => undefined);
  // How they end is the business of others: a busy machine may be too late for the line.
  const asked = {
    "group.write": { address: "1/1/10", octets: "01", short: true },
    "group.read": { address: "1/4/10" },
  };
  for (const [name, params] of Object.entries(asked))
    await session.request(name, params).catch(() => undefined);
  await session.request("programming-mode", { on: true });
  session.leave();
  const config = { ...present.bridge.config, unknown: "ignore" } as const;
  shell.reload({
    ...{ config, groups: present.dl.config.groups, hash: "00ff", restartRequired: ["knx.port"] },
    ...{ warnings: 1, imported: null },
  });
  shell.rejectReload([
    { path: "knx", line: 1, column: 2, code: "wrong_type", message: "a mapping is needed" },
  ]);
  house.ports.unplug(house.path);
  await taken.until(({ type }) => type === "port-closed.ind");
};

describe("the whole program", () => {
  test("every impulse and every state is plain JSON; what was recorded is what was taken", async () => {
    await use();
    for (const impulse of impulses)
      expect(JSON.parse(JSON.stringify(impulse))).toStrictEqual(impulse);
    expect(JSON.parse(JSON.stringify(present))).toStrictEqual(present);
    const types = new Set(impulses.map(({ type }) => type));
    for (const type of ["octet.ind", "timeout", "port-closed.ind", "message.ind", "health.req"])
      expect(types).toContain(type);
    for (const type of ["request.con", "log.ind", "procedure.req", "reload.req", "zone.ind"])
      expect(types).toContain(type);

    const file = join(place, "all.knxrec");
    const before = impulses.length;
    const lines = await knxpi("record", "--out", file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const read = await linesOf(readFileSync(file));
    const recorded = impulsesOf(read);
    expect(recorded.length).toBeGreaterThanOrEqual(before);
    expect(recorded).toStrictEqual(impulses.slice(0, recorded.length));
    const end = read.at(-1);
    const { hash, differing } = again(read);
    expect(differing).toEqual([]);
    expect(end).toMatchObject({ line: "end", end: { hash } });
    expect(lines[0]).toContain(`${recorded.length} impulses in ${statSync(file).size} octets`);
    expect(lines[1]).toMatch(/^from 2\d{3}-.*Z to 2\d{3}-.*Z$/);
    expect(readdirSync(place).filter((name) => name.startsWith(".all"))).toEqual([]);
  });

  test("for a while from now on", async () => {
    const file = join(place, "while.knxrec");
    const fetching = knxpi("record", "--for", "0.5s", "--json", "--out", file);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await person.publishAsync("knx/ga/1/1/10/set", '{"value":true,"id":"now"}', { qos: 1 });
    const [answer = ""] = await fetching;
    const read = await linesOf(readFileSync(file));
    expect(JSON.parse(answer)).toMatchObject({
      file,
      octets: statSync(file).size,
      impulses: impulsesOf(read).length,
    });
    expect(impulsesOf(read)).toContainEqual(expect.objectContaining({ type: "message.ind" }));
    expect(impulsesOf(read)).not.toContainEqual(expect.objectContaining({ type: "start.ind" }));
    expect(again(read).differing).toEqual([]);
  });

  test("a stop of the program ends it, and what came until then is kept", async () => {
    const file = join(place, "cut.knxrec");
    const fetching = knxpi("record", "--follow", "--last", "1h", "--out", file);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.close();
    await expect(fetching).rejects.toThrow(/what came until then is in .*cut\.knxrec/);
    const read = await linesOf(readFileSync(file));
    expect(impulsesOf(read)).toContainEqual(expect.objectContaining({ type: "start.ind" }));
    expect(again(read).differing).toEqual([]);
  });

  test("what cannot be had is refused in words", async () => {
    await expect(knxpi("record", "--out", join(place, "no/such.knxrec"))).rejects.toThrow(
      /no\/such\.knxrec cannot be written: ENOENT/,
    );
    expect(await knxpi("record", "list")).toEqual([`none in ${join(place, "recordings")}`]);
    const sessions = [1, 2, 3].map(() => shell.control.join(() => undefined));
    const [one, two, three] = sessions;
    await expect(one?.request("record.read", {})).rejects.toThrow("record.start begins one");
    await one?.request("record.start", { follow: true });
    await two?.request("record.start", { follow: true });
    await expect(three?.request("record.start", {})).rejects.toThrow("others are fetching");
    two?.leave();
    expect(await three?.request("record.start", {})).toMatchObject({
      impulses: expect.any(Number),
    });
    await expect(one?.request("record.start", { last: -1 })).rejects.toThrow("the least is 0");
    for (const session of sessions) session.leave();
    expect(stateHash(present)).toMatch(/^[0-9a-f]{16}$/);
  });

  test("a bug of the core leaves its recording before the process ends", async () => {
    await use();
    const ended = shell.ended;
    const broken = { groups: present.dl.config.groups, hash: "", restartRequired: [], warnings: 0 };
    expect(() => shell.reload({ ...broken, config: null as never, imported: null })).toThrow();
    expect(await ended).toBe(70);
    const [name = ""] = readdirSync(join(place, "recordings"));
    const read = await linesOf(readFileSync(join(place, "recordings", name)));
    expect(read.at(-2)).toMatchObject({ impulse: { type: "reload.req" }, effects: null });
    expect(read.at(-1)).toMatchObject({
      line: "end",
      end: { why: "crash", hash: stateHash(present), error: expect.stringContaining("TypeError") },
    });
    expect(again(read.slice(0, -2))).toEqual({ hash: stateHash(present), differing: [] });
  });
});
