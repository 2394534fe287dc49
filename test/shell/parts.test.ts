import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt, { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openControlPart } from "../../src/cli/serve-control.ts";
import type { ListenConfig } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { IndividualAddress } from "../../src/core/address.ts";
import type { Snapshot } from "../../src/core/app/bridge/restart/snapshot.ts";
import { FACTORY_SETTINGS } from "../../src/core/app/device/model/settings.ts";
import { EMPTY_TABLE } from "../../src/core/table.ts";
import { openBrokerPart } from "../../src/shell/broker-part.ts";
import { superviseGpio } from "../../src/shell/gpio-part.ts";
import type { MqttOptions } from "../../src/shell/mqtt-options.ts";
import type { Observer } from "../../src/shell/observer.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { openKeeping } from "../../src/shell/store/keeping.ts";
import type { ChildName, ChildReport } from "../../src/shell/supervise/report.ts";
import { openSupervisor, type Supervisor } from "../../src/shell/supervise/supervisor.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { hex } from "../../src/testing/watch.ts";
import { collectLog, collector } from "./collect.ts";
import { controlRig } from "./control-rig.ts";
import { pretend } from "./gpio-programs.ts";

/*
 * Each part of the shell fails alone: the others go on, the report says so, and it comes back.
 */

const cleanUp: (() => unknown)[] = [];
let folder: string;
let house: House;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-parts-"));
  house = startHouse();
});
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
  vi.restoreAllMocks();
  house.stop();
  rmSync(folder, { recursive: true, force: true });
});

const OBJECTS = [
  { ga: "1/1/10", dpt: "1.001" },
  { ga: "1/4/10", dpt: "1.001" },
];

const start = (options: { mqtt?: Partial<MqttOptions>; observers?: readonly Observer[] } = {}) => {
  const knx = { port: house.path, address: "1.1.250", chip: "auto", bus: { grace: "500ms" } };
  const loaded = loadConfig(JSON.stringify({ instance: "parts", knx, objects: OBJECTS }), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port, mqtt: own } = loaded.config;
  const { log, lines } = collectLog();
  const shell = openShell({
    config: stack,
    about: { version: "1.2.3", instance: "parts" },
    serial: { ...port, binding: house.binding },
    mqtt: { ...own, url: "", payloadLimit: 1_000, ...options.mqtt },
    observers: options.observers ?? [],
    log,
  });
  cleanUp.push(() => shell.stop());
  let code: number | undefined;
  void shell.ended.then((ended) => {
    code = ended;
  });
  return { shell, lines, hasEnded: () => code };
};

/** Whatever else may have failed, the bus is served. */
const lampGoes = async (shell: Shell, on: boolean): Promise<void> => {
  const session = shell.control.join(() => undefined);
  await eventually(() => shell.look().state.dl.link.told === "online");
  await session.request("group.write", {
    address: "1/1/10",
    octets: on ? "01" : "00",
    short: true,
  });
  await eventually(() => house.lamp.on === on);
  session.leave();
};

const eventually = (holds: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!holds()) throw new Error(`not yet: ${holds}`);
    },
    { timeout: 15_000, interval: 20 },
  );

const report = ({ children }: Pick<Shell, "children">, name: ChildName): ChildReport => {
  const found = children().find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const isIn = (shell: Pick<Shell, "children">, name: ChildName, state: ChildReport["state"]) => () =>
  report(shell, name).state === state;

/** Somebody else has this port. */
const occupy = async (port = 0): Promise<Server & { port: number }> => {
  const server = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => server.close());
  const address: AddressInfo = Object(server.address());
  return Object.assign(server, { port: address.port });
};

const listen = (more: Partial<ListenConfig>): ListenConfig => ({
  host: "127.0.0.1",
  port: 0,
  users: [],
  connections: 20,
  payload: 2_048,
  messages: 1_000,
  ...more,
});

const ownBroker = (
  log: Parameters<typeof openBrokerPart>[1],
  more: Partial<ListenConfig>,
  count: () => void = () => undefined,
) => {
  const house = {
    listen: listen(more),
    clientId: "knx-parts",
    instance: "parts",
    discovery: "homeassistant",
    count,
  };
  return openBrokerPart({ base: "knx", house }, log);
};

