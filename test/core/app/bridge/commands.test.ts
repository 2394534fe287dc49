import { describe, expect, test } from "vitest";
import { config, ga, object, ready, value } from "./rig.ts";

const OBJECTS = [
  object("1/2/3", "1.001"),
  object("1/3/10", "5.001"),
  object("2/1/2", "1.007"),
  object("4/0/1", "9.001"),
  object("1/4/10", "1.001", { writable: false }),
  object("3/0/1", undefined),
  object("3/0/2", "300.600"),
  object("4/0/12", "9.001", { provide: true }),
];

// biome-ignore format: read by column
const ACCEPTED = [ // §5.5, §6
  { set: "1/2/3",  payload: "on",                                    sends: "/1" },
  { set: "1/2/3",  payload: " off\n",                                sends: "/0" },
  { set: "1/2/3",  payload: "1",                                     sends: "/1" },
  { set: "1/2/3",  payload: "true",                                  sends: "/1" },
  { set: "1/2/3",  payload: '"on"',                                  sends: "/1" },
  { set: "1/2/3",  payload: '{"value":true}',                        sends: "/1" },
  { set: "1/2/3",  payload: '{"raw":"01"}',                          sends: "/1" },
  { set: "1/2/3",  payload: '{"raw":"01","bits":1}',                 sends: "/1" },
  { set: "4/0/1",  payload: "21.42",                                 sends: "0c 2f" },
  { set: "4/0/1",  payload: '{"value":21.42,"dpt":"9.001"}',         sends: "0c 2f" },
  { set: "4/0/1",  payload: '{"raw":"0C2F","priority":"urgent"}',    sends: "0c 2f", priority: "urgent" },
  { set: "1/3/10", payload: "100",                                   sends: "ff" },
  { set: "1/3/10", payload: '{"value":0,"extra":"ignored"}',         sends: "00" },
  { set: "3/0/1",  payload: '{"raw":"0102030405"}',                  sends: "01 02 03 04 05" },
  { set: "3/0/1",  payload: '{"raw":"02","bits":2}',                 sends: "/2" },
  { set: "3/0/2",  payload: '{"raw":"ff8000"}',                      sends: "ff 80 00" },
];
test.each(ACCEPTED)("$set ← $payload", ({ set, payload, sends, priority = "low" }) => {
  const it = ready(config(OBJECTS));
  it.message(`knx/ga/${set}/set`, payload);
  expect(it.sent.map(({ request }) => request)).toMatchObject([
    { type: "A_GroupValue_Write.req", destination: ga(set), priority, value: value(sends) },
  ]);
});

// biome-ignore format: read by column
const REFUSED = [ // §11
  { set: "1/2/3",  payload: "{on}",                                     code: "invalid_json" },
  { set: "1/2/3",  payload: "[1,",                                      code: "invalid_json" },
  { set: "1/2/3",  payload: "sideways",                                 code: "invalid_value" },
  { set: "1/2/3",  payload: "null",                                     code: "invalid_value" },
  { set: "1/2/3",  payload: "[]",                                       code: "invalid_value" },
  { set: "1/2/3",  payload: "{}",                                       code: "invalid_value" },
  { set: "1/2/3",  payload: "toggle",                                   code: "no_value" },
  { set: "1/3/10", payload: "100.5",                                    code: "out_of_range" },
  { set: "1/3/10", payload: "-1",                                       code: "out_of_range" },
  { set: "4/0/1",  payload: '{"value":1e400}',                          code: /invalid_value|out_of_range/ },
  { set: "4/0/1",  payload: '{"value":21,"raw":"0c2f"}',                code: "invalid_value" },
  { set: "4/0/1",  payload: '{"raw":"0c"}',                             code: "invalid_value" },
  { set: "4/0/1",  payload: '{"raw":"0c2f","bits":2}',                  code: "invalid_value" },
  { set: "4/0/1",  payload: '{"raw":"xy"}',                             code: "invalid_value" },
  { set: "4/0/1",  payload: '{"raw":""}',                               code: "out_of_range" },
  { set: "1/2/3",  payload: '{"raw":"02"}',                             code: "out_of_range" },
  { set: "3/0/1",  payload: '{"raw":"04","bits":2}',                    code: "out_of_range" },
  { set: "3/0/1",  payload: '{"raw":"01","bits":7}',                    code: "out_of_range" },
  { set: "3/0/1",  payload: "1",                                        code: "invalid_value" },
  { set: "3/0/2",  payload: "#ff8000",                                  code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"dpt":"5.001"}',               code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"ttl_ms":99}',                 code: "out_of_range" },
  { set: "4/0/1",  payload: '{"value":21,"ttl_ms":"1"}',                code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"priority":"system"}',         code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"queue":"none"}',              code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"confirm":1}',                 code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"id":7}',                      code: "invalid_value" },
  { set: "4/0/1",  payload: '{"value":21,"service":"response"}',        code: "unsupported" },
  { set: "1/4/10", payload: "1",                                        code: "read_only" },
  { set: "9/0/1",  payload: "1",                                        code: "unknown_ga" },
  { set: "9/0/1",  payload: '{"raw":"01","bits":1}',                    code: "unknown_ga" },
];
test.each(REFUSED)("$set ← $payload is $code", ({ set, payload, code }) => {
  const it = ready(config(OBJECTS));
  it.message(`knx/ga/${set}/set`, payload);
  expect(it.sent).toEqual([]);
  const [error] = it.documents(/^knx\/bridge\/error$/);
  expect(error).toMatchObject({ topic: `knx/ga/${set}/set`, ga: set, payload });
  expect(JSON.stringify(error)).toMatch(typeof code === "string" ? `"code":"${code}"` : code);
});

