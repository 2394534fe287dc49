import { describe, expect, test } from "vitest";
import { config, ready } from "./rig.ts";

const admin = () => ready(config([], { requests: "admin" }));
const basic = () => ready(config([]));
const ANSWERS = /\/response\//;

describe("10 Request API", () => {
  test("an answer goes to response/<name>, with the id as it came", () => {
    const it = basic();
    it.message("knx/bridge/request/ping", '{"id":42}');
    expect(it.topics(ANSWERS)).toMatchObject([
      { topic: "knx/bridge/response/ping", qos: 1, retain: false, json: true, expiryS: 60 },
    ]);
    expect(it.documents(ANSWERS)).toEqual([
      {
        id: 42,
        status: "ok",
        data: { pong: true, ts: expect.stringMatching(/^2026-.*Z$/) },
        ms: 0,
      },
    ]);
  });

  test("an empty request needs no id", () => {
    const it = basic();
    it.message("knx/bridge/request/ping", "");
    expect(it.documents(ANSWERS)).toMatchObject([{ status: "ok", data: { pong: true } }]);
    expect(it.documents(ANSWERS)[0]).not.toHaveProperty("id");
  });

  test("MQTT 5: to the response topic with its correlation data, unless it is not permitted", () => {
    const it = basic();
    const correlation = [0x0b, 0xad];
    it.message("knx/bridge/request/ping", "", { responseTopic: "my/answers", correlation });
    it.message("knx/bridge/request/ping", "", { responseTopic: "knx/ga/1/2/3/set", correlation });
    expect(it.published).toMatchObject([
      { topic: "my/answers", correlation },
      { topic: "knx/bridge/response/ping", correlation },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no JSON",            name: "ping",                    payload: "{",              code: "invalid_json" },
    { is: "a list",             name: "ping",                    payload: "[1]",            code: "invalid_json" },
    { is: "a number",           name: "ping",                    payload: "17",             code: "invalid_json" },
    { is: "an unknown name",    name: "pong",                    payload: '{"id":"7"}',     code: "unknown_request" },
    { is: "an inherited name",  name: "constructor",             payload: "",               code: "unknown_request" },
    { is: "admin, not allowed", name: "device/programming_mode", payload: '{"on":true}',    code: "forbidden" },
  ])("$is is refused as $code", ({ name, payload, code }) => {
    const it = basic();
    it.message(`knx/bridge/request/${name}`, payload);
    expect(it.documents(ANSWERS)).toMatchObject([{ status: "error", error: { code } }]);
    expect(it.others).toEqual([]);
  });

  test("a retained request is refused, a large one too", () => {
    const it = admin();
    const name = "knx/bridge/request/device/programming_mode";
    it.message(name, '{"on":true}', { retain: true });
    it.message(name, "", { size: 65_537 });
    expect(it.documents(ANSWERS)).toMatchObject([
      { error: { code: "retained_command" } },
      { error: { code: "too_large" } },
    ]);
    expect(it.others).toEqual([]);
  });

  test("20 a second, then rate_limited; a second later again", () => {
    const it = basic();
    for (let n = 0; n < 21; n++) it.message("knx/bridge/request/ping", "");
    expect(it.documents(ANSWERS).filter(({ status }) => status === "ok")).toHaveLength(20);
    expect(it.documents(ANSWERS).at(-1)).toMatchObject({ error: { code: "rate_limited" } });
    it.advance(1_000);
    it.message("knx/bridge/request/ping", "");
    expect(it.documents(ANSWERS).at(-1)).toMatchObject({ status: "ok" });
  });

  test("requests: off neither subscribes nor answers", () => {
    const it = ready(config([], { requests: "off" }));
    it.message("knx/bridge/request/ping", "");
    expect(it.published).toEqual([]);
    expect(it.drops).toEqual(["bridge.unknown-topic"]);
    expect(it.subscribed.flat().filter((filter) => filter.includes("request"))).toEqual([]);
  });
});

describe("device/programming_mode", () => {
  test("is passed to the device; what it says is an event, whoever did it", () => {
    const it = admin();
    it.message("knx/bridge/request/device/programming_mode", '{"id":"a","on":true}');
    expect(it.others).toEqual([
      { for: "device", type: "programming-mode.req", on: true, at: it.now() },
    ]);
    expect(it.documents(ANSWERS)).toMatchObject([{ id: "a", status: "ok", data: { on: true } }]);
    it.feed({
      for: "bridge",
      type: "device.ind",
      what: "programming_mode",
      on: true,
      at: it.now(),
    });
    expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "programming_mode", on: true }]);
  });

  test("on must be a boolean", () => {
    const it = admin();
    it.message("knx/bridge/request/device/programming_mode", '{"on":"yes"}');
    expect(it.documents(ANSWERS)).toMatchObject([{ error: { code: "invalid_value" } }]);
    expect(it.others).toEqual([]);
  });
});

test("a download and an address conflict are events", () => {
  const it = basic();
  for (const [what, on] of [
    ["download", true],
    ["download", false],
    ["address_conflict", true],
  ] as const)
    it.feed({ for: "bridge", type: "device.ind", what, on, at: it.now() });
  expect(it.documents(/bridge\/event$/).map(({ type }) => type)).toEqual([
    "ets_download_start",
    "ets_download_end",
    "address_conflict",
  ]);
});
