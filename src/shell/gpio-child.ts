import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "pino";
import { createLines } from "./control/lines.ts";

export type ChildOptions = Readonly<{
  program: string;
  args: readonly string[];
  /** Of the program: where it is looked for. */
  env: NodeJS.ProcessEnv;
  /** Before it is started again for the first time; doubles up to LONGEST_WAIT_MS. */
  firstWaitMs?: number;
  onStart?: () => void;
  /** A line of its standard output. */
  onLine?: (line: string) => void;
  log: Logger;
}>;

export type Child = Readonly<{
  /** From now on it runs with these arguments. */
  change(args: readonly string[]): void;
  close(): Promise<void>;
}>;

/**
 * Keeps a program running: one that ends is started again, later and later. The same problem is a warning once, until it has
 * run well for a while.
 */
export const keepRunning = (options: ChildOptions): Child => {
  const { program, env, onStart, onLine, log, firstWaitMs = FIRST_WAIT_MS } = options;
  let args = options.args;
  let running: Readonly<{ kill(signal?: NodeJS.Signals): void }> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let wait = firstWaitMs;
  let warned = "";
  let changing = false;
  let onClosed: (() => void) | undefined;

  const start = (): void => {
    retry = undefined;
    const startedAt = performance.now();
    const lines = createLines(LINE_LIMIT);
    let problem = "";
    let child: ChildProcess;
    try {
      child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    } catch (error) {
      goOnLater(error instanceof Error ? error.message : `${error}`, 0);
      return;
    }
    const current = { kill: (signal?: NodeJS.Signals) => void child.kill(signal) };
    running = current;
    onStart?.();
    child.stdout?.on("data", (chunk: Buffer) => {
      const whole = lines(chunk);
      // Not the program it should be; started again, it may be.
      if (whole === undefined) child.kill();
      for (const line of whole ?? []) onLine?.(line);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      problem = (problem + chunk).slice(0, LINE_LIMIT);
    });
    child.on("error", (error) => {
      problem = error.message;
      // without a free file descriptor this is all that comes
      if (!child.stdout) ended(null, null);
    });
    child.on("close", (code, signal) => ended(code, signal));
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (running !== current) return;
      running = undefined;
      if (onClosed !== undefined) onClosed();
      else if (changing) {
        changing = false;
        start();
      } else
        goOnLater(problem.trim() || `ended with ${signal ?? code}`, performance.now() - startedAt);
    };
  };

  const goOnLater = (problem: string, lived: number): void => {
    if (lived > STEADY_MS) {
      wait = firstWaitMs;
      warned = "";
    }
    log[problem === warned ? "debug" : "warn"]({ program, args, problem, ms: wait }, ENDED);
    warned = problem;
    retry = setTimeout(start, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  start();
  return {
    change(next) {
      args = next;
      if (running === undefined) return;
      changing = true;
      running.kill();
    },
    close: () =>
      new Promise((resolve) => {
        clearTimeout(retry);
        if (running === undefined) return resolve();
        const last = running;
        const stubborn = setTimeout(() => last.kill("SIGKILL"), PATIENCE_MS);
        onClosed = () => {
          clearTimeout(stubborn);
          resolve();
        };
        last.kill();
      }),
  };
};

const ENDED = "a GPIO program ended, it will be started again";
const FIRST_WAIT_MS = 1_000;
/** Starting a program stops everything else for some milliseconds: what does not work is not tried often. */
const LONGEST_WAIT_MS = 600_000;
/** What lived so long had begun to work. */
const STEADY_MS = 10_000;
/** Between asking it to end and ending it. */
const PATIENCE_MS = 1_000;
const LINE_LIMIT = 500;
