import { expect, test } from "vitest";
import { healthDocument } from "../../../src/core/app/bridge/health.ts";
import { openStack } from "../../../src/core/stack/stack.ts";
import type { ChildReport } from "../../../src/shell/supervise/report.ts";
import { pageProblems } from "../../../src/shell/web/health-page.ts";
import { testConfig } from "../../../src/testing/config.ts";

const HEALTH = healthDocument(openStack(testConfig()).bridge, {
  ...{ counters: {}, process: { uptimeS: 40, rssMb: 74, cpuPercent: 2, loopLagMs: 4 }, at: 40_000 },
});

const isChild = (
  name: ChildReport["name"],
  state: ChildReport["state"],
  forMs: number,
): ChildReport => ({ name, state, since: 0, forMs, restarts: 5, problem: "no" });

// biome-ignore format: read by column
const ROWS = [
  { is: "connected",                          connected: true,  child: isChild("mqtt", "up", 90_000),          problems: [] },
  { is: "just started, no broker yet",        connected: false, child: isChild("mqtt", "starting", 300),       problems: [] },
  { is: "a broker that is restarted",         connected: false, child: isChild("mqtt", "waiting", 29_999),     problems: [] },
  { is: "a broker that is away",              connected: false, child: isChild("mqtt", "waiting", 30_000),     problems: ["mqtt_offline"] },
  { is: "tried again just now",               connected: false, child: isChild("mqtt", "starting", 40_000),    problems: ["mqtt_offline"] },
  { is: "connected, looking at what it kept", connected: false, child: isChild("mqtt", "up", 1_900),           problems: [] },
  { is: "another bridge on our topics",       connected: false, child: isChild("mqtt", "up", 31_000),          problems: ["mqtt_offline"] },
  { is: "given up, a bug",                    connected: false, child: isChild("mqtt", "failed", 31_000),      problems: ["mqtt_offline", "child_failed"] },
  { is: "without MQTT",                       connected: false, child: isChild("web", "up", 90_000),           problems: [] },
  { is: "a full disk",                        connected: true,  child: isChild("store", "waiting", 30_000),    problems: ["child_waiting"] },
  { is: "the same, being tried",              connected: true,  child: isChild("recorder", "starting", 31_000), problems: ["child_waiting"] },
  { is: "a disk that failed once",            connected: true,  child: isChild("recorder", "waiting", 10_000), problems: [] },
  { is: "given up",                           connected: true,  child: isChild("gpio", "failed", 31_000),      problems: ["child_failed"] },
  { is: "stopped",                            connected: true,  child: isChild("gpio", "off", 31_000),         problems: [] },
];
test.each(ROWS)("$is: $problems", ({ connected, child, problems }) => {
  const health = { ...HEALTH, problems: [], mqtt: { ...HEALTH.mqtt, connected } };
  expect(pageProblems({ health, children: [child] })).toEqual(problems);
});

test("since when there is a connection is not known before the first", () => {
  expect(HEALTH.mqtt).toMatchObject({ connected: false, since: null });
});
