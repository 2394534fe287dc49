import { describe, expect, test } from "vitest";
import { config, object, ready, rig } from "./rig.ts";

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

test("§3 order after a connect", () => {
  const it = rig(config([ROOM]));
  it.online();
  it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
  it.broker(true);
  expect(it.subscribed).toEqual([["knx/ga/+/+/+/set", "knx/ga/+/+/+/get"]]);
  expect(it.published.map(({ topic }) => topic)).toEqual([
    "knx/bridge/state",
    "knx/bridge/bus",
    "knx/ga/4/0/1/state",
    "knx/bridge/event",
  ]);
});
