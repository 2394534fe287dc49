import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHouse, wantedOf } from "../../src/cli/doctor/house.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type ControlServer, serveControl } from "../../src/shell/control/server.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { put } from "../doctor/machine.ts";
import { knxpi } from "./program.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const HOUSE_FILE =
  "@file /etc/knxpi/house.yaml\nversion: 1\nknx: {port: /dev/ttyAMA0, address: 1.1.250}\n";
const machine = (name: string, change = HOUSE_FILE): string => {
  const { folder } = put(name, change);
  folders.push(folder);
  return folder;
};

describe("the files of another machine", () => {
  test("says what to write, and ends with 1 because something does not work", async () => {
    const { code, out } = await knxpi("doctor", "--root", machine("pi-4b"));
    expect(code).toBe(1);
    const text = out.join("\n");
    expect(text).toContain("✗ uart");
    expect(text).toContain("→ dtoverlay=disable-bt");
    expect(text).toContain("- chip");
    expect(out.at(-1)).toMatch(/^\d problems?, \d/);
  });

  test("as JSON: every finding but a good one comes with a remedy", async () => {
    const { out } = await knxpi("doctor", "--root", machine("pi-5"), "--json");
    const { findings, summary } = JSON.parse(out.join("\n"));
    for (const { status, remedy } of findings) expect(remedy.length > 0).toBe(status !== "ok");
    expect(Object.values<number>(summary).reduce((sum, count) => sum + count)).toBe(
      findings.length,
    );
  });

  test("a folder that is not there, or has no machine in it, is a wrong command line", async () => {
    const empty = mkdtempSync(join(tmpdir(), "knxpi-empty-"));
    folders.push(empty);
    const missing = await knxpi("doctor", "--root", join(empty, "no"));
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining("no such folder")]);
    const nothing = await knxpi("doctor", "--root", empty);
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("none of proc, sys")]);
  });

  test("nothing is said of the machine that looks at them: its Node, its disk, who has copied them", async () => {
    const change = `${HOUSE_FILE}@file /usr/lib/systemd/system/knxpi.service\n[Service]\nUser=knxpi\n@file /var/lib/knxpi/device.json\n{}`;
    const { out } = await knxpi("doctor", "--root", machine("pi-4b", change), "--json");
    const { findings } = JSON.parse(out.join("\n"));
    const checks = findings.map(({ check }: { check: string }) => check);
    expect(checks).not.toContain("node");
    expect(checks).not.toContain("room");
    const state = findings.find(({ check }: { check: string }) => check === "state");
    expect([state.status, state.what]).toEqual(["ok", "/var/lib/knxpi is there"]);
  });

  test("secrets are those of that machine", async () => {
    const file = `@file /etc/knxpi/house.yaml
knx: {port: /dev/ttyAMA0, address: 1.1.7}
mqtt: {url: mqtt://broker.lan, username: u, password_file: "\${CREDENTIALS_DIRECTORY}/secret"}
@file /etc/credstore/secret
s`;
    const { loaded } = await readHouse(machine("pi-4b", file), {});
    expect(loaded?.ok && loaded.config.mqtt.password).toBe("s");
  });

  test("a configuration from elsewhere has its files beside it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knxpi-beside-"));
    folders.push(folder);
    const config = join(folder, "house.yaml");
    writeFileSync(
      config,
      "knx: {port: /dev/ttyAMA0, address: 1.1.7}\nmqtt: {url: mqtt://broker.lan, username: u, password_file: pw.txt}\n",
    );
    writeFileSync(join(folder, "pw.txt"), "s");
    const { loaded } = await readHouse(machine("pi-4b"), { config });
    expect(loaded?.ok && loaded.config.mqtt.password).toBe("s");
  });

  test("one bridge of several: its unit, configuration and state, not those of the house", async () => {
    const files = [
      HOUSE_FILE.replace("house.yaml", "cellar.yaml"),
      "@file /usr/lib/systemd/system/knxpi.service\n[Service]\n",
      "@file /usr/lib/systemd/system/knxpi@.service\n[Service]\nUser=knxpi\n",
    ].join("");
    const folder = machine("pi-4b", files);
    const { out } = await knxpi("doctor", "--root", folder, "--instance", "cellar");
    const text = out.join("\n");
    expect(text).toContain("/etc/knxpi/cellar.yaml has no errors");
    expect(text).toContain("→ sudo systemctl enable --now knxpi@cellar\n");
    expect(text).toContain("/var/lib/knxpi-cellar is not there yet");
    expect(text).not.toMatch(/house\.yaml|knxpi\.service|\/var\/lib\/knxpi\b(?!-)/);
    const house = await knxpi("doctor", "--root", folder, "--instance", "house");
    expect(house.out.join("\n")).toContain("✗ configuration");
  });

  test("a wrong command line ends with 2", async () => {
    expect((await knxpi("doctor", "--baud", "17")).code).toBe(2);
    expect((await knxpi("doctor", "--wrong")).code).toBe(2);
  });
});

