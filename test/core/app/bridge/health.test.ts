import { describe, expect, test } from "vitest";
import type { BridgeImpulse } from "../../../../src/core/app-impulse.ts";
import { config, object, ready } from "./rig.ts";

const LAMP = object("1/2/3", "1.001", { name: "Lamp" });

test("§8.3 health", () => {
  const it = ready(config([LAMP]));
  it.advance(1_000);
  it.noise(23);
  it.message("knx/ga/1/2/3/set", "1");
  it.advance(1_500);
  it.message("knx/ga/1/2/3/set", "sideways");
  it.feed({
    for: "bridge",
    type: "health.req",
    counters: { "rx.telegrams": 17, "chip.resets": 2, "dl.check-octet": 3, "tx.no-ack": 1 },
    process: { uptimeS: 61.4, rssMb: 74, cpuPercent: 1.9, loopLagMs: 4 },
    at: 2_500,
  });
  const [health] = it.topics(/health$/);
  expect(health).toMatchObject({ qos: 0, retain: true, json: true });
  expect(JSON.parse(health?.payload ?? "")).toMatchObject({
    ts: "2026-01-31T10:11:14.500Z",
    uptime_s: 61,
    ok: true,
    problems: [],
    // 380 bit times of others, 198 of our own.
    bus: { state: "online", load_1s: 6, load_10s: 0.6, load_60s: 0.1, load_peak_60s: 6 },
    rx: { telegrams: 17, checksum: 3 },
    tx: { no_ack: 1 },
    queue: { depth: 0, depth_max: 1, rejected: { invalid_value: 1 } },
    mqtt: { connected: true, reconnects: 0, received: 2 },
    chip: { resets: 2 },
    process: { rss_mb: 74 },
    drops: { "dl.check-octet": 3 },
    counters: { "rx.telegrams": 17, "chip.resets": 2, "tx.no-ack": 1 },
  });
});

describe("8.3 what the machine tells, and problems", () => {
  const HOST = {
    load1: 0.1,
    tempC: 48.2,
    throttled: false,
    undervoltage: false,
    diskFreeMb: 9_120,
  } as const;
  type Request = Extract<BridgeImpulse, { type: "health.req" }>;
  const report = (it: ReturnType<typeof ready>, more: Partial<Request> = {}) => {
    it.feed({
      for: "bridge",
      type: "health.req",
      counters: {},
      process: { uptimeS: 61, rssMb: 74, cpuPercent: 1.9, loopLagMs: 4 },
      host: HOST,
      at: it.now(),
      ...more,
    });
    return it.documents(/bridge\/health$/).at(-1);
  };

  test("its figures; what it does not tell is null", () => {
    const it = ready(config([LAMP]));
    it.feed({ for: "bridge", type: "clock-sync.ind", synchronised: true, at: 0 });
    expect(report(it, { inFlight: 3 })).toMatchObject({
      ok: true,
      mqtt: { inflight: 3 },
      rx: { parity: null },
      tx: { busy: null },
      tunnels: [],
      host: { load1: 0.1, temp_c: 48.2, throttled: false, disk_free_mb: 9_120, clock_synced: true },
    });
    const nothing = {
      load1: 1,
      tempC: null,
      throttled: null,
      undervoltage: null,
      diskFreeMb: null,
    };
    expect(report(it, { host: nothing })).toMatchObject({
      ok: true,
      host: { temp_c: null, throttled: null, disk_free_mb: null },
    });
  });

  // biome-ignore format: read by column
  test.each([
    { host: { ...HOST, diskFreeMb: 99 },                       problems: ["disk_low"] },
    { host: { ...HOST, undervoltage: true, throttled: true },  problems: ["undervoltage"] },
    { host: { ...HOST, throttled: true },                      problems: [] },
  ])("$problems", ({ host, problems }) => {
    const it = ready(config([LAMP]));
    expect(report(it, { host })).toMatchObject({ ok: problems.length === 0, problems });
  });

  test("address_conflict for an hour after another device was seen with our address", () => {
    const it = ready(config([LAMP]));
    it.feed({
      for: "bridge",
      type: "device.ind",
      what: "address_conflict",
      on: true,
      at: it.now(),
    });
    expect(report(it)).toMatchObject({ ok: false, problems: ["address_conflict"] });
    it.advance(3_600_000);
    expect(report(it)).toMatchObject({ ok: true, problems: [] });
  });
});
