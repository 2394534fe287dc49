import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD } from "../pki.ts";
import type { Child } from "./child.ts";
import { type OpenHouse, openHouse } from "./house.ts";
import { fields, isWord, on } from "./installation.ts";
import { startKnxpi } from "./knxpi.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";
import { as, PASSWORDS, type SecureBroker, startSecureBroker } from "./secure-broker.ts";
import { makeFolder } from "./workplace.ts";

describeWith(
  "mosquitto",
  "mosquitto_sub",
  "mosquitto_pub",
  "mosquitto_passwd",
  "openssl",
  "socat",
)("a broker with users, rights and TLS", () => {
  let folder: string;
  let house: OpenHouse;
  let secure: SecureBroker;
  let bridge: Child | undefined;
  beforeAll(async () => {
    folder = makeFolder();
    [house, secure] = await Promise.all([openHouse(folder), startSecureBroker(folder)]);
    writeFileSync(join(folder, "password"), `${PASSWORDS.bridge}\n`);
  });
  afterEach(() => bridge?.stop());

  const start = (mqtt: object): Child => {
    bridge = startKnxpi(folder, {
      port: house.pty.path,
      mqtt: { username: "bridge", password_file: join(folder, "password"), ...mqtt },
    });
    return bridge;
  };

  /** @returns everything on the topics of the bridge, as somebody hears it who may, once the bridge is online on both sides */
  const startOnline = async (mqtt: object) => {
    const messages = await subscribe(secure.broker.port, "knx/#", as("everything"));
    const since = messages.now();
    start(mqtt);
    await messages.until(
      "online",
      (message) => isWord("bus", "online")(message) && !message.retained,
      { since },
    );
    return messages;
  };

  const say = (user: keyof typeof PASSWORDS, topic: string, payload: string): Promise<void> =>
    publish(secure.broker.port, topic, payload, as(user));

  /** What the broker has refused to the bridge. */
  const denied = (): readonly string[] =>
    secure.broker.log.all().filter((line) => /Denied .* (from|to) knx-interop\b/.test(line));

  // biome-ignore format: read by column
  const WAYS = [
    { is: "mqtts, MQTT 5",        mqtt: () => ({ url: secure.urls.mqtts, ca: secure.pki.ca, version: 5 }),   protocol: "p5" },
    { is: "mqtts, MQTT 3.1.1",    mqtt: () => ({ url: secure.urls.mqtts, ca: secure.pki.ca, version: 4 }),   protocol: "p2" },
    { is: "server_name",          mqtt: () => ({ url: secure.urls.mqtts, ca: secure.pki.ca, server_name: "broker.test" }), protocol: "p5" },
    { is: "a client certificate", mqtt: () => ({ url: secure.urls.certified, ca: secure.pki.ca, ...secure.pki.client }),   protocol: "p5" },
    { is: "a locked key",         mqtt: () => ({ url: secure.urls.certified, ca: secure.pki.ca, cert: secure.pki.client.cert, key: secure.pki.lockedKey, key_password: PASSWORD }), protocol: "p5" },
    { is: "ws",                   mqtt: () => ({ url: secure.urls.ws }),                                     protocol: "p5" },
    { is: "wss, MQTT 5",          mqtt: () => ({ url: secure.urls.wss, ca: secure.pki.ca }),                 protocol: "p5" },
    { is: "wss, MQTT 3.1.1, server_name", mqtt: () => ({ url: secure.urls.wss, ca: secure.pki.ca, version: 4, server_name: "broker.test" }), protocol: "p2" },
  ];
  test.each(WAYS)("$is: a command and its result", async ({ mqtt, protocol }) => {
    const since = secure.broker.log.now();
    const messages = await startOnline(mqtt());
    await secure.broker.log.until(
      "the bridge",
      (line) => line.includes(` as knx-interop (${protocol},`),
      { since },
    );
    const id = `way-${since}`;
    await say("everything", "knx/ga/1/1/10/set", `{"value":"on","id":"${id}"}`);
    const result = await messages.until("its result", on("1/1/10", "result", { id }));
    expect(fields(result)).toMatchObject({ status: "ok", stage: "confirmed" });
  });

  // biome-ignore format: read by column
  const FAULTS = [
    { is: "an unknown authority",     mqtt: () => ({ url: secure.urls.mqtts, ca: secure.pki.foreignCa }),                            fault: "certificate" },
    { is: "another name",             mqtt: () => ({ url: secure.urls.mqtts, ca: secure.pki.ca, server_name: "other.test" }),        fault: "certificate" },
    { is: "another name over wss",    mqtt: () => ({ url: secure.urls.wss, ca: secure.pki.ca, server_name: "other.test" }),          fault: "certificate" },
    { is: "no client certificate",    mqtt: () => ({ url: secure.urls.certified, ca: secure.pki.ca }),                               fault: "client-certificate" },
    { is: "a foreign certificate",    mqtt: () => ({ url: secure.urls.certified, ca: secure.pki.ca, ...secure.pki.foreignClient }),  fault: "client-certificate" },
    { is: "a wrong password, 5",      mqtt: () => ({ url: secure.urls.mqtt, version: 5, password_file: secure.pki.ca }),             fault: "not-authorised" },
    { is: "a wrong password, 3.1.1",  mqtt: () => ({ url: secure.urls.mqtt, version: 4, password_file: secure.pki.ca }),             fault: "not-authorised" },
    { is: "mqtt:// to a TLS port",    mqtt: () => ({ url: secure.urls.mqtts.replace("mqtts:", "mqtt:") }),                           fault: "closed" },
    { is: "mqtts:// to a plain port", mqtt: () => ({ url: secure.urls.mqtt.replace("mqtt:", "mqtts:") }),                            fault: "closed" },
  ];
  test.each(FAULTS)("$is: $fault", async ({ mqtt, fault }) => {
    const { output } = start(mqtt());
    const line = await output.until("a fault", (said) => said.includes('"fault":'));
    expect(JSON.parse(line)).toMatchObject({ level: 40, fault });
    expect(output.all().join("\n")).not.toContain("-----BEGIN");
  });

  test("verify: false: a broker that nobody vouches for, and a warning", async () => {
    await startOnline({ url: secure.urls.mqtts, ca: secure.pki.foreignCa, verify: false });
    const said = bridge?.output.all() ?? [];
    expect(said.filter((line) => line.includes("certificate is not checked"))).toHaveLength(1);
  });

  test("MQTT 5: content type, expiry and user properties as a client sees them", async () => {
    const format = ["-V", "5", "-F", "message %r %t content=%C expiry=%E user=%P"];
    const since = (await startOnline({ url: secure.urls.mqtt, user_properties: true })).now();
    expect(since).toBeGreaterThan(0);
    const messages = await subscribe(secure.broker.port, "knx/ga/#", [
      ...as("everything"),
      ...format,
    ]);
    await say("everything", "knx/ga/1/1/10/set", '{"value":"on","id":"props"}');
    const state = await messages.until(
      "state",
      ({ topic, retained }) => topic === "knx/ga/1/1/10/state" && !retained,
    );
    expect(state.payload).toMatch(
      /^content=application\/json expiry=0? ?user=.*ga:1\/1\/10 .*dpt:1\.001 .*source:1\.1\.250 .*service:write/,
    );
    const result = await messages.until("result", ({ topic }) => topic.endsWith("1/1/10/result"));
    expect(result.payload).toMatch(/^content=application\/json expiry=(60|59) /);
  });

  describe("the rights of §20", () => {
    test("the bridge needs no others: commands, reads, requests, restored states, discovery", async () => {
      const messages = await startOnline({ url: secure.urls.mqtt });
      await say("everything", "knx/ga/4/0/1/get", '{"id":"read"}');
      await messages.until("a read", on("4/0/1", "result", { id: "read", status: "ok" }));
      await say("everything", "knx/bridge/request/ping", '{"id":"42"}');
      const answer = await messages.until(
        "an answer",
        ({ topic }) => topic === "knx/bridge/response/ping",
      );
      expect(fields(answer)).toMatchObject({ id: "42", status: "ok" });
      await bridge?.stop();
      const again = await startOnline({ url: secure.urls.mqtt });
      await again.until(
        "a restored state",
        (message) => !message.retained && on("4/0/1", "state", { origin: "restored" })(message),
      );
      expect(denied()).toEqual([]);
    });

    test("who may switch lights switches lights, sees states, and nothing else", async () => {
      const messages = await startOnline({ url: secure.urls.mqtt });
      const seen = await subscribe(secure.broker.port, "knx/#", as("lights"));
      await seen.until("bridge/state", isWord("state", "online"));
      const value = !house.house.lamp.on;
      const since = seen.now();
      await say("lights", "knx/ga/2/1/3/set", '{"value":55,"id":"blind"}');
      await say("lights", "knx/bridge/request/ping", "");
      await say("lights", "knx/ga/1/1/10/state", "forged");
      await say("lights", "knx/ga/1/1/10/set", `{"value":${value},"id":"lamp"}`);
      await seen.until("the lamp", on("1/4/10", "state", { value }), { since });
      await messages.until("its result", on("1/1/10", "result", { id: "lamp" }));
      const topics = new Set(seen.all().map(({ topic }) => topic));
      expect(
        [...topics].filter(
          (topic) => !/^knx\/(ga\/\d+\/\d+\/\d+\/state|bridge\/state)$/.test(topic),
        ),
      ).toEqual([]);
      const heard = messages.all();
      expect(heard.some(on("2/1/3", "result"))).toBe(false);
      expect(heard.some(({ topic }) => topic === "knx/bridge/response/ping")).toBe(false);
      expect(heard.some(({ payload }) => payload === "forged")).toBe(false);
    });
  });
});
