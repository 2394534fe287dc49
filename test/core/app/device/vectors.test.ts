import { describe, expect, test } from "vitest";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import { decodeValue, encodeValue } from "../../../../src/core/dpt/value.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { answersTo, ask, fromWire, opened } from "./rig.ts";

/*
 * `device-model.md` §11 and §7.2, octets as on the wire from the TPCI octet on, in a connection. The device is the captured
 * one: its serial number, its segments.
 */

const Z = "00 00 00 00 00 00 00 00 00";

/** A request and its answer; no answer is "". */
type Line = readonly [is: string, asks: string, answer: string];

const CAPTURED = { serial: hex("00 07 00 D0 B8 2F"), hardwareType: hex("00 00 A1 B2 13 00") };

/** Plays the lines; each answer has to be exactly this. */
const play = (state: DeviceState, lines: readonly Line[]): DeviceState =>
  lines.reduce((before, [is, asks, answer]) => {
    const [next, answers] = answersTo(before, fromWire(asks));
    expect([is, answers]).toEqual([is, answer === "" ? [] : [fromWire(answer)]]);
    return next;
  }, state);

// biome-ignore format: read by column
const IDENTITY: readonly Line[] = [
  ["1 device descriptor",           "43 00",                         "43 40 07 B0"],
  ["2 no descriptor of type 2",     "43 02",                         "43 7F"],
  ["3 serial number",               "43 D5 00 0B 10 01",             "43 D6 00 0B 10 01 00 07 00 D0 B8 2F"],
  ["4 longest APDU",                "43 D5 00 38 10 01",             "43 D6 00 38 10 01 00 37"],
  ["5 unknown property (89 here)",  "43 D5 00 59 10 01",             "43 D6 00 59 00 01"],
  ["6 elements of PID_IO_LIST",     "43 D5 00 47 10 00",             "43 D6 00 47 10 00 00 06"],
  ["7 more than there are",         "43 D5 00 47 70 01",             "43 D6 00 47 00 01"],
  ["7 behind the last",             "43 D5 00 47 10 07",             "43 D6 00 47 00 07"],
  ["8 association table, its own index 05, as many as 12 bits say", "43 D8 02 17 00", "43 D9 02 17 05 94 0F FF 30"],
  ["9 authorize",                   "43 D1 00 FF FF FF FF",          "43 D2 00"],
  ["21 verify mode",                "43 D5 00 0E 10 01",             "43 D6 00 0E 10 01 00"],
  ["21 … as the capture writes it", "43 D7 00 0E 10 01 07",          "43 D6 00 0E 10 01 07"],
];

