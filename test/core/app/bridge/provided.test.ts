import { describe, expect, test } from "vitest";
import type { ObjectConfig } from "../../../../src/core/config.ts";
import { config, object, ready, rig, value } from "./rig.ts";

const SET = "knx/ga/4/0/12/set";
const provided = (more: Partial<ObjectConfig> = {}, dpt = "9.001") =>
  object("4/0/12", dpt, { provide: true, ...more });
const DEGREES = { of: "value" } as const;

type Rig = ReturnType<typeof ready>;
/** Decoded by hand: the mantissa of a 2-octet float with exponent 0 is in hundredths. */
const sentValues = (it: Rig): readonly number[] =>
  it.sent.map(({ request }) => {
    const [high = 0, low = 0] = "value" in request ? request.value.octets : [];
    return (((high & 0x07) << 8) | low) * 2 ** ((high >> 3) & 0x0f) * 0.01;
  });
const sentTimes = (it: Rig): readonly number[] => it.sent.map(({ at }) => at);

describe("15.1 hysteresis", () => {
  // Each value is set after the last one; what is compared is what was last sent, not what was last set.
  // biome-ignore format: read by column
  const ROWS = [
    { hysteresis: { ...DEGREES, amount: 0.3 },         set: [8, 8.2, 8.4, 8.1, 7.9], sent: [8, 8.4, 8.1] },
    { hysteresis: { ...DEGREES, amount: 0.3 },         set: [8, 8.3],                sent: [8, 8.3] },
    { hysteresis: { of: "percent", amount: 5 },        set: [8, 8.3, 8.4, 8.0, 7.9], sent: [8, 8.4, 7.9] },
    { hysteresis: { ...DEGREES, amount: 0 },           set: [8, 8, 8.01],            sent: [8, 8.01] },
    { hysteresis: undefined,                           set: [8, 8, 8.01],            sent: [8, 8.01] },
  ] as const;
  test.each(ROWS)("$hysteresis: $set → $sent", ({ hysteresis, set, sent }) => {
    const it = ready(config([provided(hysteresis && { hysteresis })]));
    for (const [index, one] of set.entries()) {
      it.message(SET, `{"value":${one},"id":"${index}"}`);
      it.advance(1_000);
    }
    expect(sentValues(it)).toEqual(sent.map((one) => expect.closeTo(one, 5)));
    // Who sets is told each time.
    expect(it.documents(/result$/).map(({ stage }) => stage)).toHaveLength(set.length);
    expect(it.documents(/result$/).filter(({ stage }) => stage === "merged")).toHaveLength(
      set.length - sent.length,
    );
    // Reads are answered with the newest.
    it.read("4/0/12");
    expect(sentValues(it).at(-1)).toBeCloseTo(set.at(-1) ?? 0, 5);
  });

  test("one that was not acknowledged does not count as sent", () => {
    let alone = true;
    const it = ready(config([provided({ hysteresis: { ...DEGREES, amount: 5 } })]), () => ({
      outcome: alone ? "no_ack" : "ok",
    }));
    it.message(SET, "8");
    it.advance(1_000);
    alone = false;
    it.message(SET, "8.5");
    it.advance(1_000);
    expect(sentValues(it)).toEqual([8, 8.5]);
  });

  test("transmit: always sends what does not change, and what is no number is compared as a whole", () => {
    const it = ready(
      config([
        provided({ transmit: "always" }),
        object("4/0/13", "1.001", { provide: true, hysteresis: { ...DEGREES, amount: 3 } }),
      ]),
    );
    for (const one of [8, 8, 8]) {
      it.message(SET, `${one}`);
      it.advance(1_000);
    }
    for (const one of ["on", "on", "off"]) {
      it.message("knx/ga/4/0/13/set", one);
      it.advance(1_000);
    }
    expect(it.sent).toHaveLength(3 + 2);
  });
});

