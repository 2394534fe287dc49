import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { desk, frameOf, hex, listener } from "./desk.ts";

/** tp-uart.md 8, vector 1: 1.1.5 writes 1 to 1/2/3. */
const UPLOAD = "80 BC 81 11 82 05 83 0A 84 03 85 E1 86 00 87 81 48 3E";
const ON = { kind: "tpuart2" } as const;

describe("one service, one answer", () => {
  // biome-ignore format: read by column
  const SERVICES = [ //                            host writes                 chip says
    { kind: "tpuart2", is: "State.req",            write: "02",                told: "07" },
    { kind: "ncn5120", is: "State.req",            write: "02",                told: "07" },
    { kind: "e981",    is: "State.req",            write: "02",                told: "07" },
    { kind: "tpuart2", is: "Reset.req",            write: "01",                told: "03" },
    { kind: "ncn5120", is: "Reset.req",            write: "01",                told: "03" },
    { kind: "e981",    is: "Reset.req",            write: "01",                told: "03" },
    { kind: "tpuart2", is: "ProductID.req",        write: "20",                told: "41" },
    { kind: "ncn5120", is: "ProductID.req",        write: "20",                told: "17" },
    { kind: "ncn5120", is: "SystemState.req",      write: "0d",                told: "4b fb" },
    { kind: "tpuart2", is: "SystemState.req",      write: "0d",                told: "17" },
    { kind: "tpuart2", is: "SetAddress",           write: "28 11 05",          told: "" },
    { kind: "e981",    is: "SetAddress",           write: "28 11 05",          told: "" },
    { kind: "ncn5120", is: "SetAddress",           write: "f1 11 05 00",       told: "21" },
    { kind: "ncn5120", is: "Configure, marker",    write: "19",                told: "05" },
    { kind: "ncn5120", is: "SetRepetition",        write: "f2 33 00 00 02",    told: "07" },
    { kind: "tpuart2", is: "SetRepetition",        write: "24 63 02",          told: "07" },
    { kind: "ncn5120", is: "StopMode",             write: "0e 0d",             told: "2b 4b fa" },
    { kind: "ncn5120", is: "StopMode and back",    write: "0e 0f",             told: "2b 03" },
    { kind: "ncn5120", is: "register in StopMode", write: "0e 29 5a 39",       told: "2b 5a" },
    { kind: "ncn5120", is: "register in normal mode", write: "29 5a 39",       told: "" },
    { kind: "e981",    is: "register",             write: "2f 01 02 5a 2e 01 02", told: "f1 5a" },
    { kind: "tpuart2", is: "undefined opcode",     write: "06",                told: "17" },
    { kind: "tpuart2", is: "Configure of NCN",     write: "18",                told: "17" },
  ] as const;
  test.each(SERVICES)("$kind: $is", ({ kind, write, told }) => {
    const { write: send, told: says } = desk({ kind });
    send(write);
    expect(says()).toBe(told);
  });

  test("SetAddress of Siemens sets a register of NCN, and its last octet becomes a command", () => {
    const { write, told, line, other, clock } = desk({ kind: "ncn5120" });
    write("28 11 05"); // 05: busmonitor
    write("02");
    expect(told()).toBe("");
    other.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e") });
    listener(line, "third", 0xcc);
    clock.advance(50);
    expect(told()).toBe("bc 11 14 0a 03 e1 00 80 2e cc");
  });

  test("SetAddress of NCN is three commands to Siemens", () => {
    const { write, told } = desk({ kind: "tpuart2" });
    write("f1 02 02");
    expect(told()).toBe("17 07 07");
  });

  test("a multi-octet service of an E981 must not be interrupted for long", () => {
    const { write, told } = desk({ kind: "e981" });
    write("28 11");
    write("02");
    expect(told()).toBe("47 07");
  });

  test("too hot: told at once by Siemens, and in every state", () => {
    const { chip, clock, told, write } = desk({ kind: "tpuart2" });
    chip.overheat(true);
    clock.advance(10);
    write("02");
    expect(told()).toBe("0f 0f");
  });
});

