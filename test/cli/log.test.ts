import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ControlServer, serveControl } from "../../src/shell/control/server.ts";
import { createLog, type Log } from "../../src/shell/log.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { startHouse } from "../../src/sim/house.ts";
import { testConfig } from "../../src/testing/config.ts";
import { knxpi } from "./program.ts";

let folder: string;
let shell: Shell;
let server: ControlServer;
let levels: Log;
const written: string[] = [];

/** A shell that is asked over its socket, on a port that is not there. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-log-"));
  const house = startHouse();
  house.ports.unplug(house.path);
  levels = createLog("warn", { write: (line) => written.push(line) });
  shell = openShell({
    config: testConfig(),
    about: { version: "1.2.3", instance: "l" },
    serial: { path: house.path, baud: 19_200, parity: "even", binding: house.binding },
    log: levels.logger,
    levels,
  });
  server = await serveControl(
    shell.control,
    { path: join(folder, "l.sock"), mode: 0o600 },
    levels.logger,
  );
  house.stop();
});

afterEach(() => levels.settings.configure("warn", {}));

afterAll(async () => {
  levels.settings.close();
  await server.close();
  await shell.stop();
  rmSync(folder, { recursive: true });
});

const log = (...args: readonly string[]) =>
  knxpi("log", ...args, "--socket", join(folder, "l.sock"));

/** What a debug line of the serial port is worth now. */
const isHeard = (): boolean => {
  written.length = 0;
  levels.of("serial").debug({}, "a line");
  return written.length === 1;
};

describe("knxpi log", () => {
  test("shows the level, and which modules there are", async () => {
    const { code, out } = await log();
    expect(code).toBe(0);
    expect(out[0]).toBe("level  warn");
    expect(out.at(-1)).toMatch(/^modules {2}dl, nl, .*, serial, .*, shell$/);
  });

  test("changes what is logged, for a time", async () => {
    expect(isHeard()).toBe(false);
    const { out } = await log("debug", "--module", "serial", "--for", "10m");
    expect(out).toContainEqual(expect.stringMatching(/^serial +debug +600 s more$/));
    expect(isHeard()).toBe(true);
    const { out: json } = await log("default", "--module", "serial", "--json");
    expect(JSON.parse(json[0] ?? "")).toMatchObject({ level: "warn", own: [] });
    expect(isHeard()).toBe(false);
  });

  test("of everything", async () => {
    expect((await log("debug")).out[0]).toBe("level  debug");
    expect(isHeard()).toBe(true);
  });

  // biome-ignore format: read by column
  test.each([
    [["debug", "--module", "kitchen"], /module must be one of dl, nl/],
    [["loud"],                         /level must be one of trace, debug/],
    [["debug", "--for", "soon"],       /Not a time; 90s, 10m and 2h/],
    [["debug", "--for", "25h"],        /seconds must be a number from 0 to 86400/],
  ])("%j is a mistake", async (args, message) => {
    const { code, err } = await log(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(isHeard()).toBe(false);
  });

  test("a module or a time without a level", async () => {
    expect(await log("--module", "dl")).toMatchObject({
      code: 1,
      err: expect.stringContaining("a level is needed"),
    });
  });
});
