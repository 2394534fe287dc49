import { describe, expect, test } from "vitest";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, OWN, type Row, talk } from "./rig.ts";

const button = { name: "address.button", address: ia("1.1.9") } as const;
const serial = {
  name: "address.serial",
  serial: hex("aa bb cc 11 22 33"),
  address: ia("1.2.3"),
} as const;
const RESTARTED: readonly Row[] = [
  ["connect 1.1.9"],
  ["1.1.9 co 03 00", "1.1.9 co 03 40 07 b0"],
  ["1.1.9 co 03 80"],
  ["disconnect 1.1.9"],
];

describe("device-model.md 7.1: NM_IndividualAddress_Write", () => {
  test("the address is free, and the button is pressed after a while", () => {
    const { result, progress } = talk(button, [
      ["1.1.9 cl 03 00", "no_ack"],
      ["all 01 00", "3000 ms"],
      ["all 01 00", "3000 ms"],
      ["all 01 00", "15.15.255 all 01 40", "3000 ms"],
      ["all 00 c0 11 09"],
      ["all 01 00", "1.1.9 all 01 40", "3000 ms"],
      ...RESTARTED,
    ]);
    expect(result).toEqual({ old: "15.15.255", new: "1.1.9", mask: "07B0" });
    expect(progress).toEqual(["1/100", "2/100"]);
  });

  test("nobody on the line to acknowledge: the button may still be pressed", () => {
    const { result } = talk(button, [
      ["1.1.9 cl 03 00", "no_ack"],
      ["all 01 00", "no_ack", "time"],
      ["all 01 00", "15.15.255 all 01 40", "time"],
      ["all 00 c0 11 09"],
      ["all 01 00", "time"],
      ["all 01 00", "1.1.9 all 01 40", "time"],
      ...RESTARTED,
    ]);
    expect(result).toMatchObject({ new: "1.1.9" });
  });

  test("somebody else has the address", () => {
    const { failure } = talk(button, [
      ["1.1.9 cl 03 00", "1.1.9 cl 03 40 07 01"],
      ["all 01 00", "15.15.255 all 01 40", "time"],
    ]);
    expect(failure).toEqual({
      code: "conflict",
      message: "A device has the address 1.1.9 already. Choose another one.",
    });
  });

  test("the device has it already: it gets it again", () => {
    const { result } = talk(button, [
      ["1.1.9 cl 03 00", "1.1.9 cl 03 40 07 b0"],
      ["all 01 00", "1.1.9 all 01 40", "time"],
      ["all 01 00", "1.1.9 all 01 40", "time"],
      ["all 00 c0 11 09"],
      ["all 01 00", "1.1.9 all 01 40", "time"],
      ...RESTARTED,
    ]);
    expect(result).toEqual({ old: "1.1.9", new: "1.1.9", mask: "07B0" });
  });

  test("two buttons are pressed, on devices that share the address from the factory", () => {
    const { failure } = talk(button, [
      ["1.1.9 cl 03 00", "no_ack"],
      ["all 01 00", "15.15.255 all 01 40", "15.15.255 all 01 40", "time"],
    ]);
    expect(failure).toMatchObject({ code: "conflict" });
    expect(failure?.message).toContain("15.15.255 and 15.15.255");
  });

  test("the device does not take it", () => {
    const { failure } = talk(button, [
      ["1.1.9 cl 03 00", "no_ack"],
      ["all 01 00", "1.1.7 all 01 40", "time"],
      ["all 00 c0 11 09"],
      ["all 01 00", "1.1.7 all 01 40", "time"],
      ["all 01 00", "1.1.7 all 01 40", "time"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
  });

  test("five minutes of nothing", () => {
    const waiting: readonly Row[] = Array.from({ length: 100 }, () => ["all 01 00", "3000 ms"]);
    const { failure, progress } = talk(button, [["1.1.9 cl 03 00", "no_ack"], ...waiting]);
    expect(failure).toMatchObject({ code: "not_found" });
    expect(progress).toHaveLength(100);
  });

  test("no bus is no free address", () => {
    const { failure } = talk(button, [["1.1.9 cl 03 00", "offline"]]);
    expect(failure).toMatchObject({ code: "offline" });
  });

  test("our own address", () => {
    expect(talk({ ...button, address: ia(OWN) }, []).failure).toMatchObject({ code: "conflict" });
  });
});

describe("NM_IndividualAddress_SerialNumber_Write", () => {
  const ANSWER = "all 03 dd aa bb cc 11 22 33 00 00 00 00";
  test("A60, A61, A62: found, given, checked", () => {
    const { result } = talk(serial, [
      ["all 03 dc aa bb cc 11 22 33", `1.1.7 ${ANSWER}`, "3000 ms"],
      ["1.2.3 cl 03 00", "no_ack"],
      ["all 03 de aa bb cc 11 22 33 12 03 00 00 00 00"],
      ["all 03 dc aa bb cc 11 22 33", `1.2.3 ${ANSWER}`, "3000 ms"],
      ["1.2.3 cl 03 00", "1.2.3 cl 03 40 07 b0"],
    ]);
    expect(result).toEqual({ old: "1.1.7", new: "1.2.3", serial: "AABB:CC112233", mask: "07B0" });
  });

  test("nobody has this number", () => {
    const { failure } = talk(serial, [["all 03 dc aa bb cc 11 22 33", "time"]]);
    expect(failure).toMatchObject({ code: "not_found" });
    expect(failure?.message).toContain("AABB:CC112233");
  });

  test("somebody else has the address", () => {
    const { failure } = talk(serial, [
      ["all 03 dc aa bb cc 11 22 33", `1.1.7 ${ANSWER}`, "time"],
      ["1.2.3 cl 03 00", "1.2.3 cl 03 40 07 b0"],
    ]);
    expect(failure).toMatchObject({ code: "conflict" });
  });

  test("two devices of one number", () => {
    const { failure } = talk(serial, [
      ["all 03 dc aa bb cc 11 22 33", `1.1.7 ${ANSWER}`, `1.1.8 ${ANSWER}`, "time"],
    ]);
    expect(failure).toMatchObject({ code: "conflict" });
  });

  test("no serial number", () => {
    expect(talk({ ...serial, serial: [1, 2] }, []).failure).toMatchObject({ code: "refused" });
  });
});
