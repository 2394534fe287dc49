import { describe, expect, test } from "vitest";
import type { ConfigFinding } from "../../../../src/core/app/bridge/reload/state.ts";
import { objects } from "../../../../src/core/app/group-objects/objects.ts";
import { openObjects } from "../../../../src/core/app/group-objects/state.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import { groupSet, inGroupSet } from "../../../../src/core/group-set.ts";
import { openStack, run } from "../../../../src/core/stack/stack.ts";
import { testConfig } from "../../../../src/testing/config.ts";
import { config, ga, object, ready, value } from "./rig.ts";

type Rig = ReturnType<typeof ready>;

const reload = (
  it: Rig,
  next: BridgeConfig,
  more: Readonly<{ reconnects?: boolean; restartRequired?: readonly string[] }> = {},
): void =>
  it.feed({
    for: "bridge",
    type: "reload.req",
    config: next,
    groups: groupSet(next.objects.map((one) => one.ga)),
    reconnects: more.reconnects ?? false,
    hash: "b3c1",
    restartRequired: more.restartRequired ?? [],
    warnings: 1,
    imported: null,
    at: it.now(),
  });

const FINDING: ConfigFinding = {
  path: "objects[3].ga",
  line: 58,
  column: 9,
  code: "bad_ga",
  message: '"1/9/3": the middle group goes from 0 to 7',
};

const reject = (it: Rig, findings: readonly ConfigFinding[]): void =>
  it.feed({ for: "bridge", type: "reload-rejected.ind", findings, at: it.now() });

const HALL = object("1/1/17", "1.001", { name: "Hall" });
const TEMPERATURE = object("1/2/3", "9.001", { name: "Living" });

const started = (objects: readonly ObjectConfig[], more: Partial<BridgeConfig> = {}): Rig => {
  const it = ready(config(objects, more));
  it.advance(10_000);
  it.published.length = 0;
  return it;
};

