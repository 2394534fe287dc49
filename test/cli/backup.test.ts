import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import { lockState } from "../../src/shell/store/lock.ts";
import { knxpi } from "./program.ts";

const base = fs.mkdtempSync(join(tmpdir(), "knxpi-b-"));
afterAll(() => fs.rmSync(base, { recursive: true }));
const config = join(base, "house.yaml");
const state = join(base, "state");
const file = join(base, "backup.zip");
const places = ["--config", config, "--state", state];
const YAML = "knx: {address: 1.1.250}\n";
const MANIFEST = '{"knxpi":"state","format":3,"program":"0.2.0"}';

beforeEach(() => {
  fs.rmSync(file, { force: true });
  fs.rmSync(state, { recursive: true, force: true });
  fs.mkdirSync(state);
  fs.writeFileSync(config, YAML);
  fs.writeFileSync(join(state, "state.json"), MANIFEST);
  fs.writeFileSync(join(state, "ledger"), "what it says");
});
const ledger = (): string => fs.readFileSync(join(state, "ledger"), "utf8");

describe("knxpi backup", () => {
  test("made, shown, and put back: first said, then done", async () => {
    const made = await knxpi("backup", "create", ...places, "--out", file);
    expect([made.code, made.err]).toEqual([0, expect.stringContaining("3 files")]);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const { out } = await knxpi("backup", "show", file);
    expect(out.slice(1).map((line) => line.trim())).toEqual([
      "24  config/house.yaml",
      "12  state/ledger",
      "46  state/state.json",
    ]);

    fs.writeFileSync(join(state, "ledger"), "something else");
    const planned = await knxpi("backup", "restore", file, ...places);
    expect(planned.out.at(-1)).toContain("--apply");
    expect(ledger()).toBe("something else");
    const done = await knxpi("backup", "restore", file, ...places, "--apply");
    expect(done.code).toBe(0);
    expect(ledger()).toBe("what it says");
    expect(fs.readFileSync(join(state, "ledger.before-restore"), "utf8")).toBe("something else");
  });

  test("a file that is there is not written over", async () => {
    fs.writeFileSync(file, "mine");
    const { code, err } = await knxpi("backup", "create", ...places, "--out", file);
    expect([code, err]).toEqual([1, expect.stringContaining("EEXIST")]);
    expect(fs.readFileSync(file, "utf8")).toBe("mine");
  });

  test("not while knxpi runs: it would write over what is restored", async () => {
    await knxpi("backup", "create", ...places, "--out", file);
    fs.writeFileSync(join(state, "ledger"), "something else");
    const lock = await lockState(state);
    try {
      for (const command of [
        ["backup", "restore", file, ...places, "--apply"],
        ["state", "convert", "--for", "0.1.0", "--state", state],
      ]) {
        const { code, err } = await knxpi(...command);
        expect([code, err]).toEqual([1, expect.stringContaining("stop it first")]);
      }
      const said: string[] = [];
      expect(await run({ config, state }, (line) => said.push(line))).toBe(1);
      expect(said.at(-1)).toContain("stop it first");
      expect(ledger()).toBe("something else");
      expect(fs.existsSync(join(state, "state.json"))).toBe(true);
    } finally {
      if (lock.ok) lock.release();
    }
    const { code } = await knxpi("backup", "restore", file, ...places, "--apply");
    expect(code).toBe(0);
  });

  test("whatever is left of a knxpi that was killed does not keep anybody away", async () => {
    // A file without a process behind it: what a kill -9 leaves.
    const lock = await lockState(state);
    const socket = fs.readdirSync(state).find((name) => name.startsWith("in-use.")) ?? "";
    fs.linkSync(join(state, socket), join(state, "in-use.left"));
    if (lock.ok) lock.release();
    const { code, err } = await knxpi("state", "convert", "--for", "0.1.0", "--state", state);
    expect([code, err]).toEqual([0, ""]);
    expect(fs.readdirSync(state).filter((name) => name.startsWith("in-use."))).toEqual([]);
  });

  test("where no socket can be the directory is not locked", async () => {
    const long = join(base, "x".repeat(100));
    fs.mkdirSync(long);
    expect(await lockState(long)).toMatchObject({ ok: false, why: "disk" });
    expect(fs.readdirSync(base).filter((name) => name.startsWith("x"))).toEqual(["x".repeat(100)]);
    fs.copyFileSync(join(state, "state.json"), join(long, "state.json"));
    const { code, err } = await knxpi("state", "convert", "--for", "0.1.0", "--state", long);
    expect([code, err]).toEqual([0, expect.stringContaining("cannot be told")]);
  });

  test("of two that begin together at most one gets it", async () => {
    for (let round = 0; round < 20; round++) {
      fs.writeFileSync(join(state, "in-use.dead"), "");
      const both = await Promise.all([lockState(state), lockState(state)]);
      expect(both.filter(({ ok }) => ok).length).toBeLessThan(2);
      for (const one of both) if (one.ok) one.release();
      const alone = await lockState(state);
      expect(alone.ok).toBe(true);
      if (alone.ok) alone.release();
    }
  });

  test("a file of the state that cannot be read: no backup, for it would go away with a restore", async () => {
    fs.mkdirSync(join(state, "device.json"));
    const { code, err } = await knxpi("backup", "create", ...places, "--out", file);
    expect([code, err]).toEqual([1, expect.stringContaining("device.json cannot be read")]);
    expect(fs.existsSync(file)).toBe(false);
  });

  test("its instance is the one that the configuration says", async () => {
    fs.writeFileSync(config, `instance: cellar\n${YAML}`);
    await knxpi("backup", "create", ...places, "--out", file);
    const { out } = await knxpi("backup", "show", file);
    expect(out[0]).toContain("instance cellar");
  });

  test("what is no backup is said to be none", async () => {
    const { code, err } = await knxpi("backup", "restore", config, ...places, "--apply");
    expect([code, err]).toEqual([1, expect.stringContaining("cannot be unpacked")]);
  });
});

describe("knxpi state", () => {
  test("half of a state, after a restore that was cut short, is said and not converted", async () => {
    fs.writeFileSync(join(state, "half-restored"), "");
    for (const command of [["show"], ["convert", "--for", "0.1.0"]]) {
      const { code, err } = await knxpi("state", ...command, "--state", state);
      expect([code, err]).toEqual([1, expect.stringContaining("cut short")]);
    }
    const { code, out } = await knxpi(
      "doctor",
      "--config",
      config,
      "--state",
      state,
      "--no-bus",
      "--no-broker",
    );
    expect([code, out.join("\n")]).toEqual([1, expect.stringContaining("backup restore FILE")]);
  });

  test("shows the format, converts for an older version and says what became of each file", async () => {
    expect((await knxpi("state", "show", "--state", state)).out[0]).toContain("format 3");
    const { code, out } = await knxpi("state", "convert", "--for", "0.1.0", "--state", state);
    expect([code, out.slice(1)]).toEqual([
      0,
      ["  changed state.json", `  as it was: ${join(state, "state.json.format-3")}`],
    ]);
    expect(fs.existsSync(join(state, "state.json"))).toBe(false);
    expect((await knxpi("state", "show", "--state", state)).out[0]).toContain("format 2");
  });

  test.each(["show", "convert --for 0.1.0"])(
    "%s of a directory that is not there",
    async (line) => {
      const { code, err } = await knxpi("state", ...line.split(" "), "--state", join(base, "none"));
      expect([code, err]).toEqual([1, expect.stringContaining("there is no such directory")]);
    },
  );
});
