import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { describe } from "../serial-fault.ts";
import type { Child, ChildSpec, Close, Life, Started } from "./child.ts";
import type { ChildName, ChildReport, ChildState } from "./report.ts";
import { CLEAN, forgiven, judge, type Past } from "./strategy.ts";
import { type ChildEvent, childCell } from "./table.ts";

export type Supervisor = Readonly<{
  /** Starts it at once. */
  add(spec: ChildSpec): Child;
  /** In the order in which they were added. */
  children(): readonly ChildReport[];
  /**
   * Something of this child threw: its life is over, with a line in the log that has a reference to be found by.
   * @param context what it was doing, for that line
   * @returns false when the process cannot go on with it: nobody of that name, or once too often
   */
  threw(name: ChildName, error: unknown, context?: object): boolean;
  /** Somebody has changed something: those that wait or are given up are tried at once. */
  ask(): void;
  /** Ends all but these, the last one first; resolves when they have ended. */
  stop(except?: readonly ChildName[]): Promise<void>;
}>;

export type SupervisorOptions = Readonly<{
  log: Logger;
  /** A child cannot be done without: the process has to end with this code. */
  end(code: number, name: ChildName, error: unknown): void;
  /** A throw did not end the process. */
  mended?(name: ChildName, error: unknown): void;
  /** The state of a child has moved. */
  moved?(move: ChildMove): void;
}>;

export type ChildMove = Readonly<{
  name: ChildName;
  state: ChildState;
  event: ChildEvent;
  action: string;
  next: ChildState;
}>;

/** Keeps the parts of the shell alive, each for itself. Which state follows which is in `table.ts`, how long a pause is in `strategy.ts`. */
export const openSupervisor = (options: SupervisorOptions): Supervisor => {
  const { log } = options;
  const slots = new Map<ChildName, Slot>();

  const step = (slot: Slot, event: ChildEvent, pauseMs = 0): void => {
    const { name } = slot.spec;
    const { state } = slot;
    const [next, action] = childCell(state, event);
    if (action !== "A0" || next !== state) options.moved?.({ name, state, event, action, next });
    if ((state === "up") !== (next === "up") || (state === "off") !== (next === "off")) {
      slot.since = Date.now();
      slot.sinceAt = performance.now();
    }
    slot.state = next;
    switch (action) {
      case "A0":
        break;
      case "A1":
        begin(slot);
        break;
      case "A2":
        finish(slot, "asked");
        begin(slot);
        break;
      case "A3":
        for (const other of slots.values())
          if (other.spec.after === name && other.state !== "off") step(other, "asked for");
        break;
      case "A4":
      case "A5":
        finish(slot, "broke");
        slot.pause = setTimeout(step, pauseMs, slot, "pause over");
        if (action === "A5")
          log.error({ child: name, problem: slot.problem, ms: Math.round(pauseMs) }, GIVEN_UP);
        break;
      case "A6":
        finish(slot, "broke");
        break;
      case "A7":
        finish(slot, "asked");
        break;
    }
  };

  const begin = (slot: Slot): void => {
    clearTimeout(slot.pause);
    const life = newRun();
    slot.life = life;
    slot.starts += 1;
    if (slot.closing === undefined) launch(slot, life);
    else void slot.closing.then(() => !life.isOver && launch(slot, life));
  };

  const launch = (slot: Slot, life: Run): void => {
    const started = (close: Started): unknown => {
      const end = close ?? undefined;
      if (life.isOver && end !== undefined) return closed(slot, end, life.why);
      life.close = end;
      return undefined;
    };
    const failed = (error: unknown): void => void broke(slot, life, error, false);
    try {
      const promised = slot.spec.start(faceOf(slot, life));
      if (promised instanceof Promise) life.work = promised.then(started, failed);
      else started(promised);
    } catch (error) {
      failed(error);
    }
  };

  const faceOf = (slot: Slot, life: Run): Life => ({
    up() {
      if (life.isOver || life.wasUp) return;
      life.wasUp = true;
      life.upAt = performance.now();
      slot.said = undefined;
      step(slot, "works");
    },
    good() {
      if (!life.isOver) slot.past = forgiven(slot.past);
    },
    broke(error) {
      broke(slot, life, error, false);
    },
    fatal(code, error) {
      if (!life.isOver) fatal(slot, code, error);
    },
    isOver: () => life.isOver,
    guarded:
      (act) =>
      (...args) => {
        try {
          return act(...args);
        } catch (error) {
          if (!threw(slot, life, error)) fatal(slot, EX_SOFTWARE, error);
          return undefined;
        }
      },
  });

  /** @returns false when it threw once too often */
  const broke = (slot: Slot, life: Run, error: unknown, isThrow: boolean): boolean => {
    if (life.isOver) return true;
    const { strategy, tell } = slot.spec;
    const at = performance.now();
    if (at - life.upAt >= strategy.goodAfterMs) slot.past = forgiven(slot.past);
    const random = Math.random();
    const [past, verdict] = judge(strategy, slot.past, { threw: isThrow, at, random });
    slot.past = past;
    slot.problem = isThrow || tell === undefined ? describe(error) : tell(error, life.wasUp);
    if (verdict.is === "broke for good") return false;
    if (!isThrow && tell === undefined) complain(slot, verdict.pauseMs);
    step(slot, verdict.is, verdict.pauseMs);
    return true;
  };

  const fatal = (slot: Slot, code: number, error: unknown): void => {
    slot.problem = describe(error);
    step(slot, "broke for good");
    options.end(code, slot.spec.name, error);
  };

  /** The same reason is a warning once, until it has worked again. */
  const complain = (slot: Slot, pauseMs: number): void => {
    const { problem } = slot;
    if (problem === slot.said) return;
    slot.said = problem;
    log.warn({ child: slot.spec.name, problem, ms: Math.round(pauseMs) }, BROKE);
  };

  const threw = (slot: Slot, life: Run, error: unknown, context: object = {}): boolean => {
    if (life.isOver) {
      // What is left of it throws again; that it threw has been said.
      log.debug({ err: error, child: slot.spec.name, ...context }, THREW);
      return true;
    }
    const reference = randomBytes(4).toString("hex");
    log.error({ err: error, child: slot.spec.name, reference, ...context }, THREW);
    const goesOn = broke(slot, life, error, true);
    if (goesOn) options.mended?.(slot.spec.name, error);
    return goesOn;
  };

  const finish = (slot: Slot, why: "broke" | "asked"): void => {
    clearTimeout(slot.pause);
    const { life } = slot;
    if (life === undefined || life.isOver) return;
    life.isOver = true;
    life.why = why;
    const work = life.close === undefined ? life.work : closed(slot, life.close, why);
    const closing = Promise.all([slot.closing, inTime(slot, work)]).then(() => {
      if (slot.closing === closing) slot.closing = undefined;
    });
    slot.closing = closing;
  };

  const closed = async (slot: Slot, close: Close, why: "broke" | "asked"): Promise<void> => {
    try {
      await close(why);
    } catch (error) {
      log.error({ err: error, child: slot.spec.name }, NOT_CLOSED);
    }
  };

  /** Whoever does not end does not keep the next one, or the end of the process, waiting for ever. */
  const inTime = (slot: Slot, work: Promise<unknown>): Promise<unknown> => {
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      late = setTimeout(() => {
        log.warn({ child: slot.spec.name, ms: PATIENCE_MS }, NOT_CLOSED);
        resolve();
      }, PATIENCE_MS);
    });
    return Promise.race([work, patience]).finally(() => clearTimeout(late));
  };

  const stop = async (slot: Slot): Promise<void> => {
    step(slot, "stopped");
    await slot.closing;
  };

  const isUp = (name: ChildName | undefined): boolean =>
    name === undefined || slots.get(name)?.state === "up";

  return {
    add(spec) {
      const slot: Slot = {
        spec,
        state: "off",
        since: Date.now(),
        sinceAt: performance.now(),
        starts: 0,
        past: CLEAN,
        problem: null,
        said: undefined,
        life: undefined,
        closing: undefined,
        pause: undefined,
      };
      slots.set(spec.name, slot);
      step(slot, isUp(spec.after) ? "asked for" : "has to wait");
      return {
        again(fresh) {
          if (fresh) slot.past = forgiven(slot.past);
          step(slot, "asked again");
        },
        fatal: (code, error) => fatal(slot, code, error),
        stop: () => stop(slot),
      };
    },
    children: () =>
      [...slots.values()].map(({ spec, state, since, sinceAt, starts, problem }) => ({
        name: spec.name,
        state,
        since,
        forMs: performance.now() - sinceAt,
        restarts: Math.max(0, starts - 1),
        problem: problem ?? (isUp(spec.after) ? null : `waits for ${spec.after}`),
      })),
    threw(name, error, context) {
      const slot = slots.get(name);
      if (slot?.life === undefined) return false;
      return threw(slot, slot.life, error, context);
    },
    ask() {
      for (const slot of slots.values()) if (slot.state !== "off") step(slot, "asked for");
    },
    async stop(except = []) {
      const all = [...slots.values()].filter(({ spec }) => !except.includes(spec.name));
      for (const slot of all.reverse()) await stop(slot);
    },
  };
};