/** §7.2, step by step, with the sizes and addresses of the capture. */
// biome-ignore format: read by column
const DOWNLOAD: readonly Line[] = [
  ["6 unload 5",            `43 D7 05 05 10 01 04 ${Z}`,                       "43 D6 05 05 10 01 00"],
  ["6 unload 4",            `43 D7 04 05 10 01 04 ${Z}`,                       "43 D6 04 05 10 01 00"],
  ["6 unload 3",            `43 D7 03 05 10 01 04 ${Z}`,                       "43 D6 03 05 10 01 00"],
  ["6 unload 2",            `43 D7 02 05 10 01 04 ${Z}`,                       "43 D6 02 05 10 01 00"],
  ["6 unload 1",            `43 D7 01 05 10 01 04 ${Z}`,                       "43 D6 01 05 10 01 00"],
  ["7 start 5",             `43 D7 05 05 10 01 01 ${Z}`,                       "43 D6 05 05 10 01 02"],
  ["7 allocate 5",          "43 D7 05 05 10 01 03 0B 00 00 00 22 01 00 00 00", "43 D6 05 05 10 01 02"],
  ["8 start 4",             `43 D7 04 05 10 01 01 ${Z}`,                       "43 D6 04 05 10 01 02"],
  ["8 allocate 4",          "43 D7 04 05 10 01 03 0B 00 00 01 63 01 00 00 00", "43 D6 04 05 10 01 02"],
  ["9 PID 86",              "43 D7 00 56 10 01 00 64",                         "43 D6 00 56 10 01 00 64"],
  ["9 PID 52",              "43 D7 00 34 10 01 33",                            "43 D6 00 34 10 01 33"],
  ["9 PID 51",              "43 D7 00 33 10 01 60",                            "43 D6 00 33 10 01 60"],
  ["9 PID 85",              "43 D7 00 55 10 01 42 68",                         "43 D6 00 55 10 01 42 68"],
  ["9 PEI type",            "43 D7 04 10 10 01 FF",                            "43 D6 04 10 10 01 FF"],
  ["9 program version",     "43 D7 04 0D 10 01 00 07 08 07 70",                "43 D6 04 0D 10 01 00 07 08 07 70"],
  ["10 start 3",            `43 D7 03 05 10 01 01 ${Z}`,                       "43 D6 03 05 10 01 02"],
  ["10 allocate 3",         "43 D7 03 05 10 01 03 0B 00 00 00 46 00 00 00 00", "43 D6 03 05 10 01 02"],
  ["11 start 1",            `43 D7 01 05 10 01 01 ${Z}`,                       "43 D6 01 05 10 01 02"],
  ["11 allocate 1",         "43 D7 01 05 10 01 03 0B 00 00 00 06 00 00 00 00", "43 D6 01 05 10 01 02"],
  ["12 start 2",            `43 D7 02 05 10 01 01 ${Z}`,                       "43 D6 02 05 10 01 02"],
  ["12 allocate 2",         "43 D7 02 05 10 01 03 0B 00 00 00 0A 00 00 00 00", "43 D6 02 05 10 01 02"],
  ["13 where 5 is",         "43 D5 05 07 10 01",                               "43 D6 05 07 10 01 00 00 01 00"],
  ["14 verify mode",        "43 D7 00 0E 10 01 07",                            "43 D6 00 0E 10 01 07"],
  ["15 program 2",          "42 83 01 00 A1 B2 C3",                            "42 43 01 00 A1 B2 C3"],
  ["16 where 4 is",         "43 D5 04 07 10 01",                               "43 D6 04 07 10 01 00 00 02 00"],
  ["16 program",            "42 82 03 61 5A 5B",                               "42 42 03 61 5A 5B"],
  ["17 where 3 is",         "43 D5 03 07 10 01",                               "43 D6 03 07 10 01 00 00 04 00"],
  ["17 objects",            "42 86 04 00 00 22 D7 00 47 03",                   "42 46 04 00 00 22 D7 00 47 03"],
  ["18 where 2 is",         "43 D5 02 07 10 01",                               "43 D6 02 07 10 01 00 00 06 00"],
  ["18 associations",       "42 8A 06 00 00 02 00 01 00 01 00 02 00 02",       "42 4A 06 00 00 02 00 01 00 01 00 02 00 02"],
  ["19, vector 20",         "43 D5 01 07 10 01",                               "43 D6 01 07 10 01 00 00 05 00"],
  ["19, vector 22",         "42 86 05 00 00 02 09 02 0A 03",                   "42 46 05 00 00 02 09 02 0A 03"],
  ["not complete, no stamp", "43 D5 01 1B 10 01",                              "43 D6 01 1B 00 01"],
  ["20 program version",    "43 D7 04 0D 10 01 00 07 08 07 70",                "43 D6 04 0D 10 01 00 07 08 07 70"],
  ["21 5 completed",        `43 D7 05 05 10 01 02 ${Z}`,                       "43 D6 05 05 10 01 01"],
  ["21 4 completed",        `43 D7 04 05 10 01 02 ${Z}`,                       "43 D6 04 05 10 01 01"],
  ["21 3 completed",        `43 D7 03 05 10 01 02 ${Z}`,                       "43 D6 03 05 10 01 01"],
  ["21 2 completed",        `43 D7 02 05 10 01 02 ${Z}`,                       "43 D6 02 05 10 01 01"],
  ["21, vector 26",         `43 D7 01 05 10 01 02 ${Z}`,                       "43 D6 01 05 10 01 01"],
  ["22, vector 26",         "43 D5 01 1B 10 01",                               "43 D6 01 1B 10 01 00 00 00 06 00 00 37 02"],
  ["22, vector 27",         "43 D5 02 1B 10 01",                               "43 D6 02 1B 10 01 00 00 00 0A 00 00 1E 8C"],
  ["the application runs",  "43 D5 04 06 10 01",                               "43 D6 04 06 10 01 01"],
  ["a table never runs",    "43 D5 01 06 10 01",                               "43 D6 01 06 00 01"],
];

