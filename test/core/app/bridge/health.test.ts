import { expect, test } from "vitest";
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
