import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { parseIndividualAddress } from "../../src/core/address.ts";
import { toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { startHouse } from "../../src/sim/house.ts";
import type { ManagementOptions } from "../../src/sim/management-options.ts";
import { closed, hex } from "./desk.ts";
import { dialogue } from "./dialogue.ts";

/** Frame of 1.1.250 to 1.1.5 or of 1.1.5 to 1.1.250, standard up to a length of 15. */
const frame = (direction: "<" | ">", tpdu: string): string => {
  const addresses = direction === "<" ? "11 fa 11 05" : "11 05 11 fa";
  const length = hex(tpdu).length - 1;
  return length <= 15
    ? `bc ${addresses} ${toHex([0x60 | length])} ${tpdu}`
    : `3c 60 ${addresses} ${toHex([length])} ${tpdu}`;
};

/** Asks one thing without a connection, and gives the answers as they were on the line. */
const ask = ({ say, heard }: ReturnType<typeof dialogue>, tpdu: string): readonly string[] => {
  heard();
  say(frame("<", tpdu), 400);
  return heard().slice(1);
};
const answered = (tpdu?: string): readonly string[] =>
  tpdu === undefined ? [] : [`> ${toHex(closed(frame(">", tpdu)))}`];

type Row = Readonly<{ is: string; asks: string; answer?: string }>;

// biome-ignore format: read by column
const CONNECTIONLESS: readonly Row[] = [ // layers.md E.3 A.., device-model.md 11 #..
  { is: "A37 descriptor 0",                    asks: "03 00",                      answer: "03 40 07 b0" },
  { is: "A38 descriptor 2",                    asks: "03 02",                      answer: "03 7f" },
  { is: "#3 serial number",                    asks: "03 d5 00 0b 10 01",          answer: "03 d6 00 0b 10 01 00 83 d0 b8 2f 07" },
  { is: "#4 longest APDU",                     asks: "03 d5 00 38 10 01",          answer: "03 d6 00 38 10 01 00 37" },
  { is: "A51/A52 number of elements",          asks: "03 d5 00 01 10 00",          answer: "03 d6 00 01 10 00 00 01" },
  { is: "the same, more than one asked",       asks: "03 d5 00 01 30 00",          answer: "03 d6 00 01 10 00 00 01" },
  { is: "A53 unknown PID",                     asks: "03 d5 00 fe 10 01",          answer: "03 d6 00 fe 00 01" },
  { is: "unknown object",                      asks: "03 d5 06 01 10 01",          answer: "03 d6 06 01 00 01" },
  { is: "order info",                          asks: "03 d5 00 0f 10 01",          answer: "03 d6 00 0f 10 01 53 57 2d 31 2e 31 36 00 00 00" },
  { is: "subnetwork address",                  asks: "03 d5 00 39 10 01",          answer: "03 d6 00 39 10 01 11" },
  { is: "device address",                      asks: "03 d5 00 3a 10 01",          answer: "03 d6 00 3a 10 01 05" },
  { is: "the descriptor as a property",        asks: "03 d5 00 53 10 01",          answer: "03 d6 00 53 10 01 07 b0" },
  { is: "types 9 and 3 in the list",           asks: "03 d5 00 47 20 04",          answer: "03 d6 00 47 20 04 00 09 00 03" },
  { is: "object 3 has type 9",                 asks: "03 d5 03 01 10 01",          answer: "03 d6 03 01 10 01 00 09" },
  { is: "object 4 has type 3",                 asks: "03 d5 04 01 10 01",          answer: "03 d6 04 01 10 01 00 03" },
  { is: "program version",                     asks: "03 d5 04 0d 10 01",          answer: "03 d6 04 0d 10 01 00 83 08 07 70" },
  { is: "it is loaded and runs",               asks: "03 d5 04 06 10 01",          answer: "03 d6 04 06 10 01 01" },
  { is: "#6 an array of seven",                asks: "03 d5 04 c9 10 00",          answer: "03 d6 04 c9 10 00 00 07" },
  { is: "the middle of it",                    asks: "03 d5 04 c9 20 03",          answer: "03 d6 04 c9 20 03 11 05 11 07" },
  { is: "all of it: an extended frame",        asks: "03 d5 04 c9 70 01",          answer: "03 d6 04 c9 70 01 11 01 11 03 11 05 11 07 11 09 11 0b 11 0d" },
  { is: "#7 one too many",                     asks: "03 d5 04 c9 20 07",          answer: "03 d6 04 c9 00 07" },
  { is: "#7 behind the end",                   asks: "03 d5 04 c9 10 08",          answer: "03 d6 04 c9 00 08" },
  { is: "no element at all",                   asks: "03 d5 04 c9 00 01",          answer: "03 d6 04 c9 00 01" },
  { is: "A54 written, read back",              asks: "03 d7 00 0e 10 01 04",       answer: "03 d6 00 0e 10 01 04" },
  { is: "nobody writes the serial number",     asks: "03 d7 00 0b 10 01 01 02 03 04 05 06", answer: "03 d6 00 0b 00 01" },
  { is: "too few octets",                      asks: "03 d7 04 c9 10 02 77",       answer: "03 d6 04 c9 00 02" },
  { is: "no room for that",                    asks: "03 d7 04 c9 40 08 00 01 00 02 00 03 00 04", answer: "03 d6 04 c9 00 08" },
  { is: "room for three more",                 asks: "03 d7 04 c9 30 08 00 01 00 03 00 05", answer: "03 d6 04 c9 30 08 00 01 00 03 00 05" },
  { is: "fewer elements",                      asks: "03 d7 04 c9 10 00 00 03",    answer: "03 d6 04 c9 10 00 00 03" },
  { is: "description by PID",                  asks: "03 d8 00 38 00",             answer: "03 d9 00 38 08 04 00 01 30" },
  { is: "description by index",                asks: "03 d8 04 00 04",             answer: "03 d9 04 0d 04 95 00 01 33" },
  { is: "description, levels 2 and 1",         asks: "03 d8 04 ca 00",             answer: "03 d9 04 ca 06 94 00 01 21" },
  { is: "A57 description of nothing",          asks: "03 d8 7f 01 00",             answer: "03 d9 7f 01 00 00 00 00 00" },
  { is: "memory",                              asks: "02 03 40 11",                answer: "02 43 40 11 00 00 00" },
  { is: "A29 no memory there",                 asks: "02 0b 12 34",                answer: "02 40 12 34" },
  { is: "memory ends inside",                  asks: "02 02 47 ff",                answer: "02 40 47 ff" },
  { is: "longer than its APDU",                asks: "02 35 40 00",                answer: "02 40 40 00" },
  { is: "#37 extended write",                  asks: "01 fb 03 12 34 56 aa bb cc", answer: "01 fc 00 12 34 56" },
  { is: "extended read",                       asks: "01 fd 03 12 34 56",          answer: "01 fe 00 12 34 56 00 00 00" },
  { is: "A24/A25 too long",                    asks: "01 fd ff 00 00 00",          answer: "01 fe f4 00 00 00" },
  { is: "A26 address void",                    asks: "01 fd 01 ff ff ff",          answer: "01 fe fd ff ff ff" },
  { is: "extended write of protected memory",  asks: "01 fb 02 00 47 ef 07 09",    answer: "01 fc fb 00 47 ef" },
  { is: "A40/A41 confirmed restart",           asks: "03 81 01 00",                answer: "03 a1 00 00 01" },
  { is: "A42 reserved erase code",             asks: "03 81 09 00",                answer: "03 a1 02 00 00" },
  { is: "A42 erase code 0",                    asks: "03 81 00 00",                answer: "03 a1 02 00 00" },
  { is: "A43 invalid channel",                 asks: "03 81 03 01",                answer: "03 a1 03 00 00" },
  { is: "restart with a reserved bit",         asks: "03 82" },
  { is: "A59 parameter of an unknown object",  asks: "03 da 00 0b 0b 01",          answer: "03 db ff ff ff" },
  { is: "unknown parameter of a known object", asks: "03 da 00 00 0b 01",          answer: "03 db 00 00 ff" },
  { is: "a converter wants a connection",      asks: "01 81 08" },
  { is: "so do keys",                          asks: "03 d1 00 ff ff ff ff" },
  { is: "and user memory",                     asks: "02 c0 01 40 00" },
  { is: "a broadcast service to one alone",    asks: "03 dc 00 83 d0 b8 2f 07" },
  { is: "an answer",                           asks: "03 d6 00 0b 10 01 00" },
  { is: "one octet more than a read has",      asks: "03 d5 00 0b 10 01 00" },
];
test.each(CONNECTIONLESS)("connectionless: $is", ({ asks, answer }) => {
  expect(ask(dialogue(), asks)).toEqual(answered(answer));
});

test("asked in an extended frame, it answers in a standard one that is long enough", () => {
  dialogue().play(`
    < 3c 60 11 fa 11 05 01 03 00
    > bc 11 05 11 fa 63 03 40 07 b0
  `);
});

describe("memory and verify mode, device-model.md 11", () => {
  test("#23: off, what is written is there, without an answer", () => {
    const device = dialogue();
    expect(ask(device, "02 86 40 05 00 02 09 02 0a 03")).toEqual([]);
    expect(ask(device, "02 06 40 05")).toEqual(answered("02 46 40 05 00 02 09 02 0a 03"));
    expect(device.management.memory.read(0x4005, 3)).toEqual([0x00, 0x02, 0x09]);
  });

  // biome-ignore format: read by column
  const VERIFIED: readonly Row[] = [
    { is: "#22 written",             asks: "02 86 40 05 00 02 09 02 0a 03",                answer: "02 46 40 05 00 02 09 02 0a 03" },
    { is: "#24 outside",             asks: "02 8a 10 00 01 02 03 04 05 06 07 08 09 0a",    answer: "02 40 10 00" },
    { is: "#25 a lie of the length", asks: "02 83 42 00 12 34",                            answer: "02 40 42 00" },
    { is: "partly protected",        asks: "02 82 47 ef 12 34",                            answer: "02 40 47 ef" },
  ];
  test.each(VERIFIED)("on: $is", ({ asks, answer }) => {
    const device = dialogue();
    ask(device, "03 d7 00 0e 10 01 04");
    expect(ask(device, asks)).toEqual(answered(answer));
  });

  test("user memory, 20 bits of address, in a connection", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < bc 11 fa 11 05 67 42 c2 03 40 11 07 09 0b
      > b0 11 05 11 fa 60 c2
      < bc 11 fa 11 05 64 46 c0 03 40 11
      > b0 11 05 11 fa 60 c6
      > bc 11 05 11 fa 67 42 c1 03 40 11 07 09 0b
      < b0 11 fa 11 05 60 c2
      < bc 11 fa 11 05 64 4a c0 1b 23 45
      > b0 11 05 11 fa 60 ca
      > bc 11 05 11 fa 64 46 c1 10 23 45
    `);
  });
});

test("bus voltage: channel 1, the sum of 8; channel 2 does not exist", () => {
  dialogue({ adc: { 1: 0x0103 } }).play(`
    < b0 11 fa 11 05 60 80
    < b0 11 fa 11 05 62 41 81 08
    > b0 11 05 11 fa 60 c2
    > b0 11 05 11 fa 64 41 c1 08 08 18
    < b0 11 fa 11 05 60 c2
    < b0 11 fa 11 05 62 45 82 04
    > b0 11 05 11 fa 60 c6
    > b0 11 05 11 fa 64 45 c2 00 00 00
  `);
});

describe("keys and levels", () => {
  const locked: Partial<ManagementOptions> = {
    keys: [hex("12 34 56 78"), hex("11 33 55 77"), hex("21 43 65 87")],
  };

  test("#10 an unknown key opens level 3; a secret of level 2; keys for one's own level and below", () => {
    dialogue(locked).play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 66 43 d1 00 87 65 43 21
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 62 43 d2 03
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 65 47 d5 04 ca 10 01           # refused
      > b0 11 05 11 fa 60 c6
      > b0 11 05 11 fa 65 47 d6 04 ca 00 01
      < b0 11 fa 11 05 60 c6
      < b0 11 fa 11 05 66 4b d1 00 11 33 55 77
      > b0 11 05 11 fa 60 ca
      > b0 11 05 11 fa 62 4b d2 01
      < b0 11 fa 11 05 60 ca
      < b0 11 fa 11 05 65 4f d5 04 ca 10 01           # given
      > b0 11 05 11 fa 60 ce
      > b0 11 05 11 fa 69 4f d6 04 ca 10 01 5e c2 e7 01
      < b0 11 fa 11 05 60 ce
      < b0 11 fa 11 05 66 53 d3 00 12 34 56 79        # level 0 is out of reach
      > b0 11 05 11 fa 60 d2
      > b0 11 05 11 fa 62 53 d4 ff
      < b0 11 fa 11 05 60 d2
      < b0 11 fa 11 05 66 57 d3 16 12 34 56 79        # device-model.md #11: no such level
      > b0 11 05 11 fa 60 d6
      > b0 11 05 11 fa 62 57 d4 ff
      < b0 11 fa 11 05 60 d6
      < b0 11 fa 11 05 66 5b d3 02 31 53 75 97
      > b0 11 05 11 fa 60 da
      > b0 11 05 11 fa 62 5b d4 02
      < b0 11 fa 11 05 60 da
      < b0 11 fa 11 05 63 5f 81 02 00                 # a factory reset wants level 0
      > b0 11 05 11 fa 60 de
      > b0 11 05 11 fa 64 5f a1 01 00 00
    `);
  });

  test("the level ends with the connection", () => {
    const device = dialogue(locked);
    device.play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 66 43 d1 00 12 34 56 78
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 62 43 d2 00
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 60 81
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 65 43 d5 04 ca 10 01
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 65 43 d6 04 ca 00 01
    `);
    expect(ask(device, "03 d5 04 ca 10 01")).toEqual(answered("03 d6 04 ca 00 01"));
  });
});

describe("load state, device-model.md 3 and 11 #16–#20", () => {
  const write = (event: string) => `03 d7 04 05 10 01 ${event}`;
  const state = (octet: string) => answered(`03 d6 04 05 10 01 ${octet}`);
  const START = write("01 00 00 00 00 00 00 00 00 00");
  const COMPLETED = write("02 00 00 00 00 00 00 00 00 00");
  const ALLOCATE = write("03 0b 00 00 01 63 01 00 00 00");
  const UNLOAD = write("04 00 00 00 00 00 00 00 00 00");

  test("unload, load, allocate, completed", () => {
    const device = dialogue();
    expect(ask(device, UNLOAD)).toEqual(state("00"));
    expect(ask(device, "03 d5 04 07 10 01")).toEqual(answered("03 d6 04 07 10 01 00 00 00 00"));
    expect(ask(device, "03 d5 04 06 10 01")).toEqual(answered("03 d6 04 06 10 01 00"));
    expect(ask(device, START)).toEqual(state("02"));
    expect(ask(device, ALLOCATE)).toEqual(state("02"));
    expect(ask(device, "03 d5 04 07 10 01")).toEqual(answered("03 d6 04 07 10 01 00 00 43 00"));
    expect(ask(device, COMPLETED)).toEqual(state("01"));
  });

  test("#19 an allocation when loaded is an error, which only unloading ends", () => {
    const device = dialogue();
    expect(ask(device, ALLOCATE)).toEqual(state("03"));
    expect(ask(device, START)).toEqual(state("03"));
    expect(ask(device, COMPLETED)).toEqual(state("03"));
    expect(ask(device, UNLOAD)).toEqual(state("00"));
  });
});

describe("programming mode and addresses", () => {
  test("#12, #13: only in programming mode it takes an address, and answers from there", () => {
    const { play, management } = dialogue();
    play(`
      < b0 11 fa 00 00 e1 01 00
      < b0 11 fa 00 00 e3 00 c0 12 03
    `);
    management.press();
    play(`
      < b0 11 fa 00 00 e1 01 00
      > b0 11 05 00 00 e1 01 40
      < b0 11 fa 00 00 e3 00 c0 12 03                 # A05
      < b0 11 fa 00 00 e1 01 00
      > b0 12 03 00 00 e1 01 40
      < bc 11 fa 12 03 65 03 d5 00 39 10 01
      > bc 12 03 11 fa 66 03 d6 00 39 10 01 12
      < bc 11 fa 12 03 65 03 d5 00 3a 10 01
      > bc 12 03 11 fa 66 03 d6 00 3a 10 01 03
    `);
    expect([management.address, management.programmingMode]).toEqual(["1.2.3", true]);
    management.press();
    expect(management.programmingMode).toBe(false);
  });

  test("the old address is acknowledged by nobody any more", () => {
    const { say, management, device, frames, heard } = dialogue();
    management.press();
    say("b0 11 fa 00 00 e3 00 c0 12 03");
    expect(device.address).toBe("1.2.3");
    heard();
    device.send("1/2/3", "write", { data: [1], short: true });
    say("bc 11 fa 12 03 61 03 00");
    expect(frames().map(({ from, octets }) => `${from} ${toHex(octets.slice(1, 3))}`)).toEqual([
      "device 12 03",
      "visitor 11 fa",
      "device 12 03",
    ]);
  });

  test("#12: property 54 switches it, with and without a connection", () => {
    const { play, management } = dialogue();
    play(`
      < bc 11 fa 11 05 66 03 d7 00 36 10 01 01
      > bc 11 05 11 fa 66 03 d6 00 36 10 01 01
      < b0 11 fa 00 00 e1 01 00
      > b0 11 05 00 00 e1 01 40
    `);
    expect(management.programmingMode).toBe(true);
  });

  test("#14: by serial number, in any mode", () => {
    const { play, management } = dialogue();
    play(`
      < b0 11 fa 00 00 e7 03 dc 00 83 d0 b8 2f 07
      > b0 11 05 00 00 eb 03 dd 00 83 d0 b8 2f 07 00 00 00 00
      < b0 11 fa 00 00 e7 03 dc 00 83 d0 b8 2f 09
      < b0 11 fa 00 00 ed 03 de 00 83 d0 b8 2f 09 13 07 00 00 00 00
      < b0 11 fa 00 00 ed 03 de 00 83 d0 b8 2f 07 13 07 00 00 00 00
      < b0 11 fa 00 00 e7 03 dc 00 83 d0 b8 2f 07
      > b0 13 07 00 00 eb 03 dd 00 83 d0 b8 2f 07 00 00 00 00
    `);
    expect(management.address).toBe("1.3.7");
  });

  test("#15: serial number of whoever is in programming mode, for operand 01 only", () => {
    const { play, management } = dialogue();
    play("< b0 11 fa 00 00 e6 01 c8 00 00 00 b0 01");
    management.press();
    play(`
      < b0 11 fa 00 00 e6 01 c8 00 00 00 b0 01
      > b0 11 05 00 00 ec 01 c9 00 00 00 b0 01 00 83 d0 b8 2f 07
      < b0 11 fa 00 00 e6 01 c8 00 00 00 b0 02
      < b0 11 fa 00 00 e5 03 da 00 00 0b 01
    `);
  });
});

describe("restart", () => {
  test("#36 basic: no answer, deaf for a while, programming mode and connection gone, states kept", () => {
    const { play, say, management, frames, heard, clock } = dialogue();
    management.press();
    play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 43 80
      > b0 11 05 11 fa 60 c2
      . 100
    `);
    say("b0 11 fa 11 05 61 03 00", 400);
    expect(frames()[0]?.acknowledge).toBeUndefined();
    heard();
    clock.advance(10_000);
    expect([management.programmingMode, management.partner]).toEqual([false, undefined]);
    play(`
      < bc 11 fa 11 05 65 03 d5 04 05 10 01
      > bc 11 05 11 fa 66 03 d6 04 05 10 01 01
    `);
  });

  // biome-ignore format: read by column
  const RESETS = [
    { code: "02", address: "15.15.255", program: 0, links: 0, array: 14 },
    { code: "03", address: "15.15.255", program: 1, links: 1, array: 16 },
    { code: "04", address: "1.1.5",     program: 0, links: 1, array: 16 },
    { code: "05", address: "1.1.5",     program: 1, links: 1, array: 14 },
    { code: "06", address: "1.1.5",     program: 1, links: 0, array: 16 },
    { code: "07", address: "1.1.5",     program: 0, links: 0, array: 14 },
  ];
  test.each(RESETS)("master reset $code, answered from the old address", (row) => {
    const device = dialogue();
    ask(device, "03 d7 04 c9 10 08 77 99");
    expect(ask(device, `03 81 ${row.code} 00`)).toEqual(answered("03 a1 00 00 01"));
    device.clock.advance(1000);
    const { management } = device;
    expect([management.address, management.property(4, 201)?.length]).toEqual([
      row.address,
      row.array,
    ]);
    expect([management.property(4, 5), management.property(1, 5)]).toEqual([
      [row.program],
      [row.links],
    ]);
  });
});

