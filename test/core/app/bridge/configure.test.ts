import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import { config, object, ready } from "./rig.ts";

const OBJECTS = [object("1/2/3", "1.001"), object("4/0/12", "9.001", { provide: true })];
const set = (id: string): string => `{"value":1,"id":"${id}"}`;

describe("another own address", () => {
  test("from now on it is the source of own telegrams", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.advance(1_000);
    it.feed({
      for: "bridge",
      type: "configure.req",
      address: IndividualAddress(0x2307),
      at: it.now(),
    });
    it.message("knx/ga/1/2/3/set", set("b"));
    it.advance(1_000);
    expect(it.documents(/ga\/1\/2\/3\/state$/).map(({ source }) => source)).toEqual([
      "1.1.250",
      "2.3.7",
    ]);
    expect(it.published.filter(({ topic }) => topic.endsWith("bridge/event"))).toEqual([]);
  });

  test("it changes nothing else but bridge/info: no other message, no telegram", () => {
    const it = ready(config(OBJECTS));
    const before = it.state();
    it.feed({ for: "bridge", type: "configure.req", address: IndividualAddress(0x2307), at: 5 });
    const { config: after, ...rest } = it.state();
    const { config: first, ...same } = before;
    const counts = { ...same.counts, published: same.counts.published + 1 };
    const features = { ...same.features, info: rest.features.info };
    expect(rest).toEqual({ ...same, counts, features });
    expect(after).toEqual({ ...first, address: 0x2307 });
    expect(it.published).toMatchObject([{ topic: "knx/bridge/info", retain: true }]);
    expect(it.documents(/info$/)).toMatchObject([{ knx: { ia: "2.3.7" } }]);
    expect(it.sent).toEqual([]);
  });
});

describe("the transceiver only listens (busmonitor)", () => {
  test("told as event and in bridge/health, announced as offline after the grace time", () => {
    const it = ready(config(OBJECTS));
    it.offline("busmonitor");
    expect(it.documents(/bridge\/event$/)).toMatchObject([
      { type: "bus", from: "online", to: "busmonitor" },
    ]);
    it.feed({
      for: "bridge",
      type: "health.req",
      counters: {},
      process: { uptimeS: 3, rssMb: 40, cpuPercent: 1, loopLagMs: 1 },
      at: it.now(),
    });
    expect(it.documents(/bridge\/health$/)).toMatchObject([{ bus: { state: "busmonitor" } }]);
    it.advance(20_001);
    expect(it.topics(/bridge\/bus$/).map(({ payload }) => payload)).toEqual(["offline"]);
    it.online();
    expect(it.topics(/bridge\/bus$/).map(({ payload }) => payload)).toEqual(["offline", "online"]);
  });

  test("a command waits, then ends with a reason that says what is on", () => {
    const it = ready(config(OBJECTS));
    it.offline("busmonitor");
    it.message("knx/ga/1/2/3/set", `{"value":1,"id":"c","ttl":2}`);
    it.advance(60_000);
    expect(it.sent).toEqual([]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "c", stage: "expired", error: { code: "bus_busy" } },
    ]);
    expect(JSON.stringify(it.documents(/result$/))).toContain("only listens (busmonitor)");
  });

  test("and is sent when the mode ends in time", () => {
    const it = ready(config(OBJECTS));
    it.offline("busmonitor");
    it.message("knx/ga/1/2/3/set", set("d"));
    it.advance(5_000);
    it.online();
    it.advance(1_000);
    expect(it.documents(/result$/)).toMatchObject([{ id: "d", stage: "confirmed" }]);
  });
});
