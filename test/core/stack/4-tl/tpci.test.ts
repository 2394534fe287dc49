import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../../src/core/octets.ts";
import { decodeTpdu, encodeTpdu, type Mode } from "../../../../src/core/stack/4-tl/tpci.ts";
import { hex } from "../../../../src/testing/watch.ts";

// biome-ignore format: read by column
const TPDUS = [ // source: layers.md E.2
  { id: "P01", octets: "00 81",  mode: "group",      kind: "T_Data_Group" },
  { id: "P02", octets: "01 00",  mode: "broadcast",  kind: "T_Data_Broadcast" },
  { id: "P03", octets: "07 E8",  mode: "group",      kind: "T_Data_Tag_Group" },
  { id: "P04", octets: "03 00",  mode: "individual", kind: "T_Data_Individual" },
  { id: "P05", octets: "5C 00",  mode: "individual", kind: "T_Data_Connected", sequence: 7 },
  { id: "P06", octets: "80",     mode: "individual", kind: "T_Connect" },
  { id: "P07", octets: "81",     mode: "individual", kind: "T_Disconnect" },
  { id: "P08", octets: "C2",     mode: "individual", kind: "T_ACK", sequence: 0 },
  { id: "P09", octets: "EA",     mode: "individual", kind: "T_ACK", sequence: 10 },
  { id: "P10", octets: "D3",     mode: "individual", kind: "T_NAK", sequence: 4 },
  { id: "P11", octets: "D7",     mode: "individual", kind: "T_NAK", sequence: 5 },
] as const;

describe("TPDUs of the references, both ways", () => {
  test.each(TPDUS)("$id $octets is $kind", ({ octets, mode, kind, ...rest }) => {
    const decoded = decodeTpdu(hex(octets), mode, "system");
    expect(decoded).toMatchObject({ ok: true, value: { kind } });
    if (!decoded.ok) return;
    if ("sequence" in rest) expect(decoded.value).toMatchObject({ sequence: rest.sequence });
    expect(toHex(encodeTpdu(decoded.value))).toBe(toHex(hex(octets)));
  });
});

// biome-ignore format: read by column
test.each([
  { id: "P12", octets: "20 00", mode: "group",      reason: "tl.tpci" },
  { id: "P12", octets: "40 00", mode: "group",      reason: "tl.tpci" },
  { id: "P12", octets: "84",    mode: "group",      reason: "tl.tpci" },
  { id: "P13", octets: "08 00", mode: "individual", reason: "tl.tpci" },
  { id: "P13", octets: "84",    mode: "individual", reason: "tl.tpci" },
  { id: "04 outside a group",  octets: "04 00", mode: "individual", reason: "tl.tpci" },
  { id: "04 as broadcast",     octets: "04 00", mode: "broadcast",  reason: "tl.tpci" },
  { id: "unnumbered 82",       octets: "82",    mode: "individual", reason: "tl.tpci" },
  { id: "numbered C0",         octets: "C0",    mode: "individual", reason: "tl.tpci" },
  { id: "BF is reserved",      octets: "BF",    mode: "individual", reason: "tl.tpci" },
  { id: "T_Connect with data", octets: "80 00", mode: "individual", reason: "tl.length" },
  { id: "data without APCI",   octets: "00",    mode: "group",      reason: "tl.length" },
  { id: "nothing",             octets: "",      mode: "group",      reason: "tl.length" },
] as const)("invalid: $id $octets", ({ octets, mode, reason }) => {
  expect(decodeTpdu(hex(octets), mode, "low")).toEqual({ ok: false, reason });
});

test("every TPCI octet is a TPDU that encodes to itself, or invalid", () => {
  for (const mode of ["group", "broadcast", "individual"] as const satisfies readonly Mode[])
    for (let tpci = 0; tpci < 256; tpci++)
      for (const octets of [[tpci], [tpci, 0x55]]) {
        const decoded = decodeTpdu(octets, mode, "low");
        if (decoded.ok) expect(encodeTpdu(decoded.value)).toEqual(octets);
      }
});

prop.prop([
  fc.array(fc.nat({ max: 255 }), { maxLength: 260 }),
  fc.constantFrom("group", "broadcast", "individual"),
])("any octets give a TPDU or a reason", (octets, mode) => {
  const decoded = decodeTpdu(octets, mode, "low");
  expect(decoded.ok || decoded.reason.startsWith("tl.")).toBe(true);
});
