import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";

const load = (recorder: object | undefined) =>
  loadConfig(JSON.stringify({ knx: { address: "1.1.250" }, ...(recorder && { recorder }) }), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });

const recorder = (options?: object) => {
  const loaded = load(options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config.recorder;
};

describe("§19 recorder", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "nothing said",            file: undefined,                  flightOctets: 4_000_000,  disk: null },
    { is: "half a megabyte",         file: { flight_mb: 0.5 },         flightOctets: 500_000,    disk: null },
    { is: "off",                     file: { flight_mb: 0, disk: 0 },  flightOctets: 0,          disk: null },
    { is: "as in the contract",      file: { memory: 20_000, disk: "7d", max_mb: 50 }, flightOctets: 4_000_000, disk: { maxAgeMs: 604_800_000, maxOctets: 50_000_000 } },
    { is: "with the usual size",     file: { disk: "12h" },            flightOctets: 4_000_000,  disk: { maxAgeMs: 43_200_000, maxOctets: 200_000_000 } },
  ])("$is", ({ file, flightOctets, disk }) => {
    expect(recorder(file)).toEqual({ flightOctets, disk });
  });

  // biome-ignore format: read by column
  test.each([
    { is: "too much memory",    file: { flight_mb: 65 },  code: "out_of_range", path: "recorder.flight_mb" },
    { is: "less than none",     file: { flight_mb: -1 },  code: "out_of_range", path: "recorder.flight_mb" },
    { is: "no room for a file", file: { max_mb: 9 },      code: "out_of_range", path: "recorder.max_mb" },
    { is: "no duration",        file: { disk: "a week" }, code: "bad_value",    path: "recorder.disk" },
    { is: "a misspelt key",     file: { flight_md: 4 },   code: "unknown_key",  path: "recorder.flight_md" },
  ])("$is is an error", ({ file, code, path }) => {
    const loaded = load(file);
    expect(loaded.ok ? [] : loaded.errors).toMatchObject([{ code, path }]);
  });

  test("a size without recordings on the disk is a warning that says what is missing", () => {
    expect(load({ max_mb: 100 }).warnings).toMatchObject([
      { code: "inactive", path: "recorder.max_mb", message: expect.stringContaining("disk: 7d") },
    ]);
    expect(load({ max_mb: 100, disk: "1d" }).warnings).toEqual([]);
  });
});
