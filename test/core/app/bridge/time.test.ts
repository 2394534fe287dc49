import { describe, expect, test } from "vitest";
import type { TimeConfig } from "../../../../src/core/app/bridge/time/config.ts";
import type { Zone } from "../../../../src/core/app/bridge/time/state.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { config, EPOCH, ga, object, ready, rig } from "./rig.ts";

const HOUR_MS = 3_600_000;
/** 2026-01-31T10:11:12Z is a Saturday, 11:11:12 in Zurich. */
const ZURICH: Zone = {
  offsetMs: HOUR_MS,
  summerTime: false,
  next: { from: Date.UTC(2026, 2, 29, 1), offsetMs: 2 * HOUR_MS, summerTime: true },
};
const TIME: TimeConfig = {
  timeGa: ga("0/0/1"),
  dateGa: ga("0/0/2"),
  dateTimeGa: ga("0/0/3"),
  requestGa: ga("0/0/4"),
  everyMs: HOUR_MS,
  onlyIfSynced: true,
  timezone: "Europe/Zurich",
};
const OBJECTS = [
  object("0/0/1", "10.001", { writable: false }),
  object("0/0/2", "11.001", { writable: false }),
  object("0/0/3", "19.001", { writable: false }),
  object("0/0/4", "1.017"),
];

type Rig = ReturnType<typeof rig>;
const zone = (it: Rig, told: Zone = ZURICH) =>
  it.feed({ for: "bridge", type: "zone.ind", zone: told, at: it.now() });
const sync = (it: Rig, synchronised: boolean | null) =>
  it.feed({ for: "bridge", type: "clock-sync.ind", synchronised, at: it.now() });
const clock = (it: Rig, epoch: number) =>
  it.feed({ for: "bridge", type: "clock.ind", epoch, at: it.now() });
const sent = (it: Rig): readonly string[] =>
  it.sent.map(({ request }) =>
    [
      request.destination,
      request.type.replace(/A_GroupValue_|\.req/g, ""),
      "value" in request ? toHex(request.value.octets) : "",
    ].join(" "),
  );
const timed = (more: Partial<TimeConfig> = {}, synchronised: boolean | null = true) => {
  const it = ready(config(OBJECTS, { time: { ...TIME, ...more } }));
  zone(it);
  sync(it, synchronised);
  return it;
};

/*
 * 10.001: weekday 6 · 32 + 11, 11, 12        11.001: 31, 1, 26
 * 19.001: 126, 1, 31, 6 · 32 + 11, 11, 12, then NWD (0x20), SUTI (0x01), F (0x80); CLQ (0x80).  datapoint-types.md §10.4.8
 */
const AT_START = ["1 Write cb 0b 0c", "2 Write 1f 01 1a", "3 Write 7e 01 1f cb 0b 0c 20 80"];

describe("15.3 broadcast", () => {
  test("at the start, in local time", () => {
    const it = timed();
    it.advance(1_000);
    expect(sent(it)).toEqual(AT_START);
    expect(it.documents(/0.0.1.state$/)).toMatchObject([
      { value: "11:11:12", detail: { weekday: 6 }, origin: "internal" },
    ]);
  });

  test("every interval, and only what is configured", () => {
    const it = timed({ dateGa: null, dateTimeGa: null, everyMs: 600_000 });
    it.advance(1_900_000);
    expect(sent(it)).toEqual([
      "1 Write cb 0b 0c",
      "1 Write cb 15 0c",
      "1 Write cb 1f 0c",
      "1 Write cb 29 0c",
    ]);
  });

  test("what has waited for the bus says what the clock shows then", () => {
    const it = rig(config(OBJECTS, { time: { ...TIME, dateGa: null, dateTimeGa: null } }));
    clock(it, EPOCH);
    zone(it);
    sync(it, true);
    it.advance(8_000);
    it.online();
    it.advance(1_000);
    expect(sent(it)).toEqual(["1 Write cb 0b 14"]);
  });

  test("on request, from others only", () => {
    const it = timed({ dateGa: null, dateTimeGa: null });
    it.advance(1_000);
    it.telegram("A_GroupValue_Write.ind", "0/0/4", "/1");
    it.advance(1_000);
    it.message("knx/ga/0/0/4/set", "1");
    it.advance(1_000);
    expect(sent(it)).toEqual(["1 Write cb 0b 0c", "1 Write cb 0b 0d", "4 Write 01"]);
  });

  test("within 2 s of a change of the offset, once", () => {
    const it = rig(config(OBJECTS, { time: { ...TIME, dateGa: null, everyMs: 10 * HOUR_MS } }));
    clock(it, Date.UTC(2026, 2, 29, 0, 59, 30));
    it.online();
    zone(it);
    sync(it, true);
    it.advance(29_999);
    expect(it.sent).toHaveLength(2);
    it.advance(2_001);
    // Sunday, 03:00:00; with SUTI.
    expect(sent(it).slice(2)).toEqual(["1 Write e3 00 00", "3 Write 7e 03 1d e3 00 00 21 80"]);
    // Told anew by the shell, the day after.
    zone(it, {
      offsetMs: 2 * HOUR_MS,
      summerTime: true,
      next: { from: Date.UTC(2026, 9, 25, 1), offsetMs: HOUR_MS, summerTime: false },
    });
    it.advance(HOUR_MS);
    expect(it.sent).toHaveLength(4);
  });

  test("the clock was set: what the bus was told is wrong", () => {
    const it = timed({ dateGa: null, dateTimeGa: null });
    it.advance(1_000);
    clock(it, EPOCH + 60_000);
    clock(it, EPOCH + 60_300);
    it.advance(1_000);
    expect(sent(it)).toEqual(["1 Write cb 0b 0c", "1 Write cb 0c 0d"]);
  });

  test("another zone as well; the same one, told once more, is no news", () => {
    const it = timed({ dateGa: null, dateTimeGa: null });
    it.advance(1_000);
    zone(it, { offsetMs: -5 * HOUR_MS, summerTime: false, next: null });
    zone(it, { offsetMs: -5 * HOUR_MS, summerTime: false, next: null });
    it.advance(1_000);
    expect(sent(it)).toEqual(["1 Write cb 0b 0c", "1 Write c5 0b 0d"]);
  });

  test("the change is found although the clock was set after it was planned", () => {
    const it = timed({ dateGa: null, dateTimeGa: null, everyMs: 9_000 * HOUR_MS });
    it.advance(1_000);
    clock(it, Date.UTC(2026, 2, 29, 0, 59, 50) - it.now());
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    it.advance(11_000);
    expect(sent(it).at(-1)).toBe("1 Write e3 00 00");
  });
});

