import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type NetConnectOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../free-port.ts";
import { GROUPS } from "./driver.ts";

/** A program under test, or a helper of one. */
export type Program = Readonly<{ pid: number; stop(): Promise<void> }>;

export type Bench = Readonly<{
  directory: string;
  floor(tty: string): Program;
  knxd(tty: string): Promise<Program & { readonly socket: string }>;
  /** @param base topic, where another one is at the same broker; @param more keys of its configuration */
  knxpi(tty: string, broker: number, base?: string, more?: object): Program;
  /** Ours, with a command line. */
  program(parameters: readonly string[]): Program;
  /** @returns the port it listens on */
  broker(): Promise<Program & { readonly port: number }>;
  close(): Promise<void>;
}>;

/** Starts programs in a directory of its own, and ends all of them. */
export const openBench = (): Bench => {
  const directory = mkdtempSync(join(tmpdir(), "knxpi-bench-"));
  const programs: Program[] = [];
  const start = (command: string, parameters: readonly string[]): Program => {
    const child = spawn(command, parameters, { stdio: ["ignore", "ignore", "inherit"] });
    const program = { pid: child.pid ?? 0, stop: () => end(child) };
    programs.push(program);
    return program;
  };
  return {
    directory,
    floor: (tty) => start(process.execPath, [FLOOR, tty]),
    async knxd(tty) {
      const socket = join(directory, "knxd.sock");
      const program = start("knxd", [
        "--eibaddr=1.1.251",
        "--client-addrs=1.1.252:2",
        `--listen-local=${socket}`,
        "--tpuarts-ack-all-group",
        `--layer2=tpuarts:${tty}`,
      ]);
      await untilConnected({ path: socket });
      return { ...program, socket };
    },
    knxpi(tty, broker, base = "knx", more = {}) {
      const file = join(directory, `${base}-${broker}.json`);
      writeFileSync(file, configuration(tty, broker, base, more));
      return start(process.execPath, [KNXPI, "run", "--config", file, "--log-level", "error"]);
    },
    program: (parameters) => start(process.execPath, [KNXPI, ...parameters]),
    async broker() {
      const port = await freePort();
      const file = join(directory, "mosquitto.conf");
      writeFileSync(
        file,
        `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_dest none\n`,
      );
      const program = start("mosquitto", ["-c", file]);
      await untilConnected({ port, host: "127.0.0.1" });
      return { ...program, port };
    },
    async close() {
      await Promise.all(programs.map((program) => program.stop()));
      rmSync(directory, { recursive: true });
    },
  };
};

/** @returns which of these programs is not installed, or undefined */
export const programMissing = (...names: readonly string[]): string | undefined => {
  const missing = names.filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0,
  );
  return missing.length === 0 ? undefined : `needs ${missing.join(" and ")}`;
};

/** JSON is YAML. */
const configuration = (tty: string, broker: number, base: string, more: object): string =>
  JSON.stringify({
    version: 1,
    instance: "bench",
    knx: { port: tty, chip: "tpuart2", address: "1.1.250", parity: "none" },
    mqtt: { url: `mqtt://127.0.0.1:${broker}`, version: 4, base },
    objects: GROUPS.map((group) => ({
      ga: `${group >> 11}/${(group >> 8) & 7}/${group & 0xff}`,
      name: `Light ${group}`,
      dpt: "1.001",
    })),
    ...more,
  });

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await once(child, "exit");
  clearTimeout(late);
};

const untilConnected = async (where: NetConnectOpts): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(where);
    const connected = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "close").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) return;
    await pause(50);
  }
  throw new Error(`nobody listens at ${JSON.stringify(where)}`);
};

const FLOOR = new URL("floor.js", import.meta.url).pathname;
const KNXPI = new URL("../../dist/main.js", import.meta.url).pathname;
