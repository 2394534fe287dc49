import { describe, expect, test } from "vitest";
import type { LinkConfig } from "../../../../src/core/app/bridge/links/config.ts";
import { parsePointer, valueAt } from "../../../../src/core/app/bridge/links/pointer.ts";
import type { ObjectConfig } from "../../../../src/core/config.ts";
import type { JsonValue } from "../../../../src/core/effect.ts";
import { config, ga, object, ready } from "./rig.ts";

describe("JSON Pointer", () => {
  // RFC 6901 §5, with its document.
  const DOCUMENT: JsonValue = {
    foo: ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
  };
  // biome-ignore format: read by column
  const ROWS: readonly (readonly [pointer: string, value: JsonValue | undefined])[] = [
    ["",       DOCUMENT],
    ["/foo",   ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/",      0],
    ["/a~1b",  1],
    ["/c%d",   2],
    ["/e^f",   3],
    ["/g|h",   4],
    ["/i\\j",  5],
    ['/k"l',   6],
    ["/ ",     7],
    ["/m~0n",  8],
    ["/foo/-", undefined],
    ["/foo/00", undefined],
    ["/foo/length", undefined],
    ["/foo/2", undefined],
    ["/toString", undefined],
    ["/foo/0/b", undefined],
  ];
  test.each(ROWS)("%s", (text, found) => {
    expect(valueAt(DOCUMENT, parsePointer(text) ?? ["no pointer"])).toEqual(found);
  });
  test("~01 is ~1, not a slash", () => {
    expect(parsePointer("/a~01b")).toEqual(["a~1b"]);
  });
  test.each(["foo", "#/foo", "/a~", "/a~2"])("%s is none", (text) => {
    expect(parsePointer(text)).toBeUndefined();
  });
});

const BALCONY = object("4/0/12", "9.001", { provide: true });
const SOURCE = "zigbee2mqtt/balcony";
const INWARD = { pointer: null, map: null, scale: null, staleMs: null };
const OUTWARD = { map: null, on: "write", retain: false } as const;

const inward = (more: Partial<LinkConfig["inward"]> = {}, address = "4/0/12"): LinkConfig => ({
  ga: ga(address),
  topic: SOURCE,
  inward: { ...INWARD, ...more },
  outward: null,
  guardMs: 2_000,
});
const outward = (
  more: Partial<LinkConfig["outward"]> = {},
  address = "1/1/17",
  topic = "shellies/garage/relay/0/command",
): LinkConfig => ({
  ga: ga(address),
  topic,
  inward: null,
  outward: { ...OUTWARD, ...more },
  guardMs: 2_000,
});
const both = (address: string, topic: string): LinkConfig => ({
  ga: ga(address),
  topic,
  inward: INWARD,
  outward: OUTWARD,
  guardMs: 2_000,
});
const linked = (objects: readonly ObjectConfig[], ...links: readonly LinkConfig[]) =>
  ready(config(objects, { links }));

describe("15.2 MQTT → KNX", () => {
  // biome-ignore format: read by column
  const ROWS = [
    { link: { pointer: ["temperature"] },                       payload: '{"temperature":21.5,"battery":77}', value: 21.5 },
    { link: {},                                                 payload: "21.5",                              value: 21.5 },
    { link: { scale: { factor: 0.1, offset: -3 } },             payload: "245",                               value: 21.5 },
    { link: { pointer: [], scale: { factor: 1, offset: 1 } },   payload: '"20.5"',                            value: 21.5 },
    { link: { map: { warm: 21.5, cold: 3 } },                   payload: "warm",                              value: 21.5 },
    { link: { pointer: ["a"], map: { true: 21.5 } },            payload: '{"a":true}',                        value: 21.5 },
    { link: { pointer: ["a"], map: { null: 21.5 } },            payload: '{"a":null}',                        value: 21.5 },
  ];
  test.each(ROWS)("$payload by $link", ({ link, payload, value }) => {
    const it = linked([BALCONY], inward(link));
    it.message(SOURCE, payload);
    it.advance(1_000);
    expect(it.documents(/state$/)).toMatchObject([{ ga: "4/0/12", value, origin: "link" }]);
    it.read("4/0/12");
    expect(it.sent.at(-1)).toMatchObject({
      request: { type: "A_GroupValue_Response.req", value: { octets: [0x0c, 0x33] } },
    });
  });

  // biome-ignore format: read by column
  const REFUSED = [
    { link: {},                                     payload: "warm",    code: "invalid_value" },
    { link: {},                                     payload: "1e9",     code: "out_of_range" },
    { link: { pointer: ["a"] },                     payload: "21.5 °C", code: "invalid_json" },
    { link: { map: { on: 1 } },                     payload: "off",     code: "invalid_value" },
    { link: { map: { on: 1 } },                     payload: "toString", code: "invalid_value" },
    { link: { scale: { factor: 2, offset: 0 } },    payload: "warm",    code: "invalid_value" },
  ];
  test.each(REFUSED)("$payload by $link is $code", ({ link, payload, code }) => {
    const it = linked([BALCONY], inward(link));
    it.message(SOURCE, payload);
    it.advance(1_000);
    expect(it.sent).toEqual([]);
    expect(it.documents(/error$/)).toMatchObject([
      { topic: SOURCE, ga: "4/0/12", error: { code }, payload },
    ]);
    expect(it.state().tallies.rejected).toEqual({ [code]: 1 });
  });

  test("a document without the member, null, and a cleared topic are counted", () => {
    const it = linked([BALCONY], inward({ pointer: ["temperature"] }));
    for (const payload of ['{"battery":77}', '{"temperature":null}', ""])
      it.message(SOURCE, payload);
    it.advance(1_000);
    expect(it.sent).toEqual([]);
    expect(it.topics(/error$/)).toEqual([]);
    expect(it.drops).toEqual(["bridge.no-member", "bridge.no-member", "bridge.empty-payload"]);
  });

  test("a retained message is a valid initial value, and asked for with each connection", () => {
    const it = linked([BALCONY], inward());
    expect(it.asides).toContainEqual({
      for: "mqtt",
      type: "subscribe",
      filters: [SOURCE],
      retained: true,
    });
    it.message(SOURCE, "21.5", { retain: true });
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
  });

  test("only what differs is sent, and with the object's pace", () => {
    const it = linked(
      [{ ...BALCONY, minIntervalMs: 30_000, hysteresis: { of: "value", amount: 0.2 } }],
      inward(),
    );
    for (const payload of ["21.5", "21.5", "21.6", "22", "23"]) {
      it.message(SOURCE, payload);
      it.advance(1_000);
    }
    it.advance(60_000);
    expect(it.documents(/state$/).map(({ value }) => value)).toEqual([21.5, 23]);
  });

  test("stale_after: the object is unknown and not answered any more, until the source speaks again", () => {
    const it = linked([BALCONY], inward({ staleMs: 3_600_000 }));
    it.message(SOURCE, "21.5");
    it.advance(3_000_000);
    it.message(SOURCE, "21.5");
    it.advance(3_000_000);
    it.read("4/0/12");
    expect(it.sent).toHaveLength(2);
    it.advance(700_000);
    const unknown = it.documents(/state$/).at(-1);
    expect(unknown).toMatchObject({ ga: "4/0/12", value: null, quality: "unknown" });
    expect(unknown).not.toHaveProperty("raw");
    it.read("4/0/12");
    it.message("knx/ga/4/0/12/get", '{"from":"cache","id":"a"}');
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toMatchObject([{ value: null, quality: "unknown" }]);
    it.broker(false);
    it.broker(true);
    it.advance(1_000);
    expect(it.documents(/4.0.12.state$/).at(-1)).toMatchObject({ quality: "unknown" });
    it.message(SOURCE, "21.5");
    it.advance(1_000);
    it.read("4/0/12");
    expect(it.sent).toHaveLength(4);
    expect(it.documents(/4.0.12.state$/).at(-1)).toMatchObject({ value: 21.5, quality: "good" });
  });
});

describe("15.2 KNX → MQTT", () => {
  const BUTTON = object("1/1/17", "1.001");
  const forwarded = (it: ReturnType<typeof ready>) =>
    it.topics(/^shellies/).map(({ payload, retain, qos }) => ({ payload, retain, qos }));

  test("with a map; what is not in it is counted", () => {
    const it = linked([BUTTON], outward({ map: { true: "on" }, retain: true }));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/0");
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "0c 1a");
    expect(forwarded(it)).toEqual([{ payload: "on", retain: true, qos: 1 }]);
    expect(it.drops).toEqual(["bridge.no-payload", "bridge.no-payload"]);
  });

  // biome-ignore format: read by column
  const SERVICES = [
    { on: "write",    payloads: ["true"] },
    { on: "response", payloads: ["false"] },
    { on: "any",      payloads: ["true", "false"] },
  ] as const;
  test.each(SERVICES)("on: $on", ({ on, payloads }) => {
    const it = linked([BUTTON], outward({ on }));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.telegram("A_GroupValue_Response.ind", "1/1/17", "/0");
    it.read("1/1/17");
    expect(forwarded(it).map(({ payload }) => payload)).toEqual(payloads);
  });

  test("bare text, objects as JSON, our own writes once they are confirmed, and never our answers", () => {
    const it = linked(
      [
        object("1/1/17", "16.001"),
        object("1/1/18", "18.001"),
        { ...BUTTON, ga: ga("1/1/19"), provide: true },
      ],
      outward(),
      outward({}, "1/1/18"),
      outward({ on: "any" }, "1/1/19"),
    );
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "61 62 00 00 00 00 00 00 00 00 00 00 00 00");
    it.telegram("A_GroupValue_Write.ind", "1/1/18", "04");
    it.message("knx/ga/1/1/19/set", "on");
    expect(forwarded(it).map(({ payload }) => payload)).toEqual([
      "ab",
      '{"scene":5,"learn":false}',
    ]);
    it.advance(1_000);
    it.read("1/1/19");
    it.advance(1_000);
    expect(
      forwarded(it)
        .map(({ payload }) => payload)
        .slice(2),
    ).toEqual(["true"]);
  });

  test("retained, it is told again to a broker that was away", () => {
    const it = linked(
      [BUTTON, { ...BUTTON, ga: ga("1/1/18") }],
      outward({ retain: true }),
      outward({}, "1/1/18"),
    );
    it.broker(false);
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/1/18", "/1");
    it.broker(true);
    it.advance(1_000);
    expect(forwarded(it)).toEqual([{ payload: "true", retain: true, qos: 1 }]);
  });
});

