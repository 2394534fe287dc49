import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededRandom } from "../../src/sim/random.ts";
import { corpusText, lineOf, pathOf, readCorpus } from "./corpus.ts";
import { openCoverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

/*
 * Coverage-guided fuzzing of every decoder: npm run fuzz -- [--seconds 60] [--seed 1] [--target NAME] [--save]
 * What enters a new part of the program is kept and changed further. --save writes the smallest inputs that together enter everything
 * into test/corpus/, and with them whatever failed.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    target: { type: "string" },
    save: { type: "boolean", default: false },
  },
});
const CORPUS = "test/corpus";
const BATCH = 100;
/** Of a batch so many are looked at by themselves in any case. */
const ALONE = 1;
/** Of all targets together, shared equally. */
const seconds = Number(values.seconds);
const seed = values.seed === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0 || !(seconds > 0) || Number.isNaN(seed)) {
  console.error(
    `targets: ${TARGETS.map(({ name }) => name).join(", ")}; --seconds and --seed are numbers`,
  );
  process.exit(2);
}

type Kept = Readonly<{ input: Uint8Array; parts: ReadonlySet<string> }>;
type Failure = Readonly<{ input: Uint8Array; error: unknown }>;

const coverage = openCoverage("/src/");
let failed = 0;
console.log(`seed ${seed}, ${seconds} s over ${chosen.length} targets`);
console.log("target           inputs     a second   parts  corpus  failures");
for (const target of chosen) {
  const { inputs, ms, parts, corpus, failures } = await fuzz(
    target,
    (seconds / chosen.length) * 1000,
  );
  const rate = Math.round((inputs * 1000) / ms);
  console.log(
    `${target.name.padEnd(14)} ${pad(inputs, 9)} ${pad(rate, 12)} ${pad(parts, 7)} ${pad(corpus.length, 7)} ${pad(failures.length, 9)}`,
  );
  for (const { input, error } of failures) {
    console.log(`  ${lineOf(target.is, input)}`);
    console.log(`  ${error instanceof Error ? error.stack : error}`);
  }
  if (failures.length > 0) failed += 1;
  if (!values.save) continue;
  mkdirSync(CORPUS, { recursive: true });
  const all = [...corpus, ...failures.map(({ input }) => input)];
  writeFileSync(pathOf(CORPUS, target.name), corpusText(target, all));
}
coverage.close();
console.log(`${chosen.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);

async function fuzz(target: Target, ms: number) {
  const random = seededRandom(seed);
  const seen = new Set<string>();
  /** The same without how often. */
  const entered = new Set<string>();
  const pool: Kept[] = [];
  const failures = new Map<string, Failure>();
  let inputs = 0;
  const begun = performance.now();

  const tried = async (input: Uint8Array): Promise<void> => {
    inputs += 1;
    try {
      await target.run(input);
    } catch (error) {
      const where = placeOf(error);
      if (!failures.has(where)) failures.set(where, { input, error });
    }
  };
  /** By itself, to know what it enters. */
  const keep = async (input: Uint8Array): Promise<void> => {
    coverage.take();
    await tried(input);
    const parts = new Set(coverage.take());
    let isNew = false;
    for (const part of parts) {
      if (seen.has(part)) continue;
      seen.add(part);
      entered.add(withoutCount(part));
      isNew = true;
    }
    if (isNew) pool.push({ input, parts });
  };

  /** Which of them enter something new, found by halves: to ask what was entered costs more than most inputs. */
  const search = async (inputs: readonly Uint8Array[]): Promise<void> => {
    const [first] = inputs;
    if (first === undefined) return;
    if (inputs.length === 1) return keep(first);
    coverage.take();
    for (const input of inputs) await tried(input);
    // Counts of several are larger than those of one, so that only what was never entered is looked at.
    if (coverage.take().every((part) => entered.has(withoutCount(part)))) return;
    const half = inputs.length >> 1;
    await search(inputs.slice(0, half));
    await search(inputs.slice(half));
  };

  for (const input of [...target.seeds, ...readCorpus(CORPUS, target)]) await keep(input);
  while (performance.now() - begun < ms) {
    const others = pool.map(({ input }) => input);
    const batch = Array.from({ length: BATCH }, () =>
      mutate(
        random,
        others[random.below(others.length)] ?? new Uint8Array(),
        others,
        target.words ?? [],
        target.most,
      ),
    );
    await search(batch);
    // The same parts more often may lead somewhere too.
    for (const input of batch.slice(0, ALONE)) await keep(input);
  }
  const corpus = smallest(pool);
  const passed = performance.now() - begun;
  return { inputs, ms: passed, parts: seen.size, corpus, failures: [...failures.values()] };
}

/** The smallest inputs that together enter everything: the shortest first, as long as one adds something; then those that are not needed go. */
function smallest(pool: readonly Kept[]): readonly Uint8Array[] {
  const covered = new Set<string>();
  const chosen: Uint8Array[] = [];
  for (const { input, parts } of pool.toSorted((a, b) => a.input.length - b.input.length)) {
    const news = [...parts].map(withoutCount).filter((part) => !covered.has(part));
    if (news.length === 0) continue;
    for (const part of news) covered.add(part);
    chosen.push(input);
  }
  return chosen;
}

/** Failures at the same place are one. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, , first, second] = [error.message, ...(error.stack ?? "").split("\n")];
  return `${error.message.replace(/\d+/g, "n").slice(0, 60)} ${first?.trim()} ${second?.trim()}`;
}

function withoutCount(part: string): string {
  return part.slice(0, part.lastIndexOf("×"));
}

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}
