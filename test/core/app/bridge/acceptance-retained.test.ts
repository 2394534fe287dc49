import { describe, expect, test } from "vitest";
import { formatGroupAddress, GroupAddress } from "../../../../src/core/address.ts";
import { NO_DISCOVERY } from "../../../../src/core/app/bridge/discovery/config.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import { groupSet } from "../../../../src/core/group-set.ts";
import { config, EPOCH, object, rig } from "./rig.ts";

/*
 * Acceptance tests of `mqtt-interface.md` §22 that are about what the broker keeps: the numbers are those there. The rest is
 * listed in firmware-notes/mqtt-acceptance.md.
 */

type Rig = ReturnType<typeof rig>;

const DISCOVERY = { ...NO_DISCOVERY, enabled: true };
const NAMED = [
  object("1/2/3", "1.001", {
    name: "Ceiling",
    room: "Living room",
    main: "Light",
    middle: "Lamps",
  }),
  object("4/0/1", "9.001", { name: "Temperature", room: "Living room", writable: false }),
  object("4/0/2", "9.001", { name: "Humidity of the air", room: "Cellar", writable: false }),
];
const MANY = Array.from({ length: 300 }, (_, index) =>
  object(formatGroupAddress(GroupAddress(0x0801 + index)), index % 2 === 0 ? "1.001" : "5.001", {
    name: `Object ${index}`,
    room: `Room ${index % 7}`,
  }),
);

/** What a broker keeps of these publications. */
const keptOf = (published: Rig["published"]): ReadonlyMap<string, string> => {
  const kept = new Map<string, string>();
  for (const { topic, payload, retain } of published)
    if (retain && payload === "") kept.delete(topic);
    else if (retain) kept.set(topic, payload);
  return kept;
};

/** Everybody is there, every object has a value, and the broker has been told everything. */
const settled = (objects: readonly ObjectConfig[], more: Partial<BridgeConfig> = {}): Rig => {
  const it = rig(config(objects, { lookBack: true, discovery: DISCOVERY, ...more }));
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  it.online();
  connect(it);
  for (const { ga, dpt } of objects) {
    const data = dpt?.startsWith("1.") ? "/1" : dpt?.startsWith("9.") ? "0c 2f" : "55";
    it.telegram("A_GroupValue_Write.ind", formatGroupAddress(ga), data);
    it.advance(20);
  }
  it.advance(20_000);
  return it;
};

/** A broker that knows nothing of us is there. */
const connect = (it: Rig): void => {
  it.broker(true);
  it.feed({ for: "bridge", type: "look-back.con", granted: true, at: it.now() });
};

const reload = (it: Rig, changed: BridgeConfig): void =>
  it.feed({
    for: "bridge",
    type: "reload.req",
    config: changed,
    groups: groupSet(changed.objects.map(({ ga }) => ga)),
    reconnects: false,
    hash: "b3c1",
    restartRequired: [],
    warnings: 0,
    imported: null,
    at: it.now(),
  });

/** Unique id → everything Home Assistant is told of it, over all its devices. */
const componentsIn = (kept: ReadonlyMap<string, string>) =>
  new Map(
    [...kept]
      .filter(([topic]) => topic.startsWith("homeassistant/"))
      .flatMap(([, payload]) => Object.values(JSON.parse(payload).components))
      .map((component) => Object(component))
      .map((component) => [component.unique_id, component] as const),
  );

test("9: a broker restarted without persistence has all retained topics back in (topics / 200) s + 5 s", () => {
  const it = settled(MANY);
  const before = keptOf(it.published);
  // states, metas, devices of seven rooms and the bridge itself
  expect(before.size).toBeGreaterThan(2 * MANY.length + 8);
  it.broker(false);
  it.advance(3_000);
  const since = it.published.length;
  connect(it);
  it.advance((before.size / 200) * 1_000 + 5_000);
  expect(keptOf(it.published.slice(since))).toEqual(before);
  expect(it.published.at(-1)).toMatchObject({ topic: "knx/bridge/event" });
});

describe("20: an object is renamed", () => {
  const renamed = NAMED.map((one, index) => (index === 0 ? { ...one, name: "Chandelier" } : one));
  test("topics and the ids of Home Assistant stay", () => {
    const it = settled(NAMED);
    const before = keptOf(it.published);
    reload(it, config(renamed, { lookBack: true, discovery: DISCOVERY }));
    it.advance(10_000);
    const after = keptOf(it.published);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect([...componentsIn(after).keys()]).toEqual([...componentsIn(before).keys()]);
    expect(componentsIn(before).get("knx_house_1-2-3")).toMatchObject({ name: "Ceiling" });
    expect(componentsIn(after).get("knx_house_1-2-3")).toMatchObject({
      name: "Chandelier",
      state_topic: "knx/ga/1/2/3/state",
      command_topic: "knx/ga/1/2/3/set",
    });
    expect(JSON.parse(after.get("knx/ga/1/2/3/meta") ?? "")).toMatchObject({ name: "Chandelier" });
    expect(JSON.parse(after.get("knx/ga/1/2/3/state") ?? "")).toMatchObject({
      name: "Chandelier",
      value: true,
      ts: "2026-01-31T10:11:12.000Z",
    });
  });

  test.each(["name", "both"] as const)("with topics: %s the old ones are cleared", (topics) => {
    const layout = { lookBack: true, discovery: DISCOVERY, topics };
    const it = settled(NAMED, layout);
    const old = "knx/name/Light/Lamps/Ceiling";
    const now = "knx/name/Light/Lamps/Chandelier";
    const before = keptOf(it.published);
    expect(before.has(`${old}/state`) && before.has(`${old}/meta`)).toBe(true);
    reload(it, config(renamed, layout));
    it.advance(10_000);
    const after = keptOf(it.published);
    expect([...after.keys()].filter((topic) => topic.startsWith(old))).toEqual([]);
    expect([...after.keys()].filter((topic) => topic.startsWith(now)).sort()).toEqual([
      `${now}/meta`,
      `${now}/state`,
    ]);
    expect(after.size).toBe(before.size);
    it.message(`${old}/set`, "0");
    it.message(`${now}/set`, "0");
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
  });
});

