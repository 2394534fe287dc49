import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { makePki, type Pki } from "../pki.ts";
import { type Child, runChild } from "./child.ts";
import { type OpenHouse, openHouse } from "./house.ts";
import { fields, isWord, on } from "./installation.ts";
import { startKnxpi, startProgram, writeConfiguration } from "./knxpi.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";
import { makeFolder } from "./workplace.ts";

describeWith(
  "mosquitto_sub",
  "mosquitto_pub",
  "openssl",
  "socat",
)("the embedded broker on the network, seen by the clients of mosquitto", () => {
  let folder: string;
  let house: OpenHouse;
  let pki: Pki;
  let port: number;
  let bridge: Child | undefined;
  beforeAll(async () => {
    folder = makeFolder();
    pki = makePki(folder);
    house = await openHouse(folder);
    writeFileSync(join(folder, "anna"), "anna's password\n");
  });
  afterEach(() => bridge?.stop());

  const listen = (more: object = {}): object => ({
    host: "0.0.0.0",
    port,
    users: [
      { name: "anna", password_file: join(folder, "anna"), admin: true },
      { name: "panel", password: "of the panel", write: ["knx/ga/1/+/+/set"] },
    ],
    ...more,
  });

  const start = async (more: object = {}): Promise<Child> => {
    port = await freePort();
    bridge = startKnxpi(folder, { port: house.pty.path, mqtt: { listen: listen(more) } });
    await bridge.output.until("its broker", (line) => line.includes("embedded broker listening"));
    return bridge;
  };

  const anna = ["-u", "anna", "-P", "anna's password"];
  const panel = ["-u", "panel", "-P", "of the panel"];

  test("TLS, users: a command from one, states for the other, and what the rights say", async () => {
    await start({ tls: { cert: pki.server.cert, key: pki.server.key } });
    const tls = ["--cafile", pki.ca];
    const messages = await subscribe(port, "knx/#", [...anna, ...tls]);
    await messages.until("bridge/bus", isWord("bus", "online"));
    await publish(port, "knx/ga/2/1/3/set", '{"value":55,"id":"no"}', [...panel, ...tls]);
    await publish(port, "knx/ga/1/1/10/set", '{"value":true,"id":"yes"}', [...panel, ...tls]);
    const result = await messages.until("its result", on("1/1/10", "result", { id: "yes" }));
    expect(fields(result)).toMatchObject({ status: "ok", stage: "confirmed" });
    await publish(port, "knx/bridge/state", "offline", [...anna, ...tls, "-r"]);
    await publish(port, "knx/bridge/request/ping", '{"id":"7"}', [...anna, ...tls]);
    await messages.until("the answer", ({ topic }) => topic === "knx/bridge/response/ping");
    expect(messages.all().some(on("2/1/3", "result"))).toBe(false);
    expect(messages.all().some(isWord("state", "offline"))).toBe(false);
  });

  test("without a password, with a wrong one, without TLS: outside", async () => {
    await start({ tls: { cert: pki.server.cert, key: pki.server.key } });
    const at = ["-h", "127.0.0.1", "-p", `${port}`, "-t", "x", "-m", "x"];
    const tls = ["--cafile", pki.ca];
    const tries = [
      [...at, ...tls],
      [...at, ...tls, "-u", "anna", "-P", "wrong"],
      [...at, ...anna],
    ];
    for (const args of tries) expect((await runChild("mosquitto_pub", args)).status).not.toBe(0);
    await bridge?.output.until("a warning", (line) => line.includes("password refused"));
    expect(bridge?.output.all().join("\n")).not.toContain("anna's password");
  });

  test("client certificates are asked for with tls.ca", async () => {
    await start({ tls: { cert: pki.server.cert, key: pki.server.key, ca: pki.ca } });
    const certified = ["--cafile", pki.ca, "--cert", pki.client.cert, "--key", pki.client.key];
    const messages = await subscribe(port, "knx/#", [...anna, ...certified]);
    await messages.until("bridge/bus", isWord("bus", "online"));
    const at = ["-h", "127.0.0.1", "-p", `${port}`, "-t", "x", "-m", "x", ...anna];
    const { status } = await runChild("mosquitto_pub", [...at, "--cafile", pki.ca]);
    expect(status).not.toBe(0);
  });

  test("a port that is taken: says so, goes on without, and listens there once it is free", async () => {
    const first = await start();
    expect(first.running()).toBe(true);
    const file = writeConfiguration(folder, { port: "auto", mqtt: { listen: listen() } });
    const second = startProgram("run", "--config", file);
    await second.output.until("why", (line) =>
      /embedded broker cannot listen there.*mqtt\.listen/.test(line),
    );
    expect(second.running()).toBe(true);
    await first.stop();
    await second.output.until("its broker", (line) => line.includes("embedded broker listening"));
    await second.output.until("the bridge", (line) => line.includes("connected to the broker"));
    await second.stop();
  });

  test("beyond this machine without users: knxpi check says what to do", async () => {
    port = await freePort();
    const file = writeConfiguration(folder, {
      port: "auto",
      mqtt: { listen: listen({ users: [] }) },
    });
    const check = startProgram("check", file);
    expect(await check.ended()).toBe(1);
    expect(check.output.all().join("\n")).toMatch(/add users.*\(open_broker\)/);
  });
});
