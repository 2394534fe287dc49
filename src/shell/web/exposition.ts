import { setImmediate as nextTurn } from "node:timers/promises";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { FAMILIES } from "./families.ts";
import type { Family, Sample } from "./family.ts";
import type { Distribution } from "./histogram.ts";
import type { View } from "./view.ts";

export type Exposition = Readonly<{
  contentType: string;
  /** In the text format of Prometheus. */
  render(view: View): Promise<string>;
}>;

/**
 * The families as text. They are filled and written one by one with a turn of the event loop in between, so that an octet waits for
 * one family at most. Not to be called again before it is done.
 */
export const openExposition = (families: readonly Family[] = FAMILIES): Exposition => {
  const registry = new Registry();
  const filled = families.map((family) => ({ name: family.name, fill: prepare(family, registry) }));
  return {
    contentType: registry.contentType,
    async render(view) {
      const texts: string[] = [];
      for (const { name, fill } of filled) {
        if (fill(view)) texts.push(await registry.getSingleMetricAsString(name));
        await nextTurn();
      }
      return `${texts.join("\n")}\n`;
    },
  };
};

/** @returns fills the family; false: there is nothing in it */
const prepare = (family: Family, registry: Registry): ((view: View) => boolean) => {
  const { name, help } = family;
  const common = { name, help, registers: [registry] };
  switch (family.type) {
    case "counter": {
      const metric = new Counter({ ...common, labelNames: family.labels ?? [] });
      return (view) => {
        metric.reset();
        return fill(family.of(view), (labels, value) => metric.inc(labels, value));
      };
    }
    case "gauge": {
      const metric = new Gauge({ ...common, labelNames: family.labels ?? [] });
      return (view) => {
        metric.reset();
        return fill(family.of(view), (labels, value) => metric.set(labels, value));
      };
    }
    case "histogram":
      return prepareHistogram(common, family);
  }
};

const fill = (
  read: number | null | readonly Sample[],
  put: (labels: Sample[0], value: number) => void,
): boolean => {
  if (read === null) return false;
  const samples: readonly Sample[] = typeof read === "number" ? [[{}, read]] : read;
  for (const [labels, value] of samples) put(labels, value);
  return samples.length > 0;
};

/** Only observations can be put into the library's histogram, and ours are counted already: it is given what to write. */
const prepareHistogram = (
  common: Readonly<{ name: string; help: string; registers: Registry[] }>,
  family: Extract<Family, { type: "histogram" }>,
): ((view: View) => boolean) => {
  const buckets = [...family.bounds];
  const metric = new Histogram({ ...common, buckets });
  const model = new Histogram({ ...common, buckets, registers: [] });
  let distribution: Distribution | undefined;
  const get = async () => {
    const { name } = family;
    const { sum, count, ...counted } = distribution ?? EMPTY;
    const bucket = (le: number | "+Inf", value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
    });
    return {
      ...(await model.get()),
      values: [
        ...counted.buckets.map((each) => bucket(each.le, each.count)),
        bucket("+Inf", count),
        { metricName: `${name}_sum`, labels: {}, value: sum },
        { metricName: `${name}_count`, labels: {}, value: count },
      ],
    };
  };
  // It writes with one, and tells with the other.
  Object.assign(metric, { get, getForPromString: get });
  return (view) => {
    distribution = family.of(view);
    return true;
  };
};

const EMPTY: Distribution = { buckets: [], sum: 0, count: 0 };
