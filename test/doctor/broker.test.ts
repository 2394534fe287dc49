import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { Aedes } from "aedes";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { checkBroker, type OwnBridge } from "../../src/doctor/checks/broker.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { type BrokerReport, probeBroker } from "../../src/doctor/probe/broker.ts";
import type { MqttOptions } from "../../src/shell/mqtt-options.ts";
import { makePki, type Pki } from "../pki.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-doctor-broker-"));
let pki: Pki;
beforeAll(() => {
  pki = makePki(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

const listenOn = async (server: Server, sockets: Set<Socket>): Promise<number> => {
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  return port;
};

/** A broker that knows the user `knx`, with what it has kept. */
const startBroker = async (
  retained: Readonly<Record<string, string>> = {},
  secure?: Readonly<{ cert: string; key: string }>,
) => {
  const aedes = await Aedes.createBroker({
    authenticate: (_, name, password, done) => {
      const right = name === undefined || (name === "knx" && String(password) === "right");
      // Bad user name or password: MQTT 3.1.1 §3.2.2.3.
      done(right ? null : Object.assign(new Error("no"), { returnCode: 4 as const }), right);
    },
    authorizeSubscribe: (_, subscription, done) =>
      done(null, subscription.topic.startsWith("closed/") ? null : subscription),
  });
  const published: string[] = [];
  for (const [topic, payload] of Object.entries(retained))
    await new Promise<void>((resolve) =>
      aedes.publish(
        { cmd: "publish", topic, payload: Buffer.from(payload), qos: 0, retain: true, dup: false },
        () => resolve(),
      ),
    );
  aedes.on("publish", ({ topic }) => void (topic.startsWith("$SYS") || published.push(topic)));
  const server =
    secure === undefined
      ? createServer(aedes.handle)
      : createTlsServer(
          { cert: readFileSync(secure.cert), key: readFileSync(secure.key) },
          aedes.handle,
        );
  const sockets = new Set<Socket>();
  const port = await listenOn(server, sockets);
  cleanUp.push(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  });
  return { port, published };
};

const probe = (options: Partial<MqttOptions> & Readonly<{ url: string }>): Promise<BrokerReport> =>
  probeBroker({
    clientId: "knx-house",
    base: "knx",
    version: "auto",
    verify: true,
    keepaliveS: 30,
    payloadLimit: 100,
    ...options,
  });

const OWN: OwnBridge = { base: "knx", instanceId: "00fa:1a2b3c4d", runs: false };
const say = (
  report: BrokerReport,
  own: Partial<OwnBridge> = {},
  now = Date.now(),
): readonly Finding[] => checkBroker(report, { ...OWN, ...own }, now);
const shortOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ check, status }) => `${check} ${status}`);

describe("a broker", () => {
  test("that lets us in, with MQTT 3.1.1, and has nothing on our topics; nothing is published", async () => {
    const { port, published } = await startBroker();
    const report = await probe({ url: `mqtt://127.0.0.1:${port}` });
    expect(report).toMatchObject({ fault: null, version: 4, certificate: null, mayRead: true });
    expect(shortOf(say(report))).toEqual(["login ok", "base-topic ok"]);
    expect(published).toEqual([]);
  });

  test("that does not like the password", async () => {
    const { port } = await startBroker();
    const url = `mqtt://127.0.0.1:${port}`;
    const [login] = say(await probe({ url, username: "knx", password: "wrong", version: 4 }));
    expect([login?.status, login?.remedy]).toEqual([
      "problem",
      ["Check `mqtt.username` and `mqtt.password_file`"],
    ]);
    expect(login?.what).not.toContain("wrong");
  });

  test("that is not there", async () => {
    const [login] = say(await probe({ url: "mqtt://127.0.0.1:1" }));
    expect(login?.what).toContain("no broker answers");
  });

  test("whose name nobody knows", async () => {
    const report = await probe({ url: "mqtt://broker.invalid:1883" });
    expect(shortOf(say(report))).toEqual(["name problem", "login problem"]);
  });

  test("that keeps our topics from us", async () => {
    const { port } = await startBroker();
    const report = await probe({ url: `mqtt://127.0.0.1:${port}`, base: "closed" });
    expect(shortOf(say(report, { base: "closed" }))).toEqual(["login ok", "base-topic warning"]);
  });

  test.each([
    ["another bridge, online", "online", "00fa:99999999", false, "base-topic problem"],
    ["another bridge that has gone", "offline", "00fa:99999999", false, "base-topic ok"],
    ["ourselves, running", "online", "00fa:1a2b3c4d", true, "base-topic ok"],
    ["ourselves, though none runs here", "online", "00fa:1a2b3c4d", false, "base-topic note"],
  ])("that has on our topics %s", async (_, state, instanceId, runs, expected) => {
    const { port } = await startBroker({
      "knx/bridge/state": state,
      "knx/bridge/info": JSON.stringify({ api: 1, instance_id: instanceId }),
    });
    const report = await probe({ url: `mqtt://127.0.0.1:${port}` });
    expect(shortOf(say(report, { runs }))).toEqual(["login ok", expected]);
  });
});

describe("certificates", () => {
  const DAY = 86_400_000;

  test("one that is accepted, today, in ten years, and in 1970; it lasts for two days only", async () => {
    const { port } = await startBroker({}, pki.server);
    const ca = readFileSync(pki.ca, "utf8");
    const report = await probe({ url: `mqtts://127.0.0.1:${port}`, ca });
    expect(report.fault).toBeNull();
    const at = (now: number) => say(report, {}, now)[0];
    expect(at(Date.now())).toMatchObject({ check: "certificate", status: "warning" });
    expect(at(Date.now() + 3_650 * DAY)?.what).toContain("has ended on");
    expect(at(0)?.remedy[0]).toContain("clock is wrong");
  });

  test("one of an authority that we do not know", async () => {
    const { port } = await startBroker({}, pki.server);
    const findings = say(await probe({ url: `mqtts://127.0.0.1:${port}` }));
    expect(shortOf(findings)).toEqual(["certificate problem", "login problem"]);
    expect(findings[0]?.remedy[0]).toContain("broker.test");
  });

  test("a port without TLS", async () => {
    const { port } = await startBroker();
    expect((await probe({ url: `mqtts://127.0.0.1:${port}` })).certificate).toBeNull();
  });
});