describe("15.1 min_interval", () => {
  test("the newest value wins and is sent when the time is up", () => {
    const it = ready(config([provided({ minIntervalMs: 30_000 })]));
    for (const [index, one] of [7, 8, 9, 10].entries()) {
      it.message(SET, `{"value":${one},"id":"${index}"}`);
      it.advance(5_000);
    }
    expect(sentValues(it)).toEqual([7]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "0", stage: "confirmed" },
      { id: "1", stage: "merged", merged_into: "2" },
      { id: "2", stage: "merged", merged_into: "3" },
    ]);
    it.advance(60_000);
    expect(sentValues(it)).toEqual([7, 10]);
    const [first = 0, second = 0] = sentTimes(it);
    expect(second - first).toBeGreaterThanOrEqual(30_000);
    expect(second - first).toBeLessThan(30_100);
    expect(it.documents(/result$/).at(-1)).toMatchObject({ id: "3", stage: "confirmed" });
  });

  test("back at the value that was sent: nothing is left to be sent", () => {
    const it = ready(config([provided({ minIntervalMs: 30_000 })]));
    for (const one of [7, 8, 7]) {
      it.message(SET, `${one}`);
      it.advance(1_000);
    }
    it.advance(60_000);
    expect(sentValues(it)).toEqual([7]);
  });

  test("confirm: queued is answered at once and once, ttl_ms ends the waiting", () => {
    const it = ready(config([provided({ minIntervalMs: 30_000 })]));
    it.message(SET, "7");
    it.advance(1_000);
    it.message(SET, '{"value":8,"id":"a","confirm":"queued"}');
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "queued" }]);
    it.advance(60_000);
    expect(sentValues(it)).toEqual([7, 8]);
    it.message(SET, '{"value":9,"id":"b","ttl_ms":2000}');
    it.advance(1_000);
    it.message(SET, '{"value":9,"id":"b","ttl_ms":2000}');
    it.advance(60_000);
    expect(it.documents(/result$/).slice(1)).toMatchObject([{ id: "b", stage: "confirmed" }, {}]);
    it.message(SET, '{"value":6,"id":"c"}');
    it.advance(100);
    it.message(SET, '{"value":5,"id":"d","ttl_ms":2000}');
    it.advance(60_000);
    expect(it.documents(/result$/).at(-1)).toMatchObject({
      id: "d",
      stage: "expired",
      error: { code: "expired" },
    });
    expect(sentValues(it)).toEqual([7, 8, 9, 6]);
  });

  test("with the bus away the newest replaces the one that waits", () => {
    const it = ready(config([provided({ minIntervalMs: 2_000 })]));
    it.offline();
    for (const one of [7, 8, 9]) {
      it.message(SET, `${one}`);
      it.advance(5_000);
    }
    it.online();
    it.advance(10_000);
    expect(sentValues(it)).toEqual([9]);
  });

  test("a stop tells those who wait", () => {
    const it = ready(config([provided({ minIntervalMs: 30_000 })]));
    it.message(SET, "7");
    it.message(SET, '{"value":8,"id":"a"}');
    it.feed({ for: "bridge", type: "stop.req", at: it.now() });
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "dropped" }]);
  });
});

