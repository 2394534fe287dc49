import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import { config, ga, object, ready, value } from "./rig.ts";

const OBJECTS = [
  object("1/1/1", "1.001", { name: "Ceiling light", room: "Hall", events: true }),
  object("1/1/2", "5.001", { name: "Ceiling dimmer", writable: false, expireAfterMs: 7_200_000 }),
  object("4/0/1", "9.001", { name: "Temperature", provide: true, readOnInit: true }),
];
type It = ReturnType<typeof ready>;
const ask = (it: It, name: string, parameters: object = {}) =>
  it.message(`knx/bridge/request/${name}`, JSON.stringify(parameters));
const data = (it: It) => it.documents(/\/response\//).at(-1)?.["data"];
const error = (it: It) => it.documents(/\/response\//).at(-1)?.["error"];

describe("10 objects/list", () => {
  test("what is known of each: 5.4", () => {
    const it = ready(config(OBJECTS));
    ask(it, "objects/list");
    expect(data(it)).toMatchObject({
      total: 3,
      items: [
        {
          ga: "1/1/1",
          name: "Ceiling light",
          room: "Hall",
          dpt: "1.001",
          flags: "CWTU",
          provided: false,
          writable: true,
          entity: null,
          topics: {
            state: "knx/ga/1/1/1/state",
            event: "knx/ga/1/1/1/event",
            set: "knx/ga/1/1/1/set",
          },
        },
        { ga: "1/1/2", unit: "%", flags: "CWU", writable: false, expire_after: 7_200 },
        { ga: "4/0/1", unit: "°C", flags: "CRWTUI", provided: true },
      ],
    });
  });

  // biome-ignore format: read by column
  test.each([
    { parameters: { match: "1/1/*" },            total: 2, items: ["1/1/1", "1/1/2"] },
    { parameters: { match: "CEILING" },          total: 2, items: ["1/1/1", "1/1/2"] },
    { parameters: { match: "4/*" },              total: 1, items: ["4/0/1"] },
    { parameters: { match: "nowhere" },          total: 0, items: [] },
    { parameters: { offset: 1, limit: 1 },       total: 3, items: ["1/1/2"] },
    { parameters: { offset: 7 },                 total: 3, items: [] },
  ])("$parameters", ({ parameters, total, items }) => {
    const it = ready(config(OBJECTS));
    ask(it, "objects/list", parameters);
    expect(data(it)).toMatchObject({ total, items: items.map((one) => ({ ga: one })) });
  });

  test.each([{ limit: 201 }, { limit: 0 }, { offset: -1 }])("%o is refused", (parameters) => {
    const it = ready(config(OBJECTS));
    ask(it, "objects/list", parameters);
    expect(error(it)).toMatchObject({ code: "out_of_range" });
  });
});

describe("10 objects/get", () => {
  test("what is known of it, and its last state", () => {
    const it = ready(config(OBJECTS, { payload: { name: true, scalar: false, fields: ["dpt"] } }));
    ask(it, "objects/get", { ga: "1/1/2" });
    expect(data(it)).toMatchObject({ ga: "1/1/2", state: { value: null, quality: "unknown" } });
    it.telegram("A_GroupValue_Write.ind", "1/1/2", "99");
    ask(it, "objects/get", { ga: "1/1/2" });
    expect(data(it)).toMatchObject({
      name: "Ceiling dimmer",
      state: { value: 60, raw: "99", source: "1.1.5", quality: "good" },
    });
  });

  test("an address that nobody knows", () => {
    const it = ready(config(OBJECTS));
    ask(it, "objects/get", { ga: "7/7/7" });
    expect(error(it)).toMatchObject({ code: "unknown_ga" });
  });
});

describe("10 objects/unknown", () => {
  test("what was heard of addresses that nobody configured, with types that would fit", () => {
    const it = ready(config(OBJECTS, { unknown: "ignore" }));
    it.telegram("A_GroupValue_Write.ind", "7/0/1", "0c 2f");
    it.advance(3_000);
    it.telegram("A_GroupValue_Write.ind", "7/0/1", "0c 1a");
    it.telegram("A_GroupValue_Write.ind", "7/0/2", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/1/1", "/1");
    it.read("7/0/3");
    ask(it, "objects/unknown");
    expect(data(it)).toEqual([
      {
        ga: "7/0/1",
        bits: 16,
        count: 2,
        last_raw: "0c1a",
        sources: ["1.1.5"],
        suggested: ["9.001", "9.004", "9.007", "7.001", "8.001"],
        first: "2026-01-31T10:11:12.000Z",
        last: "2026-01-31T10:11:15.000Z",
      },
      expect.objectContaining({ ga: "7/0/2", bits: 1, suggested: ["1.001", "1.008", "1.007"] }),
      expect.objectContaining({ ga: "7/0/3", bits: null, last_raw: null, suggested: [] }),
    ]);
  });

  test("types are suggested by length, and those that cannot have the value are not", () => {
    const it = ready(config([]));
    const LENGTHS = [
      { raw: "/3", suggested: ["2.001"] },
      { raw: "/9", suggested: ["3.007", "3.008"] },
      // An hour 31 is no time of day, a month 0 no date.
      { raw: "ff 00 ff", suggested: ["232.600"] },
      { raw: "00 00 00 17", suggested: ["14.056", "12.001", "13.001", "13.010"] },
    ];
    for (const [index, { raw }] of LENGTHS.entries())
      it.telegram("A_GroupValue_Write.ind", `7/0/${index + 1}`, raw);
    ask(it, "objects/unknown");
    expect(data(it)).toMatchObject(LENGTHS.map(({ suggested }) => ({ suggested })));
  });

  test("a thousand addresses are remembered, and eight devices of each", () => {
    const it = ready(config([], { unknown: "ignore" }));
    const heard = (address: number, source: number) =>
      it.feed({
        for: "bridge",
        type: "A_GroupValue_Write.ind",
        destination: ga(`${address}`),
        value: value("/1"),
        source: IndividualAddress(source),
        priority: "low",
        hops: 6,
        repeated: false,
        at: it.now(),
      });
    for (let n = 1; n <= 1_200; n++) heard(n, 0x1101);
    for (let n = 1; n <= 20; n++) heard(17, 0x1100 + n);
    ask(it, "objects/unknown");
    const list = data(it);
    expect(list).toHaveLength(1_000);
    expect(Array.isArray(list) && list[16]).toMatchObject({ count: 21, sources: { length: 8 } });
  });

  test("loaded by ETS it is not unknown any more", () => {
    const it = ready(config([]));
    it.telegram("A_GroupValue_Write.ind", "7/0/1", "/1");
    it.feed({
      for: "bridge",
      type: "objects.req",
      objects: [object("7/0/1", "1.001")],
      at: it.now(),
    });
    ask(it, "objects/unknown");
    expect(data(it)).toEqual([]);
  });
});

describe("10 states/republish", () => {
  test("every state that fits, paced; the count at once", () => {
    const it = ready(config(OBJECTS));
    it.telegram("A_GroupValue_Write.ind", "1/1/1", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/1/2", "99");
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.published.length = 0;
    ask(it, "states/republish", { match: "1/1/*" });
    expect(data(it)).toEqual({ count: 2 });
    it.advance(1_000);
    expect(it.topics(/ga.*state$/).map(({ topic }) => topic)).toEqual([
      "knx/ga/1/1/1/state",
      "knx/ga/1/1/2/state",
    ]);
    // Nothing was heard anew.
    expect(it.documents(/1\/1\/1\/state$/)).toMatchObject([{ ts: "2026-01-31T10:11:12.000Z" }]);
  });
});

describe("10 queue/list, queue/clear", () => {
  test("what waits, class by class; cleared, whoever waits is told", () => {
    const it = ready(config(OBJECTS, { requests: "admin" }));
    it.offline();
    it.message("knx/ga/1/1/1/set", '{"value":1,"id":"mine"}');
    it.message("knx/ga/1/1/1/get", '{"id":"asked"}');
    it.advance(250);
    ask(it, "queue/list");
    expect(data(it)).toMatchObject({
      depth: 2,
      sending: null,
      classes: {
        0: [],
        2: [
          {
            ga: "1/1/1",
            service: "write",
            raw: "01",
            id: "mine",
            waited_ms: 250,
            expires_in_ms: 9_750,
          },
        ],
        4: [{ ga: "1/1/1", service: "read" }],
      },
    });
    ask(it, "queue/clear", { class: 4 });
    expect(data(it)).toEqual({ count: 1 });
    ask(it, "queue/clear");
    expect(data(it)).toEqual({ count: 1 });
    expect(it.documents(/result$/)).toMatchObject([
      { id: "asked", status: "error", stage: "dropped" },
      { id: "mine", status: "error", stage: "dropped", error: { code: "expired" } },
    ]);
    it.online();
    it.advance(6_000);
    expect(it.sent.map(({ request }) => request.destination)).not.toContain(ga("1/1/1"));
  });

  test.each([6, -1, 1.5, "2"])("class %o does not exist", (one) => {
    const it = ready(config(OBJECTS, { requests: "admin" }));
    ask(it, "queue/clear", { class: one });
    expect(error(it)).toMatchObject({ code: "invalid_value" });
  });
});

describe("10 telegrams/history", () => {
  const house = (history = 100) => ready(config(OBJECTS, { history }));
  const play = (it: It) => {
    it.telegram("A_GroupValue_Write.ind", "1/1/1", "/1");
    it.advance(1_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(1_000);
    it.telegram("A_GroupValue_Write.ind", "1/1/2", "99");
    it.advance(7_000);
    it.read("1/1/1");
  };

  test("decoded, oldest first", () => {
    const it = house();
    play(it);
    ask(it, "telegrams/history");
    expect(data(it)).toMatchObject({
      total: 4,
      items: [
        { ga: "1/1/1", service: "write", value: true, text: "on", raw: "01", source: "1.1.5" },
        { ga: "4/0/1", dpt: "9.001", value: 21.42, ts: "2026-01-31T10:11:13.000Z" },
        { ga: "1/1/2", value: 60 },
        { ga: "1/1/1", service: "read", ts: "2026-01-31T10:11:21.000Z" },
      ],
    });
  });

  // biome-ignore format: read by column
  test.each([
    { parameters: { match: "1/1/*" },                                total: 3, items: ["1/1/1", "1/1/2", "1/1/1"] },
    { parameters: { match: "temp" },                                 total: 1, items: ["4/0/1"] },
    { parameters: { match: "temp", context_ms: 1_000 },              total: 3, items: ["1/1/1", "4/0/1", "1/1/2"] },
    { parameters: { limit: 2 },                                      total: 4, items: ["1/1/2", "1/1/1"] },
    { parameters: { source: "1.1.6" },                               total: 0, items: [] },
    { parameters: { source: "1.1.5", from: "2026-01-31T10:11:14Z" }, total: 2, items: ["1/1/2", "1/1/1"] },
    { parameters: { to: "2026-01-31T10:11:12.500Z" },                total: 1, items: ["1/1/1"] },
  ])("$parameters", ({ parameters, total, items }) => {
    const it = house();
    play(it);
    ask(it, "telegrams/history", parameters);
    expect(data(it)).toMatchObject({ total, items: items.map((one) => ({ ga: one })) });
  });

  test("the oldest give way", () => {
    const it = house(3);
    play(it);
    ask(it, "telegrams/history");
    expect(data(it)).toMatchObject({ total: 3, items: [{ ga: "4/0/1" }, { ga: "1/1/2" }, {}] });
  });

  test.each([{ from: "yesterday" }, { source: "1/1/5" }, { limit: 501 }])(
    "%o is refused",
    (one) => {
      const it = house();
      ask(it, "telegrams/history", one);
      expect(error(it)).toMatchObject({
        code: expect.stringMatching(/invalid_value|out_of_range/),
      });
    },
  );

  test("nothing is kept: unsupported, and not offered", () => {
    const it = house(0);
    ask(it, "telegrams/history");
    expect(error(it)).toMatchObject({ code: "unsupported" });
    ask(it, "info");
    expect(data(it)).toMatchObject({ requests: expect.not.arrayContaining(["telegrams/history"]) });
  });
});