describe("older masks", () => {
  test("0012: no properties, no keys; programming mode in memory at 0060, its parity even", () => {
    const device = dialogue({ mask: 0x0012, maxApduLength: 15 });
    expect(ask(device, "03 00")).toEqual(answered("03 40 00 12"));
    expect(ask(device, "03 d5 00 0b 10 01")).toEqual([]);
    expect(ask(device, "01 fd 03 12 34 56")).toEqual([]);
    expect(ask(device, "02 01 00 60")).toEqual(answered("02 41 00 60 2e"));
    ask(device, "02 81 00 60 2f");
    expect(device.management.programmingMode).toBe(false);
    ask(device, "02 81 00 60 af");
    expect(device.management.programmingMode).toBe(true);
    expect(ask(device, "02 01 00 60")).toEqual(answered("02 41 00 60 af"));
  });

  test("0701: properties, but not the one of the programming mode", () => {
    const device = dialogue({ mask: 0x0701 });
    expect(ask(device, "03 00")).toEqual(answered("03 40 07 01"));
    expect(ask(device, "03 d5 00 0c 10 01")).toEqual(answered("03 d6 00 0c 10 01 00 83"));
    expect(ask(device, "03 d5 00 36 10 01")).toEqual(answered("03 d6 00 36 00 01"));
    expect(ask(device, "02 01 00 60")).toEqual(answered("02 41 00 60 2e"));
  });
});