describe("17.6 origin and guard", () => {
  const AWAY = object("2/1/5", "1.001", { provide: true });
  const TOPIC = "home/away";
  const two = () => linked([AWAY], both("2/1/5", TOPIC));
  const payloads = (it: ReturnType<typeof two>) => it.topics(/^home/).map(({ payload }) => payload);

  test("what came from MQTT is not published there; what came from KNX is not sent there", () => {
    const it = two();
    it.message(TOPIC, "on");
    it.advance(5_000);
    expect(it.sent).toHaveLength(1);
    expect(payloads(it)).toEqual([]);
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/0");
    it.advance(5_000);
    expect(it.sent).toHaveLength(1);
    expect(payloads(it)).toEqual(["false"]);
  });

  test("for 2 s an equal value is an echo, then it is a value again", () => {
    const it = two();
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/1");
    it.advance(1_900);
    it.message(TOPIC, "on");
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/0");
    it.advance(2_100);
    it.message(TOPIC, "on");
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
    // The partner on the bus repeats it: within two seconds nobody on MQTT is told.
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/1");
    expect(payloads(it)).toEqual(["true", "false"]);
    it.advance(2_100);
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/1");
    expect(payloads(it)).toEqual(["true", "false", "true"]);
  });

  test("echoes of two quick changes come back in their order, and change nothing", () => {
    const it = two();
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/1");
    it.advance(100);
    it.telegram("A_GroupValue_Write.ind", "2/1/5", "/0");
    it.advance(100);
    it.message(TOPIC, "true");
    it.message(TOPIC, "false");
    it.advance(100);
    expect(it.sent).toEqual([]);
    // Somebody really wants it, a second after the last change.
    it.message(TOPIC, "true");
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
  });

  test("a set through our own topic goes on to the other side", () => {
    const it = two();
    it.message("knx/ga/2/1/5/set", "on");
    it.advance(1_000);
    expect(payloads(it)).toEqual(["true"]);
  });
});

