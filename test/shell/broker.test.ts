import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BrokerUser, ListenConfig } from "../../src/config/config.ts";
import { openBroker } from "../../src/shell/broker.ts";
import { freePort } from "../free-port.ts";
import { makePki, type Pki } from "../pki.ts";
import { collectLog, collector } from "./collect.ts";

/*
 * The embedded broker as a house uses it: beyond this machine, with users, TLS, WebSocket. Clients are those of the mqtt package.
 */

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

const user = (name: string, more: Partial<BrokerUser> = {}): BrokerUser => ({
  name,
  password: `${name}'s password`,
  read: ["#"],
  write: ["#"],
  admin: false,
  ...more,
});

const USERS = [
  user("anna"),
  user("root", { admin: true }),
  user("lights", {
    read: ["knx/ga/+/+/+/state", "knx/bridge/state"],
    write: ["knx/ga/1/+/+/set"],
  }),
];

const start = async (more: Partial<ListenConfig> = {}) => {
  const port = more.port ?? (await freePort());
  const { log, lines } = collectLog();
  const counted: string[] = [];
  const listen: ListenConfig = {
    host: "0.0.0.0",
    port,
    users: USERS,
    connections: 20,
    payload: 2_048,
    messages: 1_000,
    ...more,
  };
  const broker = await openBroker(log, {
    base: "knx",
    house: {
      listen,
      clientId: "knx-house",
      instance: "house",
      discovery: "homeassistant",
      count: (counter) => counted.push(counter),
    },
  });
  cleanUp.push(broker.close);
  const published = collector<string>();
  broker.watch("#", (topic, payload) => published.push(`${topic} ${payload}`));
  const bridge = await open(broker.url, { clientId: "knx-house", ...broker.login });
  const url = `mqtt://127.0.0.1:${port}`;
  return { broker, lines, counted, published, bridge, port, url };
};

type Guest = Readonly<{ client: MqttClient; heard: ReturnType<typeof collector<string>> }>;

const open = async (url: string, options: IClientOptions): Promise<Guest> => {
  const client = mqtt.connect(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed")));
  });
  const heard = collector<string>();
  client.on("message", (topic, payload, { retain }) =>
    heard.push(`${topic} ${payload}${retain ? " retained" : ""}`),
  );
  client.on("error", () => undefined);
  cleanUp.push(() => client.endAsync(true));
  return { client, heard };
};

const as = (name: string, more: IClientOptions = {}): IClientOptions => ({
  username: name,
  password: `${name}'s password`,
  ...more,
});

/** The return code that the broker refuses with; MQTT 3.1.1 §3.2.2.3. */
const refusal = (url: string, options: IClientOptions): Promise<unknown> =>
  open(url, options).then(
    () => "let in",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );

describe("users", () => {
  test("whoever has no name, a wrong one or a wrong password stays outside, and is counted", async () => {
    const { url, counted, lines } = await start();
    const tries = [
      {},
      as("nobody"),
      as("anna", { password: "anna" }),
      as("anna", { password: "" }),
    ];
    const found = await Promise.all(tries.map((options) => refusal(url, options)));
    expect(found).toEqual([4, 4, 4, 4]);
    expect(counted).toEqual(new Array(4).fill("broker.login-refused"));
    // One line a minute for each address, and no password in it.
    const said = lines.items.filter(({ level }) => level >= 40);
    expect(said).toMatchObject([{ address: "127.0.0.1" }]);
    expect(JSON.stringify(said)).not.toContain("password'");
  });

  test("the bridge gets in by a door of its own, where no user gets in", async () => {
    const { broker, url } = await start();
    expect(broker.url).not.toBe(url);
    expect(await refusal(broker.url, as("root"))).toBe(4);
    expect(await refusal(broker.url, {})).toBe(4);
    expect(await refusal(url, { ...broker.login })).toBe(4);
  });

  test("nobody takes the client id of the bridge", async () => {
    const { url, bridge } = await start();
    expect(await refusal(url, as("root", { clientId: "knx-house" }))).toBe(2);
    expect(bridge.client.connected).toBe(true);
  });

  test("without users on this machine everybody may do everything", async () => {
    const { url, bridge } = await start({ host: "127.0.0.1", users: [] });
    await bridge.client.subscribeAsync("knx/#");
    const { client } = await open(url, {});
    await client.publishAsync("knx/bridge/request/restart", "{}", { qos: 1 });
    await bridge.heard.until((said) => said === "knx/bridge/request/restart {}");
  });
});

