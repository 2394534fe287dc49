import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LOG_MODULES } from "../../src/config/log.ts";
import type { JsonValue } from "../../src/core/effect.ts";
import { openCounters } from "../../src/shell/counters.ts";
import { createLog, logNote, partLogs } from "../../src/shell/log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const open = () => {
  const written: string[] = [];
  const log = createLog("info", { write: (line) => written.push(line) });
  const of = partLogs(log.logger);
  return {
    ...log,
    of,
    set: (how: Readonly<{ [key: string]: JsonValue }>) =>
      log.settings.set(how, "the control socket"),
    /** One line of everybody at each level; whose came through. */
    heard: () => {
      written.length = 0;
      const note = { message: "m", fields: {} };
      for (const level of ["debug", "info", "warn"] as const) {
        for (const layer of ["dl", "tl"] as const) logNote(log.logger, { level, layer, ...note });
        for (const part of ["mqtt", "serial"] as const) of(part)[level]({}, "m");
        log.logger[level]({}, "m");
      }
      return written.map((line) => {
        const { level, layer = "shell" }: { level: number; layer?: string } = JSON.parse(line);
        return `${layer} ${LEVELS[level]}`;
      });
    },
    written,
  };
};

const LEVELS: Readonly<Record<number, string>> = { 20: "debug", 30: "info", 40: "warn" };
const ALL = ["dl", "tl", "mqtt", "serial", "shell"];
const at = (level: string, who: readonly string[] = ALL) => who.map((one) => `${one} ${level}`);
const USUAL = [...at("info"), ...at("warn")];

describe("what is set is what is written", () => {
  test("of one layer, of one part, of all others", () => {
    const it = open();
    expect(it.heard()).toEqual(USUAL);
    expect(it.set({ level: "debug", module: "dl" })).toMatchObject({ ok: true, level: "debug" });
    expect(it.heard()).toEqual(["dl debug", ...USUAL]);
    it.set({ level: "debug", module: "mqtt" });
    expect(it.heard()).toEqual(["dl debug", "mqtt debug", ...USUAL]);
    it.set({ level: "error", module: null });
    expect(it.heard()).toEqual([
      "dl debug",
      "mqtt debug",
      "dl info",
      "mqtt info",
      "dl warn",
      "mqtt warn",
    ]);
    it.set({ level: "default", module: "dl" });
    it.set({ level: "off", module: "mqtt" });
    expect(it.heard()).toEqual([]);
  });

  test("a part that was made later, and one that is started again", () => {
    const it = open();
    it.set({ level: "debug", module: "gpio" });
    const gpio = it.of("gpio");
    expect([gpio.isLevelEnabled("debug"), it.of("store").isLevelEnabled("debug")]).toEqual([
      true,
      false,
    ]);
    expect(it.of("gpio")).toBe(gpio);
  });

  test("drops are lines of their layer, and cost nothing while nobody wants them", () => {
    const it = open();
    const counters = openCounters(it.logger);
    counters.drop("dl.check-octet", [0xbc]);
    it.set({ level: "debug", module: "dl" });
    it.written.length = 0;
    counters.drop("dl.check-octet", [0xbc, 0x11]);
    counters.drop("al.mode", [0x01]);
    counters.close();
    expect(it.written.map((line) => JSON.parse(line))).toMatchObject([
      { layer: "dl", reason: "dl.check-octet", octets: "bc 11" },
    ]);
  });
});

describe("for a time", () => {
  test("and then as before, also when that has changed meanwhile", () => {
    const it = open();
    it.set({ level: "debug", module: "dl", seconds: 600 });
    vi.advanceTimersByTime(590_000);
    expect(it.heard()).toEqual(["dl debug", ...USUAL]);
    it.settings.configure("warn", {});
    expect(it.heard()).toEqual(["dl debug", "dl info", ...at("warn")]);
    vi.advanceTimersByTime(10_000);
    expect(it.heard()).toEqual(at("warn"));
  });

  test("the last one counts, whether it lasts or not", () => {
    const it = open();
    it.set({ level: "debug", seconds: 10 });
    it.set({ level: "debug", seconds: 100 });
    vi.advanceTimersByTime(50_000);
    expect(it.heard()).toEqual([...at("debug"), ...USUAL]);
    it.set({ level: "warn" });
    vi.advanceTimersByTime(100_000);
    expect(it.heard()).toEqual(at("warn"));
  });

  test("what is left of it is told", () => {
    const it = open();
    it.set({ level: "trace", seconds: 90 });
    it.set({ level: "error", module: "web" });
    vi.advanceTimersByTime(30_000);
    expect(it.settings.read()).toEqual({
      level: "trace",
      own: [
        { module: null, level: "trace", secondsLeft: 60 },
        { module: "web", level: "error", secondsLeft: null },
      ],
      modules: LOG_MODULES,
    });
    it.settings.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a reload sets what the file says, and takes back what it does not say", () => {
  const it = open();
  it.settings.configure("info", { dl: "debug" });
  it.set({ level: "debug", module: "tl" });
  expect(it.heard()).toEqual(["dl debug", "tl debug", ...USUAL]);
  it.settings.configure("info", { mqtt: "debug" });
  expect(it.heard()).toEqual(["mqtt debug", ...USUAL]);
});

describe("what is refused changes nothing", () => {
  // biome-ignore format: read by column
  test.each([
    [{ level: "loud" },                               "level must be one of trace, debug"],
    [{},                                              "level must be one of"],
    [{ level: "toString" },                           "level must be one of"],
    [{ level: "debug", module: "kitchen" },           "module must be one of dl, nl, tl"],
    [{ level: "debug", module: 7 },                   "module must be a text"],
    [{ level: "debug", seconds: -1 },                 "seconds must be a number from 0 to 86400"],
    [{ level: "debug", seconds: 86_401 },             "seconds must be"],
    [{ level: "debug", seconds: Number.NaN },         "seconds must be"],
    [{ level: "default" },                            "default is for a module"],
    [{ level: "default", module: "dl", seconds: 5 },  "default is not for a time"],
  ])("%j", (how, problem) => {
    const it = open();
    expect(it.set(how)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
    expect(it.heard()).toEqual(USUAL);
  });
});
