import { expect, test } from "vitest";
import { crcOf } from "../../../../../src/core/app/device/model/crc.ts";
import { hex } from "../../../../../src/testing/watch.ts";

/** `device-model.md` §11 27 and 28. */
// biome-ignore format: read by column
test.each([
  { octets: "00 02 09 02 0A 03",                         crc: 0x3702 },
  { octets: "00 02 00 01 00 01 00 02 00 02",             crc: 0x1e8c },
  { octets: "00 02 00 01 00 1F 00 02 00 20",             crc: 0xd15e },
  { octets: "00 02 0A 01 0A 02",                         crc: 0xe5af },
  { octets: "01",                                        crc: 0xdcbd },
  { octets: "",                                          crc: 0x1d0f },
  { octets: "31 32 33 34 35 36 37 38 39",                crc: 0xe5cc },
  { octets: "00 03 09 01 09 02 0A 03",                   crc: 0x99b7 },
  { octets: "00 03 00 02 00 01 00 01 00 01 00 03 00 02", crc: 0x851d },
])("CRC of $octets", ({ octets, crc }) => {
  expect(crcOf(hex(octets)).toString(16)).toBe(crc.toString(16));
});
