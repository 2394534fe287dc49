import { describe, expect, test } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import { EMPTY_TABLE } from "../../src/core/table.ts";
import { ownerOf } from "../../src/shell/execute.ts";
import type { ChildName } from "../../src/shell/supervise/report.ts";

const publication = { topic: "t", payload: "p", qos: 1, retain: false, json: false } as const;
const timer = { for: "dl", name: "frame" } as const;
const unloaded = { index: 4, state: "unloaded" } as const;

/** Whose life a throw ends; null: the core relies on it, so the process ends. Promises and what the core counts on are no part's alone. */
// biome-ignore format: one effect a line
const OWNERS: readonly (readonly [Effect, ChildName | null])[] = [
  [{ for: "serial", type: "write", octets: [0x11] }, "serial"],
  [{ for: "serial", type: "reopen" }, "serial"],
  [{ for: "mqtt", type: "publish", ...publication }, "mqtt"],
  [{ for: "mqtt", type: "subscribe", filters: ["knx/+"] }, "mqtt"],
  [{ for: "mqtt", type: "look-back", filters: ["knx/+"] }, "mqtt"],
  [{ for: "control", type: "progress", id: 1, done: 2, total: 3 }, "control"],
  [{ for: "gpio", type: "led", on: true }, "gpio"],
  [{ for: "store", type: "snapshot", snapshot: { held: EMPTY_TABLE, provided: EMPTY_TABLE, objects: EMPTY_TABLE } }, "store"],
  [{ for: "store", type: "keep", loadable: unloaded }, null],
  [{ for: "timer", type: "start", timer, ms: 5 }, null],
  [{ for: "timer", type: "stop", timer }, null],
  [{ for: "drops", type: "drop", reason: "dl.length", octets: [1] }, null],
  [{ for: "counters", type: "reset" }, null],
  [{ for: "host", type: "request", ref: 1, name: "restart", parameters: {} }, null],
  [{ for: "process", type: "end", why: "base_topic_in_use", base: "knx", instance: "x" }, null],
];

describe("a throw while an effect is executed ends the life of", () => {
  test.each(
    OWNERS.map(([effect, owner]) => ({ effect, owner, is: `${effect.for} ${effect.type}` })),
  )("$is: $owner", ({ effect, owner }) => {
    expect(ownerOf(effect) ?? null).toBe(owner);
  });
});
