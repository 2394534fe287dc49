import { expect, test } from "vitest";
import { openStack, run } from "../../src/core/stack/stack.ts";
import { statusOf } from "../../src/shell/control/status.ts";
import { testConfig } from "../../src/testing/config.ts";

test("status tells of another device with our address: how often, and how long ago", () => {
  const about = { version: "1.2.3", instance: "test" };
  const counters = { "dl.own-address": 3 };
  const circumstances = { counters, clients: 0, running: 0, busmonitor: null };
  const quiet = openStack(testConfig());
  expect(statusOf(quiet, about, circumstances)).toMatchObject({ addressConflict: null });
  const at = performance.now() - 5_000;
  const [told] = run(quiet, { for: "device", type: "own-address.ind", at });
  expect(statusOf(told, about, circumstances)).toMatchObject({
    addressConflict: { frames: 3, secondsAgo: 5 },
  });
});
