import { describe, expect, test } from "vitest";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { allocate, answersTo, ask, asked, completed, opened, start } from "./rig.ts";

const KEYS = ["0A 1B 2C 3D", "41 52 63 74", "85 96 A7 B8"] as const;

const answered = (state: DeviceState, asks: string): string => answersTo(state, asks)[1].join();
const octets = (text: string): string => toHex(hex(text));

/** One octet each: object, PID, PDT with the bit for writable, levels. `device-model.md` §2.1, §2.4…§2.6 */
// biome-ignore format: read by column
const DESCRIBED = [
  // object PID   index  w+PDT   max      levels
  ["00", "01", "00",  "04", "00 01", "30"],
  ["00", "09", "01",  "02", "00 01", "30"],
  ["00", "0B", "02",  "16", "00 01", "30"],
  ["00", "0C", "03",  "04", "00 01", "30"],
  ["00", "0E", "04",  "B3", "00 01", "33"],
  ["00", "0F", "05",  "1A", "00 01", "30"],
  ["00", "19", "06",  "30", "00 01", "30"],
  ["00", "1E", "07",  "04", "00 01", "30"],
  ["00", "33", "08",  "82", "00 01", "33"],
  ["00", "34", "09",  "91", "00 01", "33"],
  ["00", "36", "0A",  "B3", "00 01", "33"],
  ["00", "38", "0B",  "04", "00 01", "30"],
  ["00", "39", "0C",  "02", "00 01", "30"],
  ["00", "3A", "0D",  "02", "00 01", "30"],
  ["00", "47", "0E",  "04", "00 06", "30"],
  ["00", "4E", "0F",  "16", "00 01", "30"],
  ["00", "53", "10",  "12", "00 01", "30"],
  ["00", "55", "11",  "84", "00 01", "33"],
  ["00", "56", "12",  "84", "00 01", "33"],
  ["00", "1D", "13",  "02", "00 01", "30"],
  ["01", "01", "00",  "04", "00 01", "30"],
  ["01", "05", "01",  "80", "00 01", "32"],
  ["01", "07", "02",  "09", "00 01", "30"],
  ["01", "1B", "03",  "18", "00 01", "30"],
  ["01", "1C", "04",  "11", "00 01", "30"],
  ["01", "17", "05",  "84", "0F FF", "30"],
  ["01", "1D", "06",  "02", "00 01", "30"],
  ["02", "17", "05",  "94", "0F FF", "30"],
  ["03", "17", "05",  "84", "0F FF", "30"],
  ["04", "06", "05",  "80", "00 01", "33"],
  ["04", "0D", "06",  "95", "00 01", "33"],
  ["04", "10", "07",  "82", "00 01", "33"],
  ["05", "1D", "08",  "02", "00 01", "30"],
] as const;

describe("descriptions", () => {
  test.each(DESCRIBED)("object %s PID %s", (object, pid, index, pdt, max, levels) => {
    const description = octets(`03 D9 ${object} ${pid} ${index} ${pdt} ${max} ${levels}`);
    expect(answered(opened(), `03 D8 ${object} ${pid} 37`)).toBe(description);
    expect(answered(opened(), `03 D8 ${object} 00 ${index}`)).toBe(description);
  });

  test("the first thing behind the last", () => {
    for (const [object, end] of [
      ["00", "14"],
      ["01", "07"],
      ["04", "09"],
      ["06", "00"],
    ])
      expect(answered(opened(), `03 D8 ${object} 00 ${end}`)).toBe(
        octets(`03 D9 ${object} 00 ${end} 00 00 00 00`),
      );
  });

  // biome-ignore format: read by column
  test.each([
    { is: "object type 9, table: all 16 bits",  asks: "01 D2 00 09 00 10 17 00 00", answer: "01 D3 00 09 00 10 17 00 05 00 00 00 00 84 FF FF 30" },
    { is: "by index",                           asks: "01 D2 00 03 00 10 00 00 05", answer: "01 D3 00 03 00 10 06 00 05 00 00 00 00 80 00 01 33" },
    { is: "of another type: answered as 0",     asks: "01 D2 00 00 00 10 0B 30 07", answer: "01 D3 00 00 00 10 0B 00 02 00 00 00 00 16 00 01 30" },
    { is: "no second instance",                 asks: "01 D2 00 00 00 20 0B 00 07", answer: "01 D3 00 00 00 20 0B 00 07 00 00 00 00 00 00 00 00" },
    { is: "no instance 0",                      asks: "01 D2 00 00 00 00 0B 00 07", answer: "01 D3 00 00 00 00 0B 00 07 00 00 00 00 00 00 00 00" },
  ])("extended: $is", ({ asks, answer }) => {
    expect(answered(opened(), asks)).toBe(octets(answer));
  });
});

