import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { NO_DISCOVERY } from "../../../../src/core/app/bridge/discovery/config.ts";
import { hashOf } from "../../../../src/core/app/bridge/ledger/hash.ts";
import type { KeptLedger } from "../../../../src/core/app/bridge/ledger/kept.ts";
import { NOTHING_KEPT } from "../../../../src/core/app/bridge/restart/snapshot.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import { reloadTo } from "./reload-rig.ts";
import { config, EPOCH, ga, object, rig, value } from "./rig.ts";

const LAMP = object("1/1/1", "1.001", { name: "Lamp", room: "Hall" });
const ROOM = object("4/0/1", "9.001", { name: "Temperature", room: "Living room" });
const BLIND = object("2/1/3", "5.001", { name: "Blind", room: "Hall" });
const ALL = [LAMP, ROOM, BLIND];
const discovery = { ...NO_DISCOVERY, enabled: true };
const ENTITY = {
  id: "spot",
  type: "light",
  room: "Hall",
  roles: { switch: { write: ga("1/1/1") } },
} as const;

/** A process from its start until it has said all it has to say, to a broker that keeps what it was told. */
const process = (
  objects: readonly ObjectConfig[],
  more: Partial<BridgeConfig> = {},
  ledger?: KeptLedger,
) => {
  const it = rig(config(objects, { lookBack: true, discovery, ...more }), undefined, {
    ...NOTHING_KEPT,
    ...(ledger && { ledger }),
  });
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  it.online();
  it.broker(true);
  it.feed({ for: "bridge", type: "look-back.con", granted: true, at: 0 });
  if (ledger) {
    it.message(`${more.base ?? "knx"}/bridge/info`, '{"instance_id":"00fa:00000000"}', {
      retain: true,
    });
  }
  it.advance(10_000);
  return it;
};

type Process = ReturnType<typeof process>;

/** What was last put down, as a file would give it back. */
const put = (it: Process): KeptLedger => {
  const ledgers = it.asides.flatMap((aside) =>
    aside.for === "store" && aside.type === "ledger" ? [aside.ledger] : [],
  );
  const last = ledgers.at(-1);
  if (last === undefined) throw new Error("nothing was put down");
  return JSON.parse(JSON.stringify(last));
};

const cleared = (it: Process): readonly string[] =>
  it.published
    .filter(({ payload, retain }) => payload === "" && retain)
    .map(({ topic }) => topic)
    .sort();

const said = (it: Process): readonly string[] =>
  it.topics(/meta$|^homeassistant/).map(({ topic }) => topic);

