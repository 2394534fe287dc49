import { expect, test } from "vitest";
import { toHex } from "../../../src/core/octets.ts";
import { encodeBusmonitor, encodeCemi } from "../../../src/record/export/cemi.ts";
import { hex } from "../../../src/testing.ts";

/** `layers.md` E.1: the same frames on TP1 and as cEMI, but for the message code. */
// biome-ignore format: read by column
const FRAMES = [
  { is: "F02 write 1 to 1/0/1",              tp1: "bc 11 01 08 01 e1 00 81 3a",          cemi: "bc e0 11 01 08 01 01 00 81" },
  { is: "F04 write 0c34 to 1/0/1",           tp1: "bc 11 01 08 01 e3 00 80 0c 34 01",    cemi: "bc e0 11 01 08 01 03 00 80 0c 34" },
  { is: "F06 T_Connect",                     tp1: "b0 11 01 11 05 60 80 ab",             cemi: "b0 60 11 01 11 05 00 80" },
  { is: "F08 T_ACK",                         tp1: "b0 11 01 11 05 60 c2 e9",             cemi: "b0 60 11 01 11 05 00 c2" },
  { is: "F10 A_DeviceDescriptor_Read",       tp1: "bc 11 01 11 05 61 03 00 25",          cemi: "bc 60 11 01 11 05 01 03 00" },
  { is: "F12 broadcast, system",             tp1: "b0 11 01 00 00 e1 01 00 bf",          cemi: "b0 e0 11 01 00 00 01 01 00" },
  { is: "F14 extended",                      tp1: "3c 60 11 05 11 01 10 01 d3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30 dc", cemi: "3c 60 11 05 11 01 10 01 d3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30" },
  { is: "F02 repeated",                      tp1: "9c 11 01 08 01 e1 00 81 1a",          cemi: "9c e0 11 01 08 01 01 00 81" },
] as const;

test.each(FRAMES)("$is", ({ tp1, cemi }) => {
  expect(toHex(encodeCemi("L_Data.ind", hex(tp1)))).toBe(`29 00 ${cemi}`);
  expect(toHex(encodeCemi("L_Data.con", hex(tp1)))).toBe(`2e 00 ${cemi}`);
});

test("a confirmation of what nobody acknowledged has its error bit set", () => {
  const con = encodeCemi("L_Data.con", hex("bc 11 01 08 01 e1 00 81 3a"), true);
  expect(toHex(con)).toBe("2e 00 bd e0 11 01 08 01 01 00 81");
});

// biome-ignore format: read by column
test.each([
  { is: "a frame", octets: "bc 11 01 08 01 e1 00 81 3a", number: 3, at: 70.5,             cemi: "2b 09 03 01 03 06 04 00 01 13 64 bc 11 01 08 01 e1 00 81 3a" },
  { is: "an ACK",  octets: "cc",                         number: 9, at: 4_294_967.296 * 2 + 0.001, cemi: "2b 09 03 01 01 06 04 00 00 00 01 cc" },
])("bus monitor: $is", ({ octets, number, at, cemi }) => {
  expect(toHex(encodeBusmonitor(hex(octets), number, at))).toBe(cemi);
});
