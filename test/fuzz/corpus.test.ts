import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/sim/random.ts";
import { readCorpus } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { TARGETS } from "./targets.ts";

/** What fuzzing has found so far holds, and a little of what it would try next. `npm run fuzz` goes on for longer. */
describe.each(TARGETS)("$name", (target) => {
  const corpus = readCorpus("test/corpus", target);

  test("everything in the corpus", async () => {
    expect(corpus.length).toBeGreaterThan(0);
    for (const input of [...target.seeds, ...corpus]) await target.run(input);
  });

  test("some changes of it", async () => {
    const random = seededRandom(7);
    const others = [...target.seeds, ...corpus];
    for (let count = 0; count < CHANGED; count++) {
      const from = others[random.below(others.length)] ?? new Uint8Array();
      await target.run(mutate(random, from, others, target.words ?? [], target.most));
    }
  });
});

const CHANGED = 40;