describe("values of a device nobody programmed", () => {
  // biome-ignore format: read by column
  test.each([
    { pid: "01", value: "00 00" },
    { pid: "09", value: "15" },
    { pid: "0B", value: "00 FA 12 34 BE EF" },
    { pid: "0C", value: "00 FA" },
    { pid: "0E", value: "00" },
    { pid: "0F", value: "4F 52 44 45 52 20 31 32 33 34" },
    { pid: "19", value: "05 40" },
    { pid: "1D", value: "00" },
    { pid: "1E", value: "00 00" },
    { pid: "33", value: "60" },
    { pid: "34", value: "33" },
    { pid: "36", value: "00" },
    { pid: "38", value: "00 37" },
    { pid: "39", value: "11" },
    { pid: "3A", value: "05" },
    { pid: "4E", value: "00 00 A1 B2 13 05" },
    { pid: "53", value: "07 B0" },
    { pid: "55", value: "00 00" },
    { pid: "56", value: "00 00" },
  ])("PID $pid", ({ pid, value }) => {
    expect(answered(opened(), `03 D5 00 ${pid} 10 01`)).toBe(octets(`03 D6 00 ${pid} 10 01 ${value}`));
  });

  // biome-ignore format: read by column
  test.each([
    { object: "01", type: "00 01" },
    { object: "02", type: "00 02" },
    { object: "03", type: "00 09" },
    { object: "04", type: "00 03" },
    { object: "05", type: "00 04" },
  ])("object $object is of type $type, unloaded, and has nothing", ({ object, type }) => {
    const read = (pid: string) => answered(opened(), `03 D5 ${object} ${pid} 10 01`);
    expect(read("01")).toBe(octets(`03 D6 ${object} 01 10 01 ${type}`));
    expect(read("05")).toBe(octets(`03 D6 ${object} 05 10 01 00`));
    expect(read("07")).toBe(octets(`03 D6 ${object} 07 10 01 00 00 00 00`));
    expect(read("1B")).toBe(octets(`03 D6 ${object} 1B 00 01`));
    expect(read("1C")).toBe(octets(`03 D6 ${object} 1C 10 01 00`));
    expect(read("1D")).toBe(octets(`03 D6 ${object} 1D 10 01 ${object}`));
  });

  test("object 6 is none", () => {
    expect(answered(opened(), "03 D5 06 01 10 01")).toBe("03 d6 06 01 00 01");
  });
});

