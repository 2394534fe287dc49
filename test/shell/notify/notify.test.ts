import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import type { Impulse } from "../../../src/core/impulse.ts";
import { openStack } from "../../../src/core/stack/stack.ts";
import { type Notify, openNotify } from "../../../src/shell/notify/notify.ts";
import { PROGRAMS } from "../../../src/shell/notify/sender.ts";
import type { ChildReport } from "../../../src/shell/supervise/report.ts";
import { openSupervisor } from "../../../src/shell/supervise/supervisor.ts";
import { testConfig } from "../../../src/testing/config.ts";
import { canListen, type Manager, openManager, runs } from "./manager.ts";

const HAS_NOTIFY = runs("systemd-notify", ["--version"]);
const state = openStack(testConfig());

test("nobody wants to know: nothing is started", () => {
  expect(openNotify({ env: {}, children: () => [] })).toBeUndefined();
  expect(openNotify({ env: { NOTIFY_SOCKET: "vsock:2:3" }, children: () => [] })).toBeUndefined();
});

describe.skipIf(!canListen())("told to a service manager (needs perl to listen)", () => {
  const open: { notify?: Notify; stop?: () => Promise<void>; manager?: Manager } = {};
  afterEach(async () => {
    open.notify?.close();
    await open.stop?.();
    await open.manager?.close();
  });

  const start = async (
    options: Partial<{
      programs: Parameters<typeof openNotify>[0]["programs"];
      watchdogMs: number;
      pid: number;
      abstract: boolean;
      serial: ChildReport;
    }> = {},
  ) => {
    const manager = await openManager(options.abstract);
    const notify = openNotify({
      env: {
        NOTIFY_SOCKET: manager.socket,
        ...(options.watchdogMs && { WATCHDOG_USEC: `${options.watchdogMs * 1_000}` }),
        WATCHDOG_PID: `${options.pid ?? process.pid}`,
      },
      children: () => (options.serial ? [options.serial] : []),
      ...(options.programs && { programs: options.programs }),
    });
    if (notify === undefined) throw new Error("not asked for");
    const supervisor = openSupervisor({ log: pino({ level: "silent" }), end: () => undefined });
    supervisor.add(notify.child);
    Object.assign(open, { notify, manager, stop: () => supervisor.stop() });
    return { manager, notify, supervisor };
  };

  const SENDERS = [
    ["perl", [PROGRAMS[0]], true],
    ["sh with systemd-notify", [PROGRAMS[1]], HAS_NOTIFY],
  ] as const;
  for (const [name, programs, there] of SENDERS)
    test.skipIf(!there)(`${name}: ready, reload, stop, each as one message`, async () => {
      const { manager, notify, supervisor } = await start({ programs });
      notify.ready();
      await manager.message((message) => message["READY"] === "1");
      const before = process.hrtime.bigint() / 1_000n;
      await notify.reload(() => pause(5));
      const stop: Impulse = { for: "bridge", type: "stop.req", at: 0 };
      notify.observer.done?.(stop, [], state);
      // Everything that was said before the end is heard.
      await supervisor.stop();
      const told = manager.messages.map(({ STATUS, MONOTONIC_USEC, ...rest }) => rest);
      expect(told.filter((message) => Object.keys(message).length > 0)).toEqual([
        { READY: "1" },
        { RELOADING: "1" },
        { READY: "1" },
        { STOPPING: "1" },
      ]);
      const at = manager.messages.find((message) => message["RELOADING"])?.["MONOTONIC_USEC"];
      expect(BigInt(at ?? 0)).toBeGreaterThanOrEqual(before);
    });

  test("a socket without a file", async () => {
    const { manager, notify } = await start({ abstract: true });
    notify.ready();
    await manager.message((message) => message["READY"] === "1");
  });

  test("how things stand, in one line", async () => {
    const { manager, notify } = await start();
    notify.observer.done?.({ for: "dl", type: "watch.req", on: false }, [], state);
    notify.ready();
    await manager.message((message) => message["STATUS"] === "bus offline: starting; broker away");
  });

  test("the watchdog is fed", async () => {
    const { manager, notify } = await start({ watchdogMs: 60 });
    notify.ready();
    await manager.message((message) => message["WATCHDOG"] === "1");
    const fed = () => manager.messages.filter((message) => message["WATCHDOG"]).length;
    const first = fed();
    await manager.message(() => fed() > first + 2);
  });

  test("while the receive path does not work it is not, and the line says which part", async () => {
    const serial: ChildReport = {
      ...{ name: "serial", state: "failed", since: 0, forMs: 0, restarts: 9, problem: "gone" },
    };
    const { manager, notify } = await start({ watchdogMs: 60, serial });
    notify.observer.done?.({ for: "dl", type: "watch.req", on: false }, [], state);
    notify.ready();
    await manager.message((message) => /NOT WORKING.*serial port/.test(message["STATUS"] ?? ""));
    await pause(150);
    expect(manager.messages.filter((message) => message["WATCHDOG"])).toEqual([]);
  });

  test("the watchdog of another process is not ours", async () => {
    const { manager, notify } = await start({ watchdogMs: 60, pid: process.pid + 1 });
    notify.ready();
    await manager.message((message) => message["READY"] === "1");
    await pause(150);
    expect(manager.messages.filter((message) => message["WATCHDOG"])).toEqual([]);
  });

  test("a sender that ends is replaced, by the other kind, and the manager told again", async () => {
    const broken = { program: "sh", args: ["-c", "read -r line; exit 3"] };
    const { manager, notify } = await start({ programs: [broken, PROGRAMS[0]], watchdogMs: 60 });
    notify.ready();
    await manager.message((message) => message["READY"] === "1");
    await manager.message((message) => message["WATCHDOG"] === "1");
  });

  test("a program that is not there", async () => {
    const missing = { program: "/nonexistent", args: [] };
    const { manager, notify } = await start({ programs: [missing, PROGRAMS[0]] });
    notify.ready();
    await manager.message((message) => message["READY"] === "1");
  });

  test("a bug is told on the way out", async () => {
    const { manager, notify } = await start();
    notify.ready();
    await manager.message((message) => message["READY"] === "1");
    notify.observer.threw?.({ for: "bridge", type: "stop.req", at: 0 }, new Error("no\nend"));
    await manager.message(
      ({ STOPPING, STATUS }) => STOPPING === "1" && STATUS === "ends: a bug: no end",
    );
  });
});
