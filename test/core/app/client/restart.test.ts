import { describe, expect, test } from "vitest";
import { ia, talk } from "./rig.ts";

const peer = ia("1.1.5");

describe("DMP_Restart_RCo", () => {
  const restart = { name: "device.restart", peer } as const;
  // biome-ignore format: read by column
  test.each([
    { is: "acknowledged",            rows: [["1.1.5 co 03 80"], ["disconnect 1.1.5"]],            acknowledged: true },
    { is: "too fast to acknowledge", rows: [["1.1.5 co 03 80", "2900 ms"], ["disconnect 1.1.5"]], acknowledged: false },
    { is: "hangs up",                rows: [["1.1.5 co 03 80", "hang up"]],acknowledged: false },
  ] as const)("11.36: $is", ({ rows, acknowledged }) => {
    expect(talk(restart, [["connect 1.1.5"], ...rows]).result).toEqual({ acknowledged });
  });
});

describe("master reset", () => {
  const reset = { name: "device.reset", peer, eraseCode: 1, channel: 0 } as const;

  test("A40, A41: accepted, and waited for", () => {
    const { result } = talk(reset, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 81 01 00", "1.1.5 co 03 a1 00 00 03"],
      ["disconnect 1.1.5"],
      ["", "3000 ms"],
    ]);
    expect(result).toEqual({ eraseCode: 1, channel: 0, processTime: 3 });
  });

  test("whatever a device says, not for longer than half a minute", () => {
    const { result } = talk(reset, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 81 01 00", "1.1.5 co 03 a1 00 ff ff"],
      ["disconnect 1.1.5"],
      ["", "30000 ms"],
    ]);
    expect(result).toMatchObject({ processTime: 65_535 });
  });

  // biome-ignore format: read by column
  test.each([
    { is: "access denied",   answer: "1.1.5 co 03 a1 01 00 00", words: "access denied" },
    { is: "A42: erase code", answer: "1.1.5 co 03 a1 02 00 00", words: "does not know this erase code" },
    { is: "A43: channel",    answer: "1.1.5 co 03 a1 03 00 00", words: "no such channel" },
    { is: "unheard of",      answer: "1.1.5 co 03 a1 77 00 00", words: "error 119" },
  ])("refused: $is", ({ answer, words }) => {
    const { failure } = talk({ ...reset, eraseCode: 3, channel: 1 }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 81 03 01", answer],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
    expect(failure?.message).toContain(words);
  });

  test.each([0, 8, 1.5])("no erase code: %d", (eraseCode) => {
    expect(talk({ ...reset, eraseCode }, []).failure).toMatchObject({ code: "refused" });
  });
});

describe("DM_ProgMode_Switch", () => {
  const read = { name: "programming-mode.read", peer } as const;
  const on = { name: "programming-mode.write", peer, on: true } as const;

  test("11.12: PID 54, without a connection", () => {
    const { result } = talk(on, [
      ["1.1.5 cl 03 00", "1.1.5 cl 03 40 07 b0"],
      ["1.1.5 cl 03 d5 00 36 10 01", "1.1.5 cl 03 d6 00 36 10 01 00"],
      ["1.1.5 cl 03 d7 00 36 10 01 01", "1.1.5 cl 03 d6 00 36 10 01 01"],
    ]);
    expect(result).toEqual({ on: true });
  });

  test("is it?", () => {
    const { result } = talk(read, [
      ["1.1.5 cl 03 00", "1.1.5 cl 03 40 07 b0"],
      ["1.1.5 cl 03 d5 00 36 10 01", "1.1.5 cl 03 d6 00 36 10 01 01"],
    ]);
    expect(result).toEqual({ on: true });
  });

  test("a bus coupling unit: bit 0 of the octet at 0060, its parity in bit 7", () => {
    const { result } = talk(on, [
      ["1.1.5 cl 03 00", "3000 ms"],
      ["connect 1.1.5"],
      ["1.1.5 co 03 00", "1.1.5 co 03 40 00 12"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
      ["1.1.5 co 02 81 00 60 af"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 af"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toEqual({ on: true });
  });

  test("it is already off", () => {
    const { result } = talk({ ...on, on: false }, [
      ["1.1.5 cl 03 00", "1.1.5 cl 03 40 07 05"],
      ["connect 1.1.5"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toEqual({ on: false });
  });

  test("it stays off", () => {
    const { failure } = talk(on, [
      ["1.1.5 cl 03 00", "1.1.5 cl 03 40 07 01"],
      ["connect 1.1.5"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
      ["1.1.5 co 02 81 00 60 af"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
      ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "verify_failed" });
  });
});