test("with an APDU of 15 it neither gives nor takes more than a standard frame holds", () => {
  const device = dialogue({ maxApduLength: 15 });
  expect(ask(device, "03 d5 00 38 10 01")).toEqual(answered("03 d6 00 38 10 01 00 0f"));
  expect(ask(device, "03 d5 04 c9 50 01")).toEqual(
    answered("03 d6 04 c9 50 01 11 01 11 03 11 05 11 07 11 09"),
  );
  expect(ask(device, "03 d5 04 c9 60 01")).toEqual(answered("03 d6 04 c9 00 01"));
  expect(ask(device, "02 0d 40 00")).toEqual(answered("02 40 40 00"));
  expect(ask(device, "01 fd 0b 00 40 00")).toEqual(answered("01 fe f4 00 40 00"));
  expect(ask(device, `01 fb 0b 00 40 00 ${"07 ".repeat(11)}`)).toEqual([]);
});

test("the hop count of property 51 goes into all it sends", () => {
  const { play, device, clock, heard } = dialogue();
  play(`
    < bc 11 fa 11 05 66 03 d7 00 33 10 01 40
    > bc 11 05 11 fa 46 03 d6 00 33 10 01 40
  `);
  device.send("1/2/3", "write", { data: [1], short: true });
  clock.advance(100);
  expect(heard()).toEqual([`> ${toHex(closed("bc 11 05 0a 03 c1 00 81"))}`]);
});

