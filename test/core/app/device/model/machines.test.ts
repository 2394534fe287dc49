import { describe, expect, test } from "vitest";
import {
  LOAD_EVENTS,
  LOAD_STATES,
  loadCell,
} from "../../../../../src/core/app/device/model/load-table.ts";
import {
  RUN_EVENTS,
  RUN_STATES,
  runCell,
} from "../../../../../src/core/app/device/model/run-table.ts";

/** `device-model.md` §3.1, row by row: where each event leads from unloaded, loading, loaded, error. */
describe("load states", () => {
  // biome-ignore format: read by column
  const WHERE = {
    "no operation":               ["unloaded", "loading",  "loaded",   "error"],
    "start loading":              ["loading",  "loading",  "loading",  "error"],
    "load completed":             ["unloaded", "loaded",   "loaded",   "error"],
    "load completed, unusable":   ["unloaded", "error",    "loaded",   "error"],
    "allocation":                 ["unloaded", "loading",  "error",    "error"],
    "allocation, no room":        ["unloaded", "error",    "error",    "error"],
    "load control of other kind": ["unloaded", "error",    "error",    "error"],
    "unload":                     ["unloaded", "unloaded", "unloaded", "unloaded"],
    "unknown event":              ["unloaded", "loading",  "loaded",   "error"],
  } as const;

  test("every event in every state", () => {
    expect(LOAD_EVENTS).toEqual(Object.keys(WHERE));
    for (const event of LOAD_EVENTS)
      expect([event, ...LOAD_STATES.map((state) => loadCell(state, event)[0])]).toEqual([
        event,
        ...WHERE[event],
      ]);
  });

  test("only an unload leaves the state error", () => {
    const out = LOAD_EVENTS.filter((event) => loadCell("error", event)[0] !== "error");
    expect(out).toEqual(["unload"]);
  });
});

/** `device-model.md` §3.4: from halted, ready, running, terminated. */
describe("run states", () => {
  // biome-ignore format: read by column
  const WHERE = {
    "no operation":      ["halted", "ready",      "running",    "terminated"],
    "program loaded":    ["ready",  "ready",      "running",    "terminated"],
    "program started":   ["halted", "running",    "running",    "terminated"],
    "program gone":      ["halted", "halted",     "halted",     "halted"],
    "device restarts":   ["halted", "halted",     "halted",     "halted"],
    "restart requested": ["halted", "ready",      "ready",      "ready"],
    "stop requested":    ["halted", "terminated", "terminated", "terminated"],
    "unknown event":     ["halted", "ready",      "running",    "terminated"],
  } as const;

  test("every event in every state", () => {
    expect(RUN_EVENTS).toEqual(Object.keys(WHERE));
    for (const event of RUN_EVENTS)
      expect([event, ...RUN_STATES.map((state) => runCell(state, event)[0])]).toEqual([
        event,
        ...WHERE[event],
      ]);
  });
});
