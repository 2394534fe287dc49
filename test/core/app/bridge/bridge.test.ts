import { describe, expect, test } from "vitest";
import { config, EPOCH, object, ready, rig } from "./rig.ts";

const LAMP = object("1/2/3", "1.001", { name: "Lamp" });
const ROOM = object("4/0/1", "9.001", { name: "Living room temperature" });

describe("§5.1 a telegram becomes a state", () => {
  test("with every field that applies", () => {
    const it = ready(config([ROOM]));
    it.advance(345);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    const [published] = it.published;
    expect(published).toMatchObject({
      topic: "knx/ga/4/0/1/state",
      qos: 1,
      retain: true,
      json: true,
    });
    expect(JSON.parse(published?.payload ?? "")).toEqual({
      ga: "4/0/1",
      name: "Living room temperature",
      dpt: "9.001",
      value: 21.42,
      unit: "°C",
      raw: "0c2f",
      service: "write",
      source: "1.1.5",
      origin: "bus",
      quality: "good",
      ts: "2026-01-31T10:11:12.345Z",
      changed: "2026-01-31T10:11:12.345Z",
    });
  });
});

describe("§12.3 own writes", () => {
  test("stand on MQTT only after the positive confirmation, with the id of the command", () => {
    const it = ready(config([LAMP]));
    it.message("knx/ga/1/2/3/set", '{"value":true,"id":"a1"}');
    expect(it.sent).toHaveLength(1);
    expect(it.published).toEqual([]);
    it.advance(100);
    expect(it.documents(/state$/)).toEqual([
      {
        ga: "1/2/3",
        name: "Lamp",
        dpt: "1.001",
        value: true,
        text: "on",
        raw: "01",
        bits: 1,
        service: "write",
        source: "1.1.250",
        origin: "mqtt",
        quality: "good",
        ts: "2026-01-31T10:11:12.020Z",
        changed: "2026-01-31T10:11:12.020Z",
        id: "a1",
      },
    ]);
    expect(it.documents(/result$/)).toEqual([
      {
        id: "a1",
        status: "ok",
        stage: "confirmed",
        repeats: 0,
        queued_ms: 0,
        total_ms: 21,
        ts: "2026-01-31T10:11:12.020Z",
      },
    ]);
  });
});

describe("§3, §8.1 broker and bus", () => {
  test("order after a connect", () => {
    const it = rig(config([ROOM]));
    it.online();
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.broker(true);
    expect(it.subscribed).toEqual([
      [
        "knx/ga/+/+/+/set",
        "knx/ga/+/+/+/get",
        "knx/entity/+/set",
        "knx/entity/+/set/+",
        "knx/bridge/request/#",
      ],
    ]);
    expect(it.published).toMatchObject([
      { topic: "knx/bridge/state", payload: "online", qos: 1, retain: true, json: false },
      { topic: "knx/bridge/bus", payload: "online", qos: 1, retain: true, json: false },
      { topic: "knx/bridge/info", qos: 1, retain: true, json: true },
      { topic: "knx/ga/4/0/1/meta", qos: 1, retain: true, json: true },
      { topic: "knx/ga/4/0/1/state", retain: true },
      { topic: "knx/bridge/event", qos: 1, retain: false, expiryS: 60 },
    ]);
    expect(it.documents(/event$/)).toMatchObject([{ type: "connected" }]);
  });

  test("many states are paced, and connected comes last", () => {
    const objects = Array.from({ length: 250 }, (_, index) => object(`6/0/${index + 1}`, "1.001"));
    const it = rig(config(objects));
    for (const { ga: address } of objects)
      it.telegram("A_GroupValue_Write.ind", `6/0/${address & 0xff}`, "/1");
    it.broker(true);
    expect(it.topics(/ga.*meta$/)).toHaveLength(100);
    expect(it.topics(/ga.*state$/)).toEqual([]);
    it.advance(450);
    expect(it.topics(/ga.*meta$/)).toHaveLength(250);
    expect(it.topics(/ga.*state$/)).toHaveLength(100);
    it.advance(100);
    // What is heard meanwhile goes at once, and not again.
    it.telegram("A_GroupValue_Write.ind", "6/0/250", "/0");
    expect(it.documents(/ga.*state$/).at(-1)).toMatchObject({ ga: "6/0/250", value: false });
    it.advance(1_000);
    expect(it.topics(/ga.*state$/)).toHaveLength(250);
    expect(it.published.at(-1)?.payload).toContain("connected");
  });

  test("the bus: an event at once, bridge/bus after the grace time, back at once", () => {
    const it = ready(config([]));
    it.offline("no_power");
    it.offline("no_power");
    it.advance(10_000);
    it.offline("no_chip");
    it.advance(9_999);
    expect(it.topics(/bus$/)).toEqual([]);
    it.advance(1);
    it.online();
    it.offline("no_power");
    it.advance(5_000);
    it.online();
    it.advance(60_000);
    expect(it.topics(/bus$/).map(({ at, payload }) => [at, payload])).toEqual([
      [20_000, "offline"],
      [20_000, "online"],
    ]);
    expect(it.documents(/event$/)).toMatchObject([
      { type: "bus", from: "online", to: "no_power", ts: "2026-01-31T10:11:12.000Z" },
      { type: "bus", from: "no_power", to: "no_chip" },
      { type: "bus", from: "no_chip", to: "online" },
      { type: "bus", from: "online", to: "no_power" },
      { type: "bus", from: "no_power", to: "online" },
    ]);
  });

  test("orderly stop: whoever waits is told, offline comes last", () => {
    const it = ready(config([LAMP, ROOM]));
    it.message("knx/ga/1/2/3/set", '{"value":true,"id":"a"}');
    it.message("knx/ga/4/0/1/set", '{"value":20,"id":"b"}');
    it.message("knx/ga/4/0/1/get", '{"id":"c"}');
    it.feed({ for: "bridge", type: "stop.req", at: 0 });
    expect(it.documents(/result$/).map(({ id, stage }) => [id, stage])).toEqual([
      ["a", "dropped"],
      ["b", "dropped"],
      ["c", "dropped"],
    ]);
    expect(it.published.at(-1)).toMatchObject({ topic: "knx/bridge/state", payload: "offline" });
    const { length } = it.published;
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(60_000);
    expect(it.published).toHaveLength(length);
  });

  test("after the stop no command is taken, no read answered, and no broker greeted", () => {
    const it = ready(config([LAMP, object("4/0/12", "9.001", { provide: true })]));
    it.message("knx/ga/4/0/12/set", "20");
    it.advance(1_000);
    it.feed({ for: "bridge", type: "stop.req", at: it.now() });
    const { length } = it.published;
    it.message("knx/ga/1/2/3/set", "on");
    it.message("knx/ga/1/2/3/get", "");
    it.read("4/0/12");
    it.broker(true);
    it.advance(60_000);
    expect(it.sent).toHaveLength(1);
    expect(it.published).toHaveLength(length);
  });
});