test("an envelope with an id that fails is answered under its id", () => {
  const it = ready(config(OBJECTS));
  it.message("knx/ga/4/0/1/set", '{"value":21,"ttl_ms":5,"id":"a"}');
  expect(it.documents(/bridge\/error$/)).toEqual([]);
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "rejected" }]);
});

describe("unknown group addresses with allow_unknown_write", () => {
  const open = config(OBJECTS, { allowUnknownWrite: true });
  test("raw, or a value with its type", () => {
    const it = ready(open);
    it.message("knx/ga/9/0/1/set", '{"raw":"01","bits":1}');
    it.message("knx/ga/9/0/2/set", '{"value":21.42,"dpt":"9.001"}');
    it.message("knx/ga/9/0/3/set", "1");
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { destination: ga("9/0/1"), value: value("/1") },
      { destination: ga("9/0/2"), value: value("0c 2f") },
    ]);
    expect(it.documents(/error$/)).toMatchObject([{ error: { code: "invalid_value" } }]);
    expect(it.documents(/event$/)).toMatchObject([
      { ga: "9/0/1", value: null, raw: "01", bits: 6, origin: "mqtt" },
      { ga: "9/0/2", raw: "0c2f" },
    ]);
    expect(it.documents(/state$/)).toEqual([]);
  });
});

describe("what never becomes a command", () => {
  test("unknown topics and empty payloads are drops", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/1/2/3/state", "1");
    it.message("knx/ga/1/9/3/set", "1");
    it.message("elsewhere", "1");
    it.message("knx/ga/1/2/3/set", "");
    it.message("knx/ga/1/2/3/set", "", { retain: true });
    expect(it.drops).toEqual([
      "bridge.unknown-topic",
      "bridge.unknown-topic",
      "bridge.unknown-topic",
      "bridge.empty-payload",
      "bridge.empty-payload",
    ]);
    expect(it.published).toEqual([]);
  });

  test("too large", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/1/2/3/set", "", { size: 65_537 });
    expect(it.documents(/error$/)).toMatchObject([{ error: { code: "too_large" }, payload: "" }]);
  });

  test("the payload of an error is cut", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/1/2/3/set", "x".repeat(5_000));
    expect(it.documents(/error$/)).toMatchObject([{ payload: "x".repeat(200) }]);
  });

  test("more than 1000 messages a second", () => {
    const it = ready(config(OBJECTS));
    for (let n = 0; n < 1_003; n++) it.message("knx/ga/1/2/3/set", "1");
    expect(it.state().tallies.rejected).toEqual({ rate_limited: 3 });
    expect(it.documents(/error$/)[0]).toMatchObject({ error: { code: "rate_limited" } });
    it.advance(1_000);
    it.message("knx/ga/1/2/3/set", "1");
    expect(it.state().tallies.rejected).toEqual({ rate_limited: 3 });
  });

  test("at most ten errors a second, and a count of the others", () => {
    const it = ready(config(OBJECTS));
    for (let n = 0; n < 25; n++) it.message("knx/ga/1/2/3/set", "sideways");
    expect(it.documents(/error$/)).toHaveLength(10);
    it.advance(1_000);
    expect(it.documents(/error$/).slice(10)).toEqual([
      { suppressed: 15, ts: "2026-01-31T10:11:13.000Z" },
    ]);
    it.message("knx/ga/1/2/3/set", "sideways");
    expect(it.documents(/error$/)).toHaveLength(12);
  });
});

