import { describe, expect, test } from "vitest";
import { config, object, ready, rig } from "./rig.ts";

describe("§5.3 events", () => {
  const BUTTON = object("1/1/17", "1.001", { events: true });
  test("every telegram, reads and own ones too", () => {
    const it = ready(config([BUTTON]));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.read("1/1/17");
    it.message("knx/ga/1/1/17/set", '{"value":false,"priority":"normal"}');
    it.advance(100);
    expect(it.topics(/event$/)[0]).toMatchObject({ qos: 0, retain: false, expiryS: 60 });
    expect(it.documents(/event$/)).toEqual([
      {
        ga: "1/1/17",
        dpt: "1.001",
        service: "write",
        value: true,
        text: "on",
        raw: "01",
        bits: 1,
        source: "1.1.5",
        priority: "low",
        hops: 6,
        repeated: false,
        origin: "bus",
        event_type: "on",
        seq: 1,
        ts: "2026-01-31T10:11:12.000Z",
      },
      {
        ga: "1/1/17",
        dpt: "1.001",
        service: "read",
        source: "1.1.5",
        priority: "low",
        hops: 6,
        repeated: false,
        origin: "bus",
        event_type: "read",
        seq: 2,
        ts: "2026-01-31T10:11:12.000Z",
      },
      {
        ga: "1/1/17",
        dpt: "1.001",
        service: "write",
        value: false,
        text: "off",
        raw: "00",
        bits: 1,
        source: "1.1.250",
        priority: "normal",
        repeated: false,
        origin: "mqtt",
        event_type: "off",
        seq: 3,
        ts: "2026-01-31T10:11:12.020Z",
      },
    ]);
  });

  test("an own answer is an event and no state", () => {
    const it = ready(config([object("1/1/18", "1.001", { events: true, provide: true })]));
    it.message("knx/ga/1/1/18/set", "1");
    it.advance(100);
    it.read("1/1/18");
    it.advance(100);
    expect(it.documents(/state$/)).toHaveLength(1);
    expect(it.documents(/event$/).map(({ service, origin }) => [service, origin])).toEqual([
      ["write", "mqtt"],
      ["read", "bus"],
      ["response", "internal"],
    ]);
  });

  test("without a broker they are lost and counted", () => {
    const it = rig(config([BUTTON]));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.broker(true);
    expect(it.documents(/ga.*event$/)).toEqual([]);
    expect(it.state().counts.eventsDropped).toBe(1);
  });
});
