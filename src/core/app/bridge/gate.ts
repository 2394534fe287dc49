/** So many messages a second, and a count of those that were held back. */
export type Gate = Readonly<{
  /** Start of the current second, monotonic ms. */
  since: number;
  passed: number;
  suppressed: number;
}>;

export const EMPTY_GATE: Gate = { since: 0, passed: 0, suppressed: 0 };

/**
 * One more.
 * @returns whether it may pass; and how many were held back since the last one that did
 */
export const admit = (
  { since, passed, suppressed }: Gate,
  at: number,
  limit: number,
): Readonly<{ gate: Gate; open: boolean; suppressed: number }> => {
  const current = at - since < SECOND_MS ? { since, passed } : { since: at, passed: 0 };
  return current.passed < limit
    ? {
        gate: { since: current.since, passed: current.passed + 1, suppressed: 0 },
        open: true,
        suppressed,
      }
    : { gate: { ...current, suppressed: suppressed + 1 }, open: false, suppressed: 0 };
};

const SECOND_MS = 1_000;
