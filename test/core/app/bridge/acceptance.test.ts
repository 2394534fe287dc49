import { describe, expect, test } from "vitest";
import { formatGroupAddress, GroupAddress } from "../../../../src/core/address.ts";
import { config, ga, object, ready, rig } from "./rig.ts";

/** Numbers are those of the acceptance tests in `mqtt-interface.md` §22. */

const LAMP = object("1/2/3", "1.001");
const ROOM = object("4/0/1", "9.001");
const MANY = Array.from({ length: 200 }, (_, index) =>
  object(formatGroupAddress(GroupAddress(0x0801 + index)), "1.001"),
);
const setTopic = (address: number): string =>
  `knx/ga/${formatGroupAddress(GroupAddress(address))}/set`;

test("1: 500 sets to one group address in a second", () => {
  const it = ready(config([ROOM]));
  for (let n = 1; n <= 500; n++) {
    it.message("knx/ga/4/0/1/set", `{"value":${n / 10},"id":"${n}"}`);
    it.advance(2);
  }
  it.advance(10_000);
  const telegrams = it.sent.length;
  // The bucket at the start and what a second brings, in telegrams of 23.3 ms.
  expect(telegrams).toBeLessThanOrEqual(Math.ceil((250 + 350) / (224 / 9.6)) + 1);
  expect(it.documents(/state$/).at(-1)).toMatchObject({ value: 50, id: "500" });
  const results = it.documents(/result$/);
  expect(results).toHaveLength(500);
  expect(results.filter(({ stage }) => stage === "merged")).toHaveLength(500 - telegrams);
  expect(it.state().tallies.merged).toBe(500 - telegrams);
});

