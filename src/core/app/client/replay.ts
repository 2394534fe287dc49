import type { IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { type Answer, type BusAsk, type Checkpoint, OVER, type Result } from "./ask.ts";
import { perform } from "./perform.ts";
import type { Procedure } from "./procedure.ts";

/*
 * A procedure is a generator: it reads from top to bottom like the standard, and stops wherever it asks something. A
 * generator cannot be stored, so it is not: a task keeps the arguments and the answers so far, and every new answer runs the
 * generator anew from its beginning through all of them to the next ask. It is deterministic, so it arrives where it was. A
 * long one says from time to time where it stands, and is run anew from there.
 *
 *   answers: a, b            replay ──▶ ask, a, ask, b, ask ──▶ this one is new: out it goes
 *   answer c arrives         replay ──▶ ask, a, ask, b, ask, c, … ──▶ next ask, or the end
 *   checkpoint               its state instead of a, b, c: the next replay begins here
 *
 * `firmware-notes/decisions/0012-procedures-are-replayed.md`
 */

/** All that is kept of a procedure under way. */
export type Recorded = Readonly<{
  procedure: Procedure;
  /** From where it begins when it is run anew; null: from its beginning. */
  checkpoint: Checkpoint | null;
  /** Since then. */
  answers: readonly Answer[];
}>;

/** Through all answers so far: to the ask that is new, or to the end; and the progress that is new. */
export const replay = (
  { procedure, checkpoint, answers }: Recorded,
  { address, longest }: Readonly<{ address: IndividualAddress; longest: number }>,
): Readonly<{
  asks: readonly Progress[];
  last: Readonly<{ ask: BusAsk } | { checkpoint: Checkpoint } | { ending: Result<JsonValue> }>;
}> => {
  const steps = perform(procedure, address, checkpoint, longest);
  let asks: Progress[] = [];
  let step = steps.next();
  for (let index = 0; ; ) {
    if (step.done) return { asks, last: { ending: step.value } };
    const ask = step.value;
    if (ask.ask === "progress") {
      asks.push({ done: ask.done, total: ask.total });
      step = steps.next(OVER);
      continue;
    }
    if (ask.ask === "checkpoint") return { asks, last: { checkpoint: ask.at } };
    const answer = answers[index++];
    if (answer === undefined) return { asks, last: { ask } };
    // What was reported before this answer is no news.
    asks = [];
    step = steps.next(answer);
  }
};

type Progress = Readonly<{ done: number; total: number }>;