/** `device-model.md` §2.2; `layers.md` D.4. */
describe("elements", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "all",                         asks: "03 D5 00 47 60 01",                      answer: "03 D6 00 47 60 01 00 00 00 01 00 02 00 09 00 03 00 04" },
    { is: "some",                        asks: "03 D5 00 47 20 04",                      answer: "03 D6 00 47 20 04 00 09 00 03" },
    { is: "their number",                asks: "03 D5 00 47 10 00",                      answer: "03 D6 00 47 10 00 00 06" },
    { is: "their number, five times",    asks: "03 D5 00 47 50 00",                      answer: "03 D6 00 47 10 00 00 06" },
    { is: "none",                        asks: "03 D5 00 47 00 01",                      answer: "03 D6 00 47 00 01" },
    { is: "too many",                    asks: "03 D5 00 47 30 05",                      answer: "03 D6 00 47 00 05" },
    { is: "written, not writable",       asks: "03 D7 00 47 10 01 00 05",                answer: "03 D6 00 47 00 01" },
    { is: "written, too short",          asks: "03 D7 00 55 10 01 05",                   answer: "03 D6 00 55 00 01" },
    { is: "written, too long",           asks: "03 D7 00 33 10 01 50 07",                answer: "03 D6 00 33 00 01" },
    { is: "written, second of one",      asks: "03 D7 00 33 10 02 50",                   answer: "03 D6 00 33 00 02" },
    { is: "number of one written",       asks: "03 D7 00 33 10 00 00 01",                answer: "03 D6 00 33 00 00" },
    { is: "hop count with bit 7",        asks: "03 D7 00 33 10 01 E0",                   answer: "03 D6 00 33 00 01" },
    { is: "a load event of 9 octets",    asks: "03 D7 01 05 10 01 01 00 00 00 00 00 00 00 00", answer: "03 D6 01 05 00 01" },
    { is: "extended, some",              asks: "01 CC 00 00 00 10 47 02 00 04",          answer: "01 CD 00 00 00 10 47 02 00 04 00 09 00 03" },
    { is: "extended, their number",      asks: "01 CC 00 00 00 10 47 07 00 00",          answer: "01 CD 00 00 00 10 47 01 00 00 00 06" },
    { is: "extended, behind the last",   asks: "01 CC 00 00 00 10 47 01 00 07",          answer: "01 CD 00 00 00 10 47 00 00 07 FD" },
    { is: "extended, no such object",    asks: "01 CC 00 06 00 10 01 01 00 01",          answer: "01 CD 00 06 00 10 01 00 00 01 FD" },
    { is: "extended, written",           asks: "01 CE 00 00 00 10 56 01 00 01 00 64",    answer: "01 CF 00 00 00 10 56 01 00 01 00" },
    { is: "extended, read only",         asks: "01 CE 00 00 00 10 0B 01 00 01 01 02 03 04 05 06", answer: "01 CF 00 00 00 10 0B 00 00 01 FB" },
    { is: "extended, too short",         asks: "01 CE 00 00 00 10 56 01 00 01 64",       answer: "01 CF 00 00 00 10 56 00 00 01 FE" },
    { is: "extended, not now",           asks: "01 CE 00 01 00 10 17 01 00 01 09 01",    answer: "01 CF 00 01 00 10 17 00 00 01 F9" },
    { is: "a function that is none",     asks: "01 D4 00 00 00 10 33 00",                answer: "01 D6 00 00 00 10 33 FE" },
    { is: "a load event as a function",  asks: "01 D4 00 03 00 10 05 01 00 00 00 00 00 00 00 00 00", answer: "01 D6 00 03 00 10 05 00 02" },
    { is: "… of 3 octets",               asks: "01 D4 00 03 00 10 05 01 00 00",          answer: "01 D6 00 03 00 10 05 F2" },
    { is: "a state as a function",       asks: "01 D5 00 03 00 10 05",                   answer: "01 D6 00 03 00 10 05 00 00" },
  ])("$is", ({ asks, answer }) => {
    expect(answered(opened(), asks)).toBe(octets(answer));
  });

  test("what an answer cannot hold, PID_MAX_APDULENGTH 15", () => {
    const short = opened({ maxApduLength: 15 });
    expect(answered(short, "03 D5 00 47 50 01")).toBe(
      octets("03 D6 00 47 50 01 00 00 00 01 00 02 00 09 00 03"),
    );
    expect(answered(short, "03 D5 00 47 60 01")).toBe(octets("03 D6 00 47 00 01"));
    expect(answered(short, "01 CC 00 00 00 10 47 03 00 01")).toBe(
      octets("01 CD 00 00 00 10 47 03 00 01 00 00 00 01 00 02"),
    );
    expect(answered(short, "01 CC 00 00 00 10 47 04 00 01")).toBe(
      octets("01 CD 00 00 00 10 47 00 00 01 F4"),
    );
  });

  test("written without an answer", () => {
    const [written, out] = ask(opened(), "connected", "01 D0 00 00 00 10 56 01 00 01 00 64");
    expect(out).toEqual([
      "save 1105 ff ff ff ff, ff ff ff ff, ff ff ff ff",
      "objects configure.req 100 in 0 ms",
    ]);
    expect(answered(written, "03 D5 00 56 10 01")).toBe("03 d6 00 56 10 01 00 64");
  });
});

describe("PID_TABLE, while associations are loaded", () => {
  const loading = asked(opened(), start(2), allocate(2, "00 00 00 0E"));

  // biome-ignore format: read by column
  test.each([
    { is: "the first",                  asks: "03 D7 02 17 10 01 00 02 00 01",             answer: "03 D6 02 17 10 01 00 02 00 01", number: "00 01" },
    { is: "three, as many as there is room for", asks: "03 D7 02 17 30 01 00 01 00 01 00 02 00 02 00 03 00 05", answer: "03 D6 02 17 30 01 00 01 00 01 00 02 00 02 00 03 00 05", number: "00 03" },
    { is: "four",                       asks: "03 D7 02 17 40 01 00 01 00 01 00 02 00 02 00 03 00 05 00 04 00 07", answer: "03 D6 02 17 00 01", number: "00 00" },
    { is: "a gap",                      asks: "03 D7 02 17 10 02 00 02 00 01",             answer: "03 D6 02 17 00 02", number: "00 00" },
    { is: "their number",               asks: "03 D7 02 17 10 00 00 02",                   answer: "03 D6 02 17 10 00 00 02", number: "00 02" },
    { is: "a number without room",      asks: "03 D7 02 17 10 00 00 04",                   answer: "03 D6 02 17 00 00", number: "00 00" },
  ])("$is", ({ asks, answer, number }) => {
    const [next, answers] = answersTo(loading, asks);
    expect(answers).toEqual([octets(answer)]);
    expect(answered(next, "03 D5 02 17 10 00")).toBe(octets(`03 D6 02 17 10 00 ${number}`));
  });

  test("is the memory behind the count", () => {
    const written = asked(loading, "03 D7 02 17 20 01 00 02 00 01 00 01 00 03");
    expect(answered(written, "02 0A 01 00")).toBe(
      octets("02 4A 01 00 00 02 00 02 00 01 00 01 00 03"),
    );
    const loaded = asked(written, completed(2));
    expect(answered(loaded, "03 D7 02 17 10 01 00 05 00 05")).toBe("03 d6 02 17 00 01");
    expect(answered(loaded, "03 D5 02 17 20 01")).toBe(
      octets("03 D6 02 17 20 01 00 02 00 01 00 01 00 03"),
    );
  });
});