describe("results", () => {
  test("equal ids within 60 s are executed once, and the first result is repeated", () => {
    const it = ready(config(OBJECTS));
    const send = () => it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a"}');
    send();
    send();
    it.advance(1_000);
    expect(it.documents(/result$/)).toHaveLength(1);
    send();
    const [first, second] = it.topics(/result$/);
    expect(second?.payload).toBe(first?.payload);
    it.message("knx/ga/1/3/10/set", '{"value":1,"id":"a"}');
    it.advance(59_000);
    expect(it.sent).toHaveLength(2);
    send();
    expect(it.sent).toHaveLength(3);
    expect(it.state().tallies.rejected).toEqual({ duplicate: 2 });
  });

  test("confirm: queued gives the result at once, and no other", () => {
    const it = ready(config(OBJECTS), () => ({ outcome: "no_ack" }));
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a","confirm":"queued"}');
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", status: "ok", stage: "queued" }]);
    it.advance(1_000);
    expect(it.documents(/result$|error$/)).toHaveLength(1);
  });

  test("to the response topic, with the correlation data, when it is permitted", () => {
    const it = ready(config(OBJECTS));
    const correlation = [1, 2, 255];
    it.message("knx/ga/1/2/3/set", "1", { responseTopic: "answers/me", correlation });
    it.message("knx/ga/1/3/10/set", "bad", { responseTopic: "knx/bridge/state", correlation });
    it.advance(100);
    expect(it.topics(/answers\/me/)).toMatchObject([
      { correlation, expiryS: 60, qos: 1, retain: false, json: true },
    ]);
    expect(it.documents(/answers\/me/)).toMatchObject([{ status: "ok", stage: "confirmed" }]);
    expect(it.documents(/knx\/ga\/1\/3\/10\/result/)).toMatchObject([{ status: "error" }]);
    expect(it.documents(/bridge\/(state|error)/)).toEqual([]);
  });

  test("a merged command names the one that took its place", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/4/0/1/set", "1");
    it.message("knx/ga/1/3/10/set", '{"value":10,"id":"a"}');
    it.message("knx/ga/1/3/10/set", '{"value":20,"id":"b"}');
    it.message("knx/ga/1/3/10/set", "30");
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", status: "ok", stage: "merged", merged_into: "b" },
      { id: "b", status: "ok", stage: "merged", merged_into: null },
    ]);
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { destination: ga("4/0/1") },
      { destination: ga("1/3/10"), value: value("4d") },
    ]);
  });

  test("queue: all is not merged", () => {
    const it = ready(config(OBJECTS));
    for (const level of [10, 20, 30])
      it.message("knx/ga/1/3/10/set", `{"value":${level},"queue":"all"}`);
    it.advance(1_000);
    expect(it.sent).toHaveLength(3);
  });

  test("the message expiry is a time to live too", () => {
    const it = ready(config(OBJECTS));
    it.offline();
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a"}', { expiryMs: 2_000 });
    it.advance(1_999);
    expect(it.documents(/result$/)).toEqual([]);
    it.advance(1);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "expired" }]);
  });
});

describe("toggle", () => {
  test("turns over what is held, or what will hold", () => {
    const it = ready(config(OBJECTS));
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    it.message("knx/ga/4/0/1/set", "1");
    it.message("knx/ga/1/2/3/set", "toggle");
    it.message("knx/ga/1/2/3/set", '{"value":"toggle","queue":"all"}');
    it.message("knx/ga/1/2/3/set", '{"value":"toggle","queue":"all"}');
    it.advance(1_000);
    expect(it.sent.slice(1).map(({ request }) => request)).toMatchObject([
      { value: value("/0") },
      { value: value("/1") },
      { value: value("/0") },
    ]);
    it.message("knx/ga/1/2/3/set", "toggle");
    it.message("knx/ga/1/2/3/set", "toggle");
    it.advance(1_000);
    // The second one against the first, which is on its way.
    expect(it.sent.slice(4).map(({ request }) => request)).toMatchObject([
      { value: value("/1") },
      { value: value("/0") },
    ]);
  });
});