describe("15.3 clock not synchronised", () => {
  test.each([false, null])("%s: silent, and told with the first moment", (unknown) => {
    const it = timed({}, unknown);
    it.advance(3 * HOUR_MS);
    it.telegram("A_GroupValue_Write.ind", "0/0/4", "/1");
    it.advance(1_000);
    expect(it.sent).toEqual([]);
    sync(it, true);
    it.advance(1_000);
    expect(it.sent).toHaveLength(3);
  });

  test("19.001 answers with F and without CLQ, 10.001 and 11.001 do not", () => {
    const it = timed({}, false);
    for (const address of ["0/0/1", "0/0/2", "0/0/3"]) it.read(address);
    it.advance(1_000);
    expect(sent(it)).toEqual(["3 Response 7e 01 1f cb 0b 0c a0 00"]);
  });

  test("synchronised, all are answered", () => {
    const it = timed();
    it.advance(1_000);
    it.sent.length = 0;
    for (const address of ["0/0/1", "0/0/2", "0/0/3"]) it.read(address);
    it.advance(500);
    expect(sent(it)).toEqual([
      "1 Response cb 0b 0d",
      "2 Response 1f 01 1a",
      "3 Response 7e 01 1f cb 0b 0d 20 80",
    ]);
  });

  test("only_if_synced: false sends and answers all the same", () => {
    const it = timed({ onlyIfSynced: false }, false);
    it.advance(1_000);
    expect(sent(it)).toEqual([...AT_START.slice(0, 2), "3 Write 7e 01 1f cb 0b 0c a0 00"]);
    it.read("0/0/1");
    it.advance(1_000);
    expect(it.sent).toHaveLength(4);
  });

  test("lost while it waits for the bus: not sent, and again once it is back", () => {
    const it = timed();
    it.advance(1_000);
    it.offline();
    it.telegram("A_GroupValue_Write.ind", "0/0/4", "/1");
    it.advance(1_000);
    sync(it, false);
    it.online();
    it.advance(60_000);
    expect(it.sent).toHaveLength(3);
    sync(it, true);
    it.advance(1_000);
    expect(it.sent).toHaveLength(6);
  });

  test("8.3 is a problem only where the bus is told the time", () => {
    const problems = (it: Rig) => {
      const process = { uptimeS: 1, rssMb: 1, cpuPercent: 1, loopLagMs: 1 };
      it.feed({ for: "bridge", type: "health.req", counters: {}, process, at: it.now() });
      return it.documents(/health$/).at(-1)?.["problems"];
    };
    expect(problems(timed({}, false))).toContain("clock_unsynced");
    expect(problems(timed({}, true))).not.toContain("clock_unsynced");
    const without = ready(config(OBJECTS));
    sync(without, false);
    expect(problems(without)).not.toContain("clock_unsynced");
  });
});

describe("6 now, today, and times with an offset", () => {
  const CLOCKS = [object("3/1/1", "10.001"), object("3/1/2", "11.001"), object("3/1/3", "19.001")];
  // biome-ignore format: read by column
  const ROWS = [
    { address: "3/1/1", payload: "now",                       hex: "cb 0b 0c" },
    { address: "3/1/2", payload: "today",                     hex: "1f 01 1a" },
    { address: "3/1/3", payload: "now",                       hex: "7e 01 1f cb 0b 0c 20 80" },
    { address: "3/1/3", payload: "2026-07-01T00:30:00+00:00", hex: "7e 07 01 62 1e 00 21 80" },
    { address: "3/1/3", payload: "2026-01-31T23:30:00Z",      hex: "7e 02 01 e0 1e 00 20 80" },
  ];
  test.each(ROWS)("$payload to $address", ({ address, payload, hex }) => {
    const it = ready(config(CLOCKS));
    zone(it);
    sync(it, true);
    it.message(`knx/ga/${address}/set`, payload);
    expect(sent(it)).toEqual([`${ga(address)} Write ${hex}`]);
  });

  test("without a time zone there is no now", () => {
    const it = ready(config(CLOCKS));
    it.message("knx/ga/3/1/1/set", '{"value":"now","id":"a"}');
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", error: { code: "no_value" } }]);
  });
});

test("a get of a time that we tell needs no telegram", () => {
  const it = timed();
  it.advance(1_000);
  it.message("knx/ga/0/0/1/get", '{"id":"a"}');
  expect(it.sent).toHaveLength(3);
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", value: "11:11:13" }]);
});
