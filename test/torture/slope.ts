/** Growth of a series by least squares, in its unit for each unit of `at`. */
export const slopeOf = (series: readonly Readonly<{ at: number; value: number }>[]): number => {
  const count = series.length;
  if (count < 2) return 0;
  const mean = (of: (one: { at: number; value: number }) => number): number =>
    series.reduce((sum, one) => sum + of(one), 0) / count;
  const at = mean((one) => one.at);
  const value = mean((one) => one.value);
  const spread = series.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  const together = series.reduce((sum, one) => sum + (one.at - at) * (one.value - value), 0);
  return spread === 0 ? 0 : together / spread;
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
