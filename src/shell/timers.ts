import type { Impulse } from "../core/impulse.ts";
import { type Timer, timeoutOf, timerKey } from "../core/timer.ts";

export type Timers = Readonly<{
  start(timer: Timer, ms: number): void;
  stop(timer: Timer): void;
  /** Stops every timer for good, so that the process can end. */
  close(): void;
  /** How many are kept, running or not. */
  size(): number;
}>;

/**
 * The promise of timers (the virtual clock keeps the same one): `start` of a running timer restarts it; after `stop` no
 * timeout of it arrives; a timeout never comes before its time. After this process was held up, what arrived meanwhile comes
 * first: octets that wait to be read end the silence that a timer was to notice.
 *
 * The few timers of the link layer and the bridge are kept for good, because they are started with nearly every octet.
 * Those that belong to a partner or a request are forgotten when they have run or are stopped: there may be any number.
 */
export const createTimers = (deliver: (impulse: Impulse) => void): Timers => {
  const kept: Readonly<Record<"dl" | "bridge", Map<Timer["name"], Slot>>> = {
    dl: new Map(),
    bridge: new Map(),
  };
  const passing = new Map<string, Slot>();
  const overdue: Slot[] = [];
  let closed = false;

  const fire = (slot: Slot): void => {
    if (!slot.running) return;
    const at = performance.now();
    // Node counts in whole milliseconds of its loop's clock, so it may be early by a fraction.
    if (at < slot.deadline) {
      arm(slot, slot.deadline - at);
      return;
    }
    if (overdue.length === 0 && at - slot.deadline <= HELD_UP_MS) {
      expire(slot);
      return;
    }
    // The loop runs its timers before it reads, and this after. Those that are due meanwhile line up behind.
    if (overdue.length === 0) setImmediate(() => overdue.splice(0).forEach(expire));
    overdue.push(slot);
  };

  const expire = (slot: Slot): void => {
    const at = performance.now();
    if (!slot.running || at < slot.deadline) return;
    slot.running = false;
    if (slot.key !== undefined) passing.delete(slot.key);
    deliver(timeoutOf(slot.timer, at));
  };

  const arm = (slot: Slot, ms: number): void => {
    clearTimeout(slot.handle);
    slot.ms = Math.ceil(ms);
    slot.handle = setTimeout(fire, slot.ms, slot);
  };

  const slotOf = (timer: Timer): Slot => {
    if (timer.for === "dl" || timer.for === "bridge") {
      const found = kept[timer.for].get(timer.name);
      if (found !== undefined) return found;
      const slot = newSlot(timer);
      kept[timer.for].set(timer.name, slot);
      return slot;
    }
    const key = timerKey(timer);
    const found = passing.get(key);
    if (found !== undefined) return found;
    const slot = newSlot(timer, key);
    passing.set(key, slot);
    return slot;
  };

  return {
    start(timer, ms) {
      if (closed) return;
      const slot = slotOf(timer);
      slot.running = true;
      slot.deadline = performance.now() + ms;
      // Restarted with every octet of a frame: moving the handle is far cheaper than making a new one.
      if (slot.handle !== undefined && slot.ms === Math.ceil(ms)) slot.handle.refresh();
      else arm(slot, ms);
    },
    stop(timer) {
      if (timer.for === "dl" || timer.for === "bridge") {
        // The handle stays where it is and finds the slot idle: most timers are started again before that.
        const slot = kept[timer.for].get(timer.name);
        if (slot !== undefined) slot.running = false;
        return;
      }
      const key = timerKey(timer);
      const slot = passing.get(key);
      if (slot === undefined) return;
      slot.running = false;
      clearTimeout(slot.handle);
      passing.delete(key);
    },
    close() {
      closed = true;
      for (const slots of [kept.dl, kept.bridge, passing]) {
        for (const slot of slots.values()) {
          slot.running = false;
          clearTimeout(slot.handle);
        }
        slots.clear();
      }
    },
    size: () => kept.dl.size + kept.bridge.size + passing.size,
  };
};

/** Later than a busy loop makes a timer. */
const HELD_UP_MS = 5;

type Slot = {
  readonly timer: Timer;
  /** Under which it is forgotten; those that are kept have none. */
  readonly key: string | undefined;
  running: boolean;
  deadline: number;
  /** Whole milliseconds the handle was made with. */
  ms: number;
  handle: NodeJS.Timeout | undefined;
};

const newSlot = (timer: Timer, key?: string): Slot => ({
  timer,
  key,
  running: false,
  deadline: 0,
  ms: 0,
  handle: undefined,
});