describe("§19 reload", () => {
  test("a reload with an error: the old configuration goes on, config_rejected (§22 23)", () => {
    const it = started([TEMPERATURE]);
    const before = it.state().config;
    reject(it, [FINDING]);
    expect(it.documents(/^knx\/bridge\/event$/)).toMatchObject([
      { type: "config_rejected", errors: 1, findings: [FINDING] },
    ]);
    expect(it.state().config).toBe(before);
    expect(problems(it)).toEqual(["config_error"]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    expect(it.documents(/^knx\/ga\/1\/2\/3\/state$/)).toMatchObject([{ value: 21.42 }]);

    reload(it, config([TEMPERATURE]));
    expect(problems(it)).toEqual([]);
  });

  test("success: config_loaded, and what needs a restart", () => {
    const it = started([TEMPERATURE]);
    reload(it, config([TEMPERATURE, HALL]), { restartRequired: ["knx.port"] });
    expect(it.documents(/^knx\/bridge\/event$/)).toMatchObject([
      {
        type: "config_loaded",
        hash: "b3c1",
        objects: 2,
        entities: 0,
        warnings: 1,
        restart_required: true,
        restart_for: ["knx.port"],
      },
    ]);
    expect(it.documents(/^knx\/bridge\/info$/).at(-1)).toMatchObject({
      config: { hash: "b3c1", restart_required: true },
    });
  });

  test("while the broker is away nothing is lost: it is told when it is back", () => {
    const it = started([TEMPERATURE]);
    it.broker(false);
    reject(it, [FINDING]);
    reload(it, config([TEMPERATURE]));
    expect(it.published).toEqual([]);
    it.broker(true);
    it.advance(5_000);
    expect(it.documents(/^knx\/bridge\/event$/).map(({ type }) => type)).toEqual([
      "config_rejected",
      "config_loaded",
      "connected",
    ]);
  });

  test("the group objects are told which addresses are acknowledged", () => {
    const it = started([TEMPERATURE]);
    it.others.length = 0;
    reload(it, config([HALL]));
    expect(it.others).toContainEqual(
      expect.objectContaining({
        for: "objects",
        type: "configure.req",
        groups: groupSet([ga("1/1/17")]),
      }),
    );
  });

  test("an object that is new takes commands, one that is gone does not", () => {
    const it = started([TEMPERATURE]);
    reload(it, config([HALL]));
    it.message("knx/ga/1/1/17/set", "on");
    it.message("knx/ga/1/2/3/set", "21");
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { destination: ga("1/1/17"), value: value("/1") },
    ]);
    expect(it.documents(/^knx\/bridge\/error$/)).toMatchObject([
      { ga: "1/2/3", error: { code: "unknown_ga" } },
    ]);
  });

  test("held values, and commands with an id, are still known", () => {
    const it = started([TEMPERATURE, HALL]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    it.message("knx/ga/1/1/17/set", '{"value":true,"id":"a1"}');
    it.advance(500);
    reload(it, config([TEMPERATURE, HALL, object("3/1/5", "5.001")]));
    it.published.length = 0;
    it.message("knx/ga/1/2/3/get", '{"id":"b7","from":"cache"}');
    it.message("knx/ga/1/1/17/set", '{"value":true,"id":"a1"}');
    it.advance(500);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "b7", status: "ok", value: 21.42 },
      // The first result is repeated, nothing is sent again.
      { id: "a1", status: "ok", stage: "confirmed" },
    ]);
    expect(it.sent).toHaveLength(1);
  });

  test("what waits in the queue goes on, unless its object is gone", () => {
    const it = started([TEMPERATURE, HALL]);
    it.offline();
    it.message("knx/ga/1/2/3/set", '{"value":20,"id":"gone"}');
    it.message("knx/ga/1/1/17/set", '{"value":true,"id":"stays"}');
    reload(it, config([HALL]));
    expect(it.documents(/result$/)).toMatchObject([
      { id: "gone", stage: "dropped", error: { code: "unknown_ga" } },
    ]);
    it.online();
    it.advance(2_000);
    expect(it.sent.map(({ request }) => request.destination)).toEqual([ga("1/1/17")]);
    expect(it.documents(/1\/1\/17\/result$/)).toMatchObject([{ id: "stays", status: "ok" }]);
  });

  test("another type: the octets are decoded anew and published; of another length they are discarded", () => {
    const it = started([TEMPERATURE, HALL]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.published.length = 0;
    reload(
      it,
      config([
        { ...TEMPERATURE, dpt: "7.001" },
        { ...HALL, dpt: "9.001" },
      ]),
    );
    it.advance(1_000);
    expect(it.documents(/^knx\/ga\/.*\/state$/)).toMatchObject([
      { ga: "1/2/3", dpt: "7.001", value: 0x0c2f },
    ]);
    it.message("knx/ga/1/1/17/get", '{"id":"b7","from":"cache"}');
    expect(it.documents(/result$/)).toMatchObject([{ id: "b7", value: null }]);
  });

  test("only what changed is published again", () => {
    const it = started([TEMPERATURE, HALL]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.published.length = 0;
    reload(it, config([TEMPERATURE, { ...HALL, name: "Entrance" }]));
    it.advance(1_000);
    expect(it.documents(/^knx\/ga\/.*\/state$/)).toMatchObject([
      { ga: "1/1/17", name: "Entrance" },
    ]);
  });

  test("the same configuration again: nothing but the news", () => {
    const it = started([TEMPERATURE, HALL]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    it.advance(1_000);
    it.published.length = 0;
    it.asides.length = 0;
    const { held, provided, queue, recent } = it.state();
    reload(it, it.state().config);
    it.advance(1_000);
    expect(it.published.map(({ topic }) => topic).toSorted()).toEqual([
      "knx/bridge/event",
      "knx/bridge/info",
    ]);
    expect(it.state()).toMatchObject({ held, provided, queue, recent });
    expect(it.asides.filter((each) => each.for === "mqtt")).toEqual([]);
  });

  test("other payload options: every state again, paced", () => {
    const objects = Array.from({ length: 120 }, (_, sub) => object(`2/3/${sub + 1}`, "5.010"));
    const it = started(objects);
    for (const one of objects.keys()) it.telegram("A_GroupValue_Write.ind", `2/3/${one + 1}`, "2a");
    it.published.length = 0;
    reload(it, config(objects, { payload: { name: true, scalar: true, fields: null } }));
    expect(it.topics(/\/value$/)).toHaveLength(50);
    it.advance(1_000);
    expect(it.topics(/\/value$/)).toHaveLength(120);
    expect(it.documents(/^knx\/bridge\/event$/).map(({ type }) => type)).toEqual(["config_loaded"]);
  });

  test("what is not provided any more is not answered any more", () => {
    const own = object("4/0/12", "9.001", { provide: true });
    const it = started([own]);
    it.message("knx/ga/4/0/12/set", "21.5");
    it.advance(1_000);
    reload(it, config([{ ...own, provide: false }]));
    const { length } = it.sent;
    it.read("4/0/12");
    it.advance(1_000);
    expect(it.sent).toHaveLength(length);
  });

  test("what is planned is planned anew", () => {
    const it = started([TEMPERATURE]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    reload(it, config([{ ...TEMPERATURE, expireAfterMs: 60_000 }]));
    it.published.length = 0;
    it.advance(61_000);
    expect(it.documents(/^knx\/ga\/1\/2\/3\/state$/)).toMatchObject([{ quality: "stale" }]);
  });

  test("an object that is new and to be read on init is read", () => {
    const it = started([TEMPERATURE]);
    reload(it, config([TEMPERATURE, { ...HALL, readOnInit: true }]));
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { type: "A_GroupValue_Read.req", destination: ga("1/1/17") },
    ]);
  });

  test("whoever is to be told the time now is told at once", () => {
    const it = started([TEMPERATURE]);
    const time = {
      timeGa: ga("0/0/1"),
      dateGa: null,
      dateTimeGa: null,
      requestGa: null,
      everyMs: 3_600_000,
      onlyIfSynced: false,
      timezone: null,
    };
    const zone = { offsetMs: 3_600_000, summerTime: false, next: null };
    it.feed({ for: "bridge", type: "zone.ind", zone, at: it.now() });
    reload(it, config([object("0/0/1", "10.001")], { time }));
    // The shell says it again after every reload: the zone may be another one.
    it.feed({ for: "bridge", type: "zone.ind", zone, at: it.now() });
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request.destination)).toEqual([ga("0/0/1")]);
  });

  test("subscriptions follow", () => {
    const it = started([TEMPERATURE]);
    it.subscribed.length = 0;
    reload(it, config([TEMPERATURE], { requests: "off" }));
    expect(it.asides).toContainEqual({
      for: "mqtt",
      type: "unsubscribe",
      filters: ["knx/bridge/request/#"],
    });
    expect(it.subscribed).toEqual([]);
    reload(it, config([TEMPERATURE], { requests: "admin" }));
    expect(it.subscribed).toEqual([["knx/bridge/request/#"]]);
  });

  test("another base topic: offline on the old one, everything on the new one", () => {
    const it = started([TEMPERATURE]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    it.published.length = 0;
    reload(it, config([TEMPERATURE], { base: "haus" }), { reconnects: true });
    expect(it.published.map(({ topic, payload }) => [topic, payload])).toEqual([
      ["knx/bridge/state", "offline"],
    ]);
    it.published.length = 0;
    it.broker(true);
    it.advance(5_000);
    expect(it.topics(/^haus\/bridge\/state$/).map(({ payload }) => payload)).toEqual(["online"]);
    expect(it.documents(/^haus\/ga\/1\/2\/3\/state$/)).toMatchObject([{ value: 21.42 }]);
    expect(it.documents(/^haus\/bridge\/event$/).map(({ type }) => type)).toEqual([
      "config_loaded",
      "connected",
    ]);
    expect(it.subscribed.at(-1)).toContain("haus/ga/+/+/+/set");
  });

  test("the address that was given over the bus holds", () => {
    const it = started([TEMPERATURE]);
    const { address } = it.state().config;
    reload(it, config([TEMPERATURE], { address: 0x1234 as typeof address }));
    expect(it.state().config.address).toBe(address);
  });

  test("the state stays plain JSON", () => {
    const it = started([TEMPERATURE]);
    reload(it, config([HALL]));
    expect(JSON.parse(JSON.stringify(it.state()))).toEqual(it.state());
  });
});

