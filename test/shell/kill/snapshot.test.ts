import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSnapshot } from "../../../src/shell/store/snapshot.ts";
import { VALUES, writeSnapshots } from "./snapshots.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const OUT = join(ROOT, "build", "kill-snapshot");
const directory = mkdtempSync(join(tmpdir(), "knxpi-kill-snapshot-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A process of its own cannot run these files as they are. Errors of types are found elsewhere. */
beforeAll(() => {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  spawnSync(process.execPath, [compiler, "-p", import.meta.dirname, "--outDir", OUT]);
}, 30_000);

/** @returns the last snapshot that was said to be on the disk */
const killAfter = async (from: number, ms: number): Promise<number> => {
  const script = pathToFileURL(join(OUT, "test", "shell", "kill", "snapshots.js"));
  const args = JSON.stringify([directory, from]);
  const story = `import("${script}").then((it) => it.${writeSnapshots.name}(...${args}))`;
  const child = spawn(process.execPath, ["-e", story], { stdio: ["ignore", "pipe", "pipe"] });
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
  return Number(said.trim().split("\n").at(-1));
};

const FOR_MS = 6_000;

test("acceptance 10: killed with −9 at any moment the snapshot is the last one or the next, and never half", async () => {
  const begun = performance.now();
  let number = 1;
  let kills = 0;
  let unfinished = 0;
  while (performance.now() - begun < FOR_MS) {
    const last = await killAfter(number, Math.random() * 30);
    unfinished += readdirSync(directory).filter((name) => name.endsWith(".new")).length;
    const { values, damaged } = readSnapshot(directory, pino({ level: "silent" }));
    expect(damaged).toBe(false);
    expect(values).toHaveLength(VALUES);
    const moments = [...new Set(values.map(({ ts }) => ts))];
    expect([[last], [last + 1]]).toContainEqual(moments);
    number = (moments[0] ?? 0) + 1;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(4);
  expect(number).toBeGreaterThan(kills);
  process.stderr.write(
    `kill -9: ${kills} times in ${number} snapshots, ${unfinished} unfinished\n`,
  );
}, 60_000);
