import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import { type Octets, toHex } from "../../../../src/core/octets.ts";
import { decodeFrame, encodeFrame } from "../../../../src/core/stack/2-dl/frame.ts";
import { decodeTpdu, encodeTpdu, type Mode } from "../../../../src/core/stack/4-tl/tpci.ts";
import { type Apdu, decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { VECTORS, type Vector } from "./vectors.ts";

const MODES = {
  G: "group",
  TG: "group",
  B: "broadcast",
  CL: "individual",
  CO: "individual",
} as const satisfies Record<Vector["mode"], Mode>;

const decode = (tpdu: Octets, mode: Mode) => {
  const decoded = decodeTpdu(tpdu, mode, "low");
  return decoded.ok && "apdu" in decoded.value ? decodeApdu(decoded.value.apdu) : decoded;
};

/** The APDU in the TPDU it was found in. */
const encode = (apdu: Apdu, tpdu: Octets, mode: Mode): Octets | undefined => {
  const around = decodeTpdu(tpdu, mode, "low");
  return around.ok && "apdu" in around.value
    ? encodeTpdu({ ...around.value, apdu: encodeApdu(apdu) })
    : undefined;
};

describe("E.3 TPDUs, both ways", () => {
  test.each(VECTORS)("$id $tpdu is $apdu.service", ({ mode, tpdu, apdu }) => {
    const octets = hex(tpdu);
    expect(decode(octets, MODES[mode])).toEqual({ ok: true, value: apdu });
    expect(toHex(encode(apdu, octets, MODES[mode]) ?? [])).toBe(toHex(octets));
  });

  test("A01…A77, each once", () => {
    const ids = Array.from({ length: 77 }, (_, index) => `A${`${index + 1}`.padStart(2, "0")}`);
    expect(VECTORS.map(({ id }) => id)).toEqual(ids);
  });
});

const ia = (address: number) =>
  ({ to: "individual", address: IndividualAddress(address) }) as const;
const group = (address: number) => ({ to: "group", address: GroupAddress(address) }) as const;
const SOURCE = IndividualAddress(0x1101);
const DESCRIPTION = {
  service: "A_PropertyExtDescription_Response",
  objectType: 17,
  instance: 1,
  pid: 51,
  descriptionType: 2,
  index: 5,
  dptMain: 9,
  dptSub: 1,
  writable: 1,
  pdt: 0x17,
  max: 1,
  readLevel: 3,
  writeLevel: 0,
} as const satisfies Apdu;

/** Source: layers.md E.1; F15 with its check octet. The records are its column "frame". */
// biome-ignore format: read by column
const FRAMES = [
  { id: "F02", octets: "BC 11 01 08 01 E1 00 81 3A",        source: SOURCE,                    destination: group(0x0801), priority: "low",    tpdu: "00 81",       apdu: { service: "A_GroupValue_Write", low: 1, data: [] } },
  { id: "F04", octets: "BC 11 01 08 01 E3 00 80 0C 34 01",  source: SOURCE,                    destination: group(0x0801), priority: "low",    tpdu: "00 80 0C 34", apdu: { service: "A_GroupValue_Write", low: 0, data: [0x0c, 0x34] } },
  { id: "F06", octets: "B0 11 01 11 05 60 80 AB",           source: SOURCE,                    destination: ia(0x1105),    priority: "system", tpdu: "80",          apdu: null },
  { id: "F08", octets: "B0 11 01 11 05 60 C2 E9",           source: SOURCE,                    destination: ia(0x1105),    priority: "system", tpdu: "C2",          apdu: null },
  { id: "F10", octets: "BC 11 01 11 05 61 03 00 25",        source: SOURCE,                    destination: ia(0x1105),    priority: "low",    tpdu: "03 00",       apdu: { service: "A_DeviceDescriptor_Read", descriptorType: 0 } },
  { id: "F12", octets: "B0 11 01 00 00 E1 01 00 BF",        source: SOURCE,                    destination: group(0),      priority: "system", tpdu: "01 00",       apdu: { service: "A_IndividualAddress_Read" } },
  { id: "F14", octets: "3C 60 11 05 11 01 10 01 D3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30 DC", source: IndividualAddress(0x1105), destination: ia(0x1101), priority: "low", tpdu: "01 D3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30", apdu: DESCRIPTION },
  { id: "F15", octets: "BC AF FE 02 01 63 03 81 01 00 F1",  source: IndividualAddress(0xaffe), destination: ia(0x0201),    priority: "low",    tpdu: "03 81 01 00", apdu: { service: "A_Restart_MasterReset", eraseCode: 1, channel: 0 } },
] as const;

const modeOf = (destination: (typeof FRAMES)[number]["destination"]): Mode => {
  if (destination.to === "individual") return "individual";
  return destination.address === 0 ? "broadcast" : "group";
};

describe("E.1 frames on TP1, both ways", () => {
  test.each(FRAMES)("$id $octets", ({ octets, source, destination, priority, tpdu, apdu }) => {
    const frame = { source, destination, priority, hops: 6, repeated: false, tpdu: hex(tpdu) };
    const decoded = decodeFrame(hex(octets));
    expect(decoded).toEqual({ ok: true, value: frame });
    expect(toHex(encodeFrame(frame))).toBe(toHex(hex(octets)));
    if (apdu === null) return;
    expect(decode(hex(tpdu), modeOf(destination))).toEqual({ ok: true, value: apdu });
    expect(encode(apdu, hex(tpdu), modeOf(destination))).toEqual(hex(tpdu));
  });
});

/** cEMI: message code, no additional information, Ctrl1, Ctrl2, source, destination, LG; the TPDU is that of the frame on TP1. */
// biome-ignore format: read by column
test.each([
  { id: "F01", octets: "11 00 BC E0 11 01 08 01 01 00 81",       as: "F02" },
  { id: "F03", octets: "29 00 BC E0 11 01 08 01 03 00 80 0C 34", as: "F04" },
  { id: "F05", octets: "11 00 B0 60 11 01 11 05 00 80",          as: "F06" },
  { id: "F07", octets: "11 00 B0 60 11 01 11 05 00 C2",          as: "F08" },
  { id: "F09", octets: "11 00 BC 60 11 01 11 05 01 03 00",       as: "F10" },
  { id: "F11", octets: "11 00 B0 E0 11 01 00 00 01 01 00",       as: "F12" },
  { id: "F13", octets: "29 00 3C 60 11 05 11 01 10 01 D3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30", as: "F14" },
])("E.1 $id in cEMI says what $as says on TP1", ({ octets, as }) => {
  const frame = hex(octets);
  const other = FRAMES.find(({ id }) => id === as);
  expect(toHex(frame.slice(9))).toBe(toHex(hex(other?.tpdu ?? "")));
  expect(frame[8]).toBe(frame.length - 10);
});

/** From octet 5 on: address type, hop count, length; then the TPDU. F20: the octets the source leaves out are 11 … 88. */
// biome-ignore format: read by column
test.each([
  { id: "F16", mode: "individual", octets: "64 03 A1 00 00 00",             apdu: { service: "A_Restart_Response", errorCode: 0, processTime: 0 } },
  { id: "F17", mode: "individual", octets: "66 03 DA 00 0E 1D 02 04",       apdu: { service: "A_NetworkParameter_Read", objectType: 14, pid: 0x1d, data: [0x02, 0x04] } },
  { id: "F17", mode: "individual", octets: "6C 03 DB 00 0E 1D 02 04 02 04 0F 10 11 12", apdu: { service: "A_NetworkParameter_Response", objectType: 14, pid: 0x1d, data: [0x02, 0x04, 0x02, 0x04, 0x0f, 0x10, 0x11, 0x12] } },
  { id: "F18", mode: "individual", octets: "65 03 D5 00 1E 10 01",          apdu: { service: "A_PropertyValue_Read", object: 0, pid: 30, count: 1, start: 1 } },
  { id: "F18", mode: "individual", octets: "67 03 D6 00 1E 10 01 00 00",    apdu: { service: "A_PropertyValue_Response", object: 0, pid: 30, count: 1, start: 1, data: [0, 0] } },
  { id: "F19", mode: "individual", octets: "65 03 D6 00 65 00 01",          apdu: { service: "A_PropertyValue_Response", object: 0, pid: 101, count: 0, start: 1, data: [] } },
  { id: "F20", mode: "individual", octets: "61 03 02",                      apdu: { service: "A_DeviceDescriptor_Read", descriptorType: 2 } },
  { id: "F20", mode: "individual", octets: "6F 03 42 00 09 20 97 01 80 11 22 33 44 55 66 77 88", apdu: { service: "A_DeviceDescriptor_Response", descriptorType: 2, descriptor: [0x00, 0x09, 0x20, 0x97, 0x01, 0x80, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88] } },
  { id: "F21", mode: "broadcast",  octets: "E3 00 C0 02 01",                apdu: { service: "A_IndividualAddress_Write", address: 0x0201 } },
  { id: "F21", mode: "broadcast",  octets: "E1 01 00",                      apdu: { service: "A_IndividualAddress_Read" } },
  { id: "F21", mode: "broadcast",  octets: "E1 01 40",                      apdu: { service: "A_IndividualAddress_Response" } },
] as const)("E.1 $id $octets", ({ mode, octets, apdu }) => {
  const [npci = 0, ...tpdu] = hex(octets);
  expect(npci & 0x0f).toBe(tpdu.length - 1);
  expect(decode(tpdu, mode)).toEqual({ ok: true, value: apdu });
  expect(toHex(encode(apdu, tpdu, mode) ?? [])).toBe(toHex(tpdu));
});

describe("what does not fit its place is a bug of the caller", () => {
  // biome-ignore format: read by column
  test.each<{ is: string; apdu: Apdu }>([
    { is: "a number that is too large",   apdu: { service: "A_Memory_Read", number: 64, address: 0x1234 } },
    { is: "a negative number",            apdu: { service: "A_Memory_Read", number: -1, address: 0x1234 } },
    { is: "half a number",                apdu: { service: "A_Memory_Read", number: 1.5, address: 0x1234 } },
    { is: "an address of 17 bits",        apdu: { service: "A_IndividualAddress_Write", address: 0x10000 } },
    { is: "a key of 3 octets",            apdu: { service: "A_Authorize_Request", key: [1, 2, 3] } },
    { is: "2 octets told, 3 there",       apdu: { service: "A_Memory_Response", number: 2, address: 0x1234, data: [1, 2, 3] } },
    { is: "no value to write",            apdu: { service: "A_PropertyValue_Write", object: 0, pid: 1, count: 1, start: 1, data: [] } },
    { is: "the code of another service",  apdu: { service: "A_UserMessage", code: 0x2f8, data: [] } },
  ])("$is", ({ apdu }) => {
    expect(() => encodeApdu(apdu)).toThrow(RangeError);
  });
});