describe("§21 the next process", () => {
  test("says nothing that the broker has, and clears nothing", () => {
    const ledger = put(process(ALL));
    const it = process(ALL, {}, ledger);
    expect(said(it)).toEqual([]);
    expect(cleared(it)).toEqual([]);
  });

  test("without a ledger says everything", () => {
    expect(said(process(ALL))).toHaveLength(3 + 3);
  });

  test("says only what changed", () => {
    const ledger = put(process(ALL));
    const it = process([{ ...LAMP, description: "new" }, ROOM, BLIND], {}, ledger);
    expect(said(it)).toEqual(["knx/ga/1/1/1/meta"]);
  });

  test("clears what was removed meanwhile: state, meta, entity, component and device", () => {
    const ledger = put(process(ALL, { entities: [ENTITY] }));
    const it = process([LAMP], {}, ledger);
    expect(cleared(it)).toEqual([
      "homeassistant/device/knx_house_living_room/config",
      ...["knx/entity/spot/state", "knx/ga/2/1/3/meta", "knx/ga/2/1/3/state"],
      ...["knx/ga/4/0/1/meta", "knx/ga/4/0/1/state"],
    ]);
    // And the one after that has nothing left to do.
    const next = process([LAMP], {}, put(it));
    expect([cleared(next), said(next)]).toEqual([[], []]);
  });

  test("bare values that are not wanted any more", () => {
    const scalar = { payload: { name: true, scalar: true, fields: null } };
    const ledger = put(process([LAMP], scalar));
    expect(cleared(process([LAMP], {}, ledger))).toEqual(["knx/ga/1/1/1/value"]);
  });

  test("goes on with what the last one had not cleared", () => {
    const before = process(ALL);
    before.broker(false);
    reloadTo(before, config([], { lookBack: true }));
    const ledger = put(before);
    expect(ledger.clearing).toHaveLength(6);
    expect(cleared(process([], { discovery: NO_DISCOVERY }, ledger))).toEqual(
      expect.arrayContaining([...ledger.clearing]),
    );
    // One of them is needed again.
    const again = cleared(process([ROOM], {}, ledger));
    expect(again).not.toContain("knx/ga/4/0/1/state");
    expect(again).toContain("knx/ga/1/1/1/state");
  });

  // biome-ignore format: read by column
  test.each([
    { is: "base",     more: { base: "house" },                left: ["knx/bridge/state", "knx/bridge/info", "knx/ga/1/1/1/state", "knx/ga/1/1/1/meta"] },
    { is: "style",    more: { style: "free" as const },       left: ["knx/ga/1/1/1/state", "knx/ga/1/1/1/meta"] },
    { is: "instance", more: { instance: "other" },            left: ["homeassistant/device/knx_house_hall/config", "homeassistant/device/knx_house_bridge/config"] },
    { is: "prefix",   more: { discovery: { ...discovery, prefix: "ha" } }, left: ["homeassistant/device/knx_house_hall/config"] },
    { is: "layout",   more: { topics: "name" as const },      left: ["knx/ga/1/1/1/state", "knx/ga/1/1/1/meta"] },
    { is: "retain",   more: { retain: false },                left: ["knx/ga/1/1/1/state", "knx/ga/1/1/1/meta"] },
  ])("another $is: the old tree is cleared", ({ more, left }) => {
    const it = process([LAMP], more, put(process([LAMP])));
    expect(cleared(it)).toEqual(expect.arrayContaining(left));
    for (const topic of cleared(it)) expect(topic).not.toMatch(/^house\/|^ha\//);
  });

  test("cleanup: false leaves the tree of another base or instance where it is", () => {
    const ledger = put(process([LAMP]));
    expect(cleared(process([LAMP], { base: "house", cleanup: false }, ledger))).toEqual([]);
    expect(cleared(process([], { cleanup: false }, ledger))).toContain("knx/ga/1/1/1/state");
  });

  test("values of a snapshot that belong to nothing any more", () => {
    const source = config([]).address;
    const lost = {
      ga: ga("7/7/7"),
      value: value("0c 2f"),
      dpt: null,
      service: "write",
      source,
      ts: EPOCH,
      changed: EPOCH,
    } as const;
    const it = rig(config([LAMP]), undefined, { ...NOTHING_KEPT, values: [lost] });
    it.broker(true);
    it.advance(1_000);
    expect(cleared(it)).toEqual(["knx/ga/7/7/7/state"]);
  });
});

describe("§21 a reload", () => {
  test("clears at most 100 a second", () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      object(`3/${index >> 7}/${(index % 128) + 1}`, "1.001"),
    );
    const it = process(many, { discovery: NO_DISCOVERY });
    reloadTo(it, config([], { lookBack: true }));
    const since = it.now();
    it.advance(20_000);
    const times = it.published
      .filter(({ payload, at }) => payload === "" && at >= since)
      .map(({ at }) => at);
    expect(times).toHaveLength(800);
    for (const [index, at] of times.entries()) {
      const later = times[index + 110];
      if (later !== undefined) expect(later - at).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("a name that goes over to another object stays", () => {
    const named = { topics: "name", lookBack: true } as const;
    const first = object("1/1/1", "1.001", { name: "A", alias: "x" });
    const second = object("1/1/2", "1.001", { name: "B", alias: "y" });
    const it = process([first, second], { ...named, discovery: NO_DISCOVERY });
    reloadTo(
      it,
      config(
        [
          { ...first, alias: "z" },
          { ...second, alias: "x" },
        ],
        named,
      ),
    );
    it.advance(5_000);
    expect(cleared(it)).toEqual(["knx/name/y/meta", "knx/name/y/state"]);
    expect(JSON.parse(it.topics(/x\/meta$/).at(-1)?.payload ?? "")).toMatchObject({ ga: "1/1/2" });
  });
});

describe("§21 with objects of ETS", () => {
  const loaded = (it: Process, objects: readonly ObjectConfig[]) =>
    it.feed({ for: "bridge", type: "objects.req", objects, at: it.now() });

  test("a download that takes them away and brings them back clears nothing", () => {
    const it = process([], { discovery: NO_DISCOVERY });
    loaded(it, ALL);
    it.advance(11_000);
    expect(said(it)).toHaveLength(3);
    it.feed({ for: "bridge", type: "device.ind", what: "download", on: true, at: it.now() });
    loaded(it, []);
    it.advance(60_000);
    it.feed({ for: "bridge", type: "device.ind", what: "download", on: false, at: it.now() });
    it.advance(5_000);
    loaded(it, ALL);
    it.advance(60_000);
    expect(cleared(it)).toEqual([]);
    expect(it.documents(/meta$/).at(-1)).toMatchObject({ ga: "4/0/1" });
  });

  test("those that stay away are", () => {
    const it = process([], { discovery: NO_DISCOVERY });
    loaded(it, [LAMP]);
    it.advance(11_000);
    loaded(it, []);
    it.advance(11_000);
    expect(cleared(it)).toEqual(["knx/ga/1/1/1/meta", "knx/ga/1/1/1/state"]);
  });
});

describe("§21 the cost", () => {
  test("a telegram changes nothing in the ledger", () => {
    const it = process(ALL);
    const before = it.state().features.ledger;
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.telegram("A_GroupValue_Write.ind", "7/7/7", "0c 2f");
    expect(it.state().features.ledger).toBe(before);
  });

  test("it is put down when all is said, not for each message", () => {
    const it = process(ALL);
    expect(
      it.asides.filter((aside) => aside.for === "store" && aside.type === "ledger").length,
    ).toBeLessThan(4);
  });
});

describe("hash", () => {
  prop.prop([fc.string(), fc.string()])("other texts have other hashes", (a, b) => {
    expect(Number.isSafeInteger(hashOf(a))).toBe(true);
    expect(hashOf(a) === hashOf(b)).toBe(a === b);
  });

  test("also those that differ in one character of many", () => {
    const texts = Array.from(
      { length: 20_000 },
      (_, index) => `{"ga":"1/2/3","name":"Lamp ${index}"}`,
    );
    expect(new Set(texts.map(hashOf)).size).toBe(texts.length);
  });
});