test("2: 200 group addresses at once", () => {
  const it = ready(config(MANY));
  for (const { ga: address } of MANY) it.message(setTopic(address), '{"value":1,"id":"x"}');
  it.advance(10_000);
  const share = it.sent.reduce((sum, { airtime }) => sum + airtime, 0) / 10_000;
  expect(share).toBeLessThanOrEqual(0.38);
  it.advance(60_000);
  const results = it.documents(/result$/);
  const refused = results.filter(({ stage }) => stage === "rejected");
  expect(refused.every(({ error }) => Object.entries(error ?? {})[0]?.[1] === "queue_full")).toBe(
    true,
  );
  expect(200 - refused.length).toBeGreaterThanOrEqual(100);
  expect(200 - refused.length).toBeLessThanOrEqual(120);
  const order = it.sent.map(({ request }) => Number(request.destination));
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test("2: any window of ten seconds under a steady storm", () => {
  const it = ready(config(MANY));
  for (let n = 0; n < 3_000; n++) {
    it.message(setTopic(MANY[n % MANY.length]?.ga ?? 0), `${n % 2}`);
    it.advance(10);
  }
  for (const { at: start } of it.sent) {
    const window = it.sent.filter(({ at }) => at >= start && at < start + 10_000);
    const sum = window.reduce((total, { airtime }) => total + airtime, 0);
    expect(sum).toBeLessThanOrEqual(3_800);
  }
});

test.each([{ priority: "urgent" as const }, { alarm: true }])(
  "3: an object with %o goes before 100 commands",
  (urgent) => {
    const alarm = object("5/0/1", "1.005", urgent);
    const it = ready(config([...MANY, alarm]));
    for (const { ga: address } of MANY.slice(0, 101)) it.message(setTopic(address), "1");
    it.message("knx/ga/5/0/1/set", "1");
    it.advance(5_000);
    expect(it.sent[1]?.request.destination).toBe(alarm.ga);
  },
);

test("4: a scene called three times is three telegrams", () => {
  const it = ready(config([object("1/0/7", "18.001"), object("1/0/8", "1.017")]));
  for (const topic of ["knx/ga/1/0/7/set", "knx/ga/1/0/8/set"])
    for (let n = 0; n < 3; n++) it.message(topic, '{"raw":"01"}');
  it.advance(1_000);
  expect(it.sent.map(({ request }) => request.destination)).toEqual([
    ...Array(3).fill(ga("1/0/7")),
    ...Array(3).fill(ga("1/0/8")),
  ]);
});

test("5: a retained command is refused", () => {
  const it = ready(config([LAMP]));
  it.message("knx/ga/1/2/3/set", "1", { retain: true });
  it.message("knx/ga/1/2/3/get", "", { retain: true });
  it.advance(5_000);
  expect(it.sent).toEqual([]);
  expect(it.documents(/bridge\/error$/)).toMatchObject([
    { topic: "knx/ga/1/2/3/set", ga: "1/2/3", error: { code: "retained_command" }, payload: "1" },
    { topic: "knx/ga/1/2/3/get", error: { code: "retained_command" } },
  ]);
});

test("7: without bus power a set ends after its time to live, exactly, and does not fire later", () => {
  const it = ready(config([LAMP, object("4/0/2", "9.001")]));
  it.offline("no_power");
  it.advance(1_234);
  it.message("knx/ga/1/2/3/set", '{"value":true,"id":"a"}');
  it.message("knx/ga/4/0/2/set", '{"value":20,"id":"b","ttl_ms":3000}');
  it.advance(20_000);
  expect(it.topics(/result$/).map(({ at }) => at)).toEqual([4_234, 11_234]);
  expect(it.documents(/result$/)).toMatchObject([
    { id: "b", status: "error", stage: "expired", error: { code: "bus_offline" } },
    { id: "a", status: "error", stage: "expired", error: { code: "bus_offline" } },
  ]);
  it.online();
  it.advance(20_000);
  expect(it.sent).toEqual([]);
});

test("7: with the bus back in time the command is sent", () => {
  const it = ready(config([LAMP]));
  it.offline();
  it.message("knx/ga/1/2/3/set", '{"value":true,"id":"a"}');
  it.advance(9_000);
  it.online();
  it.advance(1_000);
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", status: "ok", stage: "confirmed" }]);
});

test("8: ten group addresses change while the broker is away", () => {
  const objects = MANY.slice(0, 12);
  const it = ready(config(objects));
  for (const { ga: address } of objects)
    it.telegram("A_GroupValue_Write.ind", formatGroupAddress(address), "/1");
  it.broker(false);
  it.published.length = 0;
  const changed = objects.slice(2).reverse();
  for (const data of ["/0", "/1", "/0"])
    for (const { ga: address } of changed) {
      it.advance(100);
      it.telegram("A_GroupValue_Write.ind", formatGroupAddress(address), data);
    }
  it.advance(60_000);
  expect(it.published).toEqual([]);
  it.broker(true);
  it.advance(1_000);
  const states = it.documents(/ga.*state$/);
  // Those that changed first, oldest first, then the rest.
  expect(states.slice(0, 10).map(({ ga: address }) => address)).toEqual(
    changed.map(({ ga: address }) => formatGroupAddress(address)),
  );
  expect(states.slice(0, 10).every(({ value }) => value === false)).toBe(true);
  expect(states[0]).toMatchObject({ ts: "2026-01-31T10:11:14.100Z" });
  expect(states).toHaveLength(12);
  expect(it.published.at(-1)?.topic).toBe("knx/bridge/event");
  expect(it.state().counts.coalesced).toBe(20);
});

describe("13: provided objects", () => {
  const outside = object("4/0/12", "9.001", { provide: true });
  test("without a value nobody is answered", () => {
    const it = ready(config([outside]));
    it.read("4/0/12");
    it.advance(5_000);
    expect(it.sent).toEqual([]);
  });
  test("with a value the answer leaves at once, with the priority of the question", () => {
    const it = ready(config([outside]));
    it.message("knx/ga/4/0/12/set", "21.5");
    it.advance(1_000);
    it.read("4/0/12", "urgent");
    expect(it.sent.at(-1)).toMatchObject({
      at: 1_000,
      request: {
        type: "A_GroupValue_Response.req",
        destination: ga("4/0/12"),
        priority: "urgent",
        value: { octets: [0x0c, 0x33], short: false },
      },
    });
    it.advance(1_000);
    expect(it.documents(/state$/)).toHaveLength(1);
    expect(it.state().tallies.reads.byBridge).toBe(1);
  });
});

test("14: out of range is refused before the queue, with the limits", () => {
  const it = ready(config([object("1/3/10", "5.001")]));
  it.message("knx/ga/1/3/10/set", '{"value":150,"id":"a"}');
  it.message("knx/ga/1/3/10/set", "150");
  expect(it.sent).toEqual([]);
  const error = { code: "out_of_range", detail: { min: 0, max: 100 } };
  expect(it.documents(/result$/)).toMatchObject([
    { id: "a", status: "error", stage: "rejected", error },
  ]);
  expect(it.documents(/error$/)).toMatchObject([{ ga: "1/3/10", error, payload: "150" }]);
  expect(it.state().tallies.rejected).toEqual({ out_of_range: 2 });
});

test("15: nobody listens", () => {
  const it = ready(config([LAMP]), () => ({ outcome: "no_ack", repeats: 3 }));
  it.message("knx/ga/1/2/3/set", '{"value":true,"id":"a"}');
  it.message("knx/ga/1/2/3/get", '{"id":"b"}');
  it.advance(5_000);
  expect(it.sent).toHaveLength(2);
  expect(it.documents(/result$/)).toMatchObject([
    { id: "a", status: "error", stage: "confirmed", error: { code: "no_ack" }, repeats: 3 },
    { id: "b", status: "error", stage: "confirmed", error: { code: "no_ack" }, repeats: 3 },
  ]);
  expect(it.documents(/state$/)).toEqual([]);
  expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "no_ack", ga: "1/2/3" }]);
});

