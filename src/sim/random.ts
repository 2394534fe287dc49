/** Chance that repeats itself: the same seed gives the same sequence on every machine. */
export interface Random {
  /** 0 ≤ number < 1. */
  next(): number;
  /** True with the probability `p`. */
  chance(p: number): boolean;
  /** 0 … n − 1. */
  below(n: number): number;
  /** A waiting time with this mean, as between events that know nothing of each other. */
  around(meanMs: number): number;
}

/** mulberry32 by Tommy Ettinger: 32 bits of state, public domain. */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    // An impossible event takes no number, so that adding one kind of trouble leaves the rest of a run alone.
    chance: (p) => p > 0 && next() < p,
    below: (n) => Math.floor(next() * n),
    around: (meanMs) => -meanMs * Math.log(1 - next()),
  };
};