describe("15.1 cyclic", () => {
  test("again after this time without transmission, ±5 %", () => {
    const it = ready(config([provided({ cyclicMs: 60_000 })]));
    it.advance(200_000);
    expect(it.sent).toEqual([]);
    it.message(SET, "7");
    it.advance(30_000);
    it.message(SET, "8");
    it.advance(300_000);
    expect(sentValues(it)).toEqual([7, 8, 8, 8, 8, 8]);
    const times = sentTimes(it).slice(1);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(57_000);
      expect(gap).toBeLessThanOrEqual(63_100);
    }
    expect(new Set(gaps).size).toBeGreaterThan(1);
    expect(it.documents(/state$/).at(-1)).toMatchObject({ value: 8, origin: "internal" });
  });

  test("objects of one interval do not bunch, and with the bus away each goes once", () => {
    const many = Array.from({ length: 100 }, (_, sub) =>
      object(`4/1/${sub + 1}`, "9.001", { provide: true, cyclicMs: 600_000 }),
    );
    const it = ready(config(many));
    for (let sub = 1; sub <= 100; sub++) {
      it.message(`knx/ga/4/1/${sub}/set`, "7");
      it.advance(100);
    }
    it.advance(60_000);
    expect(it.sent).toHaveLength(100);
    it.offline();
    it.advance(2_000_000);
    it.online();
    it.advance(60_000);
    expect(it.sent).toHaveLength(200);
  });

  test("a device that writes meanwhile is not overwritten", () => {
    const it = ready(config([provided({ cyclicMs: 60_000 })]));
    it.message(SET, "7");
    it.advance(1_000);
    // Others take so much of the line that class 5 rests.
    for (let n = 0; n < 40 * 90; n++) {
      it.advance(25);
      it.noise(8);
    }
    expect(it.state().queue.lines[5]).toHaveLength(1);
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 1a");
    expect(it.state().queue.lines[5]).toEqual([]);
  });
});

describe("15.1 on_bus_return, on_start", () => {
  const objects = [
    provided({ sendOnBusReturn: true }),
    object("4/0/13", "9.001", { provide: true }),
    object("4/0/14", "9.001", { readOnInit: true }),
  ];
  test("after the time of listening, before the initial reads", () => {
    const it = ready(config(objects));
    it.advance(10_000);
    for (const sub of [12, 13]) it.message(`knx/ga/4/0/${sub}/set`, "7");
    it.advance(10_000);
    it.sent.length = 0;
    it.offline();
    it.advance(10_000);
    it.online();
    it.advance(4_900);
    expect(it.sent).toEqual([]);
    it.advance(5_000);
    expect(it.sent.map(({ request }) => request.type)).toEqual([
      "A_GroupValue_Write.req",
      "A_GroupValue_Read.req",
    ]);
    expect(it.sent[0]?.request.destination).toBe(objects[0]?.ga);
  });

  const kept = (answerRestored: boolean, sendOnStart: boolean) =>
    rig(
      config([provided({ answerRestored, sendOnStart, cyclicMs: 60_000, sendOnBusReturn: true })]),
      undefined,
      {
        values: [],
        provided: [{ ga: provided().ga, value: value("0c 1a") }],
        damaged: false,
      },
    );

  test("§16.3 what was restored is sent at the start only, and only if that is wanted", () => {
    for (const [answered, started] of [
      [false, true],
      [true, false],
    ] as const) {
      const it = kept(answered, started);
      it.online();
      it.advance(300_000);
      it.offline();
      it.advance(60_000);
      it.online();
      it.advance(300_000);
      expect(it.sent).toEqual([]);
    }
    const it = kept(true, true);
    it.online();
    it.advance(10_000);
    expect(sentValues(it)).toEqual([expect.closeTo(21, 5)]);
  });
});

describe("15.1 two answers", () => {
  test("another device answers for a provided object: said once an hour", () => {
    const it = ready(config([provided(), object("4/0/13", "9.001")]));
    for (let n = 0; n < 4; n++) {
      it.telegram("A_GroupValue_Response.ind", "4/0/12", "0c 1a");
      it.telegram("A_GroupValue_Response.ind", "4/0/13", "0c 1a");
      it.advance(1_700_000);
    }
    expect(it.documents(/bridge\/event$/)).toMatchObject([
      { type: "two_answers", ga: "4/0/12", source: "1.1.5" },
      { type: "two_answers", ga: "4/0/12" },
    ]);
  });
});

test("a state with all of this is a JSON value", () => {
  const it = ready(config([provided({ minIntervalMs: 30_000, cyclicMs: 60_000 })]));
  it.message(SET, "7");
  it.message(SET, '{"value":8,"id":"a"}');
  it.advance(70_000);
  expect(JSON.parse(JSON.stringify(it.state()))).toStrictEqual(it.state());
});