const LINK = {
  inward: { pointer: null, map: null, scale: null, staleMs: null },
  outward: { map: null, on: "any", retain: false },
  guardMs: 2_000,
} as const;

test("16: a two-way link with a partner that echoes", () => {
  const away = object("2/1/5", "1.001", { provide: true });
  const links = [{ ...LINK, ga: away.ga, topic: "home/away" }];
  const it = ready(config([away], { links }));
  const echoed = { telegrams: 0, messages: 0 };
  /** Both sides repeat what they hear, the one on the bus as write and as response. */
  const echo = (): void => {
    for (let n = 0; n < 30; n++) {
      it.advance(100);
      for (const { request } of it.sent.slice(echoed.telegrams)) {
        const data = "value" in request && request.value.octets[0] === 1 ? "/1" : "/0";
        it.telegram("A_GroupValue_Write.ind", "2/1/5", data);
        it.telegram("A_GroupValue_Response.ind", "2/1/5", data);
      }
      echoed.telegrams = it.sent.length;
      const messages = it.topics(/^home/);
      for (const { payload } of messages.slice(echoed.messages)) it.message("home/away", payload);
      echoed.messages = messages.length;
    }
  };
  for (const value of ["true", "false", "true"]) {
    it.message("home/away", value);
    echo();
  }
  expect(it.sent).toHaveLength(3);
  expect(it.topics(/^home/)).toEqual([]);
  for (const data of ["/0", "/1"]) {
    it.telegram("A_GroupValue_Write.ind", "2/1/5", data);
    echo();
  }
  expect(it.sent).toHaveLength(3);
  expect(it.topics(/^home/).map(({ payload }) => payload)).toEqual(["false", "true"]);
});

test("17: ping-pong between two links", () => {
  const lamp = object("1/0/1", "1.001", { provide: true });
  const links = [
    { ...LINK, ga: lamp.ga, topic: "a", outward: null },
    { ...LINK, ga: lamp.ga, topic: "b", inward: null },
  ];
  const it = ready(config([lamp], { links }));
  it.message("a", "true");
  let seen = 0;
  for (let n = 0; n < 200; n++) {
    it.advance(50);
    const news = it.topics(/^b$/).slice(seen);
    seen += news.length;
    for (const { payload } of news) it.message("a", payload === "true" ? "false" : "true");
  }
  expect(it.sent).toHaveLength(10);
  expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "loop_detected", ga: "1/0/1" }]);
  expect(it.state().features.loops.dropped).toBe(1);
});

