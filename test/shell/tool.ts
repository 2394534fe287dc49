import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { test } from "vitest";

/** `test`, skipped with a reason where a program is missing; continuous integration has to have it. */
export const testWith = (program: string): typeof test | typeof test.skip => {
  const there = spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  const { CI } = process.env;
  if (there || CI === "true") return test;
  process.stderr.write(`skipped: ${program} is not installed (apt-get install ${program})\n`);
  return test.skip;
};

/** Starts a program and waits for a line on its standard error that says it is ready. */
export const startTool = async (
  program: string,
  args: readonly string[],
  ready: RegExp,
): Promise<ChildProcessWithoutNullStreams> => {
  const child = spawn(program, args);
  await says(child, ready);
  return child;
};

/** Until the program has written this to its standard error, from now on. */
export const says = async (child: ChildProcessWithoutNullStreams, text: RegExp): Promise<void> => {
  for (let said = ""; !text.test(said); ) {
    const [chunk] = await Promise.race([once(child.stderr, "data"), once(child, "exit")]);
    if (!Buffer.isBuffer(chunk)) throw new Error(`${child.spawnfile} ended: ${said}`);
    said += chunk.toString();
  }
};

export const endTool = async (child: ChildProcessWithoutNullStreams): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
};
