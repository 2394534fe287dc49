import { describe, expect, test } from "vitest";
import { config, ga, object, ready, value } from "./rig.ts";

const OBJECTS = [
  object("1/1/1", "1.001", { name: "Ceiling" }),
  object("1/1/2", "5.001", { name: "Dimmer" }),
  object("4/0/1", "9.001", { name: "Temperature", writable: false }),
  object("5/0/1", "1.005", { name: "Alarm", alarm: true }),
  object("6/0/1", "1.001", { name: "Door", confirmWrite: true }),
];
const house = (...parameters: Parameters<typeof ready> extends [unknown, ...infer R] ? R : never) =>
  ready(config(OBJECTS), ...parameters);
const ask = (it: ReturnType<typeof ready>, name: string, parameters: object) =>
  it.message(`knx/bridge/request/${name}`, JSON.stringify(parameters));
const answers = (it: ReturnType<typeof ready>) => it.documents(/\/response\//);

describe("10 group/write", () => {
  test("the answer comes with the confirmation, and says what a result says", () => {
    const it = house();
    ask(it, "group/write", { id: "w1", ga: "1/1/2", value: 60 });
    expect(it.sent).toMatchObject([{ request: { destination: ga("1/1/2"), value: value("99") } }]);
    expect(answers(it)).toEqual([]);
    it.advance(1_000);
    expect(answers(it)).toEqual([
      {
        id: "w1",
        status: "ok",
        data: { stage: "confirmed", repeats: 0, queued_ms: 0, total_ms: 22 },
        ms: 22,
      },
    ]);
    // Nothing beside the answer, and its id is in the state as that of a set is.
    expect(it.topics(/result$|error$/)).toEqual([]);
    expect(it.documents(/1\/1\/2\/state$/)).toMatchObject([
      { origin: "mqtt", id: "w1", value: 60 },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "out of range",       parameters: { ga: "1/1/2", value: 150 },                 code: "out_of_range" },
    { is: "not writable",       parameters: { ga: "4/0/1", value: 21 },                  code: "read_only" },
    { is: "not configured",     parameters: { ga: "1/1/9", value: 1 },                   code: "unknown_ga" },
    { is: "no address",         parameters: { ga: "1/9/9", value: 1 },                   code: "invalid_value" },
    { is: "no value",           parameters: { ga: "1/1/1" },                             code: "invalid_value" },
    { is: "not confirmed",      parameters: { ga: "6/0/1", value: 1 },                   code: "forbidden" },
    { is: "a wrong envelope",   parameters: { ga: "1/1/1", value: 1, ttl_ms: 3 },        code: "out_of_range" },
  ])("$is is refused as $code, and sends nothing", ({ parameters, code }) => {
    const it = house();
    ask(it, "group/write", parameters);
    expect(answers(it)).toMatchObject([{ status: "error", error: { code } }]);
    expect(it.sent).toEqual([]);
    expect(it.topics(/error$/)).toEqual([]);
  });

  test("confirm: the group address once more, or when the answer is given", () => {
    const it = house();
    ask(it, "group/write", { ga: "6/0/1", value: 1, confirm: "6/0/1" });
    ask(it, "group/write", { id: 3, ga: "1/1/1", value: 1, confirm: "queued" });
    expect(answers(it)).toMatchObject([{ id: 3, data: { stage: "queued" } }]);
    it.advance(1_000);
    expect(answers(it)).toMatchObject([{ id: 3 }, { data: { stage: "confirmed" } }]);
    expect(it.sent).toHaveLength(2);
  });

  test("nobody acknowledges: no_ack, and how far it came", () => {
    const it = house(() => ({ outcome: "no_ack", repeats: 3 }));
    ask(it, "group/write", { ga: "1/1/1", value: 1 });
    it.advance(1_000);
    expect(answers(it)).toMatchObject([
      { status: "error", error: { code: "no_ack" }, data: { stage: "confirmed", repeats: 3 } },
    ]);
  });

  test("the same id within a minute is answered with the first result, and executed once", () => {
    const it = house();
    for (let n = 0; n < 2; n++) ask(it, "group/write", { id: "a", ga: "1/1/1", value: 1 });
    expect(answers(it)).toMatchObject([{ id: "a", error: { code: "duplicate" } }]);
    it.advance(500);
    ask(it, "group/write", { id: "a", ga: "1/1/1", value: 1 });
    expect(answers(it).slice(1)).toMatchObject([
      { id: "a", status: "ok", data: { stage: "confirmed" } },
      { id: "a", status: "ok", data: { stage: "confirmed" } },
    ]);
    expect(it.sent).toHaveLength(1);
    it.advance(61_000);
    ask(it, "group/write", { id: "a", ga: "1/1/1", value: 1 });
    expect(it.sent).toHaveLength(2);
  });

  test("merged with a newer set it is answered as merged", () => {
    const it = house(() => undefined);
    ask(it, "group/write", { ga: "1/1/1", value: 1 });
    ask(it, "group/write", { id: "x", ga: "1/1/2", value: 10 });
    it.message("knx/ga/1/1/2/set", '{"value":20,"id":"newer"}');
    expect(answers(it)).toMatchObject([
      { id: "x", status: "ok", data: { stage: "merged", merged_into: "newer" } },
    ]);
  });
});

describe("10 group/read", () => {
  test("the answer of a device is the answer", () => {
    const it = house();
    ask(it, "group/read", { id: 17, ga: "4/0/1" });
    it.advance(100);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 2f");
    expect(answers(it)).toMatchObject([
      {
        id: 17,
        status: "ok",
        data: { stage: "response", value: 21.42, raw: "0c2f", source: "1.1.5", quality: "good" },
        ms: 100,
      },
    ]);
  });

  test("from: cache sends nothing; timeout_ms says how long to wait", () => {
    const it = house();
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    ask(it, "group/read", { ga: "4/0/1", from: "cache" });
    expect(answers(it)).toMatchObject([{ status: "ok", data: { value: 21.42 } }]);
    expect(it.sent).toEqual([]);
    ask(it, "group/read", { ga: "4/0/1", timeout_ms: 300 });
    it.advance(1_000);
    expect(answers(it).at(-1)).toMatchObject({
      status: "error",
      error: { code: "timeout" },
      data: { stage: "timeout" },
    });
  });

  // biome-ignore format: read by column
  test.each([
    { is: "an unknown address", parameters: { ga: "1/1/9" },                   code: "unknown_ga" },
    { is: "an unknown source",  parameters: { ga: "4/0/1", from: "memory" },   code: "invalid_value" },
    { is: "no address",         parameters: {},                                code: "invalid_value" },
  ])("$is: $code", ({ parameters, code }) => {
    const it = house();
    ask(it, "group/read", parameters);
    expect(answers(it)).toMatchObject([{ status: "error", error: { code } }]);
    expect(it.sent).toEqual([]);
  });
});

describe("10 group/batch", () => {
  const destinations = (it: ReturnType<typeof ready>) =>
    it.sent.map(({ request }) => request.destination);

  test("in order whatever the classes, never merged, one result for each", () => {
    const it = house();
    const items = [
      { ga: "1/1/1", value: true },
      { ga: "1/1/2", value: 20 },
      { ga: "1/1/2", value: 40 },
      { ga: "5/0/1", value: true },
      { ga: "1/1/1", value: "toggle" },
    ];
    it.telegram("A_GroupValue_Write.ind", "1/1/1", "/0");
    ask(it, "group/batch", { id: "b", items });
    it.advance(2_000);
    expect(destinations(it)).toEqual(["1/1/1", "1/1/2", "1/1/2", "5/0/1", "1/1/1"].map(ga));
    // The last one turns over what the first has sent.
    expect(it.sent.at(-1)?.request).toMatchObject({ value: value("/0") });
    expect(answers(it)).toHaveLength(1);
    expect(answers(it)).toMatchObject([
      {
        id: "b",
        status: "ok",
        data: [
          { ga: "1/1/1", status: "ok", stage: "confirmed" },
          { ga: "1/1/2", status: "ok", stage: "confirmed" },
          { ga: "1/1/2", status: "ok", stage: "confirmed" },
          { ga: "5/0/1", status: "ok", stage: "confirmed" },
          { ga: "1/1/1", status: "ok", stage: "confirmed" },
        ],
      },
    ]);
    expect(it.documents(/1\/1\/2\/state$/).map((state) => state["value"])).toEqual([20, 40]);
  });

  test("delay_ms is a pause before its item", () => {
    const it = house();
    const items = [
      { ga: "1/1/1", value: 1, delay_ms: 700 },
      { ga: "1/1/1", value: 0, delay_ms: 1_500 },
    ];
    ask(it, "group/batch", { items });
    it.advance(5_000);
    const [first, second] = it.sent;
    expect(first?.at).toBe(700);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeCloseTo(1_500 + (first?.airtime ?? 0), 0);
  });

  test("validated as a whole: one that is wrong, and nothing is sent", () => {
    const it = house();
    const items = [
      { ga: "1/1/1", value: 1 },
      { ga: "1/1/2", value: 101 },
    ];
    ask(it, "group/batch", { items });
    it.advance(1_000);
    expect(answers(it)).toMatchObject([
      { error: { code: "out_of_range", message: expect.stringMatching(/^items\[1\]: /) } },
    ]);
    expect(it.sent).toEqual([]);
  });

  test.each([
    { stop: true, sent: 2 },
    { stop: false, sent: 3 },
  ])("stop_on_error: $stop", ({ stop, sent }) => {
    const it = house(({ request }) =>
      request.destination === ga("1/1/2") ? { outcome: "no_ack", repeats: 3 } : { outcome: "ok" },
    );
    const items = [
      { ga: "1/1/1", value: 1 },
      { ga: "1/1/2", value: 1 },
      { ga: "5/0/1", value: 1 },
    ];
    ask(it, "group/batch", { items, stop_on_error: stop });
    it.advance(2_000);
    expect(it.sent).toHaveLength(sent);
    const [{ data } = { data: [] }] = answers(it);
    expect(data).toHaveLength(sent);
    expect(data).toMatchObject([
      { status: "ok" },
      { ga: "1/1/2", status: "error", error: { code: "no_ack" }, repeats: 3 },
      ...(stop ? [] : [{ status: "ok" }]),
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no list",      items: 7 },
    { is: "an empty one", items: [] },
    { is: "51 items",     items: Array.from({ length: 51 }, () => ({ ga: "1/1/1", value: 1 })) },
    { is: "a number",     items: [1] },
    { is: "no value",     items: [{ ga: "1/1/1" }] },
  ])("$is is refused", ({ items }) => {
    const it = house();
    ask(it, "group/batch", { items });
    expect(answers(it)).toMatchObject([{ error: { code: "invalid_value" } }]);
  });

  test("50 items go, and the state is plain JSON while they do", () => {
    const it = house();
    const items = Array.from({ length: 50 }, (_, n) => ({ ga: "1/1/2", value: n }));
    ask(it, "group/batch", { items });
    it.advance(700);
    it.storeAndLoad();
    it.advance(20_000);
    expect(it.sent).toHaveLength(50);
    expect(answers(it)).toMatchObject([{ status: "ok" }]);
  });

  test("without a bus each ends after its time to live; stopped, it is answered", () => {
    const it = house();
    it.offline();
    ask(it, "group/batch", { items: [{ ga: "1/1/1", value: 1, ttl_ms: 500 }] });
    it.advance(1_000);
    expect(answers(it)).toMatchObject([
      { data: [{ status: "error", stage: "expired", error: { code: "bus_offline" } }] },
    ]);
    ask(it, "group/batch", { id: "last", items: [{ ga: "1/1/1", value: 1, delay_ms: 9_000 }] });
    it.feed({ for: "bridge", type: "stop.req", at: it.now() });
    expect(answers(it).at(-1)).toMatchObject({ id: "last", error: { code: "bus_offline" } });
  });
});

test("10 open requests are bounded", () => {
  const it = house(() => undefined);
  for (let second = 0; second < 4; second++) {
    for (let n = 0; n < 20; n++)
      ask(it, "group/batch", { items: [{ ga: "1/1/1", value: 1, delay_ms: 60_000 }] });
    it.advance(1_000);
  }
  const refused = answers(it).filter(({ status }) => status === "error");
  expect(refused).toHaveLength(30);
  expect(refused[0]).toMatchObject({ error: { code: "queue_full" } });
});