describe("17.7 the detector", () => {
  const LAMP = object("1/0/1", "1.001", { provide: true });
  /** Something outside answers each value with the opposite. */
  const pingPong = (it: ReturnType<typeof ready>, seconds: number): void => {
    let seen = it.published.length;
    for (let ms = 0; ms < seconds * 1_000; ms += 100) {
      it.advance(100);
      const news = it.published.slice(seen).filter(({ topic }) => topic === "b");
      seen = it.published.length;
      for (const { payload } of news) it.message("a", payload === "true" ? "false" : "true");
    }
  };
  const start = () =>
    linked([LAMP], { ...inward({}, "1/0/1"), topic: "a" }, outward({}, "1/0/1", "b"));
  const health = (it: ReturnType<typeof ready>) => {
    const process = { uptimeS: 1, rssMb: 1, cpuPercent: 1, loopLagMs: 1 };
    it.feed({ for: "bridge", type: "health.req", counters: {}, process, at: it.now() });
    return it.documents(/health$/).at(-1);
  };

  test("rests for 30 s, then goes on; three times within an hour and it stays off", () => {
    const it = start();
    const stopped: number[] = [];
    for (let round = 1; round <= 3; round++) {
      it.message("a", "true");
      pingPong(it, 10);
      expect(it.sent).toHaveLength(10 * round);
      stopped.push(
        it.documents(/bridge\/event$/).filter(({ type }) => type === "loop_detected").length,
      );
      // The second is what was sent last, so it need not be sent.
      it.message("a", "true");
      it.message("a", "false");
      it.advance(1_000);
      expect(it.sent).toHaveLength(10 * round);
      it.advance(30_000);
    }
    expect(stopped).toEqual([1, 2, 3]);
    it.advance(7_200_000);
    it.message("a", "true");
    it.message("a", "false");
    it.advance(1_000);
    expect(it.sent).toHaveLength(30);
    expect(it.documents(/bridge\/event$/).at(-1)).toMatchObject({
      type: "loop_detected",
      rest_s: null,
    });
    expect(health(it)).toMatchObject({
      problems: expect.arrayContaining(["loop"]),
      queue: { dropped: { loop: 3 + 3 + 1 } },
    });
  });

  test("a set while it rests is refused with loop, and the newest value is answered", () => {
    const it = start();
    it.message("a", "true");
    pingPong(it, 5);
    it.message("knx/ga/1/0/1/set", '{"value":true,"id":"a"}');
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", status: "error", stage: "dropped", error: { code: "loop" } },
    ]);
    it.read("1/0/1");
    expect(it.sent.at(-1)).toMatchObject({
      request: { type: "A_GroupValue_Response.req", value: { octets: [1] } },
    });
  });

  test("a link to MQTT rests as well, when a device goes to and fro", () => {
    const it = linked([object("1/1/17", "1.001")], outward({ retain: false }, "1/1/17", "b"));
    for (let n = 0; n < 30; n++) {
      it.telegram("A_GroupValue_Write.ind", "1/1/17", n % 2 ? "/1" : "/0");
      it.advance(200);
    }
    expect(it.topics(/^b$/)).toHaveLength(10);
    expect(it.documents(/bridge\/event$/)).toMatchObject([
      { type: "loop_detected", link: 0, ga: "1/1/17", topic: "b", rest_s: 30 },
    ]);
    it.advance(30_000);
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    expect(it.topics(/^b$/)).toHaveLength(11);
  });

  // biome-ignore format: read by column
  const HARMLESS = [
    { what: "a ramp",                        values: Array.from({ length: 40 }, (_, n) => n),             pause: 100 },
    { what: "the same value again and again", values: Array.from({ length: 40 }, () => 7),                pause: 100 },
    { what: "to and fro, but twice a second", values: Array.from({ length: 40 }, (_, n) => n % 2),        pause: 501 },
  ];
  test.each(HARMLESS)("$what is no loop", ({ values, pause }) => {
    const it = linked(
      [object("1/0/1", "9.001", { provide: true, transmit: "always" })],
      { ...inward({}, "1/0/1"), topic: "a" },
      outward({}, "1/0/1", "b"),
    );
    for (const one of values) {
      it.message("a", `${one}`);
      it.advance(pause);
    }
    it.advance(5_000);
    expect(it.sent).toHaveLength(values.length);
    expect(it.topics(/^b$/)).toHaveLength(values.length);
    expect(it.topics(/bridge.event$/)).toEqual([]);
  });
});

test("a topic may be called like what every object has", () => {
  const it = linked([BALCONY], inward());
  for (const topic of ["toString", "__proto__", "constructor"]) it.message(topic, "1");
  expect(it.drops).toEqual(Array(3).fill("bridge.unknown-topic"));
});

test("a state with links is a JSON value", () => {
  const it = linked(
    [BALCONY, object("2/1/5", "1.001", { provide: true })],
    inward({ staleMs: 5_000 }),
    both("2/1/5", "home/away"),
  );
  it.message(SOURCE, "21.5");
  it.message("home/away", "on");
  it.telegram("A_GroupValue_Write.ind", "2/1/5", "/0");
  it.advance(10_000);
  expect(JSON.parse(JSON.stringify(it.state()))).toStrictEqual(it.state());
});