describe("MQTT", () => {
  test("nobody answers: the bus is served, the report says what to do", async () => {
    const { shell, hasEnded } = start({ mqtt: { url: "mqtt://127.0.0.1:1" } });
    await eventually(isIn(shell, "mqtt", "waiting"));
    await lampGoes(shell, true);
    expect(report(shell, "serial")).toMatchObject({ state: "up", restarts: 0, problem: null });
    expect(report(shell, "mqtt").problem).toContain("check host and port in `mqtt.url`");
    expect(hasEnded()).toBeUndefined();
  });

  test("a throw while something is published ends the connection alone, and is counted", async () => {
    const broker = openBrokerPart({ base: "knx", port: 0 }, collectLog().log);
    const mended: unknown[] = [];
    const observers = [
      { mended: (child: ChildName, error: unknown) => mended.push([child, error]) },
    ];
    const { shell, lines, hasEnded } = start({ mqtt: { door: broker.door }, observers });
    shell.supervise(broker.child);
    await eventually(isIn(shell, "mqtt", "up"));
    await eventually(() => shell.look().state.dl.link.told === "online");
    const bug = new Error("a bug in the library");
    vi.spyOn(MqttClient.prototype, "publish").mockImplementationOnce(() => {
      throw bug;
    });
    await lampGoes(shell, true);
    await eventually(() => report(shell, "mqtt").restarts === 1);
    await eventually(isIn(shell, "mqtt", "up"));
    await lampGoes(shell, false);
    expect(report(shell, "serial")).toMatchObject({ state: "up", restarts: 0 });
    expect(report(shell, "mqtt").problem).toBe("a bug in the library");
    expect(lines.items.filter(({ level }) => level >= 50)).toMatchObject([
      { level: 50, child: "mqtt", effect: { for: "mqtt" }, reference: expect.any(String) },
    ]);
    expect(mended).toEqual([["mqtt", bug]]);
    expect(shell.look().counters["children.thrown"]).toBe(1);
    expect(hasEnded()).toBeUndefined();
  });

  test("what throws with every publication is given up; the bus goes on", async () => {
    const broker = openBrokerPart({ base: "knx", port: 0 }, collectLog().log);
    const { shell, hasEnded } = start({ mqtt: { door: broker.door } });
    shell.supervise(broker.child);
    await eventually(isIn(shell, "mqtt", "up"));
    vi.spyOn(MqttClient.prototype, "publish").mockImplementation(() => {
      throw new Error("always");
    });
    await lampGoes(shell, true);
    // Not waited for: every try is asked for.
    for (let n = 0; n < 8 && report(shell, "mqtt").state !== "failed"; n++) {
      await eventually(() => ["waiting", "failed"].includes(report(shell, "mqtt").state));
      if (report(shell, "mqtt").state === "waiting") shell.reload(unchanged(shell));
    }
    expect(report(shell, "mqtt").state).toBe("failed");
    await lampGoes(shell, false);
    expect(hasEnded()).toBeUndefined();
  });
});

/** The configuration that runs, once more. */
const unchanged = (shell: Shell): Parameters<Shell["reload"]>[0] => {
  const { config } = shell.look().state.bridge;
  return {
    config,
    groups: shell.look().state.dl.config.groups,
    hash: "",
    restartRequired: [],
    warnings: 0,
    imported: null,
  };
};

test("status tells of every part: what, since when, how often, why", async () => {
  const { shell } = start({ mqtt: { url: "mqtt://127.0.0.1:1" } });
  await eventually(isIn(shell, "serial", "up"));
  await eventually(() => report(shell, "mqtt").problem !== null);
  const status = await shell.control.join(() => undefined).request("status", {});
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(Object(status).parts).toEqual([
    { name: "serial", state: "up", since: time, restarts: 0, problem: null },
    {
      name: "mqtt",
      state: expect.stringMatching(/waiting|starting/),
      since: time,
      restarts: expect.any(Number),
      problem: expect.stringContaining("no broker answers"),
    },
  ]);
});

describe("the port", () => {
  test("gone: MQTT goes on and is told, and so is whoever asks for the report", async () => {
    const broker = openBrokerPart({ base: "knx", port: 0 }, collectLog().log);
    const { shell } = start({ mqtt: { door: broker.door } });
    shell.supervise(broker.child);
    await eventually(isIn(shell, "mqtt", "up"));
    const person = await mqtt.connectAsync(broker.door()?.url ?? "");
    cleanUp.push(() => person.endAsync(true));
    const words = collector<string>();
    person.on("message", (_topic, payload) => words.push(payload.toString()));
    await person.subscribeAsync("knx/bridge/bus");
    await words.until((word) => word === "online");
    words.items.length = 0;
    house.ports.unplug(house.path);
    await words.until((word) => word === "offline");
    expect(report(shell, "serial")).toMatchObject({
      state: expect.stringMatching(/waiting|starting/),
    });
    expect(report(shell, "serial").problem).not.toBeNull();
    expect(report(shell, "mqtt")).toMatchObject({ state: "up", restarts: 0 });
    house.ports.plug(house.path);
    words.items.length = 0;
    await words.until((word) => word === "online");
    expect(report(shell, "serial").state).toBe("up");
  }, 20_000);
});