describe("rights", () => {
  test("on topics of the bridge a user is acknowledged and not heard", async () => {
    const { url, bridge, published, counted } = await start();
    const { client } = await open(url, as("root"));
    for (const topic of [
      "knx/ga/1/1/1/state",
      "knx/bridge/state",
      "knx/bridge/response/ping",
      "homeassistant/device/knx_house_living/config",
      "$SYS/x/new/clients",
    ])
      await client.publishAsync(topic, "forged", { qos: 1, retain: true });
    await client.publishAsync("knx/ga/1/1/1/set", "on", { qos: 1 });
    await published.until((said) => said === "knx/ga/1/1/1/set on");
    expect(published.items.filter((said) => said.includes("forged"))).toEqual([]);
    expect(counted.filter((name) => name === "broker.publish-refused")).toHaveLength(5);
    const late = await open(url, as("anna"));
    await late.client.subscribeAsync(["knx/#", "homeassistant/#"]);
    await bridge.client.publishAsync("knx/bridge/state", "online", { qos: 1, retain: true });
    await late.heard.until((said) => said === "knx/bridge/state online");
    expect(late.heard.items).toEqual(["knx/bridge/state online"]);
  });

  test("the will of a user is a message like any other", async () => {
    const { url, published } = await start();
    const will = (topic: string) => ({ topic, payload: Buffer.from("will"), qos: 1, retain: true });
    for (const topic of ["knx/bridge/state", "anna/state"]) {
      const { client } = await open(url, as("anna", { will: { ...will(topic), qos: 1 } }));
      client.stream.destroy();
    }
    await published.until((said) => said === "anna/state will");
    expect(published.items).not.toContain("knx/bridge/state will");
  });

  test("an admin request of somebody who is no admin is answered for the bridge: forbidden", async () => {
    const { url, bridge } = await start();
    await bridge.client.subscribeAsync("knx/bridge/request/#");
    const anna = await open(url, as("anna"));
    await anna.client.subscribeAsync("knx/bridge/response/#");
    await anna.client.publishAsync("knx/bridge/request/restart", '{"id":"a7"}', { qos: 1 });
    const answer = await anna.heard.until(() => true);
    expect(JSON.parse(answer.slice("knx/bridge/response/restart ".length))).toMatchObject({
      id: "a7",
      status: "error",
      error: { code: "forbidden" },
    });
    await anna.client.publishAsync("knx/bridge/request/ping", "{}", { qos: 1 });
    const root = await open(url, as("root"));
    await root.client.publishAsync("knx/bridge/request/restart", "{}", { qos: 1 });
    await bridge.heard.until((said) => said === "knx/bridge/request/restart {}");
    expect(bridge.heard.items).toEqual([
      "knx/bridge/request/ping {}",
      "knx/bridge/request/restart {}",
    ]);
  });

  test("a user with lists hears and says what they allow, whatever it subscribes to", async () => {
    const { url, bridge, published } = await start();
    const kept = { qos: 1, retain: true } as const;
    await bridge.client.publishAsync("knx/ga/1/1/1/state", "before", kept);
    await bridge.client.publishAsync("knx/ga/1/1/1/meta", "before", kept);
    const { client, heard } = await open(url, as("lights"));
    const granted = await client
      .subscribeAsync(["knx/#", "knx/bridge/health", "other/#"], {
        qos: 1,
      })
      .catch((error: unknown) => error);
    expect(granted).toBeInstanceOf(Error);
    await bridge.client.publishAsync("knx/ga/1/1/1/event", "now");
    await bridge.client.publishAsync("knx/bridge/state", "online", kept);
    await heard.until((said) => said.startsWith("knx/bridge/state"));
    expect(heard.items).toEqual(["knx/ga/1/1/1/state before retained", "knx/bridge/state online"]);
    for (const topic of ["knx/ga/2/1/1/set", "knx/bridge/request/ping", "knx/ga/1/1/1/set"])
      await client.publishAsync(topic, "on", { qos: 1 });
    await published.until((said) => said === "knx/ga/1/1/1/set on");
    const arrived = published.items.filter((said) => said.endsWith(" on"));
    expect(arrived).toEqual(["knx/ga/1/1/1/set on"]);
  });

  test("a retained command of a user reaches the bridge with its flag, and is not kept", async () => {
    const { url, bridge } = await start();
    await bridge.client.subscribeAsync("knx/ga/+/+/+/set", { qos: 1 });
    const { client, heard } = await open(url, as("anna"));
    await client.publishAsync("knx/ga/1/1/1/set", "on", { qos: 1, retain: true });
    await bridge.heard.until((said) => said === "knx/ga/1/1/1/set on retained");
    await client.subscribeAsync("knx/#");
    await bridge.client.publishAsync("knx/bridge/bus", "online");
    await heard.until((said) => said === "knx/bridge/bus online");
    expect(heard.items).toHaveLength(1);
  });
});

