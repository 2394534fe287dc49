import { describe, expect, test } from "vitest";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, OWN, talk } from "./rig.ts";

const peer = ia("1.1.5");
const read = { name: "property.read", peer, object: 0, pid: 11, start: 1, count: 1 } as const;
const write = { name: "property.write", peer, object: 0, pid: 14, start: 1, count: 1 } as const;

describe("DMP_InterfaceObjectRead_R", () => {
  test("device-model.md 11.3: serial number, without a connection", () => {
    const { result } = talk(read, [
      ["1.1.5 cl 03 d5 00 0b 10 01", "1.1.5 cl 03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
    ]);
    expect(result).toEqual({ count: 1, octets: "000700d0b82f", elements: ["000700d0b82f"] });
  });

  test("11.6: how many elements there are", () => {
    const { result } = talk({ ...read, object: 3, pid: 23, start: 0 }, [
      ["1.1.5 cl 03 d5 03 17 10 00", "1.1.5 cl 03 d6 03 17 10 00 00 07"],
    ]);
    expect(result).toMatchObject({ octets: "0007" });
  });

  test("11.5: a property that is not there", () => {
    const { failure } = talk({ ...read, pid: 78 }, [
      ["1.1.5 cl 03 d5 00 4e 10 01", "1.1.5 cl 03 d6 00 4e 00 01"],
    ]);
    expect(failure).toEqual({
      code: "refused",
      message:
        "The device refuses property 78 of object 0, element 1, of 1.1.5: there is no such object, property or element, or it needs a key.",
    });
  });

  test("more elements than fit into a standard frame, on a device that takes longer ones", () => {
    const { result, progress } = talk({ ...read, object: 1, pid: 27, count: 5 }, [
      ["1.1.5 cl 03 d5 01 1b 10 01", "1.1.5 cl 03 d6 01 1b 10 01 01 02 03 04 05 06 07 08"],
      ["1.1.5 cl 03 d5 00 38 10 01", "1.1.5 cl 03 d6 00 38 10 01 00 16"],
      [
        "1.1.5 cl 03 d5 01 1b 20 02",
        "1.1.5 cl 03 d6 01 1b 20 02 11 12 13 14 15 16 17 18 21 22 23 24 25 26 27 28",
      ],
      [
        "1.1.5 cl 03 d5 01 1b 20 04",
        "1.1.5 cl 03 d6 01 1b 20 04 31 32 33 34 35 36 37 38 41 42 43 44 45 46 47 48",
      ],
    ]);
    expect(progress).toEqual(["3/5", "5/5"]);
    expect(result).toMatchObject({
      count: 5,
      elements: [
        "0102030405060708",
        "1112131415161718",
        "2122232425262728",
        "3132333435363738",
        "4142434445464748",
      ],
    });
  });

  test("and on one that does not: 10 octets at a time", () => {
    const { result } = talk({ ...read, object: 1, pid: 23, count: 7 }, [
      ["1.1.5 cl 03 d5 01 17 10 01", "1.1.5 cl 03 d6 01 17 10 01 09 01"],
      ["1.1.5 cl 03 d5 00 38 10 01", "1.1.5 cl 03 d6 00 38 00 01"],
      ["1.1.5 cl 03 d5 01 17 50 02", "1.1.5 cl 03 d6 01 17 50 02 09 02 09 03 09 04 09 05 09 06"],
      ["1.1.5 cl 03 d5 01 17 10 07", "1.1.5 cl 03 d6 01 17 10 07 09 07"],
    ]);
    expect(result).toMatchObject({ octets: "0901090209030904090509060907" });
  });

  test("an answer to another question is none", () => {
    const { drops } = talk(read, [
      [
        "1.1.5 cl 03 d5 00 0b 10 01",
        "1.1.5 cl 03 d6 00 0c 10 01 00 83",
        "1.1.5 co 03 d6 00 0b 10 01 00 07 00 d0 b8 2f",
        "1.1.6 cl 03 d6 00 0b 10 01 00 07 00 d0 b8 2f",
        "1.1.5 cl 03 d6 00 0b 10 01 00 07 00 d0 b8 2f",
      ],
    ]);
    expect(drops).toEqual(["al.response", "al.response", "al.response"]);
  });

  test("asked three times, then in a connection", () => {
    const { result } = talk(read, [
      ["1.1.5 cl 03 d5 00 0b 10 01", "3000 ms"],
      ["1.1.5 cl 03 d5 00 0b 10 01", "3000 ms"],
      ["1.1.5 cl 03 d5 00 0b 10 01", "3000 ms"],
      ["connect 1.1.5"],
      ["1.1.5 co 03 d5 00 0b 10 01", "1.1.5 co 03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ octets: "000700d0b82f" });
  });

  test("silence in a connection ends before the connection does", () => {
    const { failure } = talk({ ...read, key: hex("ff ff ff ff") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 d1 00 ff ff ff ff", "1.1.5 co 03 d2 00"],
      ["1.1.5 co 03 d5 00 0b 10 01", "5900 ms"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "no_answer" });
  });

  // biome-ignore format: read by column
  test.each([
    { outcome: "no_ack",     code: "not_found" },
    { outcome: "offline",    code: "offline" },
    { outcome: "rejected",   code: "offline" },
    { outcome: "queue_full", code: "busy" },
    { outcome: "too_long",   code: "refused" },
  ])("$outcome is $code at once", ({ outcome, code }) => {
    const { failure } = talk(read, [["1.1.5 cl 03 d5 00 0b 10 01", outcome]]);
    expect(failure?.code).toBe(code);
    expect(failure?.message).toMatch(/^[A-Z].* 1\.1\.5\b.*\.$/);
  });

  test("what is perhaps on the line is waited for", () => {
    const { result } = talk(read, [
      ["1.1.5 cl 03 d5 00 0b 10 01", "lost", "1.1.5 cl 03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
    ]);
    expect(result).toBeDefined();
  });
});

describe("DMP_Authorize_RCo", () => {
  test("11.9: a key, and what it is worth", () => {
    const { result } = talk({ ...read, key: hex("12 34 56 78") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 d1 00 12 34 56 78", "1.1.5 co 03 d2 01"],
      ["1.1.5 co 03 d5 00 0b 10 01", "1.1.5 co 03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ level: 1, octets: "000700d0b82f" });
  });

  test("11.10: a key the device does not know", () => {
    const { failure } = talk({ ...read, key: hex("87 65 43 21") }, [
      ["connect 1.1.5"],
      ["1.1.5 co 03 d1 00 87 65 43 21", "1.1.5 co 03 d2 03"],
      ["disconnect 1.1.5"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
    expect(failure?.message).toContain("does not know the key 87 65 43 21");
  });
});

describe("DMP_InterfaceObjectWrite_R", () => {
  test("11.21: written and read back", () => {
    const { result } = talk({ ...write, octets: hex("07") }, [
      ["1.1.5 cl 03 d7 00 0e 10 01 07", "1.1.5 cl 03 d6 00 0e 10 01 07"],
    ]);
    expect(result).toEqual({ count: 1, octets: "07", elements: ["07"] });
  });

  test("something else is there afterwards", () => {
    const { failure } = talk({ ...write, octets: hex("07") }, [
      ["1.1.5 cl 03 d7 00 0e 10 01 07", "1.1.5 cl 03 d6 00 0e 10 01 03"],
    ]);
    expect(failure).toMatchObject({ code: "verify_failed" });
    expect(failure?.message).toContain("is 03 and not 07 as written");
  });

  test("11.17: a load control answers with its state", () => {
    const { result } = talk(
      { ...write, object: 4, pid: 5, octets: hex("01 00 00 00 00 00 00 00 00 00") },
      [
        [
          "1.1.5 cl 03 d7 04 05 10 01 01 00 00 00 00 00 00 00 00 00",
          "1.1.5 cl 03 d6 04 05 10 01 02",
        ],
      ],
    );
    expect(result).toMatchObject({ octets: "02" });
  });

  test("refused", () => {
    const { failure } = talk({ ...write, octets: hex("07") }, [
      ["1.1.5 cl 03 d7 00 0e 10 01 07", "1.1.5 cl 03 d6 00 0e 00 01"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
  });

  test("an element that does not fit", () => {
    const { failure } = talk({ ...write, octets: hex("01 02 03 04 05 06 07 08 09 0a 0b") }, [
      ["1.1.5 cl 03 d5 00 38 10 01", "1.1.5 cl 03 d6 00 38 10 01 00 0f"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
  });
});

describe("DM_InterfaceObject_Scan", () => {
  const describe_ = { name: "property.describe", peer, object: 2, pid: 23 } as const;
  test("11.8: writable, GENERIC_04, at most 63 elements, levels 3 and 0", () => {
    const { result } = talk(describe_, [
      ["1.1.5 cl 03 d8 02 17 00", "1.1.5 cl 03 d9 02 17 00 94 00 3f 30"],
    ]);
    expect(result).toEqual({
      object: 2,
      pid: 23,
      index: 0,
      pdt: 0x14,
      max: 63,
      writable: true,
      readLevel: 3,
      writeLevel: 0,
    });
  });
  test("A57: nothing there", () => {
    const { failure } = talk({ ...describe_, object: 127, pid: 1 }, [
      ["1.1.5 cl 03 d8 7f 01 00", "1.1.5 cl 03 d9 7f 01 00 00 00 00 00"],
    ]);
    expect(failure).toMatchObject({ code: "refused" });
  });
});

// biome-ignore format: read by column
test.each([
  { is: "object",  ...read, object: 256 },
  { is: "pid",     ...read, pid: -1 },
  { is: "start",   ...read, start: 4096 },
  { is: "count",   ...read, count: 0 },
  { is: "end",     ...read, start: 4095, count: 2 },
  { is: "half",    ...read, pid: 1.5 },
  { is: "nothing", ...write, octets: [] },
  { is: "uneven",  ...write, octets: [1, 2, 3], count: 2 },
  { is: "octet",   ...write, octets: [256] },
  { is: "number",  ...write, octets: [0, 1], start: 0, count: 2 },
  { is: "key",     ...read, key: [1, 2, 3] },
  { is: "ours",    ...read, peer: ia(OWN) },
])("refused before anything is sent: $is", ({ is: _, ...procedure }) => {
  expect(talk(procedure, []).failure).toMatchObject({ code: "refused" });
});