test("a repetition of the same frame is answered once, two frames of the same words twice", () => {
  const { play } = dialogue();
  play(`
    < bc 11 fa 11 05 65 03 d5 00 39 10 01
    > bc 11 05 11 fa 66 03 d6 00 39 10 01 11
    < 9c 11 fa 11 05 65 03 d5 00 39 10 01
    < bc 11 fa 11 05 65 03 d5 00 39 10 01
    > bc 11 05 11 fa 66 03 d6 00 39 10 01 11
  `);
});

const octet = fc.integer({ min: 0, max: 0xff });
const tpdu = fc.oneof(
  fc.array(octet, { minLength: 1, maxLength: 15 }),
  // Near to what is understood: data with and without a number, a known service, any length.
  fc
    .tuple(
      fc.constantFrom(0x00, 0x40, 0x44),
      fc.constantFrom(
        0x0100,
        0x01fb,
        0x0203,
        0x0283,
        0x02c0,
        0x0381,
        0x03d3,
        0x03d5,
        0x03d7,
        0x03d8,
      ),
      fc.array(octet, { maxLength: 12 }),
    )
    .map(([tpci, apci, data]) => [tpci | (apci >> 8), apci & 0xff, ...data]),
);
const saying = fc.record({ tpdu, from: fc.constantFrom("11 fa", "11 fb"), toAll: fc.boolean() });
prop.prop([fc.array(saying, { maxLength: 12 })])(
  "whatever it is told, it lets go of its partner and answers afterwards",
  (sayings) => {
    const device = dialogue();
    device.say("b0 11 fa 11 05 60 80");
    for (const { tpdu, from, toAll } of sayings) {
      const npci = toHex([(toAll ? 0xe0 : 0x60) | (tpdu.length - 1)]);
      device.say(`bc ${from} ${toAll ? "00 00" : "11 05"} ${npci} ${toHex(tpdu)}`, 60);
    }
    device.clock.advance(20_000);
    expect(device.management.partner).toBeUndefined();
    device.heard();
    const own = parseIndividualAddress(device.management.address) ?? 0;
    const address = toHex([own >> 8, own & 0xff]);
    device.say(`bc 11 fa ${address} 61 03 00`);
    expect(device.heard().at(-1)).toMatch(/03 40 07 b0 ..$/);
  },
);