/** Of a child that is nobody else's. */
export const openLoneSupervisor = (log: Logger): Supervisor =>
  openSupervisor({
    log,
    end(_code, _name, error) {
      throw error;
    },
  });

type Slot = {
  readonly spec: ChildSpec;
  state: ChildState;
  since: number;
  /** The same, monotonic. */
  sinceAt: number;
  starts: number;
  past: Past;
  problem: string | null;
  /** The reason that was last complained of. */
  said: string | null | undefined;
  life: Run | undefined;
  /** What of earlier lives is not closed yet. */
  closing: Promise<void> | undefined;
  pause: NodeJS.Timeout | undefined;
};

type Run = {
  isOver: boolean;
  /** That it is over. */
  why: "broke" | "asked";
  wasUp: boolean;
  upAt: number;
  /** Of its start. */
  work: Promise<unknown>;
  close?: Close | undefined;
};

const newRun = (): Run => ({
  isOver: false,
  why: "asked",
  wasUp: false,
  upAt: Number.POSITIVE_INFINITY,
  work: Promise.resolve(),
});

const BROKE = "a part of the shell failed: the others go on, it is started again";
const GIVEN_UP =
  "a part of the shell failed too often: the others go on, it is started again seldom, and on a reload";
const THREW =
  "a part of the shell threw: a bug, please report it with this line; the others go on, it is started again";
const NOT_CLOSED = "a part of the shell does not end in order";
/** Between asking it to end and going on without it. */
const PATIENCE_MS = 5_000;
/** sysexits.h: an internal error was found. */
const EX_SOFTWARE = 70;
