import { describe, expect, test } from "vitest";
import { readExposition } from "./exposition-reader.ts";

const GAUGE = "# HELP a what it is\n# TYPE a gauge\n";
const HISTOGRAM = "# HELP h what it is\n# TYPE h histogram\n";
const rest = 'h_bucket{le="+Inf"} 2\nh_sum 3.5\nh_count 2\n';

describe("the reader that the exposition is checked with", () => {
  test("labels and their escapes", () => {
    const read = readExposition(`${GAUGE}a{b="1",c="x\\"\\\\\\n,}"} 1.5e-3\n`);
    expect(read.get("a")?.samples).toEqual([
      { name: "a", labels: { b: "1", c: 'x"\\\n,}' }, value: 0.0015 },
    ]);
  });

  test("a histogram", () => {
    const read = readExposition(`${HISTOGRAM}h_bucket{le="0.1"} 1\n${rest}`);
    expect(read.get("h")?.samples.map(({ value }) => value)).toEqual([1, 2, 3.5, 2]);
  });

  // biome-ignore format: read by column
  test.each([
    ["no line feed at the end",  `${GAUGE}a 1`],
    ["a sample before its type", "a 1\n"],
    ["another name",             `${GAUGE}b 1\n`],
    ["a series twice",           `${GAUGE}a{b="1"} 1\na{b="1"} 2\n`],
    ["a family twice",           `${GAUGE}a 1\n${GAUGE}a 2\n`],
    ["a value that is none",     `${GAUGE}a Nan\n`],
    ["a quote in a label",       `${GAUGE}a{b="1"2"} 1\n`],
    ["a label twice",            `${GAUGE}a{b="1",b="2"} 1\n`],
    ["a family without samples", GAUGE],
    ["a counter by another name","# HELP c x\n# TYPE c counter\nc 1\n"],
    ["a gauge named like one",   "# HELP c_total x\n# TYPE c_total gauge\nc_total 1\n"],
    ["buckets that fall",        `${HISTOGRAM}h_bucket{le="0.1"} 3\n${rest}`],
    ["bounds that fall",         `${HISTOGRAM}h_bucket{le="0.2"} 1\nh_bucket{le="0.1"} 1\n${rest}`],
    ["a count of its own",       `${HISTOGRAM}h_bucket{le="+Inf"} 2\nh_sum 3\nh_count 3\n`],
    ["no sum",                   `${HISTOGRAM}h_bucket{le="+Inf"} 2\nh_count 2\n`],
  ])("refuses %s", (_, text) => {
    expect(() => readExposition(text)).toThrow();
  });
});
