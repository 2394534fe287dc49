import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { HostRequest, JsonValue } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { type HostFunctions, hostRequests, openHost } from "../../src/shell/host.ts";
import { measureHost } from "../../src/shell/host-figures.ts";
import { createLog, logNote } from "../../src/shell/log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const open = (functions: HostFunctions = {}) => {
  const written: string[] = [];
  const levels = createLog("info", { write: (line) => written.push(line) });
  const answers: Impulse[] = [];
  const done: string[] = [];
  const host = openHost({
    functions,
    levels,
    health: (ref) => done.push(`health ${ref}`),
    restart: () => done.push("restart"),
    deliver: (impulse) => answers.push(impulse),
    log: levels.logger,
  });
  const ask = (name: HostRequest, parameters: Readonly<{ [key: string]: JsonValue }> = {}) =>
    host.execute({ for: "host", type: "request", ref: 17, name, parameters });
  return { ask, host, levels, written, answers, done };
};

describe("10 log/level", () => {
  const replies = ({ answers }: ReturnType<typeof open>) =>
    answers.map((each) => (each.type === "request.con" ? each.reply : undefined));

  test("of everything, until it is set again", () => {
    const it = open();
    it.ask("log/level", { level: "debug" });
    expect(it.answers).toMatchObject([
      { type: "request.con", ref: 17, reply: { ok: true, data: { level: "debug" } } },
    ]);
    it.levels.logger.debug({ n: 1 }, "shown");
    it.ask("log/level", { level: "error" });
    it.levels.logger.info({ n: 2 }, "not shown");
    expect(it.written.map((line) => JSON.parse(line).msg)).toEqual([
      "log level set over MQTT",
      "shown",
    ]);
  });

  test("of one layer, for some seconds", () => {
    const it = open();
    const note = (layer: "dl" | "tl") =>
      logNote(it.levels.logger, { level: "debug", layer, message: `of ${layer}`, fields: {} });
    const notes = () =>
      it.written.map((line) => JSON.parse(line).msg).filter((text) => /^of/.test(text));
    it.ask("log/level", { level: "debug", module: "dl", seconds: 60 });
    note("dl");
    note("tl");
    expect(notes()).toEqual(["of dl"]);
    vi.advanceTimersByTime(60_000);
    note("dl");
    expect(notes()).toEqual(["of dl"]);
    expect(it.levels.logger.isLevelEnabled("debug")).toBe(false);
  });

  test("wrong parameters change nothing", () => {
    const it = open();
    it.ask("log/level", { level: "loud" });
    it.ask("log/level", { level: "debug", module: "kitchen" });
    it.ask("log/level", { level: "debug", seconds: -1 });
    it.ask("log/level", { level: "debug", module: 7 });
    expect(replies(it)).toMatchObject(
      Array.from({ length: 4 }, () => ({ ok: false, error: { code: "invalid_value" } })),
    );
    expect(it.levels.level(null)).toBe("info");
  });
});

describe("10 requests that need a file", () => {
  test("whoever can do it answers; what nobody can do is unsupported", async () => {
    const it = open({
      "config/get": async (parameters) => ({ ok: true, data: { asked: parameters } }),
    });
    it.ask("config/get", { n: 3 });
    it.ask("backup/create");
    await vi.advanceTimersByTimeAsync(0);
    expect(it.answers).toMatchObject([
      { reply: { ok: false, error: { code: "unsupported" } } },
      { reply: { ok: true, data: { asked: { n: 3 } } } },
    ]);
  });

  test("a bug has a reference that is also in the log, and the log has no parameters", async () => {
    const it = open({ "project/import": () => Promise.reject(new Error("torn")) });
    it.ask("project/import", { password: "s3cret" });
    await vi.advanceTimersByTimeAsync(0);
    const [answer] = it.answers;
    const reply = answer?.type === "request.con" ? answer.reply : undefined;
    expect(reply).toMatchObject({ ok: false, error: { code: "internal" } });
    const line = JSON.parse(it.written.at(-1) ?? "{}");
    expect(line).toMatchObject({ level: 50, request: "project/import", err: { message: "torn" } });
    expect(JSON.stringify(reply)).toContain(line.reference);
    expect(it.written.join()).not.toContain("s3cret");
  });

  test("what is really possible", () => {
    const it = open();
    expect(hostRequests({}, undefined)).toEqual(["health", "restart"]);
    expect(hostRequests({ "config/get": async () => ({ ok: true, data: {} }) }, it.levels)).toEqual(
      ["health", "log/level", "config/get", "restart"],
    );
  });

  test("health and restart are passed on", () => {
    const it = open();
    it.ask("health");
    it.ask("restart");
    expect(it.done).toEqual(["health 17", "restart"]);
    expect(it.answers).toEqual([]);
  });
});

describe("8.5 whoever reads the log along", () => {
  const read = (level: "debug" | "warn") => {
    const it = open();
    const lines: unknown[] = [];
    it.levels.listen(level, (line) => {
      lines.push(line);
      it.levels.logger.error({}, "caused by reading");
    });
    return { ...it, lines };
  };

  test("sees more than is written, and every field that is one", () => {
    const it = read("debug");
    it.levels.logger.debug({ layer: "dl", octets: "03", list: [1] }, "dropped");
    it.levels.logger.error({ err: new Error("gone"), n: 7 }, "no port");
    expect(it.lines).toEqual([
      { level: "debug", module: "dl", message: "dropped", fields: { octets: "03" } },
      { level: "error", module: "shell", message: "no port", fields: { err: "gone", n: 7 } },
    ]);
    expect(it.written.map((line) => JSON.parse(line).msg)).not.toContain("dropped");
  });

  test("nothing below its level, and nothing that it causes itself", () => {
    const it = read("warn");
    it.levels.logger.info({}, "no");
    it.levels.logger.warn({}, "yes");
    it.levels.unseen(() => it.levels.logger.error({}, "caused by publishing"));
    expect(it.lines).toMatchObject([{ message: "yes" }]);
    expect(it.written).toHaveLength(4);
  });
});

describe("8.3 what the machine tells", () => {
  const known = {
    load: () => 0.123,
    temperature: async () => "48212\n",
    throttled: async () => "throttled=0x50005\n",
    free: async () => 9_120_400_000,
  };

  test("load, temperature, throttling, space", async () => {
    expect(await measureHost("/var/lib/knxpi", known)).toEqual({
      load1: 0.12,
      tempC: 48.2,
      throttled: true,
      undervoltage: true,
      diskFreeMb: 9_120,
    });
  });

  // biome-ignore format: read by column
  test.each([
    { bits: "50000",         throttled: false, undervoltage: false },
    { bits: "throttled=0x0", throttled: false, undervoltage: false },
    { bits: "throttled=0x4", throttled: true,  undervoltage: false },
    { bits: "1",             throttled: true,  undervoltage: true },
  ])("get_throttled $bits", async ({ bits, ...expected }) => {
    const figures = await measureHost("/", { ...known, throttled: async () => bits });
    expect(figures).toMatchObject(expected);
  });

  test("what cannot be found out is null", async () => {
    const none = (): Promise<never> => Promise.reject(new Error("no such file"));
    const silent = { load: () => 1, temperature: none, throttled: none, free: none };
    expect(await measureHost("/nowhere", silent)).toEqual({
      load1: 1,
      tempC: null,
      throttled: null,
      undervoltage: null,
      diskFreeMb: null,
    });
  });
});
