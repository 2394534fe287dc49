import type { Impulse, Timer } from "../core/impulse.ts";

export type Timers = Readonly<{
  start(timer: Timer, ms: number): void;
  stop(timer: Timer): void;
  /** Stops every timer for good, so that the process can end. */
  close(): void;
}>;

/**
 * The promise of timers (the virtual clock keeps the same one): `start` of a running timer restarts it; after `stop` no
 * timeout of it arrives; a timeout never comes before its time.
 */
export const createTimers = (deliver: (impulse: Impulse) => void): Timers => {
  const slots: Record<Timer["for"], Map<Timer["name"], Slot>> = {
    dl: new Map(),
    bridge: new Map(),
  };

  const fire = (slot: Slot): void => {
    if (!slot.running) return;
    const at = performance.now();
    // Node counts in whole milliseconds of its loop's clock, so it may be early by a fraction.
    if (at < slot.deadline) {
      arm(slot, slot.deadline - at);
      return;
    }
    slot.running = false;
    deliver(timeout(slot.timer, at));
  };

  const arm = (slot: Slot, ms: number): void => {
    clearTimeout(slot.handle);
    slot.ms = Math.ceil(ms);
    slot.handle = setTimeout(fire, slot.ms, slot);
  };

  const start = (timer: Timer, ms: number): void => {
    const names = slots[timer.for];
    let slot = names.get(timer.name);
    if (slot === undefined) {
      slot = { timer, running: false, deadline: 0, ms: 0, handle: undefined };
      names.set(timer.name, slot);
    }
    slot.running = true;
    slot.deadline = performance.now() + ms;
    // Restarted with every octet of a frame: moving the handle is far cheaper than making a new one.
    if (slot.handle !== undefined && slot.ms === Math.ceil(ms)) slot.handle.refresh();
    else arm(slot, ms);
  };

  return {
    start,
    // The handle stays where it is and finds the slot idle: most timers are started again before that.
    stop(timer) {
      const slot = slots[timer.for].get(timer.name);
      if (slot !== undefined) slot.running = false;
    },
    close() {
      for (const names of Object.values(slots)) {
        for (const slot of names.values()) clearTimeout(slot.handle);
        names.clear();
      }
    },
  };
};

type Slot = {
  readonly timer: Timer;
  running: boolean;
  deadline: number;
  /** Whole milliseconds the handle was made with. */
  ms: number;
  handle: NodeJS.Timeout | undefined;
};

const timeout = (timer: Timer, at: number): Impulse =>
  timer.for === "dl"
    ? { for: "dl", type: "timeout", timer, at }
    : { for: "bridge", type: "timeout", timer, at };