describe("§5.1 states", () => {
  test.each([
    { unknown: "event", state: 0, event: 1, told: 1 },
    { unknown: "state", state: 1, event: 1, told: 1 },
    { unknown: "ignore", state: 0, event: 0, told: 0 },
  ] as const)("unknown: $unknown", ({ unknown, state, event, told }) => {
    const it = ready(config([], { unknown }));
    it.telegram("A_GroupValue_Write.ind", "7/7/7", "0c 2f");
    expect(it.topics(/ga.*state$/)).toHaveLength(state);
    expect(it.topics(/ga.*event$/)).toHaveLength(event);
    expect(it.topics(/bridge\/event$/)).toHaveLength(told);
    for (const document of it.documents(/ga/))
      expect(document).toMatchObject({ ga: "7/7/7", dpt: null, value: null, raw: "0c2f" });
    expect(it.state().counts.unknownGa).toBe(1);
  });

  test("the type's own invalid code", () => {
    const it = ready(config([ROOM]));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "7f ff");
    expect(it.documents(/state$/)).toMatchObject([
      { value: null, quality: "invalid", raw: "7fff" },
    ]);
    expect(it.topics(/event$/)).toEqual([]);
  });

  test("changed is the last time the value differed", () => {
    const it = ready(config([LAMP]));
    for (const data of ["/1", "/1", "/0"]) {
      it.telegram("A_GroupValue_Write.ind", "1/2/3", data);
      it.advance(1_000);
    }
    expect(it.documents(/state$/).map(({ changed }) => changed)).toEqual([
      "2026-01-31T10:11:12.000Z",
      "2026-01-31T10:11:12.000Z",
      "2026-01-31T10:11:14.000Z",
    ]);
  });

  test("publish: changes leaves equal values out, but for one an hour", () => {
    const it = ready(config([object("1/2/3", "1.001", { publish: "changes" })]));
    for (const data of ["/1", "/1", "/0", "/0"]) {
      it.telegram("A_GroupValue_Write.ind", "1/2/3", data);
      it.advance(1_000);
    }
    expect(it.documents(/state$/).map(({ value }) => value)).toEqual([true, false]);
    it.advance(3_600_000);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/0");
    expect(it.documents(/state$/)).toHaveLength(3);
  });

  test("bare values on value", () => {
    const it = ready(
      config([ROOM, LAMP], { payload: { name: false, scalar: true, fields: null }, retain: false }),
    );
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    expect(it.topics(/value$/)).toMatchObject([
      { topic: "knx/ga/4/0/1/value", payload: "21.42", qos: 1, retain: false },
      { topic: "knx/ga/1/2/3/value", payload: "true" },
    ]);
    expect(it.documents(/state$/)[0]).not.toHaveProperty("name");
  });

  test("before the clock is known time starts in 1970, and what is published later says when", () => {
    const it = rig(config([LAMP]));
    it.advance(1_500);
    it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 1_500 });
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    it.broker(true);
    expect(it.documents(/ga.*state$/)).toMatchObject([{ ts: "2026-01-31T10:11:13.500Z" }]);
  });
});
