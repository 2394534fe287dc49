import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { withKept } from "../../src/cli/kept.ts";
import { openDirect } from "../../src/cli/station/direct.ts";
import { createStation, type Station } from "../../src/cli/station/station.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseIndividualAddress } from "../../src/core/address.ts";
import { configuredOf } from "../../src/core/app/device/model/settings.ts";
import { type ControlServer, serveControl } from "../../src/shell/control/server.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../src/sim/house.ts";
import { knxpi } from "./program.ts";

const log = pino({ level: "silent" });
let folder: string;
let house: House;
let shell: Shell;
let server: ControlServer;
let direct: Station;

/** knxpi on the simulated house, and a second stack on a port of its own, as --port opens it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-house-"));
  house = startHouse();
  shell = start(folder);
  server = await serveControl(shell.control, { path: join(folder, "h.sock"), mode: 0o600 }, log);
  house.ports.add("sim:direct", house.addChip({ kind: "tpuart2", name: "direct" }));
  direct = createStation(
    await openDirect({ port: "sim:direct", binding: house.binding, address: "1.1.99" }),
  );
  await vi.waitFor(
    async () =>
      expect(await somebody().request("status", {})).toMatchObject({ link: { bus: "online" } }),
    { timeout: 8_000 },
  );
});

afterAll(async () => {
  await direct.close();
  await server.close();
  await shell.stop();
  house.stop();
  rmSync(folder, { recursive: true });
});

const configuration = () => {
  const objects = HOUSE_OBJECTS.map(({ ga, dpt }) => ({ ga, dpt }));
  const knx = { port: house.path, address: "1.1.250", chip: "auto" };
  const loaded = loadConfig(JSON.stringify({ instance: "h", knx, objects }), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
};

const start = (state: string): Shell => {
  const { stack, port } = configuration();
  return openShell({
    config: stack,
    about: { version: "1.2.3", instance: "h" },
    serial: { ...port, binding: house.binding },
    state: { directory: state, configured: configuredOf(stack) },
    log,
  });
};

/** While a command runs, whose output is caught, others ask like this. */
const somebody = () => shell.control.join(() => undefined);

const run = (line: string) => knxpi(...line.split(" "), "--socket", server.path);
const json = async (line: string) => {
  const { code, out, err } = await run(`${line} --json`);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out.join("\n"));
};

