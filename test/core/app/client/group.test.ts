import { expect, test } from "vitest";
import { hex } from "../../../../src/testing/watch.ts";
import { ga, talk } from "./rig.ts";

const read = { name: "group.read", address: ga("1/2/3") } as const;
const write = {
  name: "group.write",
  address: ga("1/2/3"),
  value: { octets: hex("0c 34"), short: false },
} as const;

test("A01, A02: the answer and who gave it", () => {
  const { result } = talk(read, [
    ["watch on"],
    [
      "read 1/2/3",
      "1.1.8 tells 1/2/4 00 41",
      "1.1.8 tells 1/2/3 00 81",
      "1.1.8 tells 1/2/3 04 41",
      "1.1.7 tells 1/2/3 00 41",
    ],
    ["watch off"],
  ]);
  expect(result).toEqual({ address: "1/2/3", source: "1.1.7", value: "01", short: true });
});

test("a longer one", () => {
  const { result } = talk(read, [
    ["watch on"],
    ["read 1/2/3", "1.1.7 tells 1/2/3 00 40 0c 34"],
    ["watch off"],
  ]);
  expect(result).toMatchObject({ value: "0c34", short: false });
});

// biome-ignore format: read by column
test.each([
  { is: "silence",      answer: "3000 ms", code: "no_answer" },
  { is: "nobody there", answer: "no_ack",  code: "no_answer" },
  { is: "no bus",       answer: "offline", code: "offline" },
])("no answer: $is", ({ answer, code }) => {
  const { failure } = talk(read, [["watch on"], ["read 1/2/3", answer], ["watch off"]]);
  expect(failure).toMatchObject({ code });
  expect(failure?.message).toContain("1/2/3");
});

test("A04: written", () => {
  const { result } = talk(write, [["write 1/2/3 0c 34"]]);
  expect(result).toEqual({ address: "1/2/3", acknowledged: true });
});

test("nobody acknowledges", () => {
  const { failure } = talk(write, [["write 1/2/3 0c 34", "no_ack"]]);
  expect(failure).toMatchObject({ code: "no_answer" });
  expect(failure?.message).toMatch(/^Nobody acknowledges .* 1\/2\/3\. No device /);
});

// biome-ignore format: read by column
test.each([
  { is: "broadcast",  ...read, address: ga("0/0/0") },
  { is: "empty",      ...write, value: { octets: [], short: false } },
  { is: "seven bits", ...write, value: { octets: [64], short: true } },
  { is: "too short",  ...write, value: { octets: [1, 2], short: true } },
  { is: "an octet",   ...write, value: { octets: [256], short: false } },
])("refused before anything is sent: $is", ({ is: _, ...procedure }) => {
  expect(talk(procedure, []).failure).toMatchObject({ code: "refused" });
});