test("21: an object is removed: state, meta and its component vanish, and nothing else does", () => {
  const it = settled(NAMED);
  const before = keptOf(it.published);
  const gone = ["knx/ga/4/0/2/state", "knx/ga/4/0/2/meta"];
  const cellar = "homeassistant/device/knx_house_cellar/config";
  const living = "homeassistant/device/knx_house_living_room/config";
  for (const topic of [...gone, cellar, living]) expect(before.has(topic)).toBe(true);
  reload(it, config(NAMED.slice(0, 2), { lookBack: true, discovery: DISCOVERY }));
  it.advance(10_000);
  const after = keptOf(it.published);
  const left = [...before.keys()].filter((topic) => !after.has(topic));
  expect(left.sort()).toEqual([cellar, ...gone].sort());

  // One of several on a device: first with nothing but its platform, then not at all.
  const since = it.published.length;
  reload(it, config(NAMED.slice(0, 1), { lookBack: true, discovery: DISCOVERY }));
  it.advance(10_000);
  const told = it.published.slice(since).filter(({ topic }) => topic === living);
  expect(told.map(({ payload }) => JSON.parse(payload).components)).toMatchObject([
    { ga_1_2_3: { unique_id: "knx_house_1-2-3" }, ga_4_0_1: { platform: "sensor" } },
    { ga_1_2_3: { unique_id: "knx_house_1-2-3" } },
  ]);
  const [first, second] = told.map(({ payload }) => JSON.parse(payload).components);
  expect([Object.keys(first.ga_4_0_1), Object.keys(second)]).toEqual([["platform"], ["ga_1_2_3"]]);
  expect([...keptOf(it.published).keys()].filter((topic) => topic.includes("4/0/1"))).toEqual([]);
});

test("22: Home Assistant and a broker without persistence are restarted: entities have values within 15 s", () => {
  const it = settled(MANY);
  it.broker(false);
  it.advance(2_000);
  connect(it);
  it.advance(7_000);
  // It hears only what is said from now on, although the broker would know more.
  const since = it.published.length;
  it.message("homeassistant/status", "online");
  it.advance(15_000);
  const heard = it.published.slice(since);
  const components = componentsIn(keptOf(heard));
  for (const { ga } of MANY) {
    const address = formatGroupAddress(ga);
    const component = components.get(`knx_house_${address.replaceAll("/", "-")}`);
    const topic = component?.state_topic;
    expect(topic).toBe(`knx/ga/${address}/state`);
    const config = heard.findIndex((one) => one.payload.includes(`"${topic}"`));
    const state = heard.findIndex((one) => one.topic === topic);
    expect(config).toBeGreaterThanOrEqual(0);
    expect(state).toBeGreaterThan(config);
    expect(JSON.parse(heard[state]?.payload ?? "{}").value).not.toBeNull();
  }
  const available = heard.filter(({ topic }) => /bridge\/(state|bus)$/.test(topic));
  expect(available.map(({ payload }) => payload)).toEqual(["online", "online"]);
});

test("23: a reload with an error: the old configuration goes on, config_rejected", () => {
  const it = settled(NAMED);
  const { config: before, objects } = it.state();
  it.published.length = 0;
  const finding = {
    path: "objects[3].ga",
    line: 58,
    column: 9,
    code: "bad_ga",
    message: 'objects[3].ga: "1/9/3" – the middle group goes from 0 to 7',
  };
  it.feed({ for: "bridge", type: "reload-rejected.ind", findings: [finding], at: it.now() });
  it.advance(5_000);
  expect(it.documents(/bridge\/event$/)).toMatchObject([
    { type: "config_rejected", findings: [finding] },
  ]);
  expect([it.state().config, it.state().objects]).toEqual([before, objects]);
  it.message("knx/ga/1/2/3/set", "0");
  it.advance(1_000);
  expect(it.documents(/1.2.3.state$/)).toMatchObject([{ value: false, name: "Ceiling" }]);
  const process = { uptimeS: 1, rssMb: 1, cpuPercent: 1, loopLagMs: 1 };
  it.feed({ for: "bridge", type: "health.req", counters: {}, process, at: it.now() });
  expect(it.documents(/health$/)).toMatchObject([{ ok: false, problems: ["config_error"] }]);
});
