import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import { afterEach, describe, expect, test } from "vitest";
import type { Publication } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { openBroker } from "../../src/shell/broker.ts";
import { connectMqtt, type Mqtt } from "../../src/shell/mqtt.ts";
import { MQTT_FAULTS, mqttFault } from "../../src/shell/mqtt-fault.ts";
import type { MqttOptions } from "../../src/shell/mqtt-options.ts";
import { freePort } from "../free-port.ts";
import { makePki } from "../pki.ts";
import { collectLog, collector } from "./collect.ts";
import { endTool, says, startTool, testWith } from "./tool.ts";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

/** A broker whose connections the test can see and cut. */
const startBroker = async (port = 0) => {
  const aedes = await Aedes.createBroker();
  const published = collector<AedesPublishPacket>();
  const clients = collector<Client>();
  const sockets: Socket[] = [];
  aedes.on("publish", published.push);
  aedes.on("clientReady", clients.push);
  const server = createServer((socket) => {
    sockets.push(socket);
    aedes.handle(socket);
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  const address: AddressInfo = Object(server.address());
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
  };
  cleanUp.push(close);
  return {
    aedes,
    port: address.port,
    url: `mqtt://127.0.0.1:${address.port}`,
    published,
    clients,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close,
    on: (topic: string) => published.until((packet) => packet.topic === topic),
  };
};

const start = (options: Partial<MqttOptions> & Readonly<{ url: string }>) => {
  const impulses = collector<Impulse>();
  const { log, lines } = collectLog();
  const mqtt: Mqtt = connectMqtt(
    {
      clientId: "knx-test",
      base: "knx",
      version: "auto",
      verify: true,
      keepaliveS: 30,
      payloadLimit: 100,
      ...options,
    },
    impulses.push,
    log,
  );
  cleanUp.push(() => mqtt.end());
  const changes = () =>
    impulses.items.flatMap((one) => (one.type === "broker.ind" ? [one.connected] : []));
  return {
    mqtt,
    impulses,
    lines,
    changes,
    connected: (times = 1) =>
      impulses.until(() => changes().filter((connected) => connected).length === times),
    disconnected: () => impulses.until(() => changes().at(-1) === false),
    topics: () => impulses.items.flatMap((one) => (one.type === "message.ind" ? [one.topic] : [])),
    message: async (topic: string) => {
      const found = await impulses.until(
        (one) => one.type === "message.ind" && one.topic === topic,
      );
      return found.type === "message.ind" ? found : undefined;
    },
  };
};

/** MQTT 3.1.1: connection accepted. */
const CONNACK = Buffer.of(0x20, 0x02, 0x00, 0x00);

/** A broker that lets everybody in, and never says a word again. */
const startSilent = async (): Promise<Readonly<{ url: string; version: 4 }>> => {
  const silent = createServer((socket) => {
    socket.once("data", () => socket.write(CONNACK)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(silent, "listening");
  cleanUp.push(async () => {
    silent.close();
  });
  const { port }: AddressInfo = Object(silent.address());
  return { url: `mqtt://127.0.0.1:${port}`, version: 4 };
};

const state = (payload: string): Publication => ({
  topic: "knx/ga/1/1/10/state",
  payload,
  qos: 1,
  retain: true,
  json: true,
});

describe("a broker that speaks MQTT 3.1.1 only", () => {
  test("refuses 5 and is asked again with 3.1.1", async () => {
    const broker = await startBroker();
    const { connected, changes, lines } = start({ url: broker.url });
    await connected();
    expect(changes()).toEqual([true]);
    expect(await broker.clients.until(() => true)).toMatchObject({ id: "knx-test", version: 4 });
    expect(lines.items.some(({ level }) => level >= 40)).toBe(false);
  });

  test("is told as such when the configuration insists on 5", async () => {
    const broker = await startBroker();
    const { lines } = start({ url: broker.url, version: 5 });
    await lines.until(({ msg }) => msg === MQTT_FAULTS.version);
  });

  test("publishes our will when we vanish, and nothing but our own goodbye when we leave", async () => {
    const broker = await startBroker();
    const { connected, mqtt } = start({ url: broker.url });
    await connected(1);
    broker.cut();
    const will = await broker.on("knx/bridge/state");
    expect([String(will.payload), will.qos, will.retain]).toEqual(["offline", 1, true]);
    await connected(2);
    broker.published.items.splice(0);
    mqtt.publish({ topic: "t", payload: "last words", qos: 1, retain: false, json: false });
    await mqtt.end();
    const own = broker.published.items.filter(({ topic }) => !topic.startsWith("$SYS"));
    expect(own.map(({ topic, payload }) => [topic, String(payload)])).toEqual([
      ["t", "last words"],
    ]);
  });

  test("retained states are there for who comes later; commands come with their retain flag", async () => {
    const broker = await startBroker();
    const first = start({ url: broker.url, clientId: "first" });
    await first.connected();
    first.mqtt.publish(state('{"value":true}'));
    await broker.on("knx/ga/1/1/10/state");
    const second = start({ url: broker.url, clientId: "second" });
    await second.connected();
    second.mqtt.subscribe(["knx/ga/+/+/+/state"]);
    expect(await second.message("knx/ga/1/1/10/state")).toMatchObject({
      payload: '{"value":true}',
      size: 14,
      retain: true,
    });
  });

  test("a payload over the limit is measured, not decoded", async () => {
    const broker = await startBroker();
    const { connected, mqtt, message } = start({ url: broker.url });
    await connected();
    mqtt.subscribe(["knx/ga/+/+/+/set"]);
    await once(broker.aedes, "subscribe");
    const publish = (topic: string, payload: string) =>
      broker.aedes.publish(
        { cmd: "publish", topic, payload, qos: 1, dup: false, retain: false },
        () => undefined,
      );
    publish("knx/ga/1/1/1/set", "x".repeat(101));
    publish("knx/ga/1/1/2/set", "21.5 °C");
    expect(await message("knx/ga/1/1/1/set")).toMatchObject({ payload: "", size: 101 });
    expect(await message("knx/ga/1/1/2/set")).toMatchObject({ payload: "21.5 °C", size: 8 });
  });
});

describe("the connection", () => {
  test("comes back after the broker was restarted; what was published meanwhile is not sent", async () => {
    const before = await startBroker();
    const { connected, disconnected, mqtt } = start({ url: before.url });
    await connected(1);
    await before.close();
    await disconnected();
    mqtt.publish(state("meanwhile"));
    const after = await startBroker(before.port);
    await connected(2);
    mqtt.publish(state("now"));
    const packet = await after.on("knx/ga/1/1/10/state");
    expect(String(packet.payload)).toBe("now");
  }, 20_000);

  test("a broker that has fallen silent is left after 4,000 publications, not when memory is full", async () => {
    const { mqtt, connected, disconnected, lines } = start(await startSilent());
    await connected(1);
    for (let n = 0; n < 4_000; n++) mqtt.publish({ ...state("1"), topic: `knx/ga/1/1/${n}/state` });
    expect(lines.items.some(({ level }) => level >= 40)).toBe(false);
    for (let n = 0; n < 1_000; n++) mqtt.publish(state("one too many, and more"));
    await disconnected();
    await lines.until(({ msg }) => msg === MQTT_FAULTS.stalled);
    await connected(2);
    mqtt.publish(state("the next connection begins anew"));
    expect(lines.items.filter(({ level }) => level >= 40)).toHaveLength(1);
  }, 20_000);

  test("a broker that has fallen silent does not hold up the goodbye", async () => {
    const { mqtt, connected } = start(await startSilent());
    await connected();
    mqtt.publish(state("never acknowledged"));
    await mqtt.end();
  });

  test("a state that was not acknowledged when it broke goes first on the next one", async () => {
    const broker = await startBroker();
    // In between, so that publications leave the client and never reach the broker.
    const inTransit: Socket[] = [];
    let through = true;
    const relay = createServer((socket) => {
      const onward = connect(broker.port, "127.0.0.1");
      inTransit.push(socket, onward);
      socket.on("data", (chunk) => through && onward.write(chunk));
      onward.on("data", (chunk) => socket.write(chunk));
      socket.on("error", () => undefined).on("close", () => onward.destroy());
      onward.on("error", () => undefined).on("close", () => socket.destroy());
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port }: AddressInfo = Object(relay.address());
    cleanUp.push(async () => {
      relay.close();
    });
    const { connected, mqtt } = start({ url: `mqtt://127.0.0.1:${port}` });
    await connected(1);
    through = false;
    mqtt.publish(state("older"));
    mqtt.publish(state("newest"));
    through = true;
    for (const socket of inTransit.splice(0)) socket.destroy();
    await connected(2);
    const packet = await broker.on("knx/ga/1/1/10/state");
    expect(String(packet.payload)).toBe("newest");
  }, 20_000);

  test("a cause is logged once, not with every try, and no name or password with it", async () => {
    const { lines } = start({ url: "mqtt://user:secret@127.0.0.1:1" });
    const line = await lines.until(({ msg }) => msg === MQTT_FAULTS.refused);
    expect(JSON.stringify(line)).not.toContain("secret");
  });
});

describe("MQTT 5", () => {
  testWith("mosquitto")(
    "properties come through; nothing retained on subscribing, nothing of our own",
    async () => {
      const port = await freePort();
      const mosquitto = await startTool("mosquitto", ["-p", `${port}`, "-v"], /running/);
      cleanUp.push(() => endTool(mosquitto));
      const url = `mqtt://127.0.0.1:${port}`;
      const bridge = start({ url, clientId: "bridge" });
      const other = start({ url, clientId: "other" });
      await Promise.all([bridge.connected(), other.connected()]);
      other.mqtt.publish({ ...state("retained before"), topic: "knx/ga/1/1/1/set" });
      await says(mosquitto, /PUBACK to other/);
      bridge.mqtt.subscribe(["knx/ga/+/+/+/set", "knx/bridge/own"]);
      await says(mosquitto, /SUBACK to bridge/);
      bridge.mqtt.publish({ ...state("own"), topic: "knx/bridge/own" });
      await says(mosquitto, /PUBACK to bridge/);
      other.mqtt.publish({
        topic: "knx/ga/1/1/2/set",
        payload: "on",
        qos: 1,
        retain: true,
        json: false,
        expiryS: 7,
        correlation: [0, 1, 255],
        user: { ga: "1/1/2", dpt: "1.001" },
      });
      expect(await bridge.message("knx/ga/1/1/2/set")).toMatchObject({
        payload: "on",
        retain: true,
        expiryMs: 7_000,
        correlation: [0, 1, 255],
      });
      expect(bridge.topics()).toEqual(["knx/ga/1/1/2/set"]);
    },
  );
});

describe("the first packet", () => {
  /** What a client says to somebody who never answers. */
  const firstPacket = async (options: Partial<MqttOptions>): Promise<string> => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUp.push(async () => {
      server.close();
    });
    const { port }: AddressInfo = Object(server.address());
    const come = once(server, "connection");
    start({ url: `mqtt://127.0.0.1:${port}`, ...options });
    const [socket] = await come;
    const [octets] = await once(socket, "data");
    socket.on("error", () => undefined).destroy();
    return octets.toString("hex");
  };

  test("MQTT 5: clean start, session expiry 0, receive maximum 32, no will delay", async () => {
    const octets = await firstPacket({ version: 5 });
    // §3.1.2: protocol name and version; will retained with QoS 1, clean start; keep-alive 30 s; length, then the properties.
    expect(octets).toMatch(/^10..00044d515454052e001e08/);
    expect(octets.slice(26, 42)).toBe("1100000000210020");
    // §3.1.3.2: the client id, then will properties: none.
    expect(octets.slice(42)).toMatch(/^0008/);
    expect(Buffer.from(octets.slice(46, 62), "hex").toString()).toBe("knx-test");
    expect(octets.slice(62, 64)).toBe("00");
  });

  test("MQTT 3.1.1: the same without properties", async () => {
    expect(await firstPacket({ version: 4 })).toMatch(/^10..00044d515454042e001e0008/);
  });

  test("user name and password", async () => {
    const octets = await firstPacket({ version: 4, username: "anna", password: "secret" });
    expect(octets).toMatch(/^10..00044d51545404ee001e/);
    expect(octets.endsWith(Buffer.from("\0\u0004anna\0\u0006secret").toString("hex"))).toBe(true);
  });
});

describe("TLS", () => {
  test("server_name and alpn reach the broker; nothing below 1.2 is offered", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knxpi-tls-"));
    const { server, ca } = makePki(folder);
    const read = (path: string): string => readFileSync(path, "utf8");
    const seen = collector<string>();
    const asked = { cert: read(server.cert), key: read(server.key), ALPNProtocols: ["mqtt", "x"] };
    const broker = createTlsServer(asked, (socket) => {
      seen.push(`${socket.alpnProtocol} ${Reflect.get(socket, "servername")}`);
      socket.on("error", () => undefined).destroy();
    }).listen(0, "127.0.0.1");
    await once(broker, "listening");
    cleanUp.push(async () => {
      broker.close();
      rmSync(folder, { recursive: true });
    });
    const { port }: AddressInfo = Object(broker.address());
    for (const scheme of ["mqtts", "wss"])
      start({
        url: `${scheme}://127.0.0.1:${port}`,
        ca: read(ca),
        serverName: "broker.test",
        alpn: ["mqtt"],
      });
    await seen.until(() => seen.items.length === 2);
    expect(seen.items).toEqual(new Array(2).fill("mqtt broker.test"));
  });
});

describe("the embedded broker", () => {
  test("takes the next port when the one it wants is taken, and says so", async () => {
    const { log, lines } = collectLog();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port }: AddressInfo = Object(taken.address());
    const broker = await openBroker(log, { base: "knx", port });
    cleanUp.push(broker.close, async () => {
      taken.close();
    });
    expect(broker.port).toBeGreaterThan(port);
    expect(lines.items).toMatchObject([{ level: 40, url: broker.url, wanted: port }]);
    const { connected } = start({ url: broker.url, version: broker.version });
    await connected();
  });
});

test.each([
  ["refused", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
  ["unknown-host", Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" })],
  ["credentials", Object.assign(new Error("Connection refused"), { code: 4 })],
  ["credentials", Object.assign(new Error("Connection refused"), { code: 134 })],
  ["not-authorised", Object.assign(new Error("Connection refused"), { code: 5 })],
  ["not-authorised", Object.assign(new Error("Connection refused"), { code: 135 })],
  ["version", Object.assign(new Error("Connection refused"), { code: 132 })],
  ["taken-over", Object.assign(new Error("disconnected"), { code: 142 })],
  ["certificate", Object.assign(new Error("self-signed"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })],
  ["certificate", Object.assign(new Error("expired"), { code: "CERT_HAS_EXPIRED" })],
  ["certificate", Object.assign(new Error("x"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })],
  ["certificate", Object.assign(new Error("x"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" })],
  [
    "client-certificate",
    Object.assign(new Error("x"), { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" }),
  ],
  ["client-certificate", Object.assign(new Error("x"), { code: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" })],
  ["no-tls", Object.assign(new Error("x"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" })],
  ["closed", undefined],
] as const)("%s", (fault, error) => {
  expect(mqttFault(error)).toBe(fault);
});

describe("a look at what the broker has kept", () => {
  test("brings it, says when it begins, ends, and nothing goes out before the core has subscribed", async () => {
    const broker = await startBroker();
    const other = start({ url: broker.url, clientId: "other" });
    await other.connected();
    other.mqtt.publish(state("kept"));
    await broker.on("knx/ga/1/1/10/state");
    const { impulses, mqtt, connected, message, topics } = start({
      url: broker.url,
      lookBack: true,
    });
    await connected();
    mqtt.lookBack(["knx/ga/+/+/+/state"]);
    expect(await impulses.until((one) => one.type === "look-back.con")).toMatchObject({
      granted: true,
    });
    expect(await message("knx/ga/1/1/10/state")).toMatchObject({ payload: "kept", retain: true });
    const taken = new Promise<void>((resolve) => broker.aedes.on("subscribe", () => resolve()));
    mqtt.unsubscribe(["knx/ga/+/+/+/state"]);
    mqtt.subscribe(["knx/ga/+/+/+/set"]);
    await taken;
    other.mqtt.publish({ ...state("later"), topic: "knx/ga/1/1/11/state" });
    other.mqtt.publish({ ...state("on"), topic: "knx/ga/1/1/11/set", retain: false });
    await message("knx/ga/1/1/11/set");
    expect(topics()).toEqual(["knx/ga/1/1/10/state", "knx/ga/1/1/11/set"]);
  });

  test("a broker that refuses is an answer too", async () => {
    const broker = await startBroker();
    broker.aedes.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic.startsWith("knx/bridge") ? subscription : null);
    const { impulses, mqtt, connected, lines } = start({ url: broker.url, lookBack: true });
    await connected();
    mqtt.lookBack(["knx/bridge/info", "knx/ga/+/+/+/state"]);
    expect(await impulses.until((one) => one.type === "look-back.con")).toMatchObject({
      granted: false,
    });
    expect(lines.items.find(({ level }) => level === 40)?.msg).toContain("does not let us read");
  });

  test("what was not acknowledged when a connection broke waits until the core has subscribed", async () => {
    const first = await startBroker();
    const { port, aedes } = first;
    const { mqtt, connected, disconnected } = start({ url: first.url, lookBack: true, version: 4 });
    await connected();
    aedes.authorizePublish = () => first.cut();
    mqtt.publish(state("never acknowledged"));
    await disconnected();
    await first.close();
    const second = await startBroker(port);
    await connected(2);
    mqtt.lookBack(["knx/bridge/info"]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const own = () => second.published.items.filter(({ topic }) => topic.startsWith("knx/ga"));
    expect(own()).toEqual([]);
    mqtt.subscribe(["knx/ga/+/+/+/set"]);
    await second.on("knx/ga/1/1/10/state");
    mqtt.subscribe(["other/+"], true);
    mqtt.publish({ ...state("x"), topic: "knx/ga/9/9/9/state" });
    await second.on("knx/ga/9/9/9/state");
    expect(own()).toHaveLength(2);
  }, 10_000);
});
