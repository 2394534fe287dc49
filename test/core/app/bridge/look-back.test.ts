import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { formatGroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import { type KeptValue, NOTHING_KEPT } from "../../../../src/core/app/bridge/restart/snapshot.ts";
import { config, EPOCH, ga, object, rig, value } from "./rig.ts";

const LAMP = object("1/2/3", "1.001");
const ROOM = object("4/0/1", "9.001");
const OURS = "00fa:1a2b3c4d";
const LOOK = { lookBack: true, instanceId: OURS };

const begun = (objects = [LAMP, ROOM], more = {}, values: readonly KeptValue[] = []) => {
  const it = rig(config(objects, { ...LOOK, ...more }), undefined, { ...NOTHING_KEPT, values });
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  it.online();
  it.broker(true);
  return it;
};
type Rig = ReturnType<typeof rig>;
const granted = (it: Rig, yes = true) =>
  it.feed({ for: "bridge", type: "look-back.con", granted: yes, at: it.now() });
const retained = (it: Rig, topic: string, payload: string | object) =>
  it.message(topic, typeof payload === "string" ? payload : JSON.stringify(payload), {
    retain: true,
  });
const asked = (it: Rig) =>
  it.asides.flatMap((each) =>
    each.for === "mqtt" && each.type !== "publish" ? [[each.type, each.filters]] : [],
  );
const ends = (it: Rig) => it.asides.filter((each) => each.for === "process");

/** As 5.1 has it. */
const STATE = {
  ga: "4/0/1",
  name: "Living room temperature",
  dpt: "9.001",
  value: 20.9,
  unit: "°C",
  raw: "0c15",
  service: "response",
  source: "1.1.5",
  origin: "bus",
  quality: "good",
  ts: "2026-01-31T10:00:00.007Z",
  changed: "2026-01-31T09:00:00.000Z",
};

describe("§3 the order after a connect", () => {
  test("look-back, end of it, subscriptions, online, bus, states, connected; nothing before", () => {
    const it = begun();
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(asked(it)).toEqual([
      ["look-back", ["knx/bridge/info", "knx/bridge/state", "knx/ga/+/+/+/state"]],
    ]);
    granted(it);
    it.advance(299);
    expect([it.published, it.subscribed]).toEqual([[], []]);
    it.advance(1);
    expect(asked(it).at(-1)).toEqual([
      "unsubscribe",
      ["knx/bridge/info", "knx/bridge/state", "knx/ga/+/+/+/state"],
    ]);
    expect(it.subscribed).toHaveLength(1);
    expect(it.published.map(({ topic }) => topic)).toEqual([
      "knx/bridge/state",
      "knx/bridge/bus",
      "knx/bridge/info",
      "knx/ga/1/2/3/meta",
      "knx/ga/4/0/1/meta",
      "knx/ga/4/0/1/state",
      "knx/bridge/event",
    ]);
  });

  test("it lasts two seconds at most, whatever comes, and a broker that says nothing is not waited for longer", () => {
    const silent = begun();
    silent.advance(1_999);
    expect(silent.published).toEqual([]);
    silent.advance(1);
    expect(silent.topics(/connected|bridge\/state/)).toHaveLength(1);
    const busy = begun();
    granted(busy);
    for (let n = 0; n < 19; n++) {
      busy.advance(100);
      retained(busy, "knx/ga/4/0/1/state", STATE);
    }
    expect(busy.published).toEqual([]);
    busy.advance(100);
    expect(busy.topics(/bridge\/state/)).toHaveLength(1);
  });

  test("refused by the broker it is over at once, and everything goes again", () => {
    const it = begun();
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    granted(it, false);
    expect(it.documents(/ga.*state$/)).toHaveLength(1);
  });

  test("later only info and state are looked at, and with both here it is over", () => {
    const it = begun();
    it.advance(2_000);
    it.broker(false);
    it.published.length = 0;
    it.broker(true);
    expect(asked(it).at(-1)).toEqual(["look-back", ["knx/bridge/info", "knx/bridge/state"]]);
    granted(it);
    retained(it, "knx/bridge/state", "offline");
    expect(it.published).toEqual([]);
    retained(it, "knx/bridge/info", { instance_id: OURS });
    expect(it.topics(/bridge\/state$/)).toHaveLength(1);
  });

  test("the broker goes while we look: nothing was said, and it begins anew", () => {
    const it = begun();
    granted(it);
    it.broker(false);
    it.advance(10_000);
    expect(it.published).toEqual([]);
    it.broker(true);
    expect(asked(it).at(-1)?.[1]).toContain("knx/ga/+/+/+/state");
  });
});

describe("§3.1 whose base topic it is", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "another bridge at work",          info: "00fa:99999999", state: "online",  taken: true },
    { is: "another one that has gone",       info: "00fa:99999999", state: "offline", taken: false },
    { is: "ours, whose will is still to come", info: OURS,          state: "online",  taken: false },
    { is: "nobody, only a word",             info: undefined,       state: "online",  taken: false },
    { is: "another one, without its state",  info: "00fa:99999999", state: undefined, taken: false },
  ])("$is: $taken", ({ info, state, taken }) => {
    const it = begun();
    granted(it);
    if (state !== undefined) retained(it, "knx/bridge/state", state);
    if (info !== undefined) retained(it, "knx/bridge/info", { instance_id: info, api: 1 });
    it.advance(60_000);
    expect(ends(it)).toEqual(
      taken
        ? [{ for: "process", type: "end", why: "base_topic_in_use", base: "knx", instance: "house" }]
        : [],
    );
    expect(it.published.length > 0).toBe(!taken);
    if (taken) expect(it.subscribed).toEqual([]);
  });

  test("a bridge that is at work already says nothing until the other one is gone, and goes on with the bus", () => {
    const it = begun();
    it.advance(2_000);
    it.broker(false);
    it.published.length = 0;
    it.broker(true);
    granted(it);
    retained(it, "knx/bridge/info", { instance_id: "00fa:99999999" });
    retained(it, "knx/bridge/state", "online");
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(29_000);
    expect(it.published).toEqual([]);
    expect(ends(it)).toEqual([]);
    expect(it.asides.filter((each) => each.for === "log")).toMatchObject([
      { note: { level: "error", fields: { base: "knx", instance_id: "00fa:99999999" } } },
    ]);
    it.advance(1_000);
    granted(it);
    retained(it, "knx/bridge/info", { instance_id: "00fa:99999999" });
    retained(it, "knx/bridge/state", "offline");
    expect(it.documents(/ga.*state$/)).toMatchObject([{ value: 21.42 }]);
  });
});

