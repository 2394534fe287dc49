/** Counts values by size. Adding one allocates nothing, so it may be done with every octet. */
export type Histogram = Readonly<{
  add(value: number): void;
  read(): Distribution;
}>;

export type Distribution = Readonly<{
  /** For each bound how many values were at most as large; ascending. */
  buckets: readonly Readonly<{ le: number; count: number }>[];
  count: number;
  sum: number;
}>;

/** @param bounds upper ones, ascending; what is above the last one is only part of count and sum */
export const openHistogram = (bounds: readonly number[]): Histogram => {
  const limits = Float64Array.from(bounds);
  /** By the first bound that is not below the value; the last one is for what is above all of them. */
  const counts = new Float64Array(limits.length + 1);
  /** Its only element is the sum: in an array it stays the number it is, where a variable would be made anew each time. */
  const sum = new Float64Array(1);
  return {
    add(value) {
      let place = 0;
      while (place < limits.length && value > (limits[place] ?? 0)) place += 1;
      counts[place] = (counts[place] ?? 0) + 1;
      sum[0] = (sum[0] ?? 0) + value;
    },
    read() {
      let count = 0;
      const buckets = bounds.map((le, place) => {
        count += counts[place] ?? 0;
        return { le, count };
      });
      return { buckets, count: count + (counts[bounds.length] ?? 0), sum: sum[0] ?? 0 };
    },
  };
};
