import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import { type Broker, openBroker } from "../../src/shell/broker.ts";
import { type Collector, collectLog, collector } from "./collect.ts";

type Seen = Readonly<{ topic: string; payload: string; retain: boolean }>;

/** The whole program, told by SIGHUP and over MQTT. Its serial port is not there: that never ends it. */
const folder = mkdtempSync(join(tmpdir(), "knxpi-reload-"));
const path = join(folder, "house.yaml");
let broker: Broker;
let person: MqttClient;
let seen: Collector<Seen>;
let ended: Promise<number>;

const HALL = "  - {ga: 1/1/17, name: Hall, dpt: '1.001'}";
const LIVING = "  - {ga: 1/2/3, name: Living, dpt: '9.001'}";

const file = (
  objects: readonly string[],
  more: Readonly<{ base?: string; port?: string; rest?: string }> = {},
): string =>
  [
    "instance: reload",
    `knx: {port: "${more.port ?? "tcp://127.0.0.1:9"}", address: 1.1.250}`,
    "control: false",
    "log: {level: silent}",
    "mqtt:",
    `  url: ${broker.url}`,
    "  username: knx",
    "  password: very-secret   # only here",
    "  requests: admin",
    `  base: ${more.base ?? "knx"}`,
    ...(more.rest ? [more.rest] : []),
    "objects:",
    ...objects,
    "",
  ].join("\n");

const write = (text: string): void => writeFileSync(path, text, { mode: 0o600 });

const hangUp = (): void => {
  process.emit("SIGHUP");
};

/** Of those to come. */
const event = async (type: string, base = "knx"): Promise<Readonly<Record<string, unknown>>> => {
  const from = seen.items.length;
  const { payload } = await seen.until(
    (one) =>
      seen.items.indexOf(one) >= from &&
      one.topic === `${base}/bridge/event` &&
      one.payload.includes(`"type":"${type}"`),
  );
  return JSON.parse(payload);
};

let asked = 0;
const ask = async (
  name: string,
  parameters: object = {},
  base = "knx",
): Promise<Readonly<Record<string, unknown>> & Readonly<{ data?: Record<string, unknown> }>> => {
  const id = `q${++asked}`;
  // 20 a second are answered.
  await new Promise((resolve) => setTimeout(resolve, 50));
  person.publish(`${base}/bridge/request/${name}`, JSON.stringify({ ...parameters, id }));
  const { payload } = await seen.until(
    (one) => one.topic === `${base}/bridge/response/${name}` && one.payload.includes(`"${id}"`),
  );
  return JSON.parse(payload);
};

beforeAll(async () => {
  broker = await openBroker(collectLog().log, { base: "knx", port: 0 });
  person = await mqtt.connectAsync(broker.url);
  seen = collector<Seen>();
  person.on("message", (topic, payload, { retain }) =>
    seen.push({ topic, payload: payload.toString(), retain }),
  );
  await person.subscribeAsync(["knx/#", "haus/#"]);
  write(file([LIVING]));
  const connected = event("connected");
  ended = run({ config: path });
  await connected;
});

