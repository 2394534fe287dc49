/** Linear in between would invent values: the smallest value that at least this part of all values does not exceed. */
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Milliseconds, two places. */
export const ms = (value: number): string => `${value.toFixed(2)} ms`;

export const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

export const megabytes = (octets: number): string => `${(octets / 1e6).toFixed(0)} MB`;

export const thousands = (value: number): string => Math.round(value).toLocaleString("en");
