import { describe, expect, test } from "vitest";
import type { Octets } from "../../src/core/octets.ts";
import { ACK, BUSY, NAK } from "../../src/sim/tp1.ts";
import { closed, desk, frameOf, hex } from "./desk.ts";

const ONCE = { nak: 0, busy: 0 };
/** tp-uart.md 8, vectors 4 and 5. */
const TO_GROUP = hex("bc 11 14 0a 03 e1 00 80 2e");
const TO_US = hex("b0 11 01 11 05 60 80 ab");
const TO_OTHER = hex("b0 11 01 11 06 60 80 a8");

type Setting = Parameters<typeof desk>[0];

/** Sends a frame, writes to the chip when it has told the n-th octet and some ms later; what is in the slot? */
const acknowledgeOf = (
  setting: Setting,
  frame: Octets,
  { write = "", octet = 6, later = 0, before = "" },
): number | undefined => {
  const { chip, clock, other, frames, write: send } = desk(setting);
  if (before !== "") send(before);
  let told = 0;
  chip.onOctets(() => {
    told++;
    if (told === octet) clock.after(later, () => chip.write(hex(write)));
  });
  other.send({ octets: frame, repetitions: ONCE });
  clock.advance(600);
  return frames.at(-1)?.acknowledge;
};

describe("the host orders", () => {
  // biome-ignore format: read by column
  const ORDERS = [
    { order: "11",    is: "ACK",                  acknowledge: ACK },
    { order: "13",    is: "BUSY",                 acknowledge: BUSY },
    { order: "15",    is: "NAK",                  acknowledge: NAK },
    { order: "17",    is: "NAK before BUSY",      acknowledge: NAK },
    { order: "10",    is: "not addressed",        acknowledge: undefined },
    { order: "11 10", is: "the last one counts",  acknowledge: undefined },
    { order: "10 11", is: "the last one counts",  acknowledge: ACK },
  ];
  test.each(ORDERS)("$order: $is", ({ order, acknowledge }) => {
    for (const kind of ["tpuart2", "ncn5120", "e981"] as const)
      expect(acknowledgeOf({ kind }, TO_GROUP, { write: order })).toBe(acknowledge);
  });

  test("a broken frame gets NAK whatever the host ordered, and nothing without an order", () => {
    const broken = hex("bc 11 14 0a 03 e1 00 80 2f");
    expect(acknowledgeOf({ kind: "tpuart2" }, broken, { write: "11" })).toBe(NAK);
    expect(acknowledgeOf({ kind: "tpuart2" }, broken, { write: "10" })).toBeUndefined();
  });

  test("a frame shorter than its length field says gets NAK", () => {
    const short = closed("bc 11 14 0a 03 e2 00 80");
    expect(acknowledgeOf({ kind: "tpuart2" }, short, { write: "11" })).toBe(NAK);
  });
});

describe("deadline, tp-uart.md 5.2: ms after the host holds the octet with the address type", () => {
  // biome-ignore format: read by column
  const DEADLINES = [ //                                         in time     too late
    { kind: "tpuart2", baud: 9600,  eightBit: false, length: 8,  good: 1.7,  late: 1.9 },
    { kind: "tpuart2", baud: 9600,  eightBit: false, length: 9,  good: 3.1,  late: 3.2 },
    { kind: "tpuart2", baud: 19200, eightBit: false, length: 8,  good: 2.9,  late: 3.0 },
    { kind: "tpuart2", baud: 19200, eightBit: false, length: 9,  good: 4.2,  late: 4.4 },
    { kind: "tpuart2", baud: 19200, eightBit: false, length: 10, good: 5.6,  late: 5.7 },
    { kind: "tpuart2", baud: 19200, eightBit: false, length: 16, good: 13.7, late: 13.9 },
    { kind: "ncn5120", baud: 38400, eightBit: true,  length: 8,  good: 3.5,  late: 3.6 },
    { kind: "ncn5120", baud: 38400, eightBit: true,  length: 9,  good: 4.8,  late: 5.0 },
  ] as const;
  test.each(DEADLINES)("$length octets at $baud: $good", ({ good, late, length, ...setting }) => {
    const frame = frameOf(length);
    expect(acknowledgeOf(setting, frame, { write: "11", later: good })).toBe(ACK);
    expect(acknowledgeOf(setting, frame, { write: "11", later: late })).toBeUndefined();
  });

  test("too late is counted, and the next frame is not acknowledged by it", () => {
    const { chip, clock, other, frames } = desk({ kind: "tpuart2" });
    other.send({ octets: TO_GROUP, repetitions: ONCE });
    clock.advance(21);
    chip.write(hex("11"));
    clock.advance(20);
    other.send({ octets: TO_GROUP, repetitions: ONCE });
    clock.advance(50);
    expect(frames.map(({ acknowledge }) => acknowledge)).toEqual([undefined, undefined]);
    expect(chip.tally).toMatchObject({ late: 1, acknowledged: 0 });
  });

  test("a chip that keeps a late order applies it to the next frame, unless 10 takes it back", () => {
    for (const [write, acknowledge] of [
      ["11", ACK],
      ["11 10", undefined],
    ] as const) {
      const { chip, clock, other, frames } = desk({ kind: "tpuart2", lateAcknowledge: "kept" });
      other.send({ octets: TO_GROUP, repetitions: ONCE });
      clock.advance(21);
      chip.write(hex(write));
      clock.advance(20);
      other.send({ octets: TO_GROUP, repetitions: ONCE });
      clock.advance(50);
      expect(frames.map((frame) => frame.acknowledge)).toEqual([undefined, acknowledge]);
    }
  });

  test("an acknowledge behind the octets of an upload is too late", () => {
    const upload = "80 BC 81 11 82 05 83 0A 84 03 85 E1 86 00 87 81";
    expect(acknowledgeOf({ kind: "tpuart2" }, TO_GROUP, { write: `${upload} 11` })).toBeUndefined();
    expect(acknowledgeOf({ kind: "tpuart2" }, TO_GROUP, { write: "80 BC 81 11 11" })).toBe(ACK);
  });
});