describe("bounds", () => {
  test("a message that is too long ends its connection before it has arrived", async () => {
    const { url, counted, bridge } = await start();
    const { client } = await open(url, as("anna"));
    await client.publishAsync("anna/long", "x".repeat(2_048), { qos: 1 });
    const closed = new Promise((resolve) => client.once("close", () => resolve(undefined)));
    client.publish("anna/longer", "x".repeat(70_000));
    await closed;
    expect(counted).toEqual(["broker.message-refused"]);
    expect(bridge.client.connected).toBe(true);
  });

  test("one connection too many is refused, and the bridge still gets in", async () => {
    const { broker, port, url, counted } = await start({ connections: 2 });
    const guests = await Promise.all([open(url, as("anna")), open(url, as("root"))]);
    const extra = connectTcp(port, "127.0.0.1").resume();
    await new Promise((resolve) => extra.once("close", resolve));
    expect(counted).toEqual(["broker.connection-refused"]);
    await open(broker.url, { clientId: "knx-house", ...broker.login });
    await guests[0].client.endAsync(true);
    await expect.poll(() => refusal(url, as("anna"))).toBe("let in");
  });

  test("faster than allowed is slowed down, and nothing is lost", async () => {
    const { url, published } = await start({ messages: 20 });
    const { client } = await open(url, as("anna"));
    const begun = performance.now();
    for (let each = 0; each < 50; each++) client.publish("anna/n", `${each}`);
    await client.endAsync();
    await published.until((said) => said === "anna/n 49");
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    const heard = published.items.filter((said) => said.startsWith("anna/n"));
    expect(heard).toEqual(Array.from({ length: 50 }, (_, each) => `anna/n ${each}`));
  });

  test("a session ends with its connection: nothing waits for who may never return", async () => {
    const { url, bridge } = await start();
    const options = as("anna", { clientId: "anna's", clean: false });
    const first = await open(url, options);
    await first.client.subscribeAsync("knx/#", { qos: 1 });
    await first.client.endAsync();
    await bridge.client.publishAsync("knx/bridge/event", "missed", { qos: 1 });
    const again = await open(url, options);
    await again.client.subscribeAsync("knx/#", { qos: 1 });
    await bridge.client.publishAsync("knx/bridge/event", "heard", { qos: 1 });
    await again.heard.until((said) => said.endsWith("heard"));
    expect(again.heard.items).toEqual(["knx/bridge/event heard"]);
  });
});