const programmed = (): DeviceState => play(opened(CAPTURED), DOWNLOAD);

test("who it is", () => {
  play(opened(CAPTURED), IDENTITY);
});

test("6, 7: arrays of seven and of four elements", () => {
  const none = hex("00 00 00 00 00");
  const tables = opened({
    loaded: [
      {
        index: 1,
        state: "loaded",
        address: 0x0500,
        octets: hex("00 07 09 01 09 02 09 05 0A 03 0A 04 0B 06 0B 07"),
        programVersion: none,
      },
      {
        index: 2,
        state: "loaded",
        address: 0x0600,
        octets: hex("00 04 00 01 00 01 00 03 00 02 00 05 00 03 00 07 00 04"),
        programVersion: none,
      },
    ],
  });
  // biome-ignore format: read by column
  play(tables, [
    ["6 how many",               "43 D5 01 17 10 00",  "43 D6 01 17 10 00 00 07"],
    ["all of them",              "43 D5 01 17 70 01",  "43 D6 01 17 70 01 09 01 09 02 09 05 0A 03 0A 04 0B 06 0B 07"],
    ["the last",                 "43 D5 01 17 10 07",  "43 D6 01 17 10 07 0B 07"],
    ["how many",                 "43 D5 02 17 10 00",  "43 D6 02 17 10 00 00 04"],
    ["7 five of four",           "43 D5 02 17 50 01",  "43 D6 02 17 00 01"],
    ["7 the fifth of four",      "43 D5 02 17 10 05",  "43 D6 02 17 00 05"],
    ["two, of which one is not", "43 D5 02 17 20 04",  "43 D6 02 17 00 04"],
    ["the fourth",               "43 D5 02 17 10 04",  "43 D6 02 17 10 04 00 07 00 04"],
  ]);
});

describe("a whole download", () => {
  test("every answer of §7.2", () => {
    programmed();
  });

  test("10 and 11: a locked device", () => {
    const KEYS = ["0A 1B 2C 3D", "41 52 63 74", "FF FF FF FF"] as const;
    // biome-ignore format: read by column
    play(opened({ keyTexts: KEYS }), [
      ["10 a key that nobody has",  "43 D1 00 87 65 43 21",    "43 D2 03"],
      ["level 1",                   "43 D1 00 41 52 63 74",    "43 D2 01"],
      ["11 no such level",          "43 D3 16 12 34 56 78",    "43 D4 FF"],
    ]);
  });
});

