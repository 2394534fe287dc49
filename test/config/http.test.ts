import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { type Loaded, loadConfig } from "../../src/config/load.ts";

const load = (more: object): Loaded =>
  loadConfig(JSON.stringify({ knx: { address: "1.1.250" }, ...more }, null, 1), {
    path: "/home/house.yaml",
    env: {},
    readFile: () => "",
  });

const config = (more: object) => {
  const loaded = load(more);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
};

const said = (findings: Loaded["warnings"]) =>
  findings.map((found) => formatFinding("f", found).replace(/^f:\d+:\d+ /, ""));

const errors = (more: object): readonly string[] => {
  const loaded = load(more);
  return loaded.ok ? [] : said(loaded.errors);
};

describe("http", () => {
  test("on for this machine; off; elsewhere", () => {
    expect(config({}).http).toEqual({ host: "127.0.0.1", port: 13_671 });
    expect(config({ http: false }).http).toBeNull();
    expect(config({ http: { port: 8080 } }).http).toEqual({ host: "127.0.0.1", port: 8080 });
    for (const host of ["0.0.0.0", "::", "fe80::1", "pi.lan", "localhost"])
      expect(config({ http: { host } }).http).toEqual({ host, port: 13_671 });
  });

  // biome-ignore format: read by column
  test.each([
    [{ http: true },                                    "http: true: "],
    [{ http: { port: 0 } },                             "http.port: 0: the least is 1 (out_of_range)"],
    [{ http: { port: 65_536 } },                        "http.port: 65536: the most is 65535 (out_of_range)"],
    [{ http: { host: "" } },                            "http.host: \"\": an address of this machine is needed"],
    [{ http: { host: "http://pi" } },                   "http.host: \"http://pi\": an address of this machine is needed"],
    [{ http: { hots: "::" } },                          'http.hots: unknown key "hots", did you mean "host"? (unknown_key)'],
    [{ http: { port: 1883 } },                          "http.port: 1883 is the port of our own broker"],
    [{ http: { port: 9001 }, mqtt: { listen: { websocket: 9001 } } }, "http.port: 9001 is the port of our own broker"],
  ])("%j", (more, problem) => {
    expect(errors(more)).toEqual([expect.stringContaining(problem)]);
  });

  test("the port of a broker elsewhere is free here", () => {
    expect(errors({ http: { port: 1883 }, mqtt: { url: "mqtt://broker.lan" } })).toEqual([]);
  });

  test("beyond this machine it is remarked that anybody can read it", () => {
    expect(said(load({ http: { host: "0.0.0.0" } }).warnings)).toEqual([
      expect.stringMatching(/^http\.host: whoever reaches this port .* \(open_http\)$/),
    ]);
    for (const http of [false, {}, { host: "localhost" }, { host: "127.0.0.2" }, { host: "::1" }])
      expect(load({ http }).warnings).toEqual([]);
  });
});

describe("log.modules", () => {
  test("levels by their words", () => {
    const log = { level: "warning", modules: { dl: "debug", mqtt: "off" } };
    expect(config({ log }).log).toEqual({
      level: "warn",
      modules: { dl: "debug", mqtt: "silent" },
    });
    expect(config({}).log).toEqual({ level: "info", modules: {} });
  });

  test("a module that is none: those that are", () => {
    expect(errors({ log: { modules: { kitchen: "debug" } } })).toEqual([
      expect.stringMatching(/^log\.modules\.kitchen: .*modules are dl, nl, tl, .*, shell/),
    ]);
  });

  test("a level that is none", () => {
    expect(errors({ log: { modules: { dl: "debgu" } } })).toEqual([
      expect.stringMatching(/^log\.modules\.dl: "debgu": one of trace, .*did you mean "debug"/),
    ]);
  });
});
