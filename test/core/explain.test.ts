import { describe, expect, test } from "vitest";
import { type Explanation, explainFrame } from "../../src/core/explain.ts";
import { hex } from "../../src/testing/watch.ts";

const explained = (octets: string) => {
  const explanation: Explanation = explainFrame(hex(octets));
  if (!explanation.ok) return explanation.reason;
  const { apci, number = null, data, fields = null } = explanation;
  return { apci, number, data, fields };
};

describe("name, number, data and fields of a service", () => {
  // biome-ignore format: read by column
  test.each([
    { octets: "BC 11 01 08 01 E1 00 00 BB",             apci: "A_GroupValue_Read",       number: null, data: "",         fields: {} },
    { octets: "BC 11 01 08 01 E1 00 81 3A",             apci: "A_GroupValue_Write",      number: null, data: "01",       fields: { low: 1, data: "" } },
    { octets: "BC 11 01 08 01 E3 00 80 0C 34 01",       apci: "A_GroupValue_Write",      number: null, data: "0c34",     fields: { low: 0, data: "0c34" } },
    { octets: "B0 11 01 00 00 E1 01 00 BF",             apci: "A_IndividualAddress_Read", number: null, data: "",        fields: {} },
    { octets: "BC 11 01 11 05 61 03 00 25",             apci: "A_DeviceDescriptor_Read", number: 0,    data: "",         fields: { descriptorType: 0 } },
    { octets: "BC 11 01 11 05 63 02 0B 12 34 0B",       apci: "A_Memory_Read",           number: 11,   data: "1234",     fields: { number: 11, address: 0x1234 } },
    { octets: "BC 11 01 11 05 65 03 D5 05 33 30 07 F5", apci: "A_PropertyValue_Read",    number: null, data: "05333007", fields: { object: 5, pid: 51, count: 3, start: 7 } },
    { octets: "BC 11 01 11 05 61 03 80 A5",             apci: "A_Restart",               number: null, data: "",         fields: {} },
    { octets: "BC AF FE 02 01 63 03 81 01 00 F1",       apci: "A_Restart_MasterReset",   number: null, data: "0100",     fields: { eraseCode: 1, channel: 0 } },
  ])("$octets: $apci", ({ octets, ...expected }) => {
    expect(explained(octets)).toEqual(expected);
  });

  test("a service of a wrong length has a name, but no fields", () => {
    expect(explained("BC 11 01 08 01 E1 00 01 BA")).toEqual({
      apci: "A_GroupValue_Read",
      number: null,
      data: "",
      fields: null,
    });
  });

  test("a code that is no service has neither", () => {
    expect(explained("BC 11 01 11 05 61 00 F0 D6")).toEqual({
      apci: null,
      number: null,
      data: "00f0",
      fields: null,
    });
  });
});