describe("§3.2 what has to be published again", () => {
  const MANY = Array.from({ length: 128 }, (_, index) => object(`1/0/${1 + index}`, "1.001"));

  const reconnected = (forgot: boolean, between: (it: Rig) => void = () => undefined) => {
    const it = begun(MANY);
    for (const { ga: address } of MANY)
      it.telegram("A_GroupValue_Write.ind", formatGroupAddress(address), "/1");
    it.advance(5_000);
    expect(it.topics(/ga.*state$/)).toHaveLength(MANY.length);
    it.broker(false);
    between(it);
    it.published.length = 0;
    it.broker(true);
    granted(it);
    if (!forgot) {
      retained(it, "knx/bridge/info", { instance_id: OURS });
      retained(it, "knx/bridge/state", "offline");
    }
    return it;
  };

  test("acceptance 8: a broker that knows us is told what changed, oldest first", () => {
    const it = reconnected(false, (away) => {
      for (const address of ["1/0/7", "1/0/3"]) {
        away.advance(1_000);
        away.telegram("A_GroupValue_Write.ind", address, "/0");
      }
    });
    it.advance(10_000);
    expect(it.documents(/ga.*state$/).map(({ ga: of }) => of)).toEqual(["1/0/7", "1/0/3"]);
    expect(it.state().broker.forgot).toBe(false);
  });

  test("acceptance 9: one that lost everything gets everything, 200 messages a second", () => {
    const it = reconnected(true);
    const begins = it.now();
    it.advance(20_000);
    const states = it.topics(/ga.*state$/);
    expect(states).toHaveLength(128);
    for (const { at: from } of states)
      expect(
        states.filter(({ at: other }) => other >= from && other < from + 1_000).length,
      ).toBeLessThanOrEqual(200);
    const all = it.published.filter(({ retain }) => retain);
    expect((all.at(-1)?.at ?? 0) - begins).toBeLessThanOrEqual((all.length / 200) * 1_000 + 5_000);
    expect(it.state().broker.forgot).toBe(true);
  });
});