afterAll(async () => {
  process.emit("SIGTERM");
  expect(await ended).toBe(0);
  await person.endAsync(true);
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("§19 SIGHUP", () => {
  test("another object is there, without a restart", async () => {
    write(file([LIVING, HALL]));
    const loaded = event("config_loaded");
    hangUp();
    expect(await loaded).toMatchObject({ objects: 2, restart_required: false });
    expect(await ask("objects/get", { ga: "1/1/17" })).toMatchObject({
      status: "ok",
      data: { name: "Hall" },
    });
  });

  test("a file with errors changes nothing; every error is told with its place (§22 23)", async () => {
    write(file([LIVING, "  - {ga: 1/9/3, dpt: '1.001'}"]));
    const rejected = event("config_rejected");
    hangUp();
    expect(await rejected).toMatchObject({
      errors: 1,
      findings: [{ path: "objects[1].ga", line: 13, column: 10, code: "bad_ga" }],
    });
    expect(await ask("objects/get", { ga: "1/1/17" })).toMatchObject({ status: "ok" });
    expect(await ask("health")).toMatchObject({
      data: { problems: expect.arrayContaining(["config_error"]) },
    });
    write(file([LIVING, HALL]));
    const loaded = event("config_loaded");
    hangUp();
    await loaded;
  });

  test("what needs a restart is said and stays as it was", async () => {
    write(file([LIVING, HALL], { port: "tcp://127.0.0.1:10" }));
    const loaded = event("config_loaded");
    hangUp();
    expect(await loaded).toMatchObject({ restart_required: true, restart_for: ["knx.port"] });
    expect(await ask("info")).toMatchObject({ data: { config: { restart_required: true } } });
    write(file([LIVING, HALL]));
    const again = event("config_loaded");
    hangUp();
    expect(await again).toMatchObject({ restart_required: false });
  });
});

describe("§10 config/…", () => {
  test("get: the text without secrets, with its comments", async () => {
    const { data: { yaml } = {} } = await ask("config/get");
    expect(yaml).toBe(file([LIVING, HALL]).replace("very-secret", '"***"'));
  });

  test("validate: what is wrong, and nothing happens", async () => {
    const yaml = file([LIVING, "  - {ga: 0/0/0}"]);
    expect(await ask("config/validate", { yaml })).toMatchObject({
      status: "ok",
      data: { valid: false, errors: [{ path: "objects[1].ga", line: 13, code: "zero_ga" }] },
    });
    expect(await ask("config/validate", { yaml: file([HALL]) })).toMatchObject({
      data: { valid: true, errors: [] },
    });
    const secret = file([LIVING.replace("Living", "!file /etc/hostname")]);
    expect(await ask("config/validate", { yaml: secret })).toMatchObject({
      data: { valid: false, errors: [{ path: "objects[0].name", code: "forbidden" }] },
    });
    expect(readFileSync(path, "utf8")).toBe(file([LIVING, HALL]));
  });

  test("apply: refused as a whole", async () => {
    expect(await ask("config/apply", { yaml: file(["  - {ga: 0/0/0}"]) })).toMatchObject({
      status: "error",
      error: { code: "invalid_value" },
      data: { errors: [{ code: "zero_ga" }] },
    });
    expect(readFileSync(path, "utf8")).toBe(file([LIVING, HALL]));
    expect(existsSync(`${path}.bak`)).toBe(false);
  });

  test("apply: written with the secrets that were hidden, the former file beside it, and in use", async () => {
    const yaml = file([HALL]).replace("very-secret", '"***"');
    const loaded = event("config_loaded");
    expect(await ask("config/apply", { yaml })).toMatchObject({
      status: "ok",
      data: { applied: true, live: ["objects"], reconnect: [], restart_required: [] },
    });
    expect(await loaded).toMatchObject({ objects: 1 });
    expect(readFileSync(path, "utf8")).toBe(file([HALL]));
    expect(readFileSync(`${path}.bak`, "utf8")).toBe(file([LIVING, HALL]));
    // What belongs to no object any more is cleared (§22 21).
    await seen.until(({ topic, payload }) => topic === "knx/ga/1/2/3/meta" && payload === "");
  });

  test("reload: with an error it says so", async () => {
    write("knx: {address: 1.1.0}\n");
    expect(await ask("config/reload")).toMatchObject({
      status: "error",
      data: { errors: [{ code: "ia_invalid", line: 1, column: 16 }] },
    });
    write(file([HALL]));
    expect(await ask("config/reload")).toMatchObject({ status: "ok", data: { live: [] } });
  });

  test("another base topic: the connection is made anew", async () => {
    write(file([HALL], { base: "haus" }));
    const told = Promise.all([event("config_loaded", "haus"), event("connected", "haus")]);
    hangUp();
    await told;
    expect(await ask("ping", {}, "haus")).toMatchObject({ data: { pong: true } });
    await seen.until(({ topic, payload }) => topic === "knx/bridge/info" && payload === "");
    write(file([HALL]));
    const back = event("connected");
    hangUp();
    await back;
  });
});

describe("§10 project/import", () => {
  const CSV = [
    '"Main";"Middle";"Sub";"Address";"Central";"Unfiltered";"Description";"DatapointType";"Security"',
    '"Light";"";"";"1/-/-";"";"";"";"";"Auto"',
    '"";"Switch";"";"1/1/-";"";"";"";"";"Auto"',
    '"";"";"Entrance";"1/1/17";"";"";"";"DPST-1-1";"Auto"',
    '"";"";"Cellar";"1/1/19";"";"";"";"DPST-1-1";"Auto"',
  ].join("\n");
  const base64 = Buffer.from(CSV).toString("base64");

  test("dry run: the difference, and nothing else", async () => {
    expect(await ask("project/import", { file: base64, dry_run: true })).toMatchObject({
      status: "ok",
      data: {
        applied: false,
        added: [{ ga: "1/1/19", name: "Cellar", dpt: "1.001" }],
        renamed: [{ ga: "1/1/17", from: "Hall", to: "Entrance", kept: true }],
      },
    });
    expect(readFileSync(path, "utf8")).toBe(file([HALL]));
  });

  test("without project: in the file, the addresses become objects of the file", async () => {
    const imported = event("project_imported");
    expect(await ask("project/import", { file: base64 })).toMatchObject({
      data: { applied: true, live: ["objects"] },
    });
    expect(await imported).toMatchObject({ addresses: 2 });
    expect(readFileSync(path, "utf8")).toContain("ga: 1/1/19");
    expect(await ask("objects/get", { ga: "1/1/19" })).toMatchObject({ data: { name: "Cellar" } });
  });

  test("what is no project changes nothing", async () => {
    const before = readFileSync(path, "utf8");
    const rubbish = Buffer.from("no project at all").toString("base64");
    for (const one of [rubbish, "%%%", ""])
      expect(await ask("project/import", { file: one })).toMatchObject({
        status: "error",
        error: { code: "invalid_value" },
      });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("with project: the new one takes the place of the one that is named", async () => {
    const csv = join(folder, "house.csv");
    writeFileSync(csv, CSV.replace("Cellar", "Attic"));
    write(file([HALL], { rest: "project: {file: house.csv}" }));
    const first = event("project_imported");
    hangUp();
    expect(await first).toMatchObject({ addresses: 2 });
    expect(await ask("objects/get", { ga: "1/1/19" })).toMatchObject({
      data: { name: "Attic", main: "Light", middle: "Switch", dpt: "1.001" },
    });
    // The file wins.
    expect(await ask("objects/get", { ga: "1/1/17" })).toMatchObject({ data: { name: "Hall" } });
    const second = event("project_imported");
    expect(await ask("project/import", { file: base64 })).toMatchObject({
      data: { applied: true, renamed: [{ ga: "1/1/19", from: "Attic", to: "Cellar" }] },
    });
    await second;
    expect(readFileSync(csv, "utf8")).toBe(CSV);
    expect(await ask("objects/get", { ga: "1/1/19" })).toMatchObject({ data: { name: "Cellar" } });
  });
});
