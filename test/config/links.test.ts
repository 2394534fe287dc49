import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseGroupAddress } from "../../src/core/address.ts";

/** `mqtt-interface.md` §15.2, §17.8, §19. */
const HEAD = `knx: {address: 1.1.250}
objects:
  - {ga: 4/0/12, dpt: "9.001"}
  - {ga: 1/1/17, dpt: "1.001", provide: false}
  - {ga: 2/1/5, dpt: "1.001"}
  - {ga: 2/1/6}
  - {ga: 2/1/7, dpt: "299.001"}
links:
`;
const load = (links: string, more = "") =>
  loadConfig(`${HEAD}${links}\n${more}`, {
    path: "f",
    env: {},
    readFile: () => {
      throw new Error("no file");
    },
  });
const errors = (links: string, more = "") => {
  const loaded = load(links, more);
  return loaded.ok ? [] : loaded.errors.map((finding) => formatFinding("f", finding));
};
const bridge = (links: string) => {
  const loaded = load(links);
  if (!loaded.ok) throw new Error(errors(links).join("\n"));
  return loaded.config.stack.bridge;
};
const ga = parseGroupAddress;

test("the three kinds of the document", () => {
  const { links, objects } = bridge(`
  - from: zigbee2mqtt/balcony
    pointer: /temperature
    ga: 4/0/12
    scale: {factor: 1, offset: 0}
    hysteresis: 0.2
    min_interval: 30s
    cyclic: 20min
    stale_after: 1h
  - ga: 1/1/17
    to: shellies/garage/relay/0/command
    map: {"true": "on", "false": "off"}
    on: write
    retain: false
  - both: {ga: 2/1/5, topic: home/away}
    map: {true: armed, false: 0}
    guard: 3s`);
  expect(links).toEqual([
    {
      ga: ga("4/0/12"),
      topic: "zigbee2mqtt/balcony",
      inward: {
        pointer: ["temperature"],
        map: null,
        scale: { factor: 1, offset: 0 },
        staleMs: 3_600_000,
      },
      outward: null,
      guardMs: 2_000,
    },
    {
      ga: ga("1/1/17"),
      topic: "shellies/garage/relay/0/command",
      inward: null,
      outward: { map: { true: "on", false: "off" }, on: "write", retain: false },
      guardMs: 2_000,
    },
    {
      ga: ga("2/1/5"),
      topic: "home/away",
      inward: { pointer: null, map: { armed: "true", "0": "false" }, scale: null, staleMs: null },
      outward: { map: { true: "armed", false: "0" }, on: "write", retain: false },
      guardMs: 3_000,
    },
  ]);
  // What a link drives is provided, and paced as the link says.
  expect(objects.filter(({ provide }) => provide)).toMatchObject([
    {
      ga: ga("4/0/12"),
      hysteresis: { of: "value", amount: 0.2 },
      minIntervalMs: 30_000,
      cyclicMs: 1_200_000,
    },
    { ga: ga("2/1/5") },
  ]);
});

