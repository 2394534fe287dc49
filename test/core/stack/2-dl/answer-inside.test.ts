import { describe, expect, test } from "vitest";
import { toHex } from "../../../../src/core/octets.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { dataLink } from "./data-link.ts";

/** Telegrams of other devices to 1/2/3, and two that others are for. Check octets by hand, see `tp-uart.md` §4.5. */
// biome-ignore format: read by column
const TELEGRAMS = [
  { octets: "BC 11 14 0A 03 E1 00 80 2E",                      says: "00 80" },
  { octets: "BC 11 15 0A 03 E1 00 81 2E",                      says: "00 81" },
  { octets: "B0 11 16 0A 03 E1 00 00 A0",                      says: "00 00" },
  { octets: "BC 11 17 0A 03 E3 00 80 0C 35 16",                says: "00 80 0c 35" },
  { octets: "BC 11 18 0A 03 E2 00 80 03 22",                   says: "00 80 03" },
  // The octets of an answer are part of it as well: source 1.7.7, then a value of 7.
  { octets: "BC 17 07 0A 03 E2 00 80 07 3F",                   says: "00 80 07" },
];
// biome-ignore format: read by column
const ANSWERS = [
  { chip: "tpuart2", asks: "02", answer: "07" },
  { chip: "e981",    asks: "02", answer: "07" },
  { chip: "ncn5120", asks: "0d", answer: "4b fb" },
] as const;

const CASES = ANSWERS.flatMap((one) =>
  TELEGRAMS.flatMap((telegram) => [1, 2].map((behind) => ({ ...one, ...telegram, behind }))),
);

/** A link whose chip was asked just now, after two seconds of silence. */
const asked = (chip: (typeof ANSWERS)[number]["chip"], asks: string) => {
  const link = dataLink({ chip });
  link.forget();
  link.clock.advance(2_000);
  expect(link.written()).toEqual([asks]);
  link.forget();
  link.up();
  return link;
};

const withAnswer = (octets: string, behind: number, answer: string): string =>
  toHex([...hex(octets)].toSpliced(behind, 0, ...hex(answer)));

const tpdus = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes(": ")).map((line) => line.slice(line.indexOf(": ") + 2));

describe("the answer of the chip stands inside a frame that began meanwhile", () => {
  test.each(CASES)(
    "$chip, behind octet $behind of $octets",
    ({ chip, asks, answer, octets, says, behind }) => {
      const link = asked(chip, asks);
      link.receive(withAnswer(octets, behind, answer));
      link.clock.advance(60);
      expect(tpdus(link.up())).toEqual([says]);
      expect(link.drops()).toEqual([]);
    },
  );

  test.each(CASES)(
    "$chip, behind octet $behind of $octets, and the next frame right after it",
    ({ chip, asks, answer, octets, says, behind }) => {
      const link = asked(chip, asks);
      link.receive(withAnswer(octets, behind, answer));
      link.clock.advance((15 + 11 + 53) / 9.6);
      link.receive("BC 11 19 0A 03 E1 00 81 22");
      link.clock.advance(60);
      expect(tpdus(link.up())).toEqual([says, "00 81"]);
      expect(link.drops()).toEqual([]);
    },
  );

  test("a frame in which another octet is damaged is none", () => {
    const link = asked("tpuart2", "02");
    link.receive("BC 07 11 14 0A 03 E1 00 81 2E");
    link.clock.advance(60);
    expect(tpdus(link.up())).toEqual([]);
    expect(link.drops()).not.toEqual([]);
  });

  test("of a chip that owes no answer such an octet is damage", () => {
    const link = dataLink();
    link.forget();
    link.up();
    link.receive("BC 07 11 14 0A 03 E1 00 80 2E");
    link.clock.advance(60);
    expect(tpdus(link.up())).toEqual([]);
    expect(link.drops()).not.toEqual([]);
  });
});
