export type Debounce = Readonly<{
  /** @param active the level after the edge, or the level that was read */
  edge(active: boolean): void;
  /** Edges may have been missed: the next level that settles is new, whichever it is. */
  reset(): void;
}>;

/**
 * Makes levels out of the edges of a bouncing contact: one counts once it has stayed for a while, so that neither bouncing nor
 * a disturbance on the wire is a change.
 * @param ms that while
 * @param onLevel takes every level that is another than the one before
 */
export const createDebounce = (ms: number, onLevel: (active: boolean) => void): Debounce => {
  let settled: boolean | null = null;
  let settling: NodeJS.Timeout | undefined;
  return {
    edge(active) {
      clearTimeout(settling);
      settling = setTimeout(() => {
        if (active === settled) return;
        settled = active;
        onLevel(active);
      }, ms);
    },
    reset() {
      clearTimeout(settling);
      settled = null;
    },
  };
};
