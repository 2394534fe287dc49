/** One place where two JSON values are not the same; undefined is nothing there. */
export type Difference = Readonly<{ path: string; recorded: unknown; replayed: unknown }>;

/** The first places, in order, and how many there are in all. */
export type Differences = Readonly<{ first: readonly Difference[]; count: number }>;

/**
 * Where two JSON values differ: the smallest parts, each by its path (`dl.tx.waiting[0].ref`). A field that is undefined is none, as
 * in JSON.
 * @param limit places that are listed; all are counted
 */
export const differencesOf = (recorded: unknown, replayed: unknown, limit = 20): Differences => {
  const first: Difference[] = [];
  let count = 0;
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (a === b) return;
    if (isTree(a) && isTree(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        compare(Reflect.get(a, key), Reflect.get(b, key), `${path}${step(key, Array.isArray(a))}`);
      return;
    }
    count += 1;
    if (first.length < limit)
      first.push({ path: path.replace(/^\./, ""), recorded: a, replayed: b });
  };
  compare(recorded, replayed, "");
  return { first, count };
};

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;

const step = (key: string, isIndex: boolean): string => {
  if (isIndex) return `[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
};
