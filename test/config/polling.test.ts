import { expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";

const errors = (objects: readonly string[], bus = ""): readonly string[] => {
  const knx = `knx: {address: 1.1.250, bus: {${bus}}}`;
  const text = `${knx}\nobjects:\n${objects.map((object) => `  - {${object}}\n`).join("")}`;
  const loaded = loadConfig(text, { path: "f", env: {}, readFile: () => "" });
  return loaded.ok ? [] : loaded.errors.map((finding) => formatFinding("f", finding));
};

/** A read takes 198 bit times and an answer of two octets 224: 43.96 ms of 9600 bit/s. */
const polled = (count: number, poll: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `ga: 1/0/${index + 1}, dpt: "9.001", poll: ${poll}`);

test("§14 all polls together may use a tenth of the bus", () => {
  // 136 × 43.96 ms in a minute are 9.96 %; 137 are 10.04 %.
  expect(errors(polled(136, "60"))).toEqual([]);
  expect(errors(polled(137, "60"))).toEqual([
    "f:3:37 objects[0].poll: polling would use 10.1 % of the bus (limit 10 %); this object has the largest part of it (poll_load)",
  ]);
});

test("§14 the object with the largest part is named, wherever it stands", () => {
  const found = errors(['ga: 2/0/1, dpt: "1.001", poll: 1h', "ga: 2/0/2, poll: 300ms"]);
  expect(found).toHaveLength(1);
  expect(errors(['ga: 2/0/1, dpt: "1.001", poll: 1h', ...polled(3, "1")])).toEqual([
    "f:4:37 objects[1].poll: polling would use 13.2 % of the bus (limit 10 %); this object has the largest part of it (poll_load)",
  ]);
});

test("§14 more polls than reads are allowed would never catch up", () => {
  expect(errors(polled(40, "60"), "read_rate: 0.5")).toEqual([
    "f:3:37 objects[0].poll: polling would need 0.7 reads a second (knx.bus.read_rate 0.5); this object has the largest part of it (poll_load)",
  ]);
});
