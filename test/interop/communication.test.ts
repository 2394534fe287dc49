import { beforeAll, expect, test } from "vitest";
import { LAST_TRY, NOBODYS, OURS, PROVIDED, to } from "./house.ts";
import { fields, type Installation, install, isHeard, isWord, on } from "./installation.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";

/** Addresses that knxd gives to its clients. */
const KNXD_CLIENT = /^1\.1\.20[1-8]$/;

describeWith(
  "knxd",
  "knxtool",
  "mosquitto",
  "mosquitto_sub",
  "mosquitto_pub",
  "socat",
)("group communication between knxd, knxpi and mosquitto", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });

  test("after the start bridge/state and bridge/bus are online, for late comers too", async () => {
    const messages = await subscribe(installation.broker.port, "knx/bridge/#");
    const state = await messages.until("bridge/state", isWord("state", "online"));
    const bus = await messages.until("bridge/bus", isWord("bus", "online"));
    expect([state.retained, bus.retained]).toEqual([true, true]);
  });

  test("knxtool groupswrite arrives as state in mosquitto_sub", async () => {
    const { knxd, messages } = installation;
    await knxd.switch("1/1/17", 1);
    const state = fields(await messages.until("state of 1/1/17", on("1/1/17", "state")));
    expect(state).toMatchObject({ value: true, service: "write", origin: "bus", raw: "01" });
    expect(state).toHaveProperty("source", expect.stringMatching(KNXD_CLIENT));
  });

  test("knxtool groupwrite arrives with its octets, and so does the answer of the dimmer", async () => {
    const { knxd, messages, house } = installation;
    await knxd.write("1/3/10", 0x80);
    const wanted = fields(await messages.until("state of 1/3/10", on("1/3/10", "state")));
    expect(wanted).toMatchObject({ value: 50.2, unit: "%", raw: "80" });
    const status = fields(await messages.until("state of 1/5/10", on("1/5/10", "state")));
    expect(status).toMatchObject({ raw: "80", source: "1.1.11" });
    expect(house.dimmer.level).toBe(0x80);
  });

  test("mosquitto_pub …/set arrives in knxtool groupsocketlisten and switches the lamp", async () => {
    const { knxd, messages, broker, house } = installation;
    const listener = await knxd.listen();
    const since = messages.now();
    await publish(broker.port, "knx/ga/1/1/10/set", "on");
    await listener.lines.until("the telegram at knxd", (line) =>
      line.startsWith("Write from 1.1.250 to 1/1/10: 01"),
    );
    const status = await messages.until("status of the lamp", on("1/4/10", "state"), { since });
    expect(fields(status)).toMatchObject({ value: true, source: "1.1.10" });
    const own = await messages.until("own state", on("1/1/10", "state"), { since });
    expect(fields(own)).toMatchObject({ value: true, source: "1.1.250", origin: "mqtt" });
    expect(house.lamp.on).toBe(true);
    await listener.stop();
  });

  test("knxd reads a provided object: knxpi answers", async () => {
    const { knxd, messages, broker } = installation;
    const listener = await knxd.listen();
    await publish(broker.port, `knx/ga/${PROVIDED}/set`, "21.5");
    await messages.until("the provided value", on(PROVIDED, "state", { value: 21.5 }));
    expect(await knxd.read(PROVIDED)).toMatch(/^Response from 1\.1\.250: 0C 33/);
    await listener.stop();
  });

  test("MQTT reads an object of a device: state, and a result by id", async () => {
    const { messages, broker, house } = installation;
    house.thermometer.celsius = 19.5;
    await messages.until("the change", on("4/0/1", "state", { value: 19.5, service: "write" }));
    await publish(broker.port, "knx/ga/4/0/1/get", '{"id":"read-1"}');
    const result = await messages.until("its result", on("4/0/1", "result", { id: "read-1" }));
    expect(fields(result)).toMatchObject({
      status: "ok",
      stage: "response",
      value: 19.5,
      source: "1.1.14",
    });
    await messages.until("its state", on("4/0/1", "state", { value: 19.5, service: "response" }));
  });

  test("MQTT reads an object that knxd answers", async () => {
    const { knxd, messages, broker } = installation;
    const listener = await knxd.listen();
    await publish(broker.port, `knx/ga/${OURS}/get`, '{"id":"read-2","timeout_ms":20000}');
    await listener.lines.until("the question at knxd", (line) =>
      line.startsWith(`Read from 1.1.250 to ${OURS}`),
    );
    await knxd.respond(OURS, 1);
    const result = await messages.until("its result", on(OURS, "result", { id: "read-2" }));
    expect(fields(result)).toMatchObject({ status: "ok", stage: "response", value: true });
    expect(fields(result)).toHaveProperty("source", expect.stringMatching(KNXD_CLIENT));
    await listener.stop();
  });

  test("a telegram that nobody acknowledges ends with no_ack after three repetitions", async () => {
    const { messages, broker, frames } = installation;
    const since = frames.now();
    await publish(broker.port, `knx/ga/${NOBODYS}/set`, '{"value":true,"id":"lost-1"}');
    const result = await messages.until("result", on(NOBODYS, "result", { id: "lost-1" }));
    expect(fields(result)).toMatchObject({
      status: "error",
      stage: "confirmed",
      error: { code: "no_ack" },
      repeats: 3,
    });
    const seen = frames.since(since).filter(to(NOBODYS));
    expect(seen.map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3]);
    expect(messages.all().some(on(NOBODYS, "state"))).toBe(false);
  });

  test("knxpi acknowledges what knxd sends to a group address that only knxpi has", async () => {
    let acknowledged = 0;
    // A machine busy elsewhere may miss the moment, which is the exception.
    for (let sent = 0; acknowledged < TELEGRAMS; sent++) {
      expect(sent).toBeLessThan(3 * TELEGRAMS);
      if (await isHeard(installation, OURS, sent % 2 === 0 ? 1 : 0)) acknowledged++;
    }
  });

  test("knxpi does not acknowledge a group address that nobody has", async () => {
    const { knxd, frames } = installation;
    const since = frames.now();
    await knxd.switch("7/7/7", 1);
    const last = await frames.until(
      "the third repetition",
      (frame) => to("7/7/7", "knxd")(frame) && frame.attempt === LAST_TRY,
      { since },
    );
    const seen = frames.since(since).filter(to("7/7/7", "knxd"));
    expect(last.acknowledge).toBeUndefined();
    expect(seen.map(({ acknowledge }) => acknowledge)).toEqual(new Array(4).fill(undefined));
  });
});

const TELEGRAMS = 12;
