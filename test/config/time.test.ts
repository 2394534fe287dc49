import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseGroupAddress } from "../../src/core/address.ts";
import { inGroupSet } from "../../src/core/group-set.ts";

/** `mqtt-interface.md` §15.3, §19. */
const load = (text: string) =>
  loadConfig(`knx: {address: 1.1.250}\n${text}\n`, { path: "f", env: {}, readFile: () => "" });
const errors = (text: string) => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.errors.map((finding) => formatFinding("f", finding));
};
const stack = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(errors(text).join("\n"));
  return loaded.config.stack;
};
const ga = parseGroupAddress;

test("the section of the document", () => {
  const { bridge, dl } = stack(`time:
  time_ga: 0/0/1
  date_ga: 0/0/2
  datetime_ga: 0/0/3
  every: 30min
  request_ga: 0/0/4
  only_if_synced: false
  timezone: Europe/Zurich`);
  expect(bridge.time).toEqual({
    timeGa: 1,
    dateGa: 2,
    dateTimeGa: 3,
    requestGa: 4,
    everyMs: 1_800_000,
    onlyIfSynced: false,
    timezone: "Europe/Zurich",
  });
  // Reads of them and requests are to be heard, and their values understood.
  expect(bridge.objects.map(({ ga: address, dpt, writable }) => [address, dpt, writable])).toEqual([
    [1, "10.001", false],
    [2, "11.001", false],
    [3, "19.001", false],
    [4, "1.017", false],
  ]);
  for (const address of [1, 2, 3, 4]) expect(inGroupSet(dl.groups, address)).toBe(true);
});

test("defaults, and objects that are in the list already", () => {
  const { bridge } = stack(`objects:
  - {ga: 0/0/1, name: Clock, dpt: "10.001"}
  - {ga: 0/0/2, name: Calendar}
time: {time_ga: 0/0/1, date_ga: 0/0/2}`);
  expect(bridge.time).toEqual({
    timeGa: ga("0/0/1"),
    dateGa: ga("0/0/2"),
    dateTimeGa: null,
    requestGa: null,
    everyMs: 3_600_000,
    onlyIfSynced: true,
    timezone: null,
  });
  expect(bridge.objects).toMatchObject([
    { ga: 1, name: "Clock", dpt: "10.001" },
    { ga: 2, name: "Calendar", dpt: "11.001" },
  ]);
});

test("without it the bus is not told the time; with objects of ETS it can be", () => {
  expect(stack("").bridge.time).toBeNull();
  const text = "knx: {address: 1.1.250, objects_from: ets}\ntime: {time_ga: 0/0/1}\n";
  const loaded = loadConfig(text, { path: "f", env: {}, readFile: () => "" });
  expect(loaded.ok && loaded.config.stack.bridge.objects).toMatchObject([{ ga: 1 }]);
});

describe("what is wrong", () => {
  // biome-ignore format: read by column
  const ROWS = [
    ["time: {every: 60min}",                            "f:2:1 time: one of time_ga, date_ga and datetime_ga is needed (missing)"],
    ["time: {time_ga: 0/0/1, date_ga: 0/0/1}",          "f:2:33 time.date_ga: 0/0/1 has another meaning here already (duplicate_ga)"],
    ["time: {time_ga: 0/0/1, every: 5s}",               "f:2:31 time.every: \"5s\": at least 1min: the bus is for others as well (bad_value)"],
    ["time: {time_ga: 0/0/1, timezone: Europe/Bern}",   "f:2:34 time.timezone: \"Europe/Bern\": this is no time zone: Europe/Zurich, America/New_York, UTC (bad_value)"],
    ["time: {tiem_ga: 0/0/1, date_ga: 0/0/2}",          "f:2:8 time.tiem_ga: unknown key \"tiem_ga\", did you mean \"time_ga\"? (unknown_key)"],
    ["time: {time_ga: 0/0/1}\nobjects: [{ga: 0/0/1, dpt: \"9.001\"}]", "f:2:17 time.time_ga: 0/0/1 is 9.001, expected 10.001 (role_dpt)"],
  ] as const;
  test.each(ROWS)("%s", (text, message) => {
    expect(errors(text)).toEqual([message]);
  });
});
