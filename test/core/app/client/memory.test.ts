import { describe, expect, test } from "vitest";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, type Row, talk } from "./rig.ts";

const peer = ia("1.1.5");
const read = { name: "memory.read", peer, address: 0x1234, length: 11 } as const;
const write = { name: "memory.write", peer, address: 0x0500 } as const;
const octets = (count: number, first = 1): string =>
  Array.from({ length: count }, (_, n) => ((first + n) & 0xff).toString(16).padStart(2, "0")).join(
    " ",
  );

describe("DMP_MemRead_RCo", () => {
  test("A27: up to 12 octets in one telegram", () => {
    const { result, progress } = talk(read, [
      ["connect 1.1.5"],
      ["1.1.5 co 02 0b 12 34", `1.1.5 co 02 4b 12 34 ${octets(11)}`],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toEqual({ address: 0x1234, length: 11, octets: "0102030405060708090a0b" });
    expect(progress).toEqual(["11/11"]);
  });

  test("more of a device with long frames", () => {
    const { result, progress } = talk({ ...read, length: 70 }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 00", "1.1.5 co 03 40 07 b0"],
      ["1.1.5 co 03 d5 00 38 10 01", "1.1.5 co 03 d6 00 38 10 01 00 37"],
      ["1.1.5 co 02 34 12 34", `1.1.5 co 02 74 12 34 ${octets(52)}`],
      ["1.1.5 co 02 12 12 68", `1.1.5 co 02 52 12 68 ${octets(18, 53)}`],
      ["disconnect 1.1.5"],
    ]);
    expect(progress).toEqual(["52/70", "70/70"]);
    expect(result).toMatchObject({ octets: octets(70).replaceAll(" ", "") });
  });

  test("a bus coupling unit is asked for no property", () => {
    const { result } = talk({ ...read, address: 0x0100, length: 13 }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 00", "1.1.5 co 03 40 00 12"],
      ["1.1.5 co 02 0c 01 00", `1.1.5 co 02 4c 01 00 ${octets(12)}`],
      ["1.1.5 co 02 01 01 0c", "1.1.5 co 02 41 01 0c 0d"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ octets: octets(13).replaceAll(" ", "") });
  });

  test("A29: number 0 is a refusal", () => {
    const { failure } = talk(read, [
      ["connect 1.1.5"],
      ["1.1.5 co 02 0b 12 34", "1.1.5 co 02 40 12 34"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toEqual({
      code: "refused",
      message: "1.1.5 refuses its memory at 1234: there is none, or it is protected.",
    });
  });

  test("11.37: beyond FFFF with the extended service", () => {
    const { result } = talk({ ...read, address: 0x123456, length: 3 }, [
      ["connect 1.1.5"],
      ["1.1.5 co 01 fd 03 12 34 56", "1.1.5 co 01 fe 00 12 34 56 aa bb cc"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ octets: "aabbcc" });
  });

  test("A26: no such memory", () => {
    const { failure } = talk({ ...read, address: 0xffffff, length: 1 }, [
      ["connect 1.1.5"],
      ["1.1.5 co 01 fd 01 ff ff ff", "1.1.5 co 01 fe fd ff ff ff"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
    expect(failure?.message).toContain("no such memory");
  });

  test("the device hangs up: nothing is left to close", () => {
    const { failure } = talk(read, [["connect 1.1.5"], ["1.1.5 co 02 0b 12 34", "hang up"]]);
    expect(failure).toMatchObject({ code: "disconnected" });
  });
});

describe("a connection that does not come about", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "nobody there",                 probe: "no_ack",  code: "not_found" },
    { is: "no bus",                       probe: "offline", code: "offline" },
    { is: "somebody who does not want to", probe: "ok",     code: "disconnected" },
  ])("$is", ({ probe, code }) => {
    const { failure } = talk(read, [
      ["connect 1.1.5", "hang up"],
      ...(probe === "ok"
        ? ([["1.1.5 cl 03 00"], ["connect 1.1.5", "hang up"]] as const)
        : ([["1.1.5 cl 03 00", probe]] as const)),
    ]);
    expect(failure).toMatchObject({ code });
  });

  test("a T_Connect that got lost is sent once more", () => {
    const { result } = talk({ ...read, address: 0x1234, length: 3 }, [
      ["connect 1.1.5", "hang up"],
      ["1.1.5 cl 03 00"],
      ["connect 1.1.5"],
      ["1.1.5 co 02 03 12 34", "1.1.5 co 02 43 12 34 aa bb cc"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ octets: "aabbcc" });
  });
});

describe("DMP_MemWrite_RCo", () => {
  test("11.23: written, then read back", () => {
    const { result } = talk({ ...write, octets: hex("00 02 09 02 0a 03") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 02 86 05 00 00 02 09 02 0a 03"],
      ["1.1.5 co 02 06 05 00", "1.1.5 co 02 46 05 00 00 02 09 02 0a 03"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toEqual({ address: 0x0500, length: 6, octets: "000209020a03" });
  });

  test("11.22: a device in verify mode answers twice, and the second answer is no answer to what follows", () => {
    const first = octets(12, 0x11);
    const { result, drops } = talk({ ...write, octets: hex(`${first} 77`) }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 00", "1.1.5 co 03 40 00 21"],
      ["1.1.5 co 03 d5 00 38 10 01", "1.1.5 co 03 d6 00 38 00 01"],
      [`1.1.5 co 02 8c 05 00 ${first}`],
      ["1.1.5 co 02 0c 05 00", `1.1.5 co 02 4c 05 00 ${first}`],
      ["1.1.5 co 02 81 05 0c 77", `1.1.5 co 02 4c 05 00 ${first}`],
      ["1.1.5 co 02 01 05 0c", "1.1.5 co 02 41 05 0c 77"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ length: 13 });
    expect(drops).toEqual(["al.response"]);
  });

  test("something else is there afterwards", () => {
    const { failure } = talk({ ...write, octets: hex("11 22") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 02 82 05 00 11 22"],
      ["1.1.5 co 02 02 05 00", "1.1.5 co 02 42 05 00 11 33"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "verify_failed" });
    expect(failure?.message).toContain("at 0500 is 11 33 and not 11 22");
  });

  test("11.37: extended, confirmed with a checksum and read back all the same", () => {
    const { result } = talk({ ...write, address: 0x123456, octets: hex("aa bb cc") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 01 fb 03 12 34 56 aa bb cc", "1.1.5 co 01 fc 01 12 34 56 12 34"],
      ["1.1.5 co 01 fd 03 12 34 56", "1.1.5 co 01 fe 00 12 34 56 aa bb cc"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ length: 3 });
  });

  test("extended, read only", () => {
    const { failure } = talk({ ...write, address: 0x123456, octets: hex("aa") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 01 fb 01 12 34 56 aa", "1.1.5 co 01 fc fb 12 34 56"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure?.message).toContain("read only");
  });
});

describe("so long that it goes on from checkpoints", () => {
  const LENGTH = 70 * 12;
  const octet = (n: number): number => (n * 7 + (n >> 8)) & 0xff;
  const text = (from: number, count: number): string =>
    Array.from({ length: count }, (_, n) =>
      octet(from + n)
        .toString(16)
        .padStart(2, "0"),
    ).join(" ");
  const at = (address: number): string =>
    `${(address >> 8).toString(16).padStart(2, "0")} ${(address & 0xff).toString(16).padStart(2, "0")}`;
  const parts = Array.from({ length: 70 }, (_, n) => n * 12);
  const BEGUN: readonly Row[] = [["connect 1.1.5"], ["1.1.5 co 03 00", "1.1.5 co 03 40 00 12"]];
  const steps = parts.map((from) => `${from + 12}/${LENGTH}`);

  test("read", () => {
    const rows = parts.map(
      (from): Row => [
        `1.1.5 co 02 0c ${at(0x4000 + from)}`,
        `1.1.5 co 02 4c ${at(0x4000 + from)} ${text(from, 12)}`,
      ],
    );
    const procedure = { ...read, address: 0x4000, length: LENGTH };
    const { result, progress } = talk(procedure, [...BEGUN, ...rows, ["disconnect 1.1.5"]]);
    expect(result).toMatchObject({ octets: text(0, LENGTH).replaceAll(" ", "") });
    expect(progress).toEqual(steps);
  });

  test("written", () => {
    const rows = parts.flatMap((from): readonly Row[] => [
      [`1.1.5 co 02 8c ${at(0x4000 + from)} ${text(from, 12)}`],
      [
        `1.1.5 co 02 0c ${at(0x4000 + from)}`,
        `1.1.5 co 02 4c ${at(0x4000 + from)} ${text(from, 12)}`,
      ],
    ]);
    const procedure = { ...write, address: 0x4000, octets: hex(text(0, LENGTH)) };
    const { result, progress } = talk(procedure, [...BEGUN, ...rows, ["disconnect 1.1.5"]]);
    expect(result).toMatchObject({ length: LENGTH });
    expect(progress).toEqual(steps);
  });
});

// biome-ignore format: read by column
test.each([
  { is: "address", ...read, address: 0x1000000 },
  { is: "length",  ...read, length: 0 },
  { is: "end",     ...read, address: 0xffffff, length: 2 },
  { is: "too much", ...read, length: 65_537 },
  { is: "nothing", ...write, octets: [] },
  { is: "octet",   ...write, octets: [-1] },
])("refused before anything is sent: $is", ({ is: _, ...procedure }) => {
  expect(talk(procedure, []).failure).toMatchObject({ code: "refused" });
});
