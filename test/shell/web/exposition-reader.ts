/*
 * A strict reader of the text format 0.0.4 (Prometheus, "Exposition formats"): what it does not allow is thrown, what it only advises as well.
 */

export type ReadFamily = Readonly<{
  help: string;
  type: string;
  samples: readonly Readonly<{
    name: string;
    labels: Readonly<Record<string, string>>;
    value: number;
  }>[];
}>;

export const readExposition = (text: string): ReadonlyMap<string, ReadFamily> => {
  if (!text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let current: Readonly<{ name: string; help: string }> | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (!NAME.test(name) || families.has(name)) throw new Error(`bad or second HELP: ${line}`);
      current = { name, help: rest };
    } else if (kind === "TYPE") {
      if (current?.name !== name) throw new Error(`TYPE without its HELP: ${line}`);
      if (!/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`unknown type: ${line}`);
      families.set(name, { help: current.help, type: rest, samples: [] });
    } else {
      const family = families.get(current?.name ?? "");
      if (family === undefined) throw new Error(`sample without a family: ${line}`);
      const sample = readSample(line);
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
      if (seen.has(series)) throw new Error(`twice: ${line}`);
      seen.add(series);
      if (!belongs(sample.name, current?.name ?? "", family.type))
        throw new Error(`not of ${current?.name}: ${line}`);
      families.set(current?.name ?? "", { ...family, samples: [...family.samples, sample] });
    }
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/;

const readSample = (line: string): ReadFamily["samples"][number] => {
  const [, name = "", inside = "", number = ""] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const value = number === "+Inf" ? Number.POSITIVE_INFINITY : Number(number);
  if (name === "" || number === "" || Number.isNaN(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let left = inside; left !== ""; ) {
    const [whole = "", label = "", text = ""] = LABEL.exec(left) ?? [];
    if (whole === "" || label in labels) throw new Error(`bad labels: ${line}`);
    labels[label] = text.replace(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one));
    left = left.slice(whole.length);
  }
  return { name, labels, value };
};

const belongs = (sample: string, family: string, type: string): boolean =>
  type === "histogram"
    ? [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(sample)
    : sample === family;

const checkFamily = (name: string, { help, type, samples }: ReadFamily): void => {
  if (help === "" || samples.length === 0) throw new Error(`${name}: nothing said, or no sample`);
  if ((type === "counter") !== name.endsWith("_total")) throw new Error(`${name} is a ${type}`);
  if (type === "counter" && samples.some(({ value }) => value < 0))
    throw new Error(`${name} is negative`);
  if (type !== "histogram") return;
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels: { le } }) =>
    le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le),
  );
  const counts = buckets.map(({ value }) => value);
  const ascends = (values: readonly number[], strictly: boolean): boolean =>
    values.every((value, n) => n === 0 || value - (values[n - 1] ?? 0) >= (strictly ? 1e-9 : 0));
  if (!ascends(bounds, true) || !ascends(counts, false)) throw new Error(`${name}: bad buckets`);
  const total = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== total)
    throw new Error(`${name}: +Inf is not its count`);
  if (!samples.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${name}: no sum`);
};
