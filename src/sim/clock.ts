import { createAgenda } from "./agenda.ts";

export type Cancel = () => void;

/**
 * Time as the simulation sees it, in ms. While an event runs, `now()` is the moment it was due, however late the machine
 * got around to it: an event that schedules the next one after 1.354 ms keeps that pace without drift.
 */
export interface Clock {
  now(): number;
  /** @returns what takes it back; harmless once it has run */
  after(ms: number, run: () => void): Cancel;
  /** As `after`, at a moment, at once if it has passed: events planned in the order of their moments happen in it. */
  at(moment: number, run: () => void): Cancel;
}

export interface VirtualClock extends Clock {
  /** Runs everything that is due within the next `ms`, in order, each at its own moment. */
  advance(ms: number): void;
  /** Runs event by event until the predicate holds. @returns false when it does not within `limitMs` */
  runUntil(predicate: () => boolean, limitMs: number): boolean;
}

/** Time that jumps from event to event and stands still in between: a day passes in seconds, the same way each time. */
export const virtualClock = (): VirtualClock => {
  const agenda = createAgenda();
  let now = 0;

  const runNext = (limit: number): boolean => {
    const next = agenda.next();
    if (next === undefined || next.at > limit) return false;
    agenda.take();
    now = next.at;
    next.run();
    return true;
  };

  const at = (moment: number, run: () => void): Cancel => {
    const appointment = agenda.add(Math.max(now, moment), run);
    return () => {
      appointment.cancelled = true;
    };
  };

  return {
    now: () => now,
    after: (ms, run) => at(now + ms, run),
    at,
    advance: (ms) => {
      const limit = now + ms;
      while (runNext(limit));
      now = limit;
    },
    runUntil: (predicate, limitMs) => {
      const limit = now + limitMs;
      while (!predicate()) {
        if (runNext(limit)) continue;
        now = limit;
        return predicate();
      }
      return true;
    },
  };
};

export interface RealClock extends Clock {
  /** Drops everything that is pending and takes nothing more. */
  stop(): void;
}

/**
 * Time of the machine. Node's timers count whole milliseconds, so each event may come up to 1 ms late, but never later
 * than the one before it makes necessary. When the process was held up for longer, time is made up for, and what the line said
 * meanwhile comes at once, as from the buffer of a serial port. A pause would cut frames in two, as no line ever does.
 */
export const realClock = (): RealClock => {
  const agenda = createAgenda();
  let reached = 0;
  let running: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Number.POSITIVE_INFINITY;
  let turn: NodeJS.Immediate | undefined;
  let stopped = false;

  const now = (): number => {
    if (running !== undefined) return running;
    reached = Math.max(reached, performance.now());
    return reached;
  };

  const arm = (): void => {
    const next = agenda.next();
    if (stopped || turn !== undefined || next === undefined) return;
    if (timer !== undefined && armedFor <= next.at) return;
    clearTimeout(timer);
    armedFor = next.at;
    timer = setTimeout(runDue, next.at - now());
  };

  const runDue = (): void => {
    timer = undefined;
    turn = undefined;
    const time = now();
    const first = agenda.next()?.at ?? time;
    // Between two moments the process gets to read what arrived, unless it was held up: then it had no chance to.
    const until = time - first > HELD_UP_MS ? time : Math.min(first, time + EARLY_MS);
    for (let next = agenda.next(); next !== undefined && next.at <= until; next = agenda.next()) {
      running = next.at;
      agenda.take();
      next.run();
      reached = Math.max(reached, next.at);
    }
    running = undefined;
    const next = agenda.next();
    if (next !== undefined && next.at <= time + EARLY_MS && !stopped) turn = setImmediate(runDue);
    else arm();
  };

  const at = (moment: number, run: () => void): Cancel => {
    const appointment = agenda.add(Math.max(now(), moment), run);
    if (running === undefined) arm();
    return () => {
      appointment.cancelled = true;
    };
  };

  return {
    now,
    after: (ms, run) => at(now() + ms, run),
    at,
    stop: () => {
      stopped = true;
      agenda.clear();
      clearTimeout(timer);
      if (turn !== undefined) clearImmediate(turn);
    },
  };
};

/** Later than a timer of a process that has the time. */
const HELD_UP_MS = 2;
/** A timer that fires this much before its event is on time: waiting another whole millisecond would be worse. */
const EARLY_MS = 0.4;
