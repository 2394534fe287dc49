import { describe, expect, test } from "vitest";
import { dataLink } from "./data-link.ts";

/** The frames of `tp-uart.md` §8; own address 1.1.5, member of 1/2/3, 1/2/5, 1/2/6, 1/2/7. */
const WRITE_0 = "BC 11 14 0A 03 E1 00 80 2E";
const WRITE_0_AGAIN = "9C 11 14 0A 03 E1 00 80 0E";
const READ = "BC 11 14 0A 03 E1 00 00 AE";

// biome-ignore format: read by column
const FRAMES = [
  { is: "vector 4: group frame for us",                   octets: WRITE_0,                             ack: ["11"], up: "ind low 1114 > group 0a03, hops 6: 00 80" },
  { is: "vector 5: T_Connect to our individual address",  octets: "B0 11 01 11 05 60 80 AB",           ack: ["11"], up: "ind system 1101 > individual 1105, hops 6: 80" },
  { is: "vector 6: group address of others",              octets: "BC 11 14 0A 04 E1 00 81 28",        ack: [],     up: "ind low 1114 > group 0a04, hops 6: 00 81" },
  { is: "vector 6: individual address of another device", octets: "B0 11 01 11 06 60 80 A8",           ack: [],     up: "ind system 1101 > individual 1106, hops 6: 80" },
  { is: "vector 9: data that looks like services",        octets: "BC 11 14 0A 05 E5 00 80 03 07 8B CC 6F", ack: ["11"], up: "ind low 1114 > group 0a05, hops 6: 00 80 03 07 8b cc" },
  { is: "vector 11: extended frame",                      octets: "3C E0 11 14 0A 06 10 00 80 30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 85", ack: ["11"], up: "ind low 1114 > group 0a06, hops 6: 00 80 30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e" },
  { is: "broadcast",                                      octets: "B0 11 01 00 00 E1 01 00 BF",        ack: ["11"], up: "ind system 1101 > group 0000, hops 6: 01 00" },
  { is: "first transmission lost, repetition is news",    octets: WRITE_0_AGAIN,                       ack: ["11"], up: "ind repeated low 1114 > group 0a03, hops 6: 00 80" },
  { is: "capture knxd#300",                               octets: "BC 11 6E 28 6E E3 00 80 0C 1C 09",  ack: [],     up: "ind low 116e > group 286e, hops 6: 00 80 0c 1c" },
  { is: "capture knxd#383",                               octets: "9C FF FF 50 02 E1 00 80 50",        ack: [],     up: "ind repeated low ffff > group 5002, hops 6: 00 80" },
  { is: "capture knxd#275",                               octets: "B0 11 FF 00 00 E1 01 00 41",        ack: ["11"], up: "ind system 11ff > group 0000, hops 6: 01 00" },
  { is: "capture thelsing#83",                            octets: "B0 11 0C 00 00 E1 01 40 F2",        ack: ["11"], up: "ind system 110c > group 0000, hops 6: 01 40" },
];

describe("frames, octet by octet", () => {
  test.each(FRAMES)("$is", ({ octets, ack, up }) => {
    const link = dataLink();
    link.receive(octets);
    expect(link.written()).toEqual(ack);
    expect(link.up()).toEqual([up]);
    expect(link.state().rx.mode).toBe("boundary");
  });

  test.each([
    { is: "standard", before: "BC 11 14 0A 03", octet: "E1" },
    { is: "extended", before: "3C E0 11 14 0A 06", octet: "10" },
  ])(
    "the acknowledge is the only effect of the octet that settles it: $is",
    ({ before, octet }) => {
      const link = dataLink();
      link.receive(before);
      link.forget();
      link.receive(octet);
      expect(link.effects()).toEqual([
        { for: "serial", type: "write", octets: [0x11] },
        { for: "counters", type: "count", counter: "ack.sent", by: 1 },
      ]);
    },
  );
});

