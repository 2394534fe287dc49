import type { Command, Ending } from "./results.ts";

/**
 * Commands that need more than one telegram and have one result: `mqtt-interface.md` §7. Each telegram is a part with an
 * ending of its own; the whole ends after the last of them.
 */
export type Batches = Readonly<{
  /** The next `ref`. */
  next: number;
  open: readonly Batch[];
}>;

type Batch = Readonly<{
  ref: number;
  command: Command;
  /** How many parts have not ended. */
  left: number;
  /** What the parts that ended came to, one of them for all; null before the first. */
  ending: Ending | null;
  /** Roles of the parts that failed. */
  failed: readonly string[];
}>;

export const EMPTY_BATCHES: Batches = { next: 1, open: [] };

/**
 * @param left how many parts there will be
 * @returns its `ref` is `next` of what was given
 */
export const openBatch = ({ next, open }: Batches, command: Command, left: number): Batches => ({
  next: next + 1,
  open: [...open, { ref: next, command, left, ending: null, failed: [] }],
});

/**
 * One part has ended.
 * @returns `closed`: it was the last one, and this is how the whole ended: like its first part that failed, otherwise like
 *   the one that got furthest
 */
export const endPart = (
  batches: Batches,
  ref: number,
  role: string,
  ending: Ending,
): readonly [Batches, closed: Readonly<{ command: Command; ending: Ending }> | undefined] => {
  const batch = batches.open.find((open) => open.ref === ref);
  if (batch === undefined) return [batches, undefined];
  const others = batches.open.filter((open) => open !== batch);
  const failed = ending.error ? [...batch.failed, role] : batch.failed;
  const after = {
    ...batch,
    left: batch.left - 1,
    ending: weightier(batch.ending, ending),
    failed,
  };
  if (after.left > 0) return [{ ...batches, open: [...others, after] }, undefined];
  const { ending: weightiest } = after;
  const whole =
    failed.length > 0 ? { ...weightiest, fields: { ...weightiest.fields, failed } } : weightiest;
  return [
    { ...batches, open: others },
    { command: batch.command, ending: whole },
  ];
};

const weightier = (before: Ending | null, ending: Ending): Ending =>
  before === null || (!before.error && (ending.error || before.stage === "merged"))
    ? ending
    : before;
