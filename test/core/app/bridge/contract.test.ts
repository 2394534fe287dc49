import { describe, expect, test } from "vitest";
import { config, object, ready } from "./rig.ts";

/*
 * Sentences of `mqtt-interface.md` about what is taken and what is refused, and where the refusal is seen.
 */

const healthOf = (it: ReturnType<typeof ready>) => {
  it.feed({
    for: "bridge",
    type: "health.req",
    counters: {},
    process: { uptimeS: 1, rssMb: 1, cpuPercent: 0, loopLagMs: 0 },
    at: it.now(),
  });
  return it.documents(/bridge\/health$/).at(-1);
};

// biome-ignore format: read by column
describe("the object's own limits: what was asked for counts, not what the type rounds it to (§6, §11)", () => {
  const objects = [
    object("1/1/2", "5.001", { max: 50 }),
    object("1/1/3", "9.004", { max: 500 }),
    object("1/1/4", "5.001", { min: 10 }),
  ];
  test.each([
    { to: "1/1/2", payload: "50",                sent: [0x80] },
    { to: "1/1/2", payload: '{"value":50}',      sent: [0x80] },
    { to: "1/1/2", payload: '{"raw":"80"}',      sent: [0x80] },
    { to: "1/1/3", payload: "500",               sent: [0x2e, 0x1b] },
    { to: "1/1/4", payload: "10",                sent: [0x1a] },
    { to: "1/1/2", payload: "50.1",              sent: null },
    { to: "1/1/2", payload: '{"raw":"81"}',      sent: null },
    { to: "1/1/3", payload: "500.1",             sent: null },
    { to: "1/1/4", payload: "9.9",               sent: null },
  ] as const)("$payload to $to", ({ to, payload, sent }) => {
    const it = ready(config(objects));
    it.message(`knx/ga/${to}/set`, payload);
    it.advance(1_000);
    const values = it.sent.map(({ request }) => ("value" in request ? request.value.octets : null));
    expect(values.map((octets) => [...(octets ?? [])])).toEqual(sent === null ? [] : [[...sent]]);
    if (sent === null)
      expect(it.documents(/bridge\/error$/)).toMatchObject([{ error: { code: "out_of_range" } }]);
  });
});

describe("bus_busy: busmonitor mode, or ETS is downloading into the bridge (§11)", () => {
  test("busmonitor", () => {
    const it = ready(config([object("1/1/1", "1.001")]));
    it.offline("busmonitor");
    it.message("knx/ga/1/1/1/set", '{"value":true,"id":"s","ttl_ms":500}');
    it.message("knx/ga/1/1/1/get", '{"id":"g"}');
    it.advance(15_000);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "s", stage: "expired", error: { code: "bus_busy" } },
      { id: "g", stage: "expired", error: { code: "bus_busy" } },
    ]);
  });

  test("a download", () => {
    const it = ready(config([object("1/1/1", "1.001")]));
    it.feed({ for: "bridge", type: "device.ind", what: "download", on: true, at: it.now() });
    it.message("knx/ga/1/1/1/get", '{"id":"g"}');
    it.advance(15_000);
    expect(it.documents(/result$/)).toMatchObject([{ id: "g", error: { code: "bus_busy" } }]);
  });
});

