import { mkdtempSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { ControlEffect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { openStack } from "../../src/core/stack/stack.ts";
import { type Control, openControl } from "../../src/shell/control/control.ts";
import { openTransitions } from "../../src/shell/transitions.ts";
import { testConfig } from "../../src/testing/config.ts";
import { type Collector, collector } from "./collect.ts";

export type Rig = Readonly<{
  control: Control;
  /** What the core was told. */
  impulses: Impulse[];
  /** What the core says. */
  say(effect: ControlEffect): void;
}>;

/** The control of a stack that does nothing: what it is told is looked at, what it says is made up. */
export const controlRig = (answer?: (impulse: Impulse, say: Rig["say"]) => void): Rig => {
  const config = testConfig({ objects: { "1/2/3": { dpt: "1.001" } } });
  const impulses: Impulse[] = [];
  let state = openStack(config);
  const control: Control = openControl({
    config,
    about: { version: "1.2.3", instance: "test" },
    deliver: (impulse) => {
      impulses.push(impulse);
      if (impulse.type === "programming-mode.req")
        state = { ...state, device: { ...state.device, programmingMode: impulse.on } };
      answer?.(impulse, control.execute);
    },
    look: () => state,
    counters: () => ({ "rx.telegrams": 17 }),
    transitions: openTransitions(pino({ level: "silent" })),
  });
  return { control, impulses, say: control.execute };
};

export const folder = (): string => mkdtempSync(join(tmpdir(), "knxpi-control-"));

export type Line = Readonly<Record<string, unknown>>;

export type Person = Readonly<{
  socket: Socket;
  lines: Collector<Line>;
  send(line: string): void;
  /** Asks, and waits for the answer with this id. */
  ask(id: number, method: string, params?: object): Promise<Line>;
  closed: Promise<void>;
}>;

/** Somebody at the other end of the socket, with nothing but the socket. */
export const person = async (path: string): Promise<Person> => {
  const socket = connect(path);
  const lines = collector<Line>();
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const parts = `${rest}${chunk}`.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part));
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  const send = (line: string): void => void socket.write(`${line}\n`);
  return {
    socket,
    lines,
    send,
    closed,
    ask(id, method, params) {
      send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      return lines.until(({ id: of }) => of === id);
    },
  };
};
