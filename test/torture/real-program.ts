import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** A program that is started again whenever it ends, until it is told to stop. */
export type Kept = Readonly<{
  pid(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  lives(): number;
  /** It is not started again before this is over. */
  holdOff(ms: number): void;
  stop(): Promise<void>;
  /** The last lines that it said. */
  said(): readonly string[];
}>;

type Options = Readonly<{
  command: string;
  parameters: readonly string[];
  restartMs: number;
  /** @param how exit status, or the signal that ended it */
  ended(how: number | NodeJS.Signals | null): void;
  began?(): void;
}>;

export const keepRunning = (options: Options): Kept => {
  let child: ChildProcess | undefined;
  let lives = 0;
  let stopping = false;
  let notBefore = 0;
  const lines: string[] = [];

  const start = (): void => {
    if (stopping) return;
    lives += 1;
    const current = spawn(
      "sh",
      ["-c", 'PATH=$PATH:/usr/sbin exec "$0" "$@"', options.command, ...options.parameters],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child = current;
    options.began?.();
    for (const stream of [current.stdout, current.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > SHOWN) lines.shift();
      });
    current.once("exit", (code, signal) => {
      child = undefined;
      options.ended(code ?? signal);
      setTimeout(start, Math.max(options.restartMs, notBefore - performance.now()));
    });
  };
  const goodbye = (): void => {
    child?.kill("SIGKILL");
  };
  process.on("exit", goodbye);
  start();
  return {
    pid: () => child?.pid,
    kill: (signal) => {
      child?.kill(signal);
    },
    lives: () => lives,
    holdOff: (ms) => {
      notBefore = performance.now() + ms;
    },
    async stop() {
      stopping = true;
      process.off("exit", goodbye);
      const last = child;
      if (last === undefined) return;
      last.kill("SIGCONT");
      last.kill("SIGTERM");
      const gone = once(last, "exit");
      await Promise.race([gone, pause(PATIENCE_MS, undefined, { ref: false })]);
      last.kill("SIGKILL");
    },
    said: () => lines,
  };
};

const SHOWN = 40;
const PATIENCE_MS = 8_000;