describe("the embedded broker", () => {
  test("its port is taken: said once with what to do, the bus is served; free again, the bridge connects", async () => {
    const other = await occupy();
    const { log, lines } = collectLog();
    const broker = ownBroker(log, { port: other.port });
    const { shell, hasEnded } = start({ mqtt: { door: broker.door } });
    shell.supervise(broker.child);
    await eventually(() => report(shell, "broker").restarts > 0);
    await lampGoes(shell, true);
    expect(report(shell, "mqtt")).toMatchObject({
      state: "waiting",
      restarts: 0,
      problem: "waits for broker",
    });
    const said = lines.items.filter(({ level }) => level === 50);
    expect(said).toMatchObject([{ port: other.port, msg: expect.stringContaining("mqtt.listen") }]);
    other.close();
    await eventually(isIn(shell, "mqtt", "up"));
    expect(report(shell, "broker").state).toBe("up");
    expect(hasEnded()).toBeUndefined();
  }, 30_000);

  test("the port of its WebSocket is taken: no more than that", async () => {
    const other = await occupy();
    const { supervisor, log } = alone();
    const broker = ownBroker(log, { websocket: other.port });
    supervisor.add(broker.child);
    await eventually(isIn(supervisor, "broker", "waiting"));
    expect(report(supervisor, "broker").problem).toContain("EADDRINUSE");
    expect(broker.door()).toBeUndefined();
  });

  test("a throw in one of its callbacks: it is started again, whoever was connected comes back", async () => {
    const { supervisor, log, ends } = alone();
    let broken = true;
    const refused = (): void => {
      if (broken) throw new Error("no counter throws this");
    };
    const users = [{ name: "anna", password: "x", read: ["#"], write: ["#"], admin: true }];
    const free = await occupy();
    const { port } = free;
    await new Promise((resolve) => free.close(resolve));
    const broker = ownBroker(log, { port, users }, refused);
    supervisor.add(broker.child);
    await eventually(isIn(supervisor, "broker", "up"));
    const wrong = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      ...{ username: "anna", password: "wrong", reconnectPeriod: 0, protocolVersion: 4 },
    });
    wrong.on("error", () => undefined);
    cleanUp.push(() => wrong.endAsync(true));
    await eventually(() => report(supervisor, "broker").restarts === 1);
    broken = false;
    await eventually(isIn(supervisor, "broker", "up"));
    expect(report(supervisor, "broker").problem).toBe("no counter throws this");
    expect(ends).toEqual([]);
  });
});

/** A supervisor without a shell. */
const alone = () => {
  const { log, lines } = collectLog();
  const ends: unknown[] = [];
  const supervisor: Supervisor = openSupervisor({
    log,
    end: (code, name) => ends.push([code, name]),
  });
  cleanUp.push(() => supervisor.stop());
  return { supervisor, log, lines, ends };
};

describe("the control socket", () => {
  const part = (log: Parameters<typeof openControlPart>[0]["log"], socket: string) =>
    openControlPart({
      ...{ control: controlRig().control, instance: "parts", whenTaken: 1, log },
      config: { socket, mode: 0o600 },
    });

  test("something is in its place: an error once, and it comes when the place is free", async () => {
    const { supervisor, log, lines, ends } = alone();
    const socket = join(folder, "c.sock");
    writeFileSync(socket, "somebody's notes");
    const { child, tried } = part(log, socket);
    supervisor.add(child);
    await tried;
    await eventually(isIn(supervisor, "control", "waiting"));
    expect(report(supervisor, "control").problem).toContain("is no socket; take it away");
    expect(lines.items.filter(({ level }) => level >= 40)).toMatchObject([{ level: 50 }]);
    rmSync(socket);
    supervisor.ask();
    await eventually(isIn(supervisor, "control", "up"));
    expect(ends).toEqual([]);
  });

  test("another knxpi answers there: two on one bus would be wrong, so the process ends with 1", async () => {
    const [first, second] = [alone(), alone()];
    const socket = join(folder, "c.sock");
    first.supervisor.add(part(first.log, socket).child);
    await eventually(isIn(first.supervisor, "control", "up"));
    const { child, tried } = part(second.log, socket);
    second.supervisor.add(child);
    await tried;
    expect(second.ends).toEqual([[1, "control"]]);
    expect(second.lines.items.filter(({ level }) => level === 60)).toMatchObject([
      { error: expect.stringContaining("another knxpi answers") },
    ]);
    expect(report(first.supervisor, "control").state).toBe("up");
  });

  test("once it was ours, another one there does not end us", async () => {
    const { supervisor, log, ends } = alone();
    const socket = join(folder, "c.sock");
    const control = supervisor.add(part(log, socket).child);
    await eventually(isIn(supervisor, "control", "up"));
    await control.stop();
    const thief = createServer();
    thief.listen(socket);
    await once(thief, "listening");
    cleanUp.push(() => thief.close());
    control.again(false);
    await eventually(() => report(supervisor, "control").problem !== null);
    expect(report(supervisor, "control").problem).toContain("another knxpi answers");
    expect(ends).toEqual([]);
  });
});

