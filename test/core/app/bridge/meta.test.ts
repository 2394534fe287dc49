import { describe, expect, test } from "vitest";
import { config, EPOCH, ga, object, ready, rig } from "./rig.ts";

const ROOM = object("1/2/3", "9.001", {
  name: "Living room temperature",
  main: "Climate",
  middle: "Sensors",
  room: "Living room",
  description: "behind the door",
  expireAfterMs: 7_200_000,
});
const LAMP = object("1/1/1", "1.001", { writable: false, provide: true, readOnInit: true });

describe("§5.4 meta", () => {
  test("what it says", () => {
    const it = rig(config([ROOM, LAMP, object("1/1/2", undefined)]));
    it.broker(true);
    const [lamp, plain, room] = it.documents(/meta$/);
    expect(room).toEqual({
      ga: "1/2/3",
      name: "Living room temperature",
      main: "Climate",
      middle: "Sensors",
      room: "Living room",
      dpt: "9.001",
      unit: "°C",
      flags: "CWTU",
      provided: false,
      writable: true,
      go: null,
      entity: null,
      description: "behind the door",
      expire_after: 7200,
      topics: { state: "knx/ga/1/2/3/state", set: "knx/ga/1/2/3/set" },
    });
    expect(lamp).toMatchObject({ flags: "CRWTUI", provided: true, writable: false });
    expect(lamp?.["topics"]).toEqual({ state: "knx/ga/1/1/1/state" });
    expect(plain).toMatchObject({ ga: "1/1/2", dpt: null });
    expect(it.topics(/meta$/)).toMatchObject([{ qos: 1, retain: true, json: true }, {}, {}]);
  });

  test("an entity has it, whatever the role", () => {
    const it = rig(
      config([LAMP, ROOM], {
        entities: [{ id: "spot", type: "light", roles: { switch: { write: ga("1/1/1") } } }],
      }),
    );
    it.broker(true);
    expect(it.documents(/1\/1\/1\/meta$/)).toMatchObject([{ entity: "spot" }]);
  });

  test("of an object that ETS has loaded", () => {
    const it = ready(config([]));
    const objects = [object("7/0/1", "1.001", { groupObject: 12, flags: "CWT" })];
    it.feed({ for: "bridge", type: "objects.req", objects, at: it.now() });
    it.advance(11_000);
    expect(it.documents(/meta$/)).toMatchObject([{ go: 12, flags: "CWT" }]);
  });

  test("said once; after an outage again only to a broker that has lost it", () => {
    const it = rig(config([ROOM, LAMP], { lookBack: true }));
    it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
    const connect = (remembers: boolean): number => {
      it.published.length = 0;
      it.broker(true);
      it.feed({ for: "bridge", type: "look-back.con", granted: true, at: it.now() });
      if (remembers)
        it.message("knx/bridge/info", '{"instance_id":"00fa:00000000"}', { retain: true });
      it.advance(5_000);
      it.broker(false);
      return it.topics(/meta$/).length;
    };
    expect([connect(false), connect(true), connect(true), connect(false)]).toEqual([2, 0, 0, 2]);
  });
});