describe("§3.3 what the broker knows better than the snapshot", () => {
  const snapshot = (ts: number): KeptValue => ({
    ga: ga("4/0/1"),
    value: value("0c 2f"),
    dpt: "9.001",
    service: "write",
    source: IndividualAddress(0x1107),
    ts,
    changed: ts,
  });
  const at = (text: string): number => Date.parse(text);

  test.each([
    { is: "newer", ts: at("2026-01-31T09:59:59.000Z"), raw: "0c15", source: "1.1.5" },
    { is: "older", ts: at("2026-01-31T10:00:01.000Z"), raw: "0c2f", source: "1.1.7" },
  ])("the broker is $is", ({ ts, raw, source }) => {
    const it = begun([ROOM], {}, [snapshot(ts)]);
    granted(it);
    retained(it, "knx/ga/4/0/1/state", STATE);
    it.advance(2_000);
    expect(it.documents(/ga.*state$/)).toMatchObject([
      { raw, source, origin: "restored", quality: "stale" },
    ]);
    expect(it.sent).toEqual([]);
  });

  test("without a snapshot it is all there is: value, length, service, times", () => {
    const it = begun([LAMP, ROOM]);
    granted(it);
    retained(it, "knx/ga/4/0/1/state", STATE);
    retained(it, "knx/ga/1/2/3/state", { ...STATE, ga: "1/2/3", dpt: "1.001", raw: "01", bits: 1 });
    it.advance(2_000);
    const { name, ...known } = STATE;
    // Equal times: in the order of the addresses.
    expect(it.documents(/ga.*state$/)).toEqual([
      expect.objectContaining({ ga: "1/2/3", value: true, bits: 1 }),
      { ...known, value: 20.9, origin: "restored", quality: "stale" },
    ]);
  });

  test("what this process has heard is newer, whatever the clock said", () => {
    const it = begun([ROOM]);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    granted(it);
    retained(it, "knx/ga/4/0/1/state", { ...STATE, ts: "2099-01-31T10:00:00.007Z" });
    it.advance(2_000);
    expect(it.documents(/ga.*state$/)).toMatchObject([{ raw: "0c2f", origin: "bus" }]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no JSON",         payload: "21.4" },
    { is: "without octets",  payload: JSON.stringify({ ...STATE, raw: undefined }) },
    { is: "odd octets",      payload: JSON.stringify({ ...STATE, raw: "0c1" }) },
    { is: "without a time",  payload: JSON.stringify({ ...STATE, ts: "now" }) },
    { is: "nobody's",        payload: JSON.stringify({ ...STATE, source: "gateway" }) },
    { is: "of no address",   payload: JSON.stringify({ ...STATE, ga: "0/0/0" }) },
  ])("$is: ignored and counted", ({ payload }) => {
    const it = begun([ROOM]);
    granted(it);
    retained(it, "knx/ga/4/0/1/state", payload);
    it.advance(2_000);
    expect(it.documents(/ga.*state$/)).toEqual([]);
    expect(it.drops).toEqual(["bridge.not-ours"]);
  });

  test("one whose length does not fit the type, or that is no object, is left alone", () => {
    const it = begun([object("4/0/1", "5.001")]);
    granted(it);
    retained(it, "knx/ga/4/0/1/state", STATE);
    retained(it, "knx/ga/4/0/2/state", { ...STATE, ga: "4/0/2" });
    it.advance(2_000);
    expect(it.documents(/ga.*state$/)).toEqual([]);
  });

  test("a retained command is no command: neither asked for nor executed", () => {
    const it = begun([LAMP]);
    granted(it);
    retained(it, "knx/ga/1/2/3/set", "1");
    it.advance(10_000);
    expect(it.sent).toEqual([]);
  });

  test("with named topics alone the states are looked for there", () => {
    const it = begun([{ ...ROOM, name: "Balcony" }], { topics: "name" });
    expect(String(asked(it)[0]?.[1])).toMatch(/,knx\/name\/[+/]+\/state/);
    granted(it);
    retained(it, "knx/name/_/_/Balcony/state", STATE);
    it.advance(2_000);
    expect(it.documents(/Balcony\/state$/)).toMatchObject([{ raw: "0c15", origin: "restored" }]);
  });
});

test("§3 what comes too late does not take the place of commands", () => {
  const it = begun([LAMP]);
  granted(it);
  it.advance(2_000);
  for (let n = 0; n < 2_000; n++) retained(it, "knx/ga/4/0/1/state", STATE);
  it.message("knx/ga/1/2/3/set", "1");
  it.advance(100);
  expect(it.sent).toHaveLength(1);
  expect(it.topics(/error$/)).toEqual([]);
});

describe("whatever happens", () => {
  const OBJECTS = [
    object("1/0/1", "1.001", { readOnInit: true, expireAfterMs: 60_000, events: true }),
    object("1/0/2", "5.001", { readOnInit: true, expireAfterMs: 20_000, refresh: true }),
    object("1/0/3", "9.001", { pollMs: 10_000, publish: "changes", heartbeatMs: 30_000 }),
    object("1/0/4", "9.001", { provide: true, answerRestored: true }),
  ];
  const address = fc.integer({ min: 1, max: 5 }).map((sub) => `1/0/${sub}`);
  const data = fc.constantFrom("/0", "/1", "0c 2f", "7f ff", "21", "");
  // biome-ignore format: read by column
  const happening = fc.oneof(
    fc.record({ is: fc.constant("heard" as const), address, data, answer: fc.boolean() }),
    fc.record({ is: fc.constant("retained" as const), address, data, ts: fc.constantFrom("2026-01-31T10:11:12.345Z", "2030-01-31T10:11:12.345Z", "x") }),
    fc.record({ is: fc.constant("said" as const), leaf: fc.constantFrom("state", "info"), payload: fc.oneof(fc.string(), fc.constantFrom("online", "offline", `{"instance_id":"${OURS}"}`, '{"instance_id":"00fa:99999999"}')) }),
    fc.record({ is: fc.constant("granted" as const), on: fc.boolean() }),
    fc.record({ is: fc.constant("broker" as const), on: fc.boolean() }),
    fc.record({ is: fc.constant("bus" as const), on: fc.boolean() }),
    fc.record({ is: fc.constant("get" as const), address }),
    fc.record({ is: fc.constant("time" as const), ms: fc.nat(40_000) }),
  );

  prop.prop([fc.array(happening, { maxLength: 60 })])(
    "nothing throws, a stored state goes on as if it had not been stored, and nothing is published before a look-back is over",
    (happenings) => {
      const both = [1, 2].map(() =>
        rig(config(OBJECTS, { ...LOOK, eventsAfterReconnect: true }), undefined, NOTHING_KEPT),
      );
      for (const what of happenings) {
        for (const [index, it] of both.entries()) {
          const before = it.published.length;
          switch (what.is) {
            case "heard":
              it.telegram(
                what.answer ? "A_GroupValue_Response.ind" : "A_GroupValue_Write.ind",
                what.address,
                what.data,
              );
              break;
            case "retained": {
              const raw = what.data.replace(/[/ ]/g, (sign) => (sign === "/" ? "0" : ""));
              const bits = what.data.startsWith("/") ? { bits: 1 } : {};
              const state = { ga: what.address, raw, ...bits, source: "1.1.7", ts: what.ts };
              retained(it, `knx/ga/${what.address}/state`, state);
              break;
            }
            case "said":
              retained(it, `knx/bridge/${what.leaf}`, what.payload);
              break;
            case "granted":
              granted(it, what.on);
              break;
            case "broker":
              it.broker(what.on);
              break;
            case "bus":
              if (what.on) it.online();
              else it.offline();
              break;
            case "get":
              it.message(`knx/ga/${what.address}/get`, '{"id":"a"}');
              break;
            case "time":
              it.advance(what.ms);
              break;
          }
          if (index === 1) it.storeAndLoad();
          if (!it.state().broker.connected && what.is !== "time")
            expect(it.published.length).toBe(before);
        }
      }
      const [one, other] = both;
      expect(other?.published).toEqual(one?.published);
      expect(other?.state()).toEqual(one?.state());
      expect(one?.state().features.reading.asked.length).toBeLessThanOrEqual(4);
    },
  );
});
