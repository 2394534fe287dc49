/** Everything of one kind that happened so far, and what is to come. */
export type Journal<T> = Readonly<{
  push(item: T): void;
  /** Every item there is and will be. */
  each(listener: (item: T) => void): void;
  all(): readonly T[];
  /** A point in time, for `until` and `since`. */
  now(): number;
  since(point: number): readonly T[];
  /** The last ones from that point on, as text. */
  tail(point?: number): readonly string[];
  /**
   * The first item that fits, from that point on.
   * @throws with what came instead, when it does not come in time
   */
  until(what: string, fits: (item: T) => boolean, options?: UntilOptions): Promise<T>;
}>;

export type UntilOptions = Readonly<{ since?: number; ms?: number }>;

export const createJournal = <T>(show: (item: T) => string): Journal<T> => {
  const items: T[] = [];
  const tail = (point = 0): readonly string[] => items.slice(point).slice(-SHOWN).map(show);
  const waiting = new Set<(item: T) => void>();
  return {
    push(item) {
      items.push(item);
      for (const look of [...waiting]) look(item);
    },
    each(listener) {
      for (const item of items) listener(item);
      waiting.add(listener);
    },
    all: () => items,
    now: () => items.length,
    since: (point) => items.slice(point),
    tail,
    until: (what, fits, { since = 0, ms = PATIENCE_MS } = {}) => {
      const called = new Error(`did not come within ${ms} ms: ${what}`);
      return new Promise((resolve, reject) => {
        const found = items.slice(since).find(fits);
        if (found !== undefined) return resolve(found);
        const end = (): void => {
          waiting.delete(look);
          clearTimeout(deadline);
        };
        const look = (item: T): void => {
          if (!fits(item)) return;
          end();
          resolve(item);
        };
        const deadline = setTimeout(() => {
          end();
          called.message += `; what came:\n${tail(since).join("\n")}`;
          reject(called);
        }, ms);
        waiting.add(look);
      });
    },
  };
};

const PATIENCE_MS = 15_000;
const SHOWN = 25;
