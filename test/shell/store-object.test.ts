import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { decodeObject, encodeObject } from "../../src/shell/store/object-file.ts";
import { hex } from "../../src/testing/watch.ts";

const HARDWARE_TYPE = hex("00 00 a0 51 07 13");

/** Lengths and checksums by hand: `sha256sum` of all after the first line. */
const LOADED = {
  loadable: {
    index: 4,
    state: "loaded",
    address: 0x4000,
    octets: hex("0a 00 c3 28 07 0a"),
    programVersion: hex("00 fa a0 51 13"),
  },
  file: Buffer.concat([
    Buffer.from(
      "knxpi-object 1 111 3aba6ecd1d40020bd63f3accb1febe0bf7b33253493f8bb58a434b0944763422\n" +
        '{"index":4,"state":"loaded","hardwareType":"0000a0510713","address":16384,"programVersion":"00faa05113"}\n',
    ),
    Uint8Array.from(hex("0a 00 c3 28 07 0a")),
  ]),
} as const;
const LOADING = {
  loadable: { index: 2, state: "loading" },
  file: Buffer.from(
    "knxpi-object 1 30 b50d4e990f85121da61fed428247246b6b4042da5da99c4c6605c6dd28c5d197\n" +
      '{"index":2,"state":"loading"}\n',
  ),
} as const;

describe.each([LOADED, LOADING])("the file of object $loadable.index", ({ loadable, file }) => {
  test("is written like this", () => {
    expect(toHex(encodeObject(loadable, HARDWARE_TYPE))).toBe(toHex(file));
  });

  test("is read like this", () => {
    const decoded = decodeObject(file, loadable.index, HARDWARE_TYPE);
    expect(decoded).toEqual({ is: "whole", loadable });
  });

  const damaged = { is: "damaged", loadable: { index: loadable.index, state: "damaged" } };

  test("cut anywhere is damaged", () => {
    for (let length = 0; length < file.length; length++)
      expect(decodeObject(file.subarray(0, length), loadable.index, HARDWARE_TYPE)).toMatchObject(
        damaged,
      );
  });

  test("with any bit changed is damaged", () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const changed = Buffer.from(file);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeObject(changed, loadable.index, HARDWARE_TYPE)).toMatchObject(damaged);
    }
  });

  test("with zeros from anywhere to its end is damaged", () => {
    for (let from = 0; from < file.length - 1; from++) {
      const zeroed = Buffer.from(file).fill(0, from);
      expect(decodeObject(zeroed, loadable.index, HARDWARE_TYPE)).toMatchObject(damaged);
    }
  });
});

describe("what is wrong is said", () => {
  const problem = (file: Uint8Array, index: 1 | 4 = 4) => {
    const decoded = decodeObject(file, index, HARDWARE_TYPE);
    return decoded.is === "damaged" ? decoded.problem : decoded.is;
  };
  const changed = (from: string, to: string) =>
    Buffer.from(LOADED.file.toString("latin1").replace(from, to), "latin1");
  // biome-ignore format: read by column
  const CASES = [
    { is: "nothing in it",           file: new Uint8Array(0),            says: "it does not begin like an object" },
    { is: "nothing but zeros",       file: new Uint8Array(300),          says: "it does not begin like an object" },
    { is: "an octet too much",       file: Buffer.concat([LOADED.file, Uint8Array.of(7)]), says: "it has 112 octets where 111 were written" },
    { is: "the last octet missing",  file: LOADED.file.subarray(0, -1),  says: "it has 110 octets where 111 were written" },
    { is: "another address",         file: changed("16384", "16385"),    says: "its checksum does not fit" },
    { is: "a newer version",         file: changed("object 1", "object 3"), says: "it is of version 3, which this program does not know" },
  ];
  test.each(CASES)("$is", ({ file, says }) => {
    expect(problem(file)).toBe(says);
  });

  test("the file of another object", () => {
    expect(problem(LOADED.file, 1)).toBe("it is object 4");
  });

  test("a head that says something else, under a checksum that fits", () => {
    const file =
      "knxpi-object 1 3 ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356\n{}\n";
    expect(problem(Buffer.from(file))).toBe("its head cannot be read");
  });
});

test("what was loaded for another application is whole, and not loaded", () => {
  expect(decodeObject(LOADED.file, 4, hex("00 00 a0 51 07 14"))).toEqual({
    is: "foreign",
    loadable: { index: 4, state: "unloaded" },
  });
});

prop.prop([fc.uint8Array({ maxLength: 300 })])("any octets at all: no object", (octets) => {
  expect(decodeObject(octets, 3, HARDWARE_TYPE).is).toBe("damaged");
});

prop.prop([fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 0xff_ffff })])(
  "any content comes back",
  (octets, address) => {
    const programVersion = hex("00 fa a0 51 13");
    const loadable = { index: 1, state: "loaded", address, octets, programVersion } as const;
    expect(decodeObject(encodeObject(loadable, HARDWARE_TYPE), 1, HARDWARE_TYPE)).toEqual({
      is: "whole",
      loadable: { ...loadable, octets: [...octets] },
    });
  },
);
