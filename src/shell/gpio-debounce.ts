export type Debounce = Readonly<{
  /** @param active the level after the edge */
  edge(active: boolean): void;
  /** Edges may have been missed: as if the button had never been touched. */
  reset(): void;
}>;

/**
 * Makes one press out of the edges of a bouncing contact: the level counts once it has stayed for a while, so that neither
 * bouncing, at either end of a press, nor a disturbance on the wire is one.
 * @param ms that while
 */
export const createDebounce = (ms: number, onPress: () => void): Debounce => {
  let pressed = false;
  let settling: NodeJS.Timeout | undefined;
  return {
    edge(active) {
      clearTimeout(settling);
      settling = setTimeout(() => {
        if (active === pressed) return;
        pressed = active;
        if (pressed) onPress();
      }, ms);
    },
    reset() {
      clearTimeout(settling);
      pressed = false;
    },
  };
};