describe("the state directory", () => {
  const snapshot: Snapshot = { held: EMPTY_TABLE, provided: EMPTY_TABLE, objects: EMPTY_TABLE };
  const record = {
    address: IndividualAddress(0x1107),
    keys: [hex("01 23 45 67"), hex("ff ff ff ff"), hex("12 34 56 78")],
    settings: FACTORY_SETTINGS,
  };
  const open = () => {
    const rig = alone();
    const keeping = openKeeping(
      {
        directory: folder,
        configured: { address: IndividualAddress(0x1107), routingCount: 0x60, maxRetryCount: 0x33 },
        hardwareType: hex("00 00 a0 51 07 13"),
        log: rig.log,
      },
      rig.supervisor,
    );
    return { ...rig, keeping };
  };
  const file = (name: string): string => join(folder, name);

  test("a snapshot that cannot be written: what is promised is kept all the same, and it is written later", async () => {
    const { supervisor, lines, ends, keeping } = open();
    await eventually(isIn(supervisor, "store", "up"));
    mkdirSync(file("snapshot.new"));
    keeping.execute({ for: "store", type: "snapshot", snapshot });
    await eventually(isIn(supervisor, "store", "waiting"));
    expect(report(supervisor, "store").problem).toMatch(/EISDIR/);
    keeping.execute({ for: "store", type: "save", record });
    expect(readFileSync(file("device.json"), "utf8")).toContain("1.1.7");
    rmdirSync(file("snapshot.new"));
    supervisor.ask();
    await eventually(isIn(supervisor, "store", "up"));
    expect(existsSync(file("snapshot"))).toBe(true);
    expect(ends).toEqual([]);
    expect(lines.items.filter(({ level }) => level >= 40)).toHaveLength(1);
  });

  test.each(["up", "waiting"] as const)(
    "a promise that cannot be kept ends the process with 74, while the snapshot is %s too",
    async (before) => {
      const { supervisor, ends, keeping } = open();
      await eventually(isIn(supervisor, "store", "up"));
      if (before === "waiting") {
        mkdirSync(file("snapshot.new"));
        keeping.execute({ for: "store", type: "snapshot", snapshot });
        await eventually(isIn(supervisor, "store", "waiting"));
      }
      mkdirSync(file("device.json.new"));
      keeping.execute({ for: "store", type: "save", record });
      expect(ends).toEqual([[74, "store"]]);
      expect(report(supervisor, "store")).toMatchObject({
        state: "failed",
        problem: expect.stringContaining("device.json"),
      });
    },
  );
});

describe("pins", () => {
  test("started again after a throw, the LED is on if it was", async () => {
    const programs = pretend();
    cleanUp.push(programs.remove);
    programs.installAll("2.2.1");
    const { supervisor, log } = alone();
    const led = { chip: programs.chip, line: 17, activeLow: false };
    const options = { led, env: programs.env };
    const gpio = superviseGpio(options, false, () => undefined, log, supervisor);
    await eventually(isIn(supervisor, "gpio", "up"));
    gpio.execute({ for: "gpio", type: "led", on: true });
    const on = `gpioset --chip=${programs.chip} 17=1`;
    await programs.calledWith(on);
    supervisor.threw("gpio", new Error("a bug"));
    await eventually(() => programs.calls().filter((call) => call === on).length === 2);
    expect(report(supervisor, "gpio")).toMatchObject({ state: "up", restarts: 1 });
  });

  test("no such chip: said once however often it is tried, and the report says it too", async () => {
    const { supervisor, log, lines } = alone();
    const led = { chip: "gpiochip-of-nobody", line: 17, activeLow: false };
    superviseGpio({ led }, false, () => undefined, log, supervisor);
    await eventually(isIn(supervisor, "gpio", "waiting"));
    for (let n = 1; n <= 3; n++) {
      supervisor.ask();
      await eventually(() => report(supervisor, "gpio").restarts === n);
      await eventually(isIn(supervisor, "gpio", "waiting"));
    }
    expect(report(supervisor, "gpio").problem).toContain("does not have the GPIO chip");
    expect(lines.items.filter(({ level }) => level >= 40)).toHaveLength(1);
  });
});
