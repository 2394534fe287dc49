/**
 * Own share of the line as a token bucket whose tokens are milliseconds of airtime. `mqtt-interface.md` §13.3.
 * Filled when looked at: no timer.
 */
export type Budget = Readonly<{
  /** ms of airtime; negative while a class that may overdraw has done so. */
  tokens: number;
  /** When `tokens` was right. */
  at: number;
  /** ms of airtime gained in one ms. */
  rate: number;
}>;

/** A burst of about ten telegrams. */
export const CAPACITY_MS = 250;

/** @param share own part of the airtime, 0.01…1 */
export const openBudget = (share: number, at: number): Budget => ({
  tokens: CAPACITY_MS,
  at,
  rate: share,
});

/** From `at` on the bucket fills at another rate; what came in before stays. */
export const setRate = (budget: Budget, at: number, rate: number): Budget => ({
  ...refill(budget, at),
  rate,
});

/** Takes the airtime out, whatever is left. */
export const spend = (budget: Budget, at: number, ms: number): Budget => {
  const filled = refill(budget, at);
  return { ...filled, tokens: filled.tokens - ms };
};

/**
 * The earliest time at which `cost` may be spent.
 * @param floor how far the bucket may be emptied: 0, or negative for a class that may overdraw
 * @returns `at` itself when it may be spent now. A telegram longer than the bucket waits for a full one
 */
export const affordableAt = (budget: Budget, at: number, cost: number, floor: number): number => {
  const missing = Math.min(cost + floor, CAPACITY_MS) - refill(budget, at).tokens;
  return missing <= ROUNDING ? at : at + missing / budget.rate;
};

/**
 * Airtime of one frame on TP1 in ms: idle before it, octets of 11 + 2 bit times, gap and acknowledge.
 * @param octets of the whole frame, check octet included
 * @see `mqtt-interface.md` §2
 */
export const airtime = (octets: number): number => (53 + 13 * octets + 28) / 9.6;

/** Octets of the frame around a TPDU: a standard frame up to 16 octets of TPDU, above that an extended one. */
export const frameOctets = (tpdu: number): number => tpdu + (tpdu <= 16 ? 7 : 8);

const refill = (budget: Budget, at: number): Budget =>
  at <= budget.at
    ? budget
    : {
        ...budget,
        tokens: Math.min(CAPACITY_MS, budget.tokens + (at - budget.at) * budget.rate),
        at,
      };

/** Sums of fractions of ms never come out exactly. */
const ROUNDING = 1e-6;
