/** At most ten documents a second on `bridge/error`, and a count of what was held back. `mqtt-interface.md` §8.6. */
export type ErrorGate = Readonly<{
  /** Start of the current second. */
  since: number;
  sent: number;
  suppressed: number;
}>;

export const EMPTY_GATE: ErrorGate = { since: 0, sent: 0, suppressed: 0 };

/** One more error: whether its document may be published. */
export const admitError = (
  gate: ErrorGate,
  at: number,
): Readonly<{ gate: ErrorGate; open: boolean }> => {
  const current = at - gate.since < WINDOW_MS || gate.suppressed > 0;
  const { since, sent, suppressed } = current ? gate : { since: at, sent: 0, suppressed: 0 };
  return sent < ERRORS_PER_WINDOW
    ? { gate: { since, sent: sent + 1, suppressed }, open: true }
    : { gate: { since, sent, suppressed: suppressed + 1 }, open: false };
};

/** When the count of those held back is to be published; null when none was. */
export const errorsDue = (gate: ErrorGate): number | null =>
  gate.suppressed > 0 ? gate.since + WINDOW_MS : null;

const WINDOW_MS = 1_000;
const ERRORS_PER_WINDOW = 10;
