import { expect, test } from "vitest";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, type Row, talk } from "./rig.ts";

const info = { name: "device.info", peer: ia("1.1.5") } as const;
const ADC: readonly Row[] = [
  ["connect 1.1.5"],
  ["1.1.5 co 01 81 08", "1.1.5 co 01 c1 08 06 4a"],
  ["disconnect 1.1.5"],
];

test("a device of System B: device-model.md 2.2, 2.4, 2.5, 7.2", () => {
  // biome-ignore format: read by column
  const { result, progress } = talk(info, [
    ["1.1.5 cl 03 00",             "1.1.5 cl 03 40 07 b0"],
    ["1.1.5 cl 03 d5 00 0c 10 01", "1.1.5 cl 03 d6 00 0c 10 01 00 83"],
    ["1.1.5 cl 03 d5 00 0b 10 01", "1.1.5 cl 03 d6 00 0b 10 01 00 83 12 34 56 78"],
    ["1.1.5 cl 03 d5 00 0f 10 01", "1.1.5 cl 03 d6 00 0f 10 01 41 4b 4b 2d 30 38 31 36 00 00"],
    ["1.1.5 cl 03 d5 00 4e 10 01", "1.1.5 cl 03 d6 00 4e 00 01"],
    ["1.1.5 cl 03 d5 00 09 10 01", "1.1.5 cl 03 d6 00 09 10 01 15"],
    ["1.1.5 cl 03 d5 00 19 10 01", "1.1.5 cl 03 d6 00 19 10 01 08 43"],
    ["1.1.5 cl 03 d5 00 38 10 01", "1.1.5 cl 03 d6 00 38 10 01 00 37"],
    ["1.1.5 cl 03 d5 00 10 10 01", "1.1.5 cl 03 d6 00 10 00 01"],
    ["1.1.5 cl 03 d5 01 01 10 01", "1.1.5 cl 03 d6 01 01 10 01 00 01"],
    ["1.1.5 cl 03 d5 01 05 10 01", "1.1.5 cl 03 d6 01 05 10 01 01"],
    ["1.1.5 cl 03 d5 02 01 10 01", "1.1.5 cl 03 d6 02 01 10 01 00 02"],
    ["1.1.5 cl 03 d5 02 05 10 01", "1.1.5 cl 03 d6 02 05 10 01 02"],
    ["1.1.5 cl 03 d5 03 01 10 01", "1.1.5 cl 03 d6 03 01 10 01 00 09"],
    ["1.1.5 cl 03 d5 03 05 10 01", "1.1.5 cl 03 d6 03 05 10 01 03"],
    ["1.1.5 cl 03 d5 04 01 10 01", "1.1.5 cl 03 d6 04 01 10 01 00 03"],
    ["1.1.5 cl 03 d5 04 05 10 01", "1.1.5 cl 03 d6 04 05 10 01 00"],
    ["1.1.5 cl 03 d5 04 0d 10 01", "1.1.5 cl 03 d6 04 0d 10 01 00 07 08 07 73"],
    ["1.1.5 cl 03 d5 05 01 10 01", "1.1.5 cl 03 d6 05 01 00 01"],
    ["1.1.5 cl 03 d5 00 36 10 01", "1.1.5 cl 03 d6 00 36 10 01 01"],
    ...ADC,
  ]);
  expect(result).toEqual({
    address: "1.1.5",
    mask: "07B0",
    system: "System B",
    medium: "TP1",
    manufacturer: 0x83,
    serial: "0083:12345678",
    orderInfo: { hex: "414b4b2d303831360000", text: "AKK-0816" },
    firmwareRevision: 0x15,
    version: "0843",
    maxApduLength: 55,
    program: { hex: "0007080773", manufacturer: 7, application: "0807", version: "7.3" },
    objects: [
      { index: 1, type: 1, loadState: "loaded" },
      { index: 2, type: 2, loadState: "loading" },
      { index: 3, type: 9, loadState: "error" },
      { index: 4, type: 3, loadState: "unloaded" },
    ],
    programmingMode: true,
    busVoltage: { samples: 8, sum: 0x064a },
  });
  expect(progress).toEqual(["1/4", "2/4", "3/4", "4/4"]);
});

test("a bus coupling unit of System 1: no properties, fixed places in its memory", () => {
  const { result } = talk(info, [
    ["1.1.5 cl 03 00", "3000 ms"],
    ["connect 1.1.5"],
    ["1.1.5 co 03 00", "1.1.5 co 03 40 00 12"],
    ["1.1.5 co 02 06 01 04", "1.1.5 co 02 46 01 04 07 13 24 35 46 01"],
    ["1.1.5 co 02 01 00 60", "1.1.5 co 02 41 00 60 2e"],
    ["1.1.5 co 01 81 08", "1.1.5 co 01 c1 00 00 00"],
    ["disconnect 1.1.5"],
  ]);
  expect(result).toEqual({
    address: "1.1.5",
    mask: "0012",
    system: "System 1",
    medium: "TP1",
    manufacturer: 7,
    program: { hex: "132435", application: "1324", version: "3.5" },
    peiType: 1,
    programmingMode: false,
  });
});

test("with a key, and a device that is silent where it has nothing to say: each time a new connection", () => {
  const authorized: readonly Row[] = [
    ["connect 1.1.5"],
    ["1.1.5 co 03 d1 00 11 22 33 44", "1.1.5 co 03 d2 02"],
  ];
  const silent = (octets: string): readonly Row[] => [
    [`1.1.5 co 03 d5 ${octets}`, "5900 ms"],
    ["disconnect 1.1.5"],
    ...authorized,
  ];
  const { result } = talk({ ...info, key: hex("11 22 33 44") }, [
    ...authorized,
    ["1.1.5 co 03 00", "1.1.5 co 03 40 07 b0"],
    ["1.1.5 co 03 d5 00 0c 10 01", "1.1.5 co 03 d6 00 0c 10 01 00 c5"],
    ...silent("00 0b 10 01"),
    // this one hangs up
    ["1.1.5 co 03 d5 00 0f 10 01", "hang up"],
    ...authorized,
    ...silent("00 4e 10 01"),
    ...silent("00 09 10 01"),
    ...silent("00 19 10 01"),
    ...silent("00 38 10 01"),
    ...silent("00 10 10 01"),
    ...silent("01 01 10 01"),
    ["1.1.5 co 03 d5 00 36 10 01", "5900 ms"],
    ["disconnect 1.1.5"],
    ["connect 1.1.5"],
    ["1.1.5 co 01 81 08", "hang up"],
  ]);
  expect(result).toEqual({
    address: "1.1.5",
    mask: "07B0",
    system: "System B",
    medium: "TP1",
    level: 2,
    manufacturer: 0xc5,
  });
});

test("a bus that goes away in the middle is a failure, not a device that tells little", () => {
  const { failure } = talk(info, [
    ["1.1.5 cl 03 00", "1.1.5 cl 03 40 17 b0"],
    ["1.1.5 cl 03 d5 00 0c 10 01", "offline"],
  ]);
  expect(failure).toMatchObject({ code: "offline" });
});

test("A38: a device that tells no mask", () => {
  const { failure } = talk(info, [["1.1.5 cl 03 00", "1.1.5 cl 03 7f"]]);
  expect(failure).toMatchObject({ code: "refused" });
});