describe("frames that go no further", () => {
  test("vector 8: bad check octet", () => {
    const link = dataLink();
    link.receive("BC 11 14 0A 03 E1 00 80 2F");
    expect(link.up()).toEqual([]);
    expect(link.drops()).toEqual(["dl.check-octet"]);
    link.clock.advance(2.6);
    link.receive("0F");
    expect(link.drops()).toEqual([]);
    link.clock.advance(60);
    expect(link.state().tx.restUntil).toBeGreaterThan(0);
    expect(link.state().rx.mode).toBe("boundary");
  });

  test("vector 11: extended format other than the standard one is neither acknowledged nor delivered", () => {
    const link = dataLink();
    link.receive("3C E1 11 14 0A 06 10 00 80 30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 84");
    expect(link.written()).toEqual([]);
    expect(link.up()).toEqual([]);
    expect(link.drops()).toEqual(["dl.frame-format"]);
  });

  test("the escape code FF as length is refused at once", () => {
    const link = dataLink();
    link.receive("3C E0 11 14 0A 06 FF");
    expect(link.written()).toEqual([]);
    expect(link.drops()).toEqual(["dl.length"]);
  });

  test("vector 7: a repetition is acknowledged and not delivered again", () => {
    const link = dataLink();
    link.receive(WRITE_0);
    link.clock.advance(8);
    link.receive(WRITE_0_AGAIN);
    expect(link.written()).toEqual(["11", "11"]);
    expect(link.up()).toHaveLength(1);
    expect(link.drops()).toEqual(["dl.repeated"]);
  });

  test("a repetition of a long frame is one too, though it takes its time", () => {
    const link = dataLink({ chip: "ncn5120" });
    const frame = (control: number): string => {
      const body = [
        control,
        0xe0,
        0x11,
        0x14,
        0x0a,
        0x06,
        0xf0,
        0x00,
        0x80,
        ...Array(239).fill(0x55),
      ];
      const check = body.reduce((sum, octet) => sum ^ octet, 0xff);
      return [...body, check].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
    };
    link.receive(frame(0x3c));
    link.clock.advance(8);
    link.receive(frame(0x1c));
    expect(link.up()).toHaveLength(1);
    expect(link.drops()).toEqual(["dl.repeated"]);
  });

  test("the same octets a second later are news, repeat flag or not", () => {
    const link = dataLink();
    link.receive(WRITE_0);
    link.clock.advance(1_000);
    link.receive(WRITE_0_AGAIN);
    expect(link.up()).toHaveLength(2);
  });

  test("somebody else with our address is dropped and not acknowledged", () => {
    const link = dataLink();
    link.receive("BC 11 05 0A 03 E1 00 81 3E");
    expect(link.written()).toEqual([]);
    expect(link.up()).toEqual([]);
    expect(link.drops()).toEqual(["dl.own-address"]);
  });
});

describe("acknowledges that would come too late", () => {
  test("a whole frame in one read", () => {
    const link = dataLink();
    link.receive(WRITE_0, "together");
    expect(link.written()).toEqual([]);
    expect(link.up()).toHaveLength(1);
  });

  test("the rest of the frame in one read with the octet that settles it", () => {
    const link = dataLink();
    link.receive("BC 11 14 0A 03");
    link.receive("E1 00 80 2E", "together");
    expect(link.written()).toEqual([]);
  });

  test("the last octet still to come", () => {
    const link = dataLink();
    link.receive("BC 11 14 0A 03");
    link.receive("E1 00 80", "together");
    expect(link.written()).toEqual(["11"]);
  });
});

describe("SetAddress is on (knx.acknowledge: chip)", () => {
  // biome-ignore format: read by column
  test.each([
    { chip: "tpuart2", octets: WRITE_0,                   ack: [] },
    { chip: "tpuart2", octets: "B0 11 01 11 05 60 80 AB", ack: [] },
    { chip: "ncn5120", octets: WRITE_0,                   ack: ["11"] },
    { chip: "ncn5120", octets: "B0 11 01 11 05 60 80 AB", ack: [] },
  ] as const)("$chip: $octets", ({ chip, octets, ack }) => {
    const link = dataLink({ chip, acknowledge: "chip" });
    link.receive(octets);
    expect(link.written()).toEqual(ack);
  });
});

describe("services between frames", () => {
  test("vector 10: state indications without any gap", () => {
    const link = dataLink();
    link.receive(`07 ${WRITE_0} 0F ${READ}`);
    expect(link.up()).toEqual([
      "ind low 1114 > group 0a03, hops 6: 00 80",
      "ind low 1114 > group 0a03, hops 6: 00 00",
    ]);
    expect(link.state().tx.restUntil).toBeGreaterThan(0);
  });

  test("vector 20: a polling slave's F0 alone, then silence", () => {
    const link = dataLink();
    link.receive("F0");
    link.clock.advance(10);
    link.receive(WRITE_0);
    expect(link.drops()).toEqual(["dl.poll"]);
    expect(link.up()).toHaveLength(1);
    expect(link.written()).toEqual(["11"]);
  });

  test("vector 20: a whole poll frame with five slots", () => {
    const link = dataLink();
    link.receive("F0 11 01 10 01 05 0B FE FE 10 14 BC");
    link.receive(WRITE_0);
    expect(link.drops()).toEqual(["dl.poll"]);
    expect(link.up()).toHaveLength(1);
    expect(link.written()).toEqual(["11"]);
  });

  test("NCN in 8-bit mode: FrameState.ind after each frame", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.receive(`${WRITE_0} 13 ${READ} 13`);
    expect(link.up()).toHaveLength(2);
    expect(link.drops()).toEqual([]);
  });

  test("a confirmation without a frame outstanding", () => {
    const link = dataLink();
    link.receive("8B");
    expect(link.drops()).toEqual(["dl.unexpected-confirmation"]);
  });
});