describe("the house", () => {
  // biome-ignore format: read by column
  const DEVICES = [
    { name: "ceiling light", address: "1.1.10", serial: "00 83 4c 1a 05 0a", order: "SW-1.16",   program: "00 83 01 2b 14" },
    { name: "dining light",  address: "1.1.11", serial: "00 83 4c 1d 11 0b", order: "DIM-1.230", program: "00 83 01 35 21" },
    { name: "blind",         address: "1.1.12", serial: "00 83 51 27 09 0c", order: "JAL-1.24",  program: "00 83 02 17 12" },
    { name: "push button",   address: "1.1.13", serial: "00 fa 07 31 9b 0d", order: "PB-2",      program: "00 fa a0 0d 03" },
    { name: "thermometer",   address: "1.1.14", serial: "00 fa 07 35 c1 0e", order: "RT-1",      program: "00 fa a0 0e 05" },
  ];
  test.each(DEVICES)("$name is $address", ({ name, address, serial, order, program }) => {
    const house = startHouse({ clock: virtualClock() });
    const management = house.management(name);
    const text = String.fromCharCode(...(management.property(0, 15) ?? [])).replaceAll("\0", "");
    expect([management.address, toHex(management.serialNumber), text]).toEqual([
      address,
      serial,
      order,
    ]);
    expect(toHex(management.property(4, 13) ?? [])).toBe(program);
    expect(() => house.management("doorbell")).toThrow("doorbell");
  });

  test("a pressed programming button, and the device moves with its groups", () => {
    const clock = virtualClock();
    const house = startHouse({ clock });
    const lines: string[] = [];
    house.line.onFrame(({ octets, attempt }) => attempt === 0 && lines.push(toHex(octets)));
    house.management("ceiling light").press();
    const visitor = house.line.attach({
      name: "visitor",
      octet: () => {},
      acknowledge: () => undefined,
      frameEnd: () => {},
      power: () => {},
    });
    visitor.send({ octets: closed("b0 11 fa 00 00 e3 00 c0 11 63") });
    visitor.send({ octets: closed("b0 11 fa 00 00 e1 01 00") });
    clock.advance(400);
    expect(lines.at(-1)).toBe(toHex(closed("b0 11 63 00 00 e1 01 40")));
    expect(house.lamp.address).toBe("1.1.99");
    visitor.send({ octets: closed("bc 11 fa 09 0a e1 00 81") });
    clock.advance(400);
    expect([house.lamp.on, lines.at(-1)]).toEqual([true, toHex(closed("bc 11 63 0c 0a e1 00 81"))]);
  });
});
