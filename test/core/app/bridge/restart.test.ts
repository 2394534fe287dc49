import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import { readState } from "../../../../src/core/app/bridge/restart/retained.ts";
import {
  type KeptValue,
  NOTHING_KEPT,
  type Restored,
} from "../../../../src/core/app/bridge/restart/snapshot.ts";
import { isoTime, parseIsoTime } from "../../../../src/core/iso-time.ts";
import { config, EPOCH, ga, object, ready, rig, value } from "./rig.ts";

const LAMP = object("1/2/3", "1.001");
const ROOM = object("4/0/1", "9.001");

const kept = (address: string, octets: string, more: Partial<KeptValue> = {}): KeptValue => ({
  ga: ga(address),
  value: value(octets),
  dpt: null,
  service: "response",
  source: IndividualAddress(0x1107),
  ts: EPOCH - 86_400_123,
  changed: EPOCH - 90_000_123,
  ...more,
});
const restored = (...values: readonly KeptValue[]): Restored => ({ ...NOTHING_KEPT, values });
const begun = (parameters: Parameters<typeof config>, ...values: readonly KeptValue[]) => {
  const it = rig(config(...parameters), undefined, restored(...values));
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  return it;
};
const statesOf = (it: ReturnType<typeof rig>) =>
  it
    .topics(/ga.*state$/)
    .filter(({ payload }) => payload !== "")
    .map(({ payload }) => JSON.parse(payload));
const snapshots = (it: ReturnType<typeof rig>) =>
  it.asides.flatMap((aside) => (aside.for === "store" && aside.type === "snapshot" ? [aside] : []));

describe("§16.3, acceptance 10: the start after a kill", () => {
  test("states are there as restored and stale, with their old time; nothing goes to the bus because of them", () => {
    const it = begun([[LAMP, ROOM]], kept("1/2/3", "/1"), kept("4/0/1", "0c 2f"));
    it.online();
    it.broker(true);
    it.advance(3_600_000);
    expect(statesOf(it)).toMatchObject([
      { ga: "1/2/3", value: true, origin: "restored", quality: "stale", bits: 1 },
      {
        ga: "4/0/1",
        value: 21.42,
        service: "response",
        source: "1.1.7",
        origin: "restored",
        quality: "stale",
        ts: "2026-01-30T10:11:11.877Z",
        changed: "2026-01-30T09:11:11.877Z",
      },
    ]);
    expect(it.sent).toEqual([]);
  });

  test("the first telegram makes one good, an equal value with publish: changes too", () => {
    const it = begun([[{ ...ROOM, publish: "changes" }]], kept("4/0/1", "0c 2f"));
    it.broker(true);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(statesOf(it)).toMatchObject([
      { quality: "stale" },
      // It has not changed in between.
      { quality: "good", origin: "bus", changed: "2026-01-30T09:11:11.877Z" },
    ]);
  });

  test("an initial read makes it good, what was not answered stays stale", () => {
    const asked = [LAMP, ROOM].map((each) => ({ ...each, readOnInit: true }));
    const it = begun([asked], kept("1/2/3", "/1"), kept("4/0/1", "0c 2f"));
    it.broker(true);
    it.online();
    it.advance(5_100);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 30");
    it.advance(60_000);
    expect(it.sent).toHaveLength(2);
    expect(statesOf(it).slice(2)).toMatchObject([{ ga: "4/0/1", quality: "good" }]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "the type is another one of the same length", dpt: "9.007", octets: "0c 2f", state: [{ value: 21.42, dpt: "9.007", unit: "%" }] },
    { is: "the length does not fit any more",           dpt: "5.001", octets: "0c 2f", state: [] },
    { is: "the type is gone",                           dpt: undefined, octets: "0c 2f", state: [{ value: null, raw: "0c2f" }] },
  ])("$is", ({ dpt, octets, state }) => {
    const it = begun([[object("4/0/1", dpt)]], kept("4/0/1", octets, { dpt: "9.001" }));
    it.broker(true);
    expect(statesOf(it)).toMatchObject(state);
    expect(statesOf(it)).toHaveLength(state.length);
  });

  test("one that belongs to no object any more is forgotten", () => {
    const it = begun([[LAMP]], kept("4/0/1", "0c 2f"));
    it.broker(true);
    expect(statesOf(it)).toEqual([]);
  });

  test("a damaged snapshot is an event, once", () => {
    const it = rig(config([]), undefined, { ...NOTHING_KEPT, damaged: true });
    it.broker(true);
    it.broker(false);
    it.broker(true);
    expect(it.documents(/bridge\/event$/).map(({ type }) => type)).toEqual([
      "snapshot_damaged",
      "connected",
      "connected",
    ]);
  });
});

describe("§15.1, §16.3: what was provided", () => {
  const provided = (answerRestored: boolean) => [
    { ...object("4/0/12", "9.001", { provide: true }), answerRestored },
  ];
  test.each([
    { answerRestored: false, answers: 0 },
    { answerRestored: true, answers: 1 },
  ])("answer_restored: $answerRestored", ({ answerRestored, answers }) => {
    const it = rig(config(provided(answerRestored)), undefined, {
      values: [kept("4/0/12", "0c 2f")],
      provided: [{ ga: ga("4/0/12"), value: value("0c 33") }],
      damaged: false,
    });
    it.online();
    it.advance(60_000);
    expect(it.sent).toEqual([]);
    it.read("4/0/12");
    it.advance(1_000);
    expect(it.sent).toHaveLength(answers);
    if (answers > 0)
      expect(it.sent[0]?.request).toMatchObject({ value: { octets: [0x0c, 0x33], short: false } });
    // The same value again has not been sent by this process yet.
    it.message("knx/ga/4/0/12/set", "21.5");
    it.advance(1_000);
    expect(it.sent).toHaveLength(answers + 1);
  });
});

