import type { ControlEffect, JsonValue } from "../../core/effect.ts";
import type { Impulse } from "../../core/impulse.ts";
import { type Octets, toCompactHex } from "../../core/octets.ts";
import { timeOf } from "../transitions.ts";
import { controlError } from "./error.ts";

/** Somebody who can be told something. */
export type Listener = Readonly<{
  name: string;
  notify(method: string, params: JsonValue): void;
}>;

export type Busmonitor = Readonly<{
  /** Until the chip does nothing but listen. */
  start(listener: Listener, client: string | undefined): Promise<void>;
  /** Until the chip works as usual again. @throws when another client holds it */
  stop(listener: Listener): Promise<void>;
  /** The listener has gone. */
  leave(listener: Listener): void;
  /** @throws when the chip only listens, with who holds it and how that ends */
  refuseSending(): void;
  holder(): string | null;
  execute(effect: Extract<ControlEffect, { type: "busmonitor" | "raw" }>): void;
}>;

/** The mode of the chip in which it only listens: one client holds it, and meanwhile nobody can send. */
export const createBusmonitor = (
  deliver: (impulse: Impulse) => void,
  explain: (octets: Octets) => Explained,
  /** Until the bus can be reached again. */
  online: () => Promise<void>,
): Busmonitor => {
  let held: Held | undefined;
  let on = false;
  const waiting = new Set<() => void>();

  /** Until the core says so, or says nothing for too long. */
  const reached = (wanted: boolean): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(overdue);
        waiting.delete(look);
        resolve(on === wanted);
      };
      const look = (): void => {
        if (on === wanted) end();
      };
      const overdue = setTimeout(end, SWITCH_MS);
      waiting.add(look);
      look();
    });

  const request = (wanted: boolean): void =>
    deliver({ for: "dl", type: "busmonitor.req", on: wanted, at: performance.now() });

  const refuse = (): void => {
    if (held !== undefined) throw controlError("busmonitor", occupied(held));
  };

  const release = (): void => {
    held = undefined;
    request(false);
  };

  return {
    async start(listener, client) {
      refuse();
      const mine = { listener, client, since: new Date().toISOString() };
      held = mine;
      request(true);
      if (await reached(true)) return;
      if (held === mine) release();
      throw controlError("offline", "the chip did not enter busmonitor mode; is it connected?");
    },
    async stop(listener) {
      if (held === undefined) return;
      if (held.listener !== listener) refuse();
      release();
      if (await reached(false)) await online();
    },
    leave(listener) {
      if (held?.listener === listener) release();
    },
    refuseSending: refuse,
    holder: () => (held === undefined ? null : nameOf(held)),
    execute(effect) {
      if (effect.type === "busmonitor") {
        on = effect.on;
        for (const look of [...waiting]) look();
        return;
      }
      const { octets, acknowledge, at } = effect;
      held?.listener.notify("raw", {
        time: timeOf(at),
        octets: toCompactHex(octets),
        acknowledge: acknowledge === null ? null : toCompactHex([acknowledge]),
        ...explain(octets),
      });
    },
  };
};

type Explained = Readonly<Record<string, JsonValue>>;
type Held = Readonly<{ listener: Listener; client: string | undefined; since: string }>;

/** Reset of the chip, its answer, and some patience. */
const SWITCH_MS = 5_000;

const nameOf = ({ listener, client }: Held): string =>
  client === undefined ? listener.name : `${listener.name} (${client})`;

const occupied = (held: Held): string =>
  `busmonitor mode is on since ${held.since}: nothing can be sent until ${nameOf(held)} ends it, with busmonitor.stop or by closing its connection (Ctrl-C in knxpi monitor --raw)`;
