import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { atEnd } from "./cleanup.ts";
import { showOnFailure } from "./evidence.ts";
import { createJournal, type Journal } from "./journal.ts";

export type Child = Readonly<{
  /** Standard output and standard error, line by line. */
  output: Journal<string>;
  running(): boolean;
  /** @returns its exit status, or the signal that ended it */
  ended(ms?: number): Promise<number | NodeJS.Signals>;
  kill(signal?: NodeJS.Signals): void;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}>;

/** Starts a program that ends at the end of the test file at the latest. */
export const startChild = (program: string, args: readonly string[]): Child => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output = createJournal<string>((line) => line);
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", output.push);
  // Its pipes are read to their end, so nothing it said is missing.
  const closed = once(child, "close");
  closed.catch((error: unknown) => output.push(String(error)));

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended: Child["ended"] = async (ms = PATIENCE_MS) => {
    await within(ms, closed, `${program} ${args.join(" ")} goes on running`);
    return status(child);
  };
  const stop = async (): Promise<void> => {
    if (!running()) return;
    child.kill("SIGTERM");
    const last = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
    await closed;
    clearTimeout(last);
  };
  alive.add(child);
  child.once("close", () => alive.delete(child));
  atEnd(stop);
  showOnFailure(`${program} ${args.join(" ")}`, output, () => child.exitCode !== 0);
  return {
    output,
    running,
    ended,
    kill: (signal = "SIGTERM") => {
      child.kill(signal);
    },
    stop,
  };
};

const alive = new Set<ChildProcess>();
// Whatever ends the tests early leaves nothing behind.
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** Runs a program to its end. */
export const runChild = async (
  program: string,
  args: readonly string[],
): Promise<Readonly<{ status: number | NodeJS.Signals; lines: readonly string[] }>> => {
  const child = startChild(program, args);
  const end = await child.ended();
  return { status: end, lines: child.output.all() };
};

/** Runs a program that has to succeed. */
export const tell = async (program: string, args: readonly string[]): Promise<void> => {
  const { status: end, lines } = await runChild(program, args);
  if (end !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${end}: ${lines.join("\n")}`);
};

const within = async <T>(ms: number, promise: Promise<T>, otherwise: string): Promise<T> => {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error(`${otherwise} after ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(deadline));
};

const status = ({ exitCode, signalCode }: ChildProcess): number | NodeJS.Signals =>
  exitCode ?? signalCode ?? -1;

const PATIENCE_MS = 15_000;
const KILL_AFTER_MS = 5_000;