describe("reception", () => {
  test("vector 9: octets that look like services are passed on like any other", () => {
    const { other, clock, told } = desk(ON);
    other.send({ octets: hex("bc 11 14 0a 05 e5 00 80 03 07 8b cc 6f"), repetitions: ONCE });
    clock.advance(100);
    expect(told()).toBe("bc 11 14 0a 05 e5 00 80 03 07 8b cc 6f");
  });

  test("vector 17: busmonitor adds the acknowledge, and hears nothing but a reset", () => {
    const { other, clock, told, write, line } = desk(ON);
    write("05");
    write("02 11 20");
    const third = listener(line, "third");
    for (const answer of [0xcc, undefined, 0x0c, 0xc0, 0x00]) {
      third.answers = answer;
      other.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e"), repetitions: ONCE });
      clock.advance(50);
      const acknowledge = answer === undefined ? "" : ` ${toHex([answer])}`;
      expect(told()).toBe(`bc 11 14 0a 03 e1 00 80 2e${acknowledge}`);
    }
    write("01");
    expect(told()).toBe("03");
  });

  test("vector 18: with markers a data octet CB is doubled", () => {
    const { other, clock, told, write } = desk({ kind: "ncn5120" });
    write("19");
    expect(told()).toBe("05");
    other.send({ octets: hex("bc 11 14 0a 07 e2 00 80 cb e2"), repetitions: ONCE });
    clock.advance(50);
    expect(told()).toBe("bc 11 14 0a 07 e2 00 80 cb cb e2 cb 13");
  });

  // biome-ignore format: read by column
  const CRC = [
    { kind: "tpuart2", write: "25", crc: "e2 cf" },
    { kind: "ncn5120", write: "1a", crc: "b2 2e" },
  ] as const;
  test.each(CRC)("vector 19: $kind appends its own CRC", ({ kind, write, crc }) => {
    const { other, clock, told, write: send } = desk({ kind });
    send(write);
    told();
    other.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2e"), repetitions: ONCE });
    clock.advance(50);
    expect(told()).toBe(`bc 11 14 0a 03 e1 00 80 2e ${crc}`);
  });

  test("vector 20: of a poll only the first octet is passed on", () => {
    const { other, clock, told } = desk(ON);
    other.send({ octets: hex("f0 11 01 10 01 05 0b fe fe fe fe fe") });
    clock.advance(50);
    expect(told()).toBe("f0");
  });

  test("a broken frame is passed on as it is; NCN in 8-bit mode says so", () => {
    const { other, clock, told } = desk({ kind: "ncn5120", eightBit: true });
    other.send({ octets: hex("bc 11 14 0a 03 e1 00 80 2f"), repetitions: ONCE });
    clock.advance(50);
    expect(told()).toBe("bc 11 14 0a 03 e1 00 80 2f 53");
  });
});

describe("reset, power, silence", () => {
  test("a reset forgets the upload, the frame on its way and all configuration", () => {
    const { chip, clock, told, other, write, frames } = desk(ON);
    write("28 11 05");
    chip.write(hex(UPLOAD));
    clock.advance(20);
    expect(told()).toMatch(/^bc/);
    chip.write(hex("01"));
    clock.advance(200);
    expect(told()).toMatch(/03$/);
    expect(frames.filter(({ octets }) => octets.length === 9)).toEqual([]);
    other.send({ octets: hex("b0 11 01 11 05 60 80 ab"), repetitions: ONCE });
    clock.advance(50);
    expect(frames.at(-1)?.acknowledge).toBeUndefined();
  });

  test("Siemens waits with Reset.ind until the line has been silent for 40 bit times", () => {
    const { chip, clock, told, other, frames, times } = desk(ON);
    other.send({ octets: frameOf(263), repetitions: ONCE });
    clock.advance(50);
    told();
    times.length = 0;
    chip.write(hex("01"));
    clock.advance(600);
    expect(told()).toMatch(/03$/);
    expect((times.at(-1) ?? 0) - (frames[0]?.end ?? 0)).toBeGreaterThan(40 / 9.6);
  });

  test("without bus voltage the chip is mute; when it returns it starts anew", () => {
    const { line, clock, told, write, other, frames } = desk(ON);
    write("28 11 05");
    line.power(false);
    write("02 01");
    expect(told()).toBe("");
    line.power(true);
    clock.advance(100);
    expect(told()).toBe("03");
    other.send({ octets: hex("b0 11 01 11 05 60 80 ab"), repetitions: ONCE });
    clock.advance(50);
    expect(frames.at(-1)?.acknowledge).toBeUndefined();
  });

  test("vector 16: an NCN with its own supply tells that the bus voltage is missing", () => {
    const { line, clock, told, write } = desk({ kind: "ncn5120", supply: "own" });
    line.power(false);
    write("0d");
    expect(told()).toBe("4b d9");
    write("11");
    expect(told()).toBe("17");
    line.power(true);
    clock.advance(100);
    expect(told()).toBe("03");
  });

  test("a mute chip neither speaks nor listens, and later goes on as if nothing had been", () => {
    const { chip, told, write } = desk(ON);
    chip.mute(true);
    write("02");
    chip.mute(false);
    expect(told()).toBe("");
    write("02");
    expect(told()).toBe("07");
  });

  test("vector 15: where the output is low during a reset, the host reads 00 first", () => {
    const { write, told } = desk({ ...ON, resetBreak: true });
    write("01");
    expect(told()).toBe("00 03");
  });

  test("a reset that nobody asked for is told like any other", () => {
    const { chip, clock, told } = desk(ON);
    chip.reset();
    clock.advance(50);
    expect(told()).toBe("03");
  });
});

const ONCE = { nak: 0, busy: 0 };

test("characters take their time: 11 bits at the speed of the host interface", () => {
  const { chip, clock, times } = desk({ kind: "tpuart2", baud: 9600 });
  const start = clock.now();
  chip.write(hex("02 02"));
  clock.advance(20);
  const [first = 0, second = 0] = times;
  expect(second - first).toBeCloseTo(11 / 9.6, 6);
  expect(first - start).toBeGreaterThan(22 / 9.6);
});