describe("once programmed", () => {
  // biome-ignore format: read by column
  test("16, 17, 18: unload, start, allocate with 00", () => {
    play(programmed(), [
      ["16 unload",          `43 D7 04 05 10 01 04 ${Z}`,                       "43 D6 04 05 10 01 00"],
      ["it does not run",    "43 D5 04 06 10 01",                               "43 D6 04 06 10 01 00"],
      ["nothing is there",   "43 D5 04 07 10 01",                               "43 D6 04 07 10 01 00 00 00 00"],
      ["nor its version",    "43 D5 04 0D 10 01",                               "43 D6 04 0D 10 01 00 00 00 00 00"],
      ["nor its memory",     "42 01 02 00",                                     "42 40 02 00"],
      ["17 start",           `43 D7 04 05 10 01 01 ${Z}`,                       "43 D6 04 05 10 01 02"],
      ["18 allocate",        "43 D7 04 05 10 01 03 0B 00 00 01 63 01 00 00 00", "43 D6 04 05 10 01 02"],
      ["355 octets of 00",   "42 02 03 61",                                     "42 42 03 61 00 00"],
      ["and none behind",    "42 03 03 61",                                     "42 40 03 61"],
    ]);
  });

  // biome-ignore format: read by column
  test("19: allocated while loaded", () => {
    play(programmed(), [
      ["the same allocation",   "43 D7 04 05 10 01 03 0B 00 00 01 63 01 00 00 00", "43 D6 04 05 10 01 03"],
      ["invalid opcode",        "43 D5 04 1C 10 01",                               "43 D6 04 1C 10 01 0B"],
      ["start does not help",   `43 D7 04 05 10 01 01 ${Z}`,                       "43 D6 04 05 10 01 03"],
      ["unload does",           `43 D7 04 05 10 01 04 ${Z}`,                       "43 D6 04 05 10 01 00"],
      ["no error any more",     "43 D5 04 1C 10 01",                               "43 D6 04 1C 10 01 00"],
    ]);
  });

  // biome-ignore format: read by column
  test("23, 24, 25: memory while addresses are loaded again", () => {
    play(programmed(), [
      ["start keeps content",          "43 D7 01 05 10 01 01",            "43 D6 01 05 10 01 02"],
      ["… and address",                "43 D5 01 07 10 01",               "43 D6 01 07 10 01 00 00 05 00"],
      ["24 outside",                   "42 8A 10 00 01 02 03 04 05 06 07 08 09 0A", "42 40 10 00"],
      ["partly outside",               "42 83 05 05 0A 0B 0C",            "42 40 05 05"],
      ["25 a number that lies",        "42 83 05 00 12 34",               "42 40 05 00"],
      ["verify off",                   "43 D7 00 0E 10 01 03",            "43 D6 00 0E 10 01 03"],
      ["22 without an answer",         "42 82 05 04 0B 05",               ""],
      ["23 read",                      "42 06 05 00",                     "42 46 05 00 00 02 09 02 0B 05"],
      ["partial: same size, mode 0",   "43 D7 01 05 10 01 03 0B 00 00 00 06 00 00 00 00", "43 D6 01 05 10 01 02"],
      ["the content is still there",   "42 06 05 00",                     "42 46 05 00 00 02 09 02 0B 05"],
      ["while another is loaded",      "42 01 04 00",                     "42 41 04 00 00"],
      ["… which is not written",       "42 81 04 00 05",                  ""],
      ["it is as it was",              "42 02 04 00",                     "42 42 04 00 00 22"],
      ["completed",                    "43 D7 01 05 10 01 02",            "43 D6 01 05 10 01 01"],
    ]);
  });

  // biome-ignore format: read by column
  test("35: master reset, what is answered", () => {
    play(programmed(), [
      ["35 confirmed restart",     "43 81 01 00",   "43 A1 00 00 00"],
      ["35 no such erase code",    "43 81 22 00",   "43 A1 02 00 00"],
      ["35 no such channel",       "43 81 02 FF",   "43 A1 03 00 00"],
    ]);
  });

  test("36: restart", () => {
    const whole = programmed();
    const [before] = ask(whole, "connectionless", "03 D7 00 36 10 01 01");
    expect(before.programmingMode).toBe(true);
    const [restarted] = ask(before, "connected", "03 80");
    // biome-ignore format: read by column
    play(restarted, [
      ["programming mode",  "43 D5 00 36 10 01", "43 D6 00 36 10 01 00"],
      ["verify mode",       "43 D5 00 0E 10 01", "43 D6 00 0E 10 01 00"],
      ["load states",       "43 D5 01 05 10 01", "43 D6 01 05 10 01 01"],
      ["load states",       "43 D5 04 05 10 01", "43 D6 04 05 10 01 01"],
      ["run state",         "43 D5 04 06 10 01", "43 D6 04 06 10 01 01"],
      ["program version",   "43 D5 04 0D 10 01", "43 D6 04 0D 10 01 00 07 08 07 70"],
      ["PEI type",          "43 D5 04 10 10 01", "43 D6 04 10 10 01 FF"],
      ["downloads",         "43 D5 00 1E 10 01", "43 D6 00 1E 10 01 00 05"],
    ]);
  });
});

