import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { segmentCrc } from "../../../../src/core/app/client/crc.ts";
import {
  associationTable,
  crcOf,
  cut,
  groupAddressTable,
  groupObjectTable,
  nextRun,
  segmentOf,
} from "../../../../src/core/app/client/tables.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { hex } from "../../../../src/testing/watch.ts";

// biome-ignore format: read by column
test.each([ // device-model.md 11.27, 11.28
  ["00 02 09 02 0a 03",                                0x3702],
  ["00 02 00 01 00 01 00 02 00 02",                    0x1e8c],
  ["00 02 00 01 00 1f 00 02 00 20",                    0xd15e],
  ["00 02 0a 01 0a 02",                                0xe5af],
  ["01",                                               0xdcbd],
  ["",                                                 0x1d0f],
  ["31 32 33 34 35 36 37 38 39",                       0xe5cc],
  ["00 03 09 01 09 02 0a 03",                          0x99b7],
  ["00 03 00 02 00 01 00 01 00 01 00 03 00 02",        0x851d],
])("CRC of %s", (octets, crc) => {
  expect(segmentCrc(hex(octets))).toBe(crc);
  expect(crcOf(segmentOf(hex(octets)))).toBe(crc);
});

test("11.28, §4: the tables", () => {
  const image = {
    groupAddresses: [0x0901, 0x0902, 0x0a03],
    associations: [
      [2, 1],
      [1, 1],
      [3, 2],
    ],
    groupObjects: [0xd700, 0x4703],
  } as const;
  const whole = (segment: ReturnType<typeof segmentOf>) => toHex(cut(segment, 0, segment.length));
  expect(whole(groupAddressTable(image))).toBe("00 03 09 01 09 02 0a 03");
  expect(whole(associationTable(image))).toBe("00 03 00 02 00 01 00 01 00 01 00 03 00 02");
  expect(whole(groupObjectTable(image))).toBe("00 02 d7 00 47 03");
});

prop.prop([
  fc.array(fc.tuple(fc.nat(3), fc.option(fc.nat(3), { nil: undefined })), {
    minLength: 1,
    maxLength: 200,
  }),
  fc.integer({ min: 1, max: 52 }),
  fc.boolean(),
])(
  "runs write what differs, in pieces that fit, and leave alone what is far from it",
  (pairs, most, last) => {
    const wanted = pairs.map(([octet]) => octet);
    const memory = pairs.map(([, stands]) => stands);
    const segment = segmentOf(wanted);
    const before = [...memory];
    let written = 0;
    for (let at = 0; ; ) {
      const run = nextRun(segment, at, most, (index) => before[index], last);
      if (run === undefined) break;
      const [from, to] = run;
      expect(from).toBeGreaterThanOrEqual(at);
      expect(to - from).toBeGreaterThan(0);
      expect(to - from).toBeLessThanOrEqual(most);
      for (const end of [from, to - 1])
        if (!(last && end === wanted.length - 1)) expect(before[end]).not.toBe(wanted[end]);
      for (let index = from; index < to; index++) memory[index] = wanted[index];
      written = to;
      at = to;
    }
    expect(memory).toEqual(wanted);
    if (last) expect(written).toBe(wanted.length);
  },
);