describe("§21 what the broker keeps", () => {
  const empty = (it: Rig) =>
    it.published
      .filter(({ payload, retain }) => payload === "" && retain)
      .map(({ topic }) => topic);

  test("an object that is gone: its state and its meta vanish from the broker (§22 21)", () => {
    const it = started([TEMPERATURE, HALL]);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    reload(it, config([HALL]));
    it.advance(5_000);
    expect(empty(it).toSorted()).toEqual(["knx/ga/1/2/3/meta", "knx/ga/1/2/3/state"]);
  });

  test("renamed: topics by address stay, those by name are cleared (§22 20)", () => {
    const it = started([TEMPERATURE], { topics: "both" });
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "0c 2f");
    reload(it, config([{ ...TEMPERATURE, name: "Kitchen" }], { topics: "both" }));
    it.advance(5_000);
    expect(empty(it).toSorted()).toEqual(["knx/name/1/2/Living/meta", "knx/name/1/2/Living/state"]);
    expect(it.documents(/^knx\/name\/1\/2\/Kitchen\/state$/)).toMatchObject([{ value: 21.42 }]);
  });
});

describe("what is acknowledged", () => {
  test("follows the configuration in one step with the rest", () => {
    const before = openStack(testConfig({ objects: { "1/2/3": true } }));
    const { bridge } = testConfig({ objects: { "1/1/17": true } });
    const [after] = run(before, {
      for: "bridge",
      type: "reload.req",
      config: bridge,
      groups: groupSet([ga("1/1/17")]),
      reconnects: false,
      hash: "b3c1",
      restartRequired: [],
      warnings: 0,
      imported: null,
      at: 7,
    });
    expect(inGroupSet(after.dl.config.groups, ga("1/1/17"))).toBe(true);
    expect(inGroupSet(after.dl.config.groups, ga("1/2/3"))).toBe(false);
  });

  test.each([
    ["yaml", ["1/1/17"]],
    ["ets", ["3/1/5"]],
    ["both", ["1/1/17", "3/1/5"]],
  ] as const)("with objects_from: %s", (objectsFrom, acknowledged) => {
    const state = {
      ...openObjects({ objectsFrom, groups: groupSet([ga("1/2/3")]) }),
      loaded: groupSet([ga("3/1/5")]),
    };
    const groups = groupSet([ga("1/1/17")]);
    const [, out] = objects(state, { for: "objects", type: "configure.req", groups, at: 7 });
    expect(out).toEqual([
      { for: "dl", type: "configure.req", groups: groupSet(acknowledged.map(ga)) },
    ]);
  });
});