describe("the configuration as the service reads it", () => {
  const write = (text: string): string => {
    const folder = mkdtempSync(join(tmpdir(), "knxpi-doctor-"));
    folders.push(folder);
    const path = join(folder, "house.yaml");
    writeFileSync(path, text);
    return path;
  };

  test("what the command line says wins", async () => {
    const path = write(
      "knx: {port: /dev/ttyS0, address: 1.1.7, baud: 38400, parity: none, chip: ncn5121}\n",
    );
    const { loaded } = await readHouse("/", { config: path });
    const config = loaded?.ok ? loaded.config : undefined;
    expect(wantedOf(config, {})).toEqual({
      port: "/dev/ttyS0",
      baud: 38_400,
      parity: "none",
      chip: "ncn5120",
      address: "1.1.7",
      acknowledge: "host",
    });
    expect(wantedOf(config, { port: "/dev/ttyUSB0", baud: 19_200 })).toMatchObject({
      port: "/dev/ttyUSB0",
      baud: 19_200,
      parity: "none",
    });
    expect(wantedOf(undefined, {})).toMatchObject({ port: "auto", baud: 19_200, address: null });
  });

  test("a file that is not there, and one that is no file", async () => {
    expect(
      (await readHouse("/", { config: join(tmpdir(), "knxpi-nothing.yaml") })).loaded,
    ).toBeNull();
    expect((await readHouse("/", { config: tmpdir() })).loaded).toMatchObject({ ok: false });
  });
});

describe("what is kept", () => {
  test("a record that is not whole is told of, and left as it is, as is what was not written to its end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knxpi-doctor-"));
    folders.push(folder);
    const config = join(folder, "house.yaml");
    writeFileSync(config, "knx: {port: /dev/null, address: 1.1.7}\n");
    const state = join(folder, "state");
    mkdirSync(state);
    const record = ["device.json", "device.json.new"];
    for (const name of record) writeFileSync(join(state, name), "{");
    const { out, code } = await knxpi(
      ...["doctor", "--config", config, "--state", state],
      ...["--no-bus", "--no-broker", "--json", "--instance", "nobody"],
    );
    const kept = JSON.parse(out.join("\n")).findings.find(
      ({ check }: { check: string }) => check === "kept",
    );
    expect([kept?.status, code]).toEqual(["problem", 1]);
    expect(readdirSync(state).sort()).toEqual(record);
  });
});

describe("beside a running bridge", () => {
  const log = pino({ level: "silent" });
  let folder: string;
  let house: House;
  let shell: Shell;
  let server: ControlServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "knxpi-doctor-"));
    folders.push(folder);
    house = startHouse();
    const knx = { port: house.path, address: "1.1.250", chip: "auto" };
    const loaded = loadConfig(JSON.stringify({ instance: "h", knx }), {
      path: "house.yaml",
      env: {},
      readFile: () => "",
    });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    shell = openShell({
      config: loaded.config.stack,
      about: { version: "1.2.3", instance: "h" },
      serial: { ...loaded.config.port, binding: house.binding },
      log,
    });
    server = await serveControl(shell.control, { path: join(folder, "h.sock"), mode: 0o600 }, log);
  });
  afterAll(async () => {
    await server.close();
    await shell.stop();
    house.stop();
  });

  const doctor = async (): Promise<readonly { check: string; status: string; what: string }[]> => {
    const socket = join(folder, "h.sock");
    const { out } = await knxpi("doctor", "--socket", socket, "--no-broker", "--json");
    return JSON.parse(out.join("\n")).findings;
  };

  test("it is asked what it knows, and its port is left alone", async () => {
    const online = async (): Promise<boolean> =>
      (await doctor()).some(({ check, status }) => check === "bus" && status === "ok");
    await expect.poll(online, { timeout: 10_000, interval: 100 }).toBe(true);
    const findings = await doctor();
    expect(findings.find(({ check }) => check === "chip")?.what).toContain("(tpuart2)");
    expect(findings.find(({ check }) => check === "own-address")?.status).toBe("ok");
    expect(findings.find(({ check }) => check === "running")?.what).toContain("version 1.2.3");
    expect(findings.find(({ check }) => check === "login")?.status).toBe("skipped");
  }, 20_000);
});