describe("what is wrong", () => {
  // biome-ignore format: read by column
  const ROWS = [
    ["{from: a, ga: 4/0/13}",                       "f:9:19 links[0].ga: 4/0/13 is neither in objects nor in the project (unknown_object)"],
    ["{both: {ga: 4/0/13, topic: a}}",              "f:9:17 links[0].both.ga: 4/0/13 is neither in objects nor in the project (unknown_object)"],
    ["{from: a, ga: 2/1/6}",                        "f:9:19 links[0].ga: 2/1/6 has no dpt: a link needs it to know values (dpt_required)"],
    ["{to: a, ga: 2/1/7}",                          "f:9:17 links[0].ga: 2/1/7 is 299.001, which is unknown here: a link needs it to know values (dpt_required)"],
    ["{from: a, ga: 1/1/17}",                       "f:9:19 links[0].ga: 1/1/17 says provide: false, but what a link drives is provided (provide_required)"],
    ["{from: a}",                                   "f:9:5 links[0]: ga is needed, the group address of the link (missing)"],
    ["{ga: 4/0/12}",                                "f:9:5 links[0]: a link has from and ga, ga and to, or both (missing)"],
    ["{from: a, to: b, ga: 4/0/12}",                "f:9:5 links[0]: a link has from and ga, ga and to, or both (missing)"],
    ["{from: a, ga: 4/0/12, retain: true}",         "f:9:27 links[0].retain: retain does nothing in a link from MQTT to KNX (bad_value)"],
    ["{to: a, ga: 4/0/12, pointer: /a}",            "f:9:25 links[0].pointer: pointer does nothing in a link from KNX to MQTT (bad_value)"],
    ["{from: a, ga: 4/0/12, pointer: temperature}", 'f:9:36 links[0].pointer: "temperature": a JSON Pointer begins with a slash: /sensors/0/temperature; ~1 stands for / and ~0 for ~ (bad_value)'],
    ["{from: a/#, ga: 4/0/12}",                     'f:9:12 links[0].from: "a/#": a topic of a link has no wildcard (bad_value)'],
    ["{form: a, ga: 4/0/12}",                       'f:9:6 links[0].form: unknown key "form", did you mean "from"? (unknown_key)'],
    ["{both: {ga: 2/1/5, topic: a}, map: {true: x, false: x}}", 'f:9:40 links[0].map: "x" stands for two values, so the map cannot be read in both ways (bad_value)'],
  ] as const;
  test.each(ROWS)("%s", (link, message) => {
    expect(errors(`  - ${link}`)).toContain(message);
  });

  test("with objects of ETS an address cannot be known", () => {
    const text = "knx: {address: 1.1.250, objects_from: ets}\nlinks: [{from: a, ga: 4/0/13}]\n";
    const options = { path: "f", env: {}, readFile: () => "" };
    expect(loadConfig(text, options).ok).toBe(true);
  });
});

describe("17.8 link_loop", () => {
  // biome-ignore format: read by column
  const ROWS = [
    { what: "a target below the base topic",      links: ["{ga: 4/0/12, to: knx/other}"],                             at: "links[0].to", code: "link_loop" },
    { what: "the base topic itself",              links: ["{ga: 4/0/12, to: knx}"],                                   at: "links[0].to", code: "link_loop" },
    { what: "a source of our own",                links: ["{ga: 4/0/12, from: knx/ga/1/1/17/state}"],                 at: "links[0].from", code: "link_loop" },
    { what: "two ways below it",                  links: ["{both: {ga: 2/1/5, topic: knx/x}}"],                       at: "links[0].both.topic", code: "link_loop" },
    { what: "there and back by two links",        links: ["{ga: 4/0/12, to: a}", "{ga: 4/0/12, from: a}"],            at: "links[1]", code: "link_loop" },
    { what: "beside a two-way link",              links: ["{both: {ga: 2/1/5, topic: a}}", "{ga: 2/1/5, to: a}"],     at: "links[1]", code: "link_loop" },
    { what: "a long way round",                   links: ["{ga: 4/0/12, to: a}", "{ga: 2/1/5, from: a}", "{ga: 2/1/5, to: b}", "{ga: 4/0/12, from: b}"], at: "links[3]", code: "link_loop" },
  ];
  test.each(ROWS)("$what", ({ links, at, code }) => {
    const loaded = load(links.map((link) => `  - ${link}`).join("\n"));
    expect(loaded.ok ? [] : loaded.errors).toMatchObject([{ path: at, code }]);
  });

  // biome-ignore format: read by column
  const SOUND = [
    { what: "another bridge, whose base lies inside ours", links: ["{ga: 4/0/12, from: knx/cellar/ga/1/1/17/state}"] },
    { what: "another bridge beside us",                    links: ["{ga: 4/0/12, to: knx2/ga/4/0/12/set}", "{ga: 2/1/5, from: knx2/ga/2/1/5/state}"] },
    { what: "one two-way link",                            links: ["{both: {ga: 2/1/5, topic: a}}"] },
    { what: "several that branch",                         links: ["{both: {ga: 2/1/5, topic: a}}", "{both: {ga: 2/1/5, topic: b}}", "{ga: 4/0/12, from: a}", "{ga: 4/0/12, to: c}"] },
  ];
  test.each(SOUND)("$what is none", ({ links }) => {
    expect(errors(links.map((link) => `  - ${link}`).join("\n"))).toEqual([]);
  });

  test("with another base", () => {
    const link = "  - {ga: 4/0/12, to: knx/x}";
    expect(errors(link, "mqtt: {base: home/knx}")).toEqual([]);
    expect(errors("  - {ga: 4/0/12, to: home/knx/x}", "mqtt: {base: home/knx}")).toEqual([
      'f:9:22 links[0].to: target lies inside the base topic "home/knx/" (link_loop)',
    ]);
  });
});
