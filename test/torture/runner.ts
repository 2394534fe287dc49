import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { run, type StackState } from "../../src/core/stack/stack.ts";
import { type Timer, timeoutOf, timerKey } from "../../src/core/timer.ts";
import type { Cancel, Clock } from "../../src/sim/clock.ts";

/** A stack on a virtual clock, with the order of the shell: one impulse at a time, its effects before the next. */
export type Runner = Readonly<{
  look(): StackState;
  /** Monotonic time of this process. */
  at(): number;
  deliver(impulse: Impulse): void;
  /** What is running now. */
  timers(): readonly Timer[];
  /** The process does nothing until then; what comes meanwhile waits as it would in a kernel. */
  stall(ms: number): void;
  /** What the port brings. */
  octet(octet: number): void;
  /** What a socket brings: made when the process gets to it. */
  later(make: () => Impulse): void;
  /** Nothing is taken, executed or awaited any more. */
  end(): void;
}>;

export type RunnerOptions = Readonly<{
  clock: Clock;
  first: StackState;
  execute(effect: Effect): void;
  /** Shown everything that travels between the layers. */
  seen?: (item: Impulse | Effect) => void;
  takes?: (impulse: Impulse, state: StackState) => void;
  done?: (impulse: Impulse, effects: readonly Effect[], state: StackState) => void;
  threw(impulse: Impulse, error: unknown): void;
}>;

type Running = Readonly<{ timer: Timer; cancel: Cancel }>;

export const openRunner = (options: RunnerOptions): Runner => {
  const { clock, execute, seen, takes, done } = options;
  const origin = clock.now();
  const timers = new Map<string, Running>();
  const waiting: Impulse[] = [];
  let state = options.first;
  let busy = false;
  let over = false;
  let stalled = false;
  let late: (() => void)[] = [];
  let octets: number[] = [];
  let sockets: (() => Impulse)[] = [];

  const at = (): number => clock.now() - origin;

  const deliver = (impulse: Impulse): void => {
    if (busy) {
      waiting.push(impulse);
      return;
    }
    busy = true;
    for (let next: Impulse | undefined = impulse; next && !over; next = waiting.shift()) take(next);
    busy = false;
  };

  const take = (impulse: Impulse): void => {
    takes?.(impulse, state);
    try {
      const [after, effects] = run(state, impulse, seen);
      state = after;
      for (const effect of effects) {
        if (effect.for === "timer") setTimer(effect);
        else execute(effect);
        if (over) return;
      }
      done?.(impulse, effects, state);
    } catch (error) {
      options.threw(impulse, error);
    }
  };

  const setTimer = (effect: Extract<Effect, { for: "timer" }>): void => {
    const { timer } = effect;
    const key = timerKey(timer);
    timers.get(key)?.cancel();
    timers.delete(key);
    if (effect.type === "stop") return;
    const cancel = clock.after(effect.ms, () => {
      if (stalled) late.push(expire);
      else expire();
    });
    const running = { timer, cancel };
    const expire = (): void => {
      if (over || timers.get(key) !== running) return;
      timers.delete(key);
      deliver(timeoutOf(timer, at()));
    };
    timers.set(key, running);
  };

  /** Timers first, then the port, then sockets: the phases of the event loop. */
  const wake = (): void => {
    stalled = false;
    const due = late;
    const read = octets;
    const received = sockets;
    [late, octets, sockets] = [[], [], []];
    for (const expire of due) expire();
    for (let index = 0; index < read.length && !over; index++)
      octetNow(read[index] ?? 0, read.length - 1 - index);
    for (const make of received) if (!over) deliver(make());
  };

  const octetNow = (octet: number, behind: number): void =>
    deliver({ for: "dl", type: "octet.ind", octet, behind, at: at() });

  return {
    look: () => state,
    at,
    deliver(impulse) {
      if (!over) deliver(impulse);
    },
    timers: () => [...timers.values()].map(({ timer }) => timer),
    stall(ms) {
      if (stalled || over) return;
      stalled = true;
      clock.after(ms, wake);
    },
    octet(octet) {
      if (over) return;
      if (stalled) octets.push(octet);
      else octetNow(octet, 0);
    },
    later(make) {
      if (over) return;
      if (stalled) sockets.push(make);
      else deliver(make());
    },
    end() {
      over = true;
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
    },
  };
};