describe("TLS and WebSocket", () => {
  let folder: string;
  let pki: Pki;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "knxpi-broker-"));
    pki = makePki(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (path: string): string => readFileSync(path, "utf8");
  const server = () => ({ cert: read(pki.server.cert), key: read(pki.server.key) });

  test("TLS: with the right authority in, without it not, and plain MQTT not", async () => {
    const { lines, port } = await start({ tls: server() });
    const url = `mqtts://127.0.0.1:${port}`;
    const { client } = await open(url, as("anna", { ca: read(pki.ca) }));
    expect(client.connected).toBe(true);
    expect(await refusal(url, as("anna", { ca: read(pki.foreignCa) }))).not.toBe("let in");
    expect(await refusal(`mqtt://127.0.0.1:${port}`, as("anna"))).not.toBe("let in");
    await lines.until(({ msg }) => msg === "embedded broker: no TLS connection came about");
  });

  test("TLS: not below 1.2", async () => {
    const { port } = await start({ tls: server() });
    const old = as("anna", { ca: read(pki.ca), ...{ maxVersion: "TLSv1.1", minVersion: "TLSv1" } });
    expect(await refusal(`mqtts://127.0.0.1:${port}`, old)).not.toBe("let in");
  });

  test("client certificates: one of this authority and a password, both", async () => {
    const { port } = await start({ tls: { ...server(), ca: read(pki.ca) } });
    const url = `mqtts://127.0.0.1:${port}`;
    const ca = read(pki.ca);
    const certified = { ca, cert: read(pki.client.cert), key: read(pki.client.key) };
    const foreign = { ca, cert: read(pki.foreignClient.cert), key: read(pki.foreignClient.key) };
    expect(await refusal(url, as("anna", certified))).toBe("let in");
    expect(await refusal(url, { ...certified })).toBe(4);
    expect(await refusal(url, as("anna", { ca }))).not.toBe("let in");
    expect(await refusal(url, as("anna", foreign))).not.toBe("let in");
  });

  test.each(["ws", "wss"] as const)(
    "%s: the same rights, and its messages are measured too",
    async (kind) => {
      const websocket = await freePort();
      const { bridge, counted } = await start({
        websocket,
        ...(kind === "wss" && { tls: server() }),
      });
      const url = `${kind}://127.0.0.1:${websocket}/mqtt`;
      const options = { wsOptions: { ca: read(pki.ca) } };
      expect(await refusal(url, as("nobody", options))).toBe(4);
      const { client, heard } = await open(url, as("anna", options));
      await client.subscribeAsync("knx/#");
      await bridge.client.publishAsync("knx/bridge/state", "online");
      await heard.until((said) => said === "knx/bridge/state online");
      const closed = new Promise((resolve) => client.once("close", () => resolve(undefined)));
      client.publish("anna/longer", "x".repeat(70_000));
      await closed;
      expect(counted.at(-1)).toBe("broker.message-refused");
    },
  );

  test("ws: who is no MQTT client is sent away, whatever it sends until it is gone", async () => {
    const door = await freePort();
    await start({ websocket: door });
    const answer = await fetch(`http://127.0.0.1:${door}/`);
    expect([answer.status, await answer.text()]).toEqual([426, "WebSocket only\n"]);
    const gone = new Promise((resolve) => {
      const socket = connectTcp(door, "127.0.0.1", () =>
        socket.write(
          "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ),
      );
      // All reserved bits set, and not masked: no frame.
      socket.once("data", () => socket.write(Uint8Array.of(0xff, 0x01, 0x00)));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve("gone"));
    });
    expect(await gone).toBe("gone");
    expect(await refusal(`ws://127.0.0.1:${door}`, as("anna"))).toBe("let in");
  });
});

test("a port that is taken is an error, not another port", async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
