import { type Logger, pino } from "pino";

export type Collector<T> = Readonly<{
  items: T[];
  push(item: T): void;
  /** The first item that fits, of those there are or of those to come. */
  until(fits: (item: T) => boolean): Promise<T>;
}>;

export const collector = <T>(): Collector<T> => {
  const items: T[] = [];
  const waiting = new Set<(item: T) => void>();
  return {
    items,
    push(item) {
      items.push(item);
      for (const look of [...waiting]) look(item);
    },
    until: (fits) =>
      new Promise((resolve) => {
        const found = items.find(fits);
        if (found !== undefined) return resolve(found);
        const look = (item: T): void => {
          if (!fits(item)) return;
          waiting.delete(look);
          resolve(item);
        };
        waiting.add(look);
      }),
  };
};

export type Line = Readonly<{ level: number; msg: string } & Record<string, unknown>>;

/** A log whose lines can be waited for. */
export const collectLog = (): Readonly<{ log: Logger; lines: Collector<Line> }> => {
  const lines = collector<Line>();
  const log = pino(
    { level: "debug", base: null },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  return { log, lines };
};