test("18: a frame with the wrong length for its type", () => {
  const it = ready(config([ROOM]));
  for (let n = 0; n < 3; n++) {
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f 01");
    it.advance(1_000_000);
  }
  expect(it.documents(/state$/)[0]).toMatchObject({
    value: null,
    quality: "invalid",
    raw: "0c2f01",
  });
  it.advance(3_600_000);
  it.telegram("A_GroupValue_Write.ind", "4/0/1", "/1");
  expect(it.documents(/state$/)).toHaveLength(4);
  expect(it.documents(/bridge\/event$/)).toMatchObject([
    { type: "dpt_mismatch", ga: "4/0/1", dpt: "9.001", raw: "0c2f01" },
    { type: "dpt_mismatch", ga: "4/0/1", raw: "01" },
  ]);
  expect(it.state().counts.mismatches).toBe(4);
});

test("24: without permission nothing happens", () => {
  const it = ready(config([object("1/4/10", "1.001", { writable: false })]));
  it.message("knx/ga/1/4/10/set", '{"value":true,"id":"a"}');
  it.message("knx/ga/9/0/1/set", '{"raw":"01","bits":1,"id":"b"}');
  it.message("knx/bridge/request/device/programming_mode", '{"id":"c","on":true}');
  it.advance(10_000);
  expect(it.sent).toEqual([]);
  expect(it.others).toEqual([]);
  expect(it.documents(/result$/)).toMatchObject([
    { id: "a", status: "error", stage: "rejected", error: { code: "read_only" } },
    { id: "b", status: "error", stage: "rejected", error: { code: "unknown_ga" } },
  ]);
  expect(it.documents(/response/)).toMatchObject([
    { id: "c", status: "error", error: { code: "forbidden" } },
  ]);
});

test("26: others use 85 % of the line", () => {
  const provided = object("4/0/12", "9.001", { provide: true });
  const it = ready(config([LAMP, provided]));
  const load = (seconds: number, octets: number): void => {
    for (let n = 0; n < seconds * 40; n++) {
      it.advance(25);
      it.noise(octets);
    }
  };
  // 40 frames a second of 9 octets with repetitions: 34 × 25 ms a second.
  load(12, 9.46);
  expect(it.state().load.past.level).toBe("overload");
  expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "overload_start" }]);
  it.message("knx/ga/4/0/12/set", "20");
  it.message("knx/ga/1/2/3/get", "");
  it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a"}');
  load(8, 9.46);
  expect(it.sent.map(({ request }) => request.destination)).toEqual([LAMP.ga]);
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "confirmed" }]);
  it.advance(30_000);
  expect(it.documents(/bridge\/event$/)).toMatchObject([
    { type: "overload_start" },
    { type: "overload_end" },
  ]);
  expect(it.sent.map(({ request }) => request.destination)).toEqual([
    LAMP.ga,
    provided.ga,
    LAMP.ga,
  ]);
});

test("6: commands sent while the broker was away are not asked for", () => {
  const it = rig(config([LAMP]));
  it.broker(true);
  expect(it.subscribed).toHaveLength(1);
  it.broker(false);
  it.broker(true);
  expect(it.subscribed).toHaveLength(2);
});

test("27: clock not synchronised, then synchronised", () => {
  const addresses = { timeGa: ga("0/0/1"), dateGa: ga("0/0/2") };
  const time = {
    ...{ ...addresses, dateTimeGa: null, requestGa: null },
    ...{ everyMs: 3_600_000, onlyIfSynced: true, timezone: null },
  };
  const objects = [object("0/0/1", "10.001"), object("0/0/2", "11.001")];
  const it = ready(config(objects, { time }));
  const zone = { offsetMs: 3_600_000, summerTime: false, next: null };
  it.feed({ for: "bridge", type: "zone.ind", zone, at: 0 });
  it.feed({ for: "bridge", type: "clock-sync.ind", synchronised: false, at: 0 });
  it.advance(10_000_000);
  it.read("0/0/1");
  it.read("0/0/2");
  it.advance(10_000);
  expect(it.sent).toEqual([]);
  it.feed({ for: "bridge", type: "clock-sync.ind", synchronised: true, at: it.now() });
  it.advance(5_000);
  expect(it.sent.map(({ request }) => request.destination)).toEqual(Object.values(addresses));
});