describe("without a connection, or to everybody", () => {
  test("1: device descriptor", () => {
    expect(ask(opened(), "connectionless", "03 00")[1]).toEqual([
      "connectionless 11fa normal: 03 40 07 b0",
    ]);
  });

  test("2: no descriptor of type 2", () => {
    expect(ask(opened(), "connectionless", "03 02")[1]).toEqual([
      "connectionless 11fa normal: 03 7f",
    ]);
  });

  test("12, 13: programming mode by property", () => {
    const [, silent] = ask(opened(), "broadcast", "01 00");
    expect(silent).toEqual(["device.not-in-programming-mode"]);
    const [on, out] = ask(opened(), "connectionless", "03 D7 00 36 10 01 01");
    expect(out).toEqual([
      "connectionless 11fa normal: 03 d6 00 36 10 01 01",
      "gpio led",
      'note programming mode {"on":true}',
    ]);
    expect(ask(on, "broadcast", "01 00")[1]).toEqual(["broadcast normal: 01 40"]);
    expect(ask(opened(), "broadcast", "00 C0 12 03")[0].record.address).toBe(0x1105);
  });

  test("14, 15: by serial number", () => {
    const captured = opened(CAPTURED);
    expect(ask(captured, "broadcast", "03 DC 00 07 00 D0 B8 2F")[1]).toEqual([
      "broadcast normal: 03 dd 00 07 00 d0 b8 2f 00 00 00 00",
    ]);
    expect(ask(captured, "broadcast", "03 DC 00 07 00 D0 B8 2E")[1]).toEqual([
      "device.other-serial",
    ]);
    const pressed = opened({ serial: hex("FE ED BA BE CA FE"), programmingMode: true });
    expect(ask(pressed, "broadcast", "01 C8 00 00 00 B0 01")[1]).toEqual([
      `broadcast normal: ${toHex(hex("01 C9 00 00 00 B0 01 FE ED BA BE CA FE"))}`,
    ]);
    expect(ask(pressed, "broadcast", "01 C8 00 00 00 B0 02")[1]).toEqual([
      "device.network-parameter",
    ]);
  });
});

test("37: extended memory, far up", () => {
  const far = opened({
    loaded: [
      {
        index: 4,
        state: "loaded",
        address: 0x123456,
        octets: hex("01 02 03 04"),
        programVersion: hex("00 FA 12 34 05"),
      },
    ],
  });
  // biome-ignore format: read by column
  play(far, [
    ["loaded: read only",      "41 FB 03 12 34 56 AA BB CC",     "41 FC FB 12 34 56"],
    ["loaded: read",           "41 FD 03 12 34 56",              "41 FE 00 12 34 56 01 02 03"],
    ["start",                  "43 D7 04 05 10 01 01",           "43 D6 04 05 10 01 02"],
    ["37 write",               "41 FB 03 12 34 56 AA BB CC",     "41 FC 00 12 34 56"],
    ["37 read",                "41 FD 03 12 34 56",              "41 FE 00 12 34 56 AA BB CC"],
    ["what was there",         "41 FD 04 12 34 56",              "41 FE 00 12 34 56 AA BB CC 04"],
    ["beyond",                 "41 FB 05 12 34 56 0A 0B 0C 0D 0E", "41 FC FD 12 34 56"],
    ["none of it was written", "41 FD 04 12 34 56",              "41 FE 00 12 34 56 AA BB CC 04"],
    ["longer than an answer",  "41 FD 33 12 34 56",              "41 FE F4 12 34 56"],
    ["far memory in 16 bits",  "42 01 34 56",                    "42 40 34 56"],
  ]);
});

// biome-ignore format: read by column
test.each([
  ["5.001",  50,           "80"],
  ["9.001",  -30,          "8a 24"],
  ["14.056", 1234.5,       "44 9a 50 00"],
  ["11.001", "2025-12-24", "18 0c 19"],
])("38: %s %s is %s", (dpt, value, octets) => {
  expect(toHex(encodeValue(dpt, value))).toBe(octets);
});

// biome-ignore format: read by column
test.each([
  ["9.001",  "7f ff",                   null],
  ["11.001", "18 0c 19",                "2025-12-24"],
  ["19.001", "75 0b 1c 17 07 18 24 00", "2017-11-28T23:07:24"],
])("38: %s %s says %s", (dpt, octets, value) => {
  expect(decodeValue(dpt, hex(octets))).toEqual(value);
});
