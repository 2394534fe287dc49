import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  after,
  CALLS_OF_A_WRITE,
  dieWriting,
  effectAt,
  execute,
  readWhole,
  storeOn,
  type Whole,
  writeForever,
} from "./script.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const directory = mkdtempSync(join(tmpdir(), "knxpi-kill-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A process of its own cannot run these files as they are. Errors of types are found elsewhere. */
beforeAll(() => {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  spawnSync(process.execPath, [compiler, "-p", import.meta.dirname]);
}, 30_000);

/** A process that does this and nothing else. */
const storyOf = (
  name: string,
  ...args: readonly (string | number)[]
): readonly [string, string] => {
  const script = pathToFileURL(join(ROOT, "build", "kill", "test", "shell", "kill", "script.js"));
  return ["-e", `import("${script}").then((it) => it.${name}(...${JSON.stringify(args)}))`];
};

/** @returns what the process said was kept, as last word before it was killed */
const killAfter = async (from: number, ms: number): Promise<number> => {
  const story = storyOf(writeForever.name, directory, from);
  const child = spawn(process.execPath, story, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const closed = once(child, "close");
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      if (said === "") resolve();
      said += chunk;
    });
    child.once("close", () => resolve());
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill("SIGKILL");
  await closed;
  expect(errors).toBe("");
  expect(child.signalCode).toBe("SIGKILL");
  const lines = said.split("\n");
  return Number(lines.at(-2) ?? from);
};

const FOR_MS = 6_000;

test("kill −9 at any moment: the last thing said is kept, or the one after it, and nothing half", async () => {
  const begun = performance.now();
  let number = 0;
  let whole: Whole = { record: null, loaded: [] };
  let kills = 0;
  let unfinished = 0;
  while (performance.now() - begun < FOR_MS) {
    const said = await killAfter(number, Math.random() * 25);
    for (; number < said; number++) whole = after(whole, effectAt(number));
    unfinished += readdirSync(directory).filter((name) => name.endsWith(".new")).length;
    const found = readWhole(directory);
    const next = after(whole, effectAt(number));
    expect([whole, next]).toContainEqual(found);
    if (JSON.stringify(found) !== JSON.stringify(whole)) {
      whole = next;
      number += 1;
    }
    kills += 1;
  }
  expect(readdirSync(directory).some((name) => name.endsWith(".new"))).toBe(false);
  expect(kills).toBeGreaterThan(4);
  expect(number).toBeGreaterThan(kills);
  process.stderr.write(`kill -9: ${kills} times in ${number} writes, ${unfinished} unfinished\n`);
}, 60_000);

/** Two downloads; in each write another call, so that every call has its turn twice. */
const WRITES = 22;

test(`kill −9 in each of ${WRITES} writes: the old file is there, or the new one`, () => {
  const home = mkdtempSync(join(directory, "each-"));
  let whole: Whole = { record: null, loaded: [] };
  let lost = 0;
  for (let number = 0; number < WRITES; number++) {
    const call = (number * 3 + (number < 11 ? 0 : 1)) % CALLS_OF_A_WRITE;
    const story = storyOf(dieWriting.name, home, number, call);
    const { signal, stderr } = spawnSync(process.execPath, story, { encoding: "utf8" });
    expect([number, call, signal, stderr]).toEqual([number, call, "SIGKILL", ""]);
    const found = readWhole(home);
    const next = after(whole, effectAt(number));
    const isNew = call > RENAMED_IN;
    expect([number, call, found]).toEqual([number, call, isNew ? next : whole]);
    if (!isNew) lost += 1;
    expect(execute(storeOn(home), effectAt(number))).toBeUndefined();
    whole = next;
    expect(readWhole(home)).toEqual(whole);
  }
  expect(lost).toBe(2 * (RENAMED_IN + 1));
}, 60_000);

/** Look (open, force, close), file (open, write, force, close), name. */
const RENAMED_IN = 7;