describe("commands on the simulated house, through the socket", {
  timeout: 20_000,
}, () => {
  test("status", async () => {
    expect(await json("status")).toMatchObject({
      instance: "h",
      address: "1.1.250",
      link: { state: "online", bus: "online" },
    });
  });

  test("group write switches the lamp; listen sees it and its status, decoded", async () => {
    const listening = run("group listen 1/1/10 1/4/10 --json --timeout 1");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await somebody().request("group.write", { address: "1/1/10", octets: "01", short: true });
    const { code, out } = await listening;
    expect(code).toBe(0);
    // An acknowledge may miss its moment on a busy machine.
    const heard = out.map((line) => JSON.parse(line)).filter(({ repeated }) => !repeated);
    expect(heard).toMatchObject([
      { source: "1.1.250", destination: "1/1/10", own: true, value: true },
      { source: "1.1.10", destination: "1/4/10", own: false, value: true },
    ]);
    expect(house.lamp.on).toBe(true);
    expect(await run("group write 1/1/10 off --dpt 1.001")).toEqual({ code: 0, out: [], err: "" });
    expect(house.lamp.on).toBe(false);
  });

  test("group read, with a type and without", async () => {
    expect((await run("group read 4/0/1 --dpt 9.001")).out[0]).toMatch(/^\d+(\.\d+)?$/);
    expect((await run("group read 4/0/1")).out[0]).toMatch(/^[0-9a-f]{2} [0-9a-f]{2}$/);
  });

  test("device info", async () => {
    expect(await json("device info 1.1.10")).toMatchObject({ address: "1.1.10", mask: "07B0" });
  });

  test("nobody there: 1, and a sentence", async () => {
    const { code, out, err } = await run("device info 1.1.77");
    expect([code, out]).toEqual([1, []]);
    expect(err).toMatch(/^error: .*1\.1\.77/);
  });

  test("device scan finds the devices of the line", async () => {
    const { devices } = await json("device scan 1.1 --from 9 --to 11");
    expect(devices).toMatchObject([{ address: "1.1.10" }, { address: "1.1.11" }]);
  });

  test("programming mode: on, found, off", async () => {
    expect((await run("device progmode on 1.1.10")).out).toEqual(["on"]);
    expect((await json("device find")).devices).toMatchObject([{ address: "1.1.10" }]);
    expect((await run("device progmode off 1.1.10")).out).toEqual(["off"]);
    expect((await run("device progmode 1.1.10")).out).toEqual(["off"]);
  });

  test("properties", async () => {
    expect(await json("prop read 1.1.10 0 11")).toMatchObject({
      octets: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect((await run("prop describe 1.1.10 0 11")).code).toBe(0);
  });

  test("the moves of the machines", async () => {
    const machines = (await json("transitions")).map(({ machine }: { machine: string }) => machine);
    expect(new Set(machines)).toEqual(new Set(["link", "tlsm", "child"]));
    const [first] = await json("transitions --machine link");
    expect(first).toMatchObject({ state: "closed", event: "port opened", next: "resetting" });
  });

  test("Ctrl-C: the procedure is cancelled, no connection is left, 130", async () => {
    const scanning = run("device scan 1.1");
    await new Promise((resolve) => setTimeout(resolve, 700));
    process.emit("SIGINT");
    expect(await scanning).toMatchObject({ code: 130, out: [] });
    expect((await json("status")).connections).toEqual([]);
    expect((await json("status")).running).toBe(0);
  });

  test("--timeout: 1, and said", async () => {
    const { code, err } = await run("device scan 1.1 --timeout 0.5");
    expect([code, err]).toEqual([1, "no result within 0.5 s; cancelled"]);
  });

  test("monitor --raw: octets with their acknowledge, nobody sends, and afterwards all is as before", async () => {
    const watching = run("monitor --raw --json --timeout 4");
    await vi.waitFor(
      async () =>
        expect(await somebody().request("status", {})).toMatchObject({
          link: { state: "busmonitor" },
        }),
      { timeout: 5_000 },
    );
    await expect(somebody().request("device.find", {})).rejects.toThrow(
      /busmonitor mode is on since .*monitor --raw/,
    );
    await direct.request("group.write", { address: "1/1/10", octets: "00", short: true });
    const { code, out, err } = await watching;
    expect([code, err]).toEqual([0, ""]);
    const raw = out.map((line) => JSON.parse(line));
    expect(raw.find(({ destination }) => destination === "1/1/10")).toMatchObject({
      source: "1.1.99",
      acknowledge: "cc",
    });
    expect((await run("group write 1/1/10 1")).code).toBe(0);
  });
});

describe("the stack in this process, on a port of its own", () => {
  test("asks other devices, knxpi included", async () => {
    const seen: [number, number][] = [];
    const result = await direct.request(
      "device.scan",
      { line: "1.1", from: 250, to: 250 },
      { progress: (done, total) => seen.push([done, total]) },
    );
    expect(result).toMatchObject({ devices: [{ address: "1.1.250", mask: "07B0" }] });
    expect(seen.at(-1)).toEqual([1, 1]);
  });

  test("a port that is not there: said within seconds", async () => {
    await expect(openDirect({ port: "sim:none", binding: house.binding })).rejects.toThrow(
      /sim:none: serial port not there/,
    );
  }, 10_000);

  test("an address given by the programming button is on the disk, and holds after a restart", async () => {
    await somebody().request("programming-mode", { on: true });
    await direct.request("address.button", { address: "1.1.77" });
    const file = JSON.parse(readFileSync(join(folder, "device.json"), "utf8"));
    expect(file.content).toMatchObject({ address: "1.1.77", configured: "1.1.250" });
    expect(await json("status")).toMatchObject({ address: "1.1.77" });
    const kept = withKept(configuration().stack, folder, log);
    expect(kept.ok && kept.stack.dl.address).toBe(parseIndividualAddress("1.1.77"));
  }, 20_000);

  test("an address that cannot be kept is not answered for: 74", async () => {
    await server.close();
    await shell.stop();
    shell = start(join(folder, "missing"));
    await somebody().request("programming-mode", { on: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const over = new AbortController();
    const given = direct
      .request("address.button", { address: "1.1.78" }, { signal: over.signal })
      .catch(() => "cancelled");
    expect(await shell.ended).toBe(74);
    over.abort();
    expect(existsSync(join(folder, "missing"))).toBe(false);
    expect(await given).toBe("cancelled");
  }, 20_000);
});