describe("the chip acknowledges by itself", () => {
  const EXTENDED = closed(
    "3c 60 11 14 11 05 10 00 80 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e",
  );
  const LTE = closed("3c 61 11 14 11 05 10 00 80 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e");
  const BROADCAST = closed("b0 11 ff 00 00 e1 01 00");
  // biome-ignore format: read by column
  const ALONE = [
    { kind: "tpuart2", is: "its own address",        set: "28 11 05",    frame: TO_US,     acknowledge: ACK },
    { kind: "ncn5120", is: "its own address",        set: "f1 11 05 00", frame: TO_US,     acknowledge: ACK },
    { kind: "e981",    is: "its own address",        set: "28 11 05",    frame: TO_US,     acknowledge: ACK },
    { kind: "tpuart2", is: "another address",        set: "28 11 05",    frame: TO_OTHER,  acknowledge: undefined },
    { kind: "tpuart2", is: "a group",                set: "28 11 05",    frame: TO_GROUP,  acknowledge: ACK },
    { kind: "ncn5120", is: "a group",                set: "f1 11 05 00", frame: TO_GROUP,  acknowledge: undefined },
    { kind: "ncn5120", is: "broadcast",              set: "f1 11 05 00", frame: BROADCAST, acknowledge: ACK },
    { kind: "tpuart2", is: "an extended frame",      set: "28 11 05",    frame: EXTENDED,  acknowledge: ACK },
    { kind: "tpuart2", is: "another extended format", set: "28 11 05",   frame: LTE,       acknowledge: undefined },
    { kind: "tpuart2", is: "nothing without address", set: "02",         frame: TO_US,     acknowledge: undefined },
  ] as const;
  test.each(ALONE)("$kind: $is", ({ kind, set, frame, acknowledge }) => {
    expect(acknowledgeOf({ kind }, frame, { before: set })).toBe(acknowledge);
  });

  test("busy mode answers BUSY until it is switched off, an order comes, or its time is over", () => {
    const { chip, clock, other, frames, write } = desk({ kind: "tpuart2" });
    const next = (before: string): number | undefined => {
      chip.write(hex(before));
      clock.advance(5);
      other.send({ octets: TO_US, repetitions: ONCE });
      clock.advance(50);
      return frames.at(-1)?.acknowledge;
    };
    write("28 11 05");
    expect([next("21"), next("02"), next("22"), next("21"), next("10")]).toEqual([
      BUSY,
      BUSY,
      ACK,
      BUSY,
      ACK,
    ]);
    chip.write(hex("21"));
    clock.advance(720);
    expect(next("02")).toBe(ACK);
  });

  test("an own frame is acknowledged by nobody but the others", () => {
    const { write, frames } = desk({ kind: "tpuart2", answers: undefined });
    write("28 11 05");
    write("80 B0 81 11 82 05 83 11 84 05 85 60 86 80 47 AF"); // from 1.1.5 to 1.1.5
    expect(frames).toHaveLength(4);
    expect(frames.every(({ acknowledge }) => acknowledge === undefined)).toBe(true);
  });
});