describe("§16.3 snapshot", () => {
  test("a minute after the first change, and not again without another", () => {
    const it = ready(config([ROOM]));
    it.advance(10_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(59_999);
    expect(snapshots(it)).toEqual([]);
    it.advance(1);
    expect(snapshots(it)).toHaveLength(1);
    expect(snapshots(it)[0]?.snapshot.held).toBe(it.state().held);
    it.advance(3_600_000);
    expect(snapshots(it)).toHaveLength(1);
  });

  test("acceptance 28: at most once a minute, whatever the bus does", () => {
    const it = ready(config([ROOM]));
    for (let n = 0; n < 600; n++) {
      it.telegram("A_GroupValue_Write.ind", "4/0/1", `0c ${n % 10}0`);
      it.advance(1_000);
    }
    expect(snapshots(it).length).toBeGreaterThan(8);
    expect(snapshots(it).length).toBeLessThanOrEqual(10);
  });

  test("on the orderly stop, after everything else", () => {
    const it = ready(config([ROOM]));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.feed({ for: "bridge", type: "stop.req", at: 0 });
    expect(snapshots(it)).toHaveLength(1);
  });

  test("of many objects it is written less often", () => {
    const objects = Array.from({ length: 6_000 }, (_, index) =>
      object(`${1 + (index >> 11)}/${(index >> 8) & 7}/${index & 0xff}`, "1.001"),
    );
    const it = ready(config(objects));
    it.telegram("A_GroupValue_Write.ind", "1/0/7", "/1");
    it.advance(119_999);
    expect(snapshots(it)).toEqual([]);
    it.advance(1);
    expect(snapshots(it)).toHaveLength(1);
  });
});

describe("§12.5, §16.1 events while the broker is away", () => {
  const events = { eventsAfterReconnect: true };
  const LOUD = object("1/1/17", "1.001", { events: true });

  test("without the option they are lost and counted", () => {
    const it = ready(config([LOUD]));
    const before = it.state().counts.eventsDropped;
    it.broker(false);
    for (let n = 0; n < 7; n++) it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.broker(true);
    expect(it.topics(/1\/1\/17\/event$/)).toEqual([]);
    expect(it.state().counts.eventsDropped - before).toBe(7);
  });

  test("with it they follow the states, in order and with their time", () => {
    const it = ready(config([LOUD], events));
    it.broker(false);
    for (const data of ["/1", "/0", "/1"]) {
      it.advance(1_000);
      it.telegram("A_GroupValue_Write.ind", "1/1/17", data);
    }
    it.advance(60_000);
    it.broker(true);
    expect(it.published.map(({ topic }) => topic)).toEqual([
      "knx/bridge/state",
      "knx/bridge/bus",
      "knx/bridge/info",
      "knx/ga/1/1/17/meta",
      "knx/ga/1/1/17/state",
      ...Array(3).fill("knx/ga/1/1/17/event"),
      "knx/bridge/event",
    ]);
    expect(it.documents(/17\/event$/)).toMatchObject([
      { value: true, ts: "2026-01-31T10:11:13.000Z" },
      { value: false, ts: "2026-01-31T10:11:14.000Z" },
      { value: true, ts: "2026-01-31T10:11:15.000Z" },
    ]);
    expect(it.state().counts.eventsDropped).toBe(0);
    expect(it.state().features.restart.ring).toEqual([]);
  });

  test("of more than a thousand the oldest are lost, and counted; the rest comes paced", () => {
    const it = ready(config([LOUD], events));
    it.broker(false);
    for (let n = 0; n < 1_007; n++)
      it.telegram("A_GroupValue_Write.ind", "1/1/17", n < 7 ? "/1" : "/0");
    it.broker(true);
    expect(it.topics(/17\/event$/)).toHaveLength(99);
    it.advance(1_000);
    expect(it.topics(/17\/event$/).length).toBeLessThanOrEqual(99 + 500);
    it.advance(2_000);
    const all = it.documents(/17\/event$/);
    expect(all).toHaveLength(1_000);
    expect(all.every(({ value: said }) => said === false)).toBe(true);
    expect(it.state().counts.eventsDropped).toBe(7);
    expect(it.documents(/bridge\/event$/).at(-1)).toMatchObject({ type: "connected" });
  });
});

describe("times of retained states", () => {
  // biome-ignore format: read by column
  test.each([
    { text: "2026-01-31T10:11:12.345Z", ms: 1_769_854_272_345 },
    { text: "1970-01-01T00:00:00.000Z", ms: 0 },
    { text: "2024-02-29T23:59:59.999Z", ms: 1_709_251_199_999 },
    { text: "2023-02-29T00:00:00.000Z", ms: undefined },
    { text: "2026-13-01T00:00:00.000Z", ms: undefined },
    { text: "2026-01-31T24:00:00.000Z", ms: undefined },
    { text: "2026-01-31T10:11:12Z",     ms: undefined },
    { text: "yesterday",                ms: undefined },
  ])("$text", ({ text, ms }) => expect(parseIsoTime(text)).toBe(ms));

  prop.prop([fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })])(
    "what was written is read",
    (ms) => {
      expect(parseIsoTime(isoTime(ms))).toBe(ms);
    },
  );

  prop.prop([fc.oneof(fc.string(), fc.json())])(
    "whatever is retained there, it is a value or none",
    (text) => {
      const state = readState(text);
      if (state !== undefined) expect(state.value.octets.length).toBeLessThan(255);
    },
  );
});
