import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { decodeFrame, encodeFrame, type Frame } from "../../../../src/core/stack/2-dl/frame.ts";
import { hex } from "../../../../src/testing/watch.ts";

// biome-ignore format: read by column
const FRAMES = [ // source: layers.md E.1 and tp-uart.md §8
  { is: "F02 1.1.1 writes 1 to 1/0/1",            octets: "BC 11 01 08 01 E1 00 81 3A",          priority: "low",    to: "group 2049",      tpdu: "00 81" },
  { is: "F04 1.1.1 writes 0C 34 to 1/0/1",        octets: "BC 11 01 08 01 E3 00 80 0C 34 01",    priority: "low",    to: "group 2049",      tpdu: "00 80 0c 34" },
  { is: "F06 T_Connect 1.1.1 to 1.1.5",           octets: "B0 11 01 11 05 60 80 AB",             priority: "system", to: "individual 4357", tpdu: "80" },
  { is: "F08 T_ACK 0",                            octets: "B0 11 01 11 05 60 C2 E9",             priority: "system", to: "individual 4357", tpdu: "c2" },
  { is: "F10 A_DeviceDescriptor_Read",            octets: "BC 11 01 11 05 61 03 00 25",          priority: "low",    to: "individual 4357", tpdu: "03 00" },
  { is: "F12 A_IndividualAddress_Read",           octets: "B0 11 01 00 00 E1 01 00 BF",          priority: "system", to: "group 0",         tpdu: "01 00" },
  { is: "F14 extended, LG 16",                    octets: "3C 60 11 05 11 01 10 01 D3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30 DC", priority: "low", to: "individual 4353", tpdu: "01 d3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30" },
];

describe("frames of the references, both ways", () => {
  test.each(FRAMES)("$is", ({ octets, priority, to, tpdu }) => {
    const decoded = decodeFrame(hex(octets));
    expect(decoded.ok && decoded.value).toMatchObject({ priority, hops: 6, repeated: false });
    if (!decoded.ok) return;
    const { destination } = decoded.value;
    expect(`${destination.to} ${destination.address}`).toBe(to);
    expect(toHex(decoded.value.tpdu)).toBe(tpdu);
    expect(toHex(encodeFrame(decoded.value))).toBe(toHex(hex(octets)));
  });
});

test("a short TPDU in an extended frame is the same telegram", () => {
  const extended = decodeFrame(hex("3C E0 11 01 08 01 01 00 81 BA"));
  expect(extended).toMatchObject({ ok: true });
  expect(extended).toEqual(decodeFrame(hex("BC 11 01 08 01 E1 00 81 3A")));
});

// biome-ignore format: read by column
test.each([
  { is: "empty",                        octets: "",                                    reason: "dl.control" },
  { is: "not a control field",          octets: "FC 11 01 08 01 E1 00 81 7A",          reason: "dl.control" },
  { is: "one octet short",              octets: "BC 11 01 08 01 E1 00 81",             reason: "dl.length" },
  { is: "one octet long",               octets: "BC 11 01 08 01 E1 00 81 3A 00",       reason: "dl.length" },
  { is: "header only",                  octets: "BC 11 01",                            reason: "dl.length" },
  { is: "wrong check octet",            octets: "BC 11 01 08 01 E1 00 81 3B",          reason: "dl.check-octet" },
  { is: "extended, LG FF",              octets: "3C E0 11 14 0A 06 FF 00 80 31",       reason: "dl.length" },
  { is: "extended, LTE format",         octets: "3C E1 11 14 0A 06 10 00 80 30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 84", reason: "dl.frame-format" },
])("no frame: $is", ({ octets, reason }) => {
  expect(decodeFrame(hex(octets))).toEqual({ ok: false, reason });
});

const frames: fc.Arbitrary<Frame> = fc.record({
  source: fc.integer({ min: 0, max: 0xffff }).map(IndividualAddress),
  destination: fc.oneof(
    fc.record({
      to: fc.constant("group" as const),
      address: fc.nat({ max: 0xffff }).map(GroupAddress),
    }),
    fc.record({
      to: fc.constant("individual" as const),
      address: fc.nat({ max: 0xffff }).map(IndividualAddress),
    }),
  ),
  priority: fc.constantFrom("system", "urgent", "normal", "low"),
  hops: fc.nat({ max: 7 }),
  repeated: fc.boolean(),
  tpdu: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 255 }),
});

prop.prop([frames])("decode ∘ encode is the identity", (frame) => {
  expect(decodeFrame(encodeFrame(frame))).toEqual({ ok: true, value: frame });
});

prop.prop([fc.uint8Array({ maxLength: 300 })])("any octets give a frame or a reason", (octets) => {
  const decoded = decodeFrame([...octets]);
  expect(decoded.ok ? "frame" : decoded.reason).toMatch(/^(frame|dl\.[a-z-]+)$/);
});