describe("§7 entities after a reload", () => {
  const CEILING = {
    id: "ceiling",
    type: "light",
    roles: { switch: { write: ga("1/1/10"), state: ga("1/4/10") } },
  } as const;
  const SWITCH = object("1/1/10", "1.001");
  const STATUS = object("1/4/10", "1.001");

  test("one that is new is published, one that is as before is not", () => {
    const it = started([SWITCH, STATUS, HALL], { entities: [CEILING] });
    it.telegram("A_GroupValue_Write.ind", "1/4/10", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.published.length = 0;
    const lamp = { ...CEILING, id: "lamp", roles: { switch: { write: ga("1/1/17") } } };
    reload(it, config([SWITCH, STATUS, HALL], { entities: [lamp, CEILING] }));
    it.advance(1_000);
    expect(it.documents(/^knx\/entity\//)).toMatchObject([{ state: "ON" }]);
    expect(it.topics(/^knx\/entity\//).map(({ topic }) => topic)).toEqual([
      "knx/entity/lamp/state",
    ]);
  });

  test("a cover on its way arrives, wherever it stands in the list", () => {
    const blind = {
      id: "blind",
      type: "cover",
      roles: { up_down: { write: ga("2/1/1") } },
      invertPosition: false,
      invertTilt: false,
      travelMs: 30_000,
    } as const;
    const objects = [object("2/1/1", "1.008"), SWITCH, STATUS];
    const it = started(objects, { entities: [blind] });
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/1");
    reload(it, config(objects, { entities: [CEILING, blind] }));
    it.published.length = 0;
    it.advance(31_000);
    expect(it.documents(/^knx\/entity\/blind\/state$/)).toMatchObject([{ state: "closed" }]);
  });
});

const problems = (it: Rig): unknown => {
  it.feed({
    for: "bridge",
    type: "health.req",
    counters: {},
    process: { uptimeS: 1, rssMb: 70, cpuPercent: 1, loopLagMs: 1 },
    at: it.now(),
  });
  const { problems: words } = it.documents(/^knx\/bridge\/health$/).at(-1) ?? {};
  return words;
};