describe("every refusal is visible: to the sender, and as a counter (§1.5, §8.3, §8.6)", () => {
  test("the words of §8.3 are there from the start, and a payload that is wrong is invalid", () => {
    const it = ready(config([object("1/1/1", "1.001"), object("1/1/2", "5.001")]));
    const none = {
      queue_full: 0,
      bus_offline: 0,
      rate_limited: 0,
      invalid: 0,
      retained_command: 0,
    };
    expect(healthOf(it)).toMatchObject({ queue: { rejected: none } });
    it.message("knx/ga/1/1/2/set", "150");
    it.message("knx/ga/1/1/2/set", "warm");
    it.message("knx/ga/1/1/2/set", "{");
    it.message("knx/ga/1/1/2/set", "50", { retain: true });
    expect(healthOf(it)).toMatchObject({
      queue: {
        rejected: {
          ...none,
          invalid: 3,
          retained_command: 1,
          out_of_range: 1,
          invalid_value: 1,
          invalid_json: 1,
        },
      },
    });
  });

  test("requests count like commands", () => {
    const it = ready(config([]));
    it.message("knx/bridge/request/nope", "{}");
    it.message("knx/bridge/request/ping", "[]");
    it.message("knx/bridge/request/ping", "{}", { retain: true });
    expect(healthOf(it)).toMatchObject({
      queue: { rejected: { unknown_request: 1, invalid: 1, retained_command: 1 } },
    });
  });

  test.each([
    ["knx/ga/1/1/1/set", '{"value":true,"id":"r"}'],
    ["knx/ga/1/1/1/get", '{"id":"r"}'],
  ])(
    "a retained command with an id is answered where its result is awaited: %s",
    (topic, payload) => {
      const it = ready(config([object("1/1/1", "1.001")]));
      it.message(topic, payload, { retain: true });
      expect(it.documents(/1\/1\/1\/result$/)).toMatchObject([
        { id: "r", status: "error", stage: "rejected", error: { code: "retained_command" } },
      ]);
      expect(it.documents(/bridge\/error$/)).toEqual([]);
    },
  );

  test("a number that is neither 0 nor 1 is out of range, in whichever form (§5.5)", () => {
    const it = ready(config([object("1/1/1", "1.001")]));
    it.message("knx/ga/1/1/1/set", "2");
    it.message("knx/ga/1/1/1/set", '{"value":2}');
    const error = { code: "out_of_range", detail: { min: 0, max: 1 } };
    expect(it.documents(/bridge\/error$/)).toMatchObject([{ error }, { error }]);
  });
});

// biome-ignore format: read by column
test.each([
  { dpt: "4.001",  payload: " ",           value: " " },
  { dpt: "16.001", payload: " hi ",        value: " hi " },
  { dpt: "16.001", payload: "hi\n",        value: "hi" },
  { dpt: "9.001",  payload: " 21.5 \n",    value: 21.5 },
])("bare text goes out as it is written: $payload of $dpt (§5.5)", ({ dpt, payload, value }) => {
  const it = ready(config([object("1/1/1", dpt)]));
  it.message("knx/ga/1/1/1/set", payload);
  it.advance(1_000);
  expect(it.documents(/1\/1\/1\/state$/).at(-1)).toMatchObject({ value });
});

test("a read of the bridge itself has the origin internal, that of a get mqtt (§5.1)", () => {
  const it = ready(config([object("1/1/1", "1.001", { events: true, readOnInit: true })]));
  it.advance(9_000);
  it.message("knx/ga/1/1/1/get", "");
  it.advance(3_000);
  expect(it.documents(/1\/1\/1\/event$/)).toMatchObject([
    { service: "read", origin: "internal" },
    { service: "read", origin: "mqtt" },
  ]);
});

test("a commanded response of a provided object is its state (§5.1, §15.1)", () => {
  const it = ready(config([object("1/1/1", "9.001", { provide: true })]));
  it.message("knx/ga/1/1/1/set", '{"value":21.5}');
  it.advance(1_000);
  it.message("knx/ga/1/1/1/set", '{"value":22.5,"service":"response"}');
  it.advance(1_000);
  expect(it.documents(/1\/1\/1\/state$/).at(-1)).toMatchObject({ value: 22.5 });
});

test("a batch may turn over what an item before gives (§13.4)", () => {
  const it = ready(config([object("1/1/1", "1.001")]));
  const items = [
    { ga: "1/1/1", value: true },
    { ga: "1/1/1", value: "toggle", delay_ms: 100 },
  ];
  it.message("knx/bridge/request/group/batch", JSON.stringify({ id: 7, items }));
  it.advance(3_000);
  expect(it.documents(/response\/group\/batch$/)).toMatchObject([{ id: 7, status: "ok" }]);
  expect(it.documents(/1\/1\/1\/state$/).map(({ value }) => value)).toEqual([true, false]);
});