describe("20 Security", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "neither list",                 lists: {},                                            code: undefined },
    { is: "denied",                       lists: { deny: ["1/2/*"] },                           code: "forbidden" },
    { is: "another one denied",           lists: { deny: ["9/*/*", "1/3/*"] },                  code: undefined },
    { is: "allowed",                      lists: { allow: ["1/*/*"] },                          code: undefined },
    { is: "not among the allowed",        lists: { allow: ["4/0/*"] },                          code: "forbidden" },
    { is: "allowed and denied",           lists: { allow: ["1/*/*"], deny: ["1/2/3"] },         code: "forbidden" },
    { is: "nothing allowed",              lists: { allow: [] },                                 code: "forbidden" },
  ])("$is: $code", ({ lists, code }) => {
    const it = ready(config(OBJECTS, lists));
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a"}');
    it.message("knx/ga/1/2/3/get", '{"id":"b","from":"cache"}');
    it.advance(1_000);
    const codes = it.documents(/result$/).map(({ error }) => error);
    expect(codes).toMatchObject(code === undefined ? [undefined, undefined] : [{ code }, { code }]);
    expect(it.sent).toHaveLength(code === undefined ? 1 : 0);
  });

  test("confirm_write: only with the group address again", () => {
    const it = ready(config([object("1/2/3", "1.001", { confirmWrite: true })]));
    for (const payload of [
      "1",
      '{"value":1}',
      '{"value":1,"confirm":"sent"}',
      '{"value":1,"confirm":"1/2/4"}',
      '{"value":1,"confirm":"1/2/3"}',
    ])
      it.message("knx/ga/1/2/3/set", payload);
    expect(it.documents(/error$/).map(({ error }) => error)).toMatchObject(
      Array.from({ length: 4 }, () => ({ code: "forbidden" })),
    );
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
  });
});

describe("options of an object", () => {
  test("min and max are narrower than the type", () => {
    const it = ready(config([object("4/1/1", "9.001", { min: 16, max: 26 })]));
    for (const value of ["15.9", "16", "26", "26.1"])
      it.message("knx/ga/4/1/1/set", `{"value":${value},"id":"${value}","queue":"all"}`);
    it.advance(1_000);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "15.9", error: { code: "out_of_range", detail: { min: 16, max: 26 } } },
      { id: "26.1", error: { code: "out_of_range", detail: { min: 16, max: 26 } } },
      { id: "16", status: "ok" },
      { id: "26", status: "ok" },
    ]);
  });

  test("one limit alone: the other one is the type's", () => {
    const it = ready(config([object("1/3/10", "5.001", { max: 80 })]));
    it.message("knx/ga/1/3/10/set", "90");
    expect(it.documents(/error$/)).toMatchObject([
      { error: { code: "out_of_range", detail: { min: 0, max: 80 } } },
    ]);
  });

  test("truncate: a text is cut, not refused", () => {
    const cut = object("3/1/1", "16.001", { truncate: true });
    const it = ready(config([cut, object("3/1/2", "16.001")]));
    for (const address of ["3/1/1", "3/1/2"])
      it.message(`knx/ga/${address}/set`, '"fifteen letters"');
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { destination: ga("3/1/1"), value: value("66 69 66 74 65 65 6e 20 6c 65 74 74 65 72") },
    ]);
    expect(it.documents(/error$/)).toMatchObject([{ error: { code: "out_of_range" } }]);
  });

  test("dedupe: what holds already, or will, is not sent again", () => {
    const it = ready(config([object("1/2/3", "1.001", { dedupe: true })]));
    for (const id of ["a", "b"]) it.message("knx/ga/1/2/3/set", `{"value":1,"id":"${id}"}`);
    it.advance(1_000);
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"c"}');
    it.message("knx/ga/1/2/3/set", '{"value":0,"id":"d"}');
    it.advance(1_000);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "b", status: "ok", stage: "merged", merged_into: null },
      { id: "a", stage: "confirmed" },
      { id: "c", status: "ok", stage: "merged", merged_into: null },
      { id: "d", stage: "confirmed" },
    ]);
    expect(it.sent).toHaveLength(2);
  });
});
