import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { NO_NAMES, openNames, pathOf } from "../../../../src/core/app/bridge/names.ts";
import {
  isPermittedResponseTopic,
  parseTopic,
  stateFilters,
  subscriptions,
} from "../../../../src/core/app/bridge/topics.ts";
import type { BridgeConfig } from "../../../../src/core/config.ts";
import { config, ga, object, ready } from "./rig.ts";

const CEILING = object("1/2/3", "1.001", { name: "Ceiling", main: "Light", middle: "Living" });
const BLIND = object("2/1/3", "5.001", { name: "Blind" });
const LAMP = object("1/2/4", "1.001", { name: "Lamp", alias: "hall/lamp" });
const PLAIN = object("4/0/1", "9.001");
const ALL = [CEILING, BLIND, LAMP, PLAIN];

describe("§4 the path of an object", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "names of its groups",            more: { name: "Ceiling", main: "Light", middle: "Living" }, path: "Light/Living/Ceiling" },
    { is: "numbers where there are none",   more: { name: "Ceiling" },                                  path: "1/2/Ceiling" },
    { is: "an empty name",                  more: { name: "  ", main: "", middle: "A" },                path: "_/A/_" },
    { is: "what a level must not have",     more: { name: " a/b+c#d\0e\nf ", main: "x", middle: "y" },  path: "x/y/a_b_c_d_e_f" },
    { is: "half of a character",            more: { name: "a\ud800b", main: "x", middle: "y" },         path: "x/y/a_b" },
    { is: "an alias",                       more: { name: "Ceiling", alias: "living/ceiling" },         path: "living/ceiling" },
    { is: "an alias without a name",        more: { alias: "c" },                                       path: "c" },
    { is: "no name",                        more: {},                                                   path: undefined },
  ])("$is", ({ more, path }) => {
    expect(pathOf(object("1/2/3", "1.001", more))).toBe(path);
  });

  prop.prop([
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
  ])(
    "whatever names there are, it is a topic of three levels, and leads back",
    (main, middle, name) => {
      const named = object("1/2/3", "1.001", { name, main, middle });
      const path = pathOf(named) ?? "";
      expect(path).toMatch(/^[^/+#\0]+\/[^/+#\0]+\/[^/+#\0]+$/);
      const names = openNames({ topics: "both", objects: [named] });
      const tree = { base: "knx", style: "3-level" } as const;
      expect(parseTopic(tree, `knx/name/${path}/set`, names)).toEqual({
        about: "ga",
        ga: ga("1/2/3"),
        leaf: "set",
      });
    },
  );

  test("of two with one path the configuration's has it", () => {
    const loaded = object("1/0/7", "1.001", { name: "Ceiling", main: "Light", middle: "Living" });
    const { addresses } = openNames({ topics: "name", objects: [CEILING] }, [loaded]);
    expect(addresses).toEqual({ "Light/Living/Ceiling": ga("1/2/3") });
    expect(openNames({ topics: "address", objects: [CEILING] })).toEqual(NO_NAMES);
  });
});

describe("§4 topics of the named layout", () => {
  const names = openNames({ topics: "both", objects: ALL });
  const tree = { base: "knx", style: "3-level", requests: "off" } as const;

  test("subscribed by depth, so that nothing is heard that is published here", () => {
    expect(subscriptions(tree, names)).toEqual([
      ...["knx/ga/+/+/+/set", "knx/ga/+/+/+/get"],
      ...["knx/name/+/+/set", "knx/name/+/+/+/set", "knx/name/+/+/get", "knx/name/+/+/+/get"],
      ...["knx/entity/+/set", "knx/entity/+/set/+"],
    ]);
  });

  test("states are looked back at where they are", () => {
    expect(stateFilters({ ...tree, topics: "both" }, names)).toEqual(["knx/ga/+/+/+/state"]);
    expect(stateFilters({ ...tree, topics: "name" }, names)).toEqual([
      ...["knx/ga/+/+/+/state", "knx/name/+/+/state", "knx/name/+/+/+/state"],
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    ["knx/name/Light/Living/Ceiling/set",    true],
    ["knx/name/hall/lamp/set",               true],
    ["knx/name/1/2/Lamp/set",                false],
    ["knx/name/toString/set",                false],
    ["knx/name/Light/Living/Ceiling/nothing", false],
    ["knx/name/Light/Living/Ceiling",        false],
    ["knx/name/set",                         false],
  ])("%s", (topic, known) => {
    expect(parseTopic(tree, topic, names) !== undefined).toBe(known);
  });

  test("a client may have its answer on …/result, and on nothing else there", () => {
    const permitted = (topic: string) => isPermittedResponseTopic(tree, topic, names);
    expect(permitted("knx/name/hall/lamp/result")).toBe(true);
    expect(permitted("knx/name/hall/lamp/state")).toBe(false);
    expect(permitted("knx/name/other/result")).toBe(false);
  });
});

describe("§4 name and both", () => {
  const at = (topics: BridgeConfig["topics"], more: Partial<BridgeConfig> = {}) =>
    ready(
      config(
        ALL.map((each) => ({ ...each, events: true })),
        { topics, ...more },
      ),
    );
  const published = (it: ReturnType<typeof at>) => it.published.map(({ topic }) => topic);

  test("states, values and events", () => {
    const scalar = { payload: { name: true, scalar: true, fields: null } };
    const it = at("both", scalar);
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    const leaves = (leaf: string) => [
      `knx/ga/1/2/3/${leaf}`,
      `knx/name/Light/Living/Ceiling/${leaf}`,
    ];
    expect(published(it)).toEqual([...leaves("state"), ...leaves("value"), ...leaves("event")]);
    const [first, second] = it.published;
    expect(second?.payload).toBe(first?.payload);

    const named = at("name", scalar);
    named.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    named.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(published(named).filter((topic) => topic.endsWith("/state"))).toEqual([
      ...["knx/name/Light/Living/Ceiling/state", "knx/ga/4/0/1/state"],
    ]);
  });

  test("commands, and their results where they came from", () => {
    const it = at("both");
    it.message("knx/name/Light/Living/Ceiling/set", '{"value":true,"id":"a1"}');
    it.message("knx/ga/2/1/3/set", '{"value":30,"id":"a2"}');
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    expect(published(it).filter((topic) => topic.endsWith("/result"))).toEqual([
      ...["knx/name/Light/Living/Ceiling/result", "knx/ga/2/1/3/result"],
    ]);
    it.message("knx/name/Light/Living/Nothing/set", "true");
    expect(it.drops).toContain("bridge.unknown-topic");
  });

  test("get", () => {
    const it = at("name");
    it.telegram("A_GroupValue_Write.ind", "2/1/3", "80");
    it.published.length = 0;
    it.message("knx/name/2/1/Blind/get", '{"from":"cache"}');
    expect(published(it)).toContain("knx/name/2/1/Blind/state");
  });

  test("objects that ETS loads: other depths are subscribed", () => {
    const it = at("both");
    it.subscribed.length = 0;
    const deep = { name: "Lamp", alias: "a/b/c/d/e" };
    it.feed({
      for: "bridge",
      type: "objects.req",
      objects: [object("7/0/1", "1.001", deep)],
      at: it.now(),
    });
    expect(it.subscribed.flat()).toContain("knx/name/+/+/+/+/+/set");
    it.message("knx/name/a/b/c/d/e/set", "true");
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
  });
});