describe("a locked device", () => {
  const locked = opened({ keyTexts: KEYS });

  // biome-ignore format: read by column
  test.each([
    { is: "shows itself",                  asks: "03 D5 00 0B 10 01",                       answer: "03 D6 00 0B 10 01 00 FA 12 34 BE EF" },
    { is: "describes everything",          asks: "03 D8 01 05 00",                          answer: "03 D9 01 05 01 80 00 01 32" },
    { is: "shows its load states",         asks: "03 D5 01 05 10 01",                       answer: "03 D6 01 05 10 01 00" },
    { is: "is not loaded",                 asks: start(1),                                  answer: "03 D6 01 05 00 01" },
    { is: "… with a return code",          asks: "01 CE 00 01 00 10 05 01 00 01 01",        answer: "01 CF 00 01 00 10 05 00 00 01 FC" },
    { is: "… nor as a function",           asks: "01 D4 00 01 00 10 05 01 00 00 00 00 00 00 00 00 00", answer: "01 D6 00 01 00 10 05 FC" },
    { is: "lets its tables be",            asks: "01 CE 00 01 00 10 17 01 00 01 09 01",     answer: "01 CF 00 01 00 10 17 00 00 01 FC" },
    { is: "goes into programming mode",    asks: "03 D7 00 36 10 01 01",                    answer: "03 D6 00 36 10 01 01" },
  ])("$is", ({ asks, answer }) => {
    expect(answered(locked, asks)).toBe(octets(answer));
  });

  test("is loaded by who has the key of level 2, whose tables need level 0", () => {
    const authorized = asked(locked, `03 D1 00 ${KEYS[2]}`, start(1), allocate(1, "00 00 00 06"));
    expect(answered(authorized, "03 D5 01 05 10 01")).toBe("03 d6 01 05 10 01 02");
    expect(answered(authorized, "03 D7 01 17 10 01 09 01")).toBe("03 d6 01 17 00 01");
    const highest = asked(authorized, `03 D1 00 ${KEYS[0]}`);
    expect(answered(highest, "03 D7 01 17 10 01 09 01")).toBe("03 d6 01 17 10 01 09 01");
  });

  test("a key counts in its connection only", () => {
    const authorized = asked(locked, `03 D1 00 ${KEYS[0]}`);
    expect(ask(authorized, "connectionless", start(1))[1]).toEqual([
      "connectionless 11fa normal: 03 d6 01 05 00 01",
    ]);
  });
});

describe("run control", () => {
  const programmed = asked(opened(), start(4), allocate(4, "00 00 00 05"), completed(4));
  const run = (event: string) => `03 D7 04 06 10 01 ${event}${" 00".repeat(9)}`;

  // biome-ignore format: read by column
  test.each([
    { is: "stopped",              events: ["02"],             state: "03" },
    { is: "stopped, restarted",   events: ["02", "01"],       state: "01" },
    { is: "restarted",            events: ["01"],             state: "01" },
    { is: "nothing",              events: ["00"],             state: "01" },
    { is: "unknown",              events: ["07"],             state: "01" },
  ])("$is", ({ events, state }) => {
    expect(answered(asked(programmed, ...events.map(run)), "03 D5 04 06 10 01")).toBe(
      `03 d6 04 06 10 01 ${state}`,
    );
  });

  test("what is not loaded does not run", () => {
    expect(answered(opened(), run("01"))).toBe("03 d6 04 06 10 01 00");
  });
});
