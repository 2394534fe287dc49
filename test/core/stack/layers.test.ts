import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../src/core/address.ts";
import { groupSet } from "../../../src/core/group-set.ts";
import { testStack } from "../../../src/testing.ts";

/** Own address 1.1.5; what is written as answer to a frame, without the acknowledge. */
const answers = (octets: string, options: Parameters<typeof testStack>[0] = {}) => {
  const stack = testStack(options);
  stack.receive(octets);
  stack.clock.advance(60);
  const answer = stack
    .written()
    .filter((write) => write !== "11")
    .flatMap((write) => write.split(" ").filter((_, index) => index % 2 === 1))
    .join(" ");
  return { answer, drops: stack.drops() };
};

describe("what the device answers", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "A_DeviceDescriptor_Read 0, priority of the question",  octets: "BC 11 01 11 05 61 03 00 25", answer: "bc 11 05 11 01 63 03 40 07 b0 d0" },
    { is: "A_DeviceDescriptor_Read 2: not supported",             octets: "BC 11 01 11 05 61 03 02 27", answer: "bc 11 05 11 01 61 03 7f 5a" },
    { is: "T_Connect: accepted without a word",                   octets: "B0 11 01 11 05 60 80 AB",    answer: "" },
    { is: "data without a connection: silence",                   octets: "B0 11 01 11 05 61 43 00 69", answer: "" },
    { is: "T_Disconnect: silence",                                octets: "B0 11 01 11 05 60 81 AA",    answer: "" },
    { is: "A_Memory_Read: none here",                             octets: "BC 11 01 11 05 63 02 01 10 00 37", answer: "bc 11 05 11 01 63 02 40 10 00 76" },
    { is: "A_IndividualAddress_Read, not in programming mode",    octets: "B0 11 01 00 00 E1 01 00 BF", answer: "" },
  ])("$is", ({ octets, answer }) => {
    expect(answers(octets).answer).toBe(answer);
  });

  test("A_IndividualAddress_Read in programming mode", () => {
    const { answer } = answers("B0 11 01 00 00 E1 01 00 BF", { programmingMode: true });
    expect(answer).toBe("b0 11 05 00 00 e1 01 40 fb");
  });
});

// biome-ignore format: read by column
const DROPS = [
  { is: "point-to-point for somebody else",      octets: "B0 11 01 11 06 60 80 A8",           reason: "nl.not-addressed" },
  { is: "tag group",                             octets: "BC 11 01 08 01 E1 04 81 3E",        reason: "tl.tag-group" },
  { is: "numbered TPDU in a group",              octets: "BC 11 01 08 01 E1 40 81 7A",        reason: "tl.tpci" },
  { is: "read with data bits",                   octets: "BC 11 01 08 01 E1 00 01 BA",        reason: "al.length" },
  { is: "property read in a group",              octets: "BC 11 01 08 01 E1 03 D5 6D",        reason: "al.mode" },
  { is: "group write point-to-point",            octets: "BC 11 01 11 05 61 00 81 A7",        reason: "al.mode" },
  { is: "memory write: no memory there",         octets: "BC 11 01 11 05 64 02 81 10 00 55 E5", reason: "device.memory" },
  { is: "descriptor response nobody asked for",  octets: "BC 11 01 11 05 63 03 40 07 B0 D0",  reason: "al.response" },
  { is: "code 0F0 does not exist",               octets: "BC 11 01 11 05 61 00 F0 D6",        reason: "al.unknown-service" },
  { is: "data without a connection",             octets: "B0 11 01 11 05 61 43 00 69",        reason: "tlsm.no-connection" },
];

describe("everything else is a drop with its own reason", () => {
  test.each(DROPS)("$is: $reason", ({ octets, reason }) => {
    expect(answers(octets).drops).toContain(reason);
  });
});

describe("a new address and other group addresses", () => {
  test("are acknowledged and answered from now on, the old ones no more", () => {
    const stack = testStack({ objects: { "1/0/1": true } });
    const address = IndividualAddress(0x1106);
    const groups = groupSet([GroupAddress(0x0802)]);
    stack.deliver({ for: "dl", type: "configure.req", address, groups });
    stack.deliver({ for: "nl", type: "configure.req", address });
    stack.receive("BC 11 01 08 01 E1 00 81 3A");
    stack.receive("B0 11 01 11 05 60 80 AB");
    expect(stack.written()).toEqual([]);
    stack.receive("BC 11 01 08 02 E1 00 81 39");
    stack.receive("BC 11 01 11 06 61 03 00 26");
    stack.clock.advance(60);
    expect(stack.written().join(" ")).toMatch(/^11 11 80 bc 81 11 82 06 /);
  });
});

describe("the whole stack", () => {
  const feed = fc.array(
    fc.oneof(
      fc
        .uint8Array({ minLength: 1, maxLength: 30 })
        .map((octets) => Buffer.from(octets).toString("hex")),
      fc.constantFrom(...DROPS.map(({ octets }) => octets)),
    ),
    { maxLength: 20 },
  );

  prop.prop([feed], { numRuns: 100 })(
    "the same impulses give the same state and effects, octet for octet",
    (pieces) => {
      const once = () => {
        const stack = testStack({ objects: { "1/0/1": true } });
        for (const piece of pieces) stack.receive(piece);
        stack.clock.advance(5_000);
        return JSON.stringify([stack.state, stack.effects()]);
      };
      expect(once()).toBe(once());
    },
  );

  prop.prop([feed], { numRuns: 100 })("its state is one JSON value", (pieces) => {
    const stack = testStack({ objects: { "1/0/1": true } });
    for (const piece of pieces) stack.receive(piece);
    expect(JSON.parse(JSON.stringify(stack.state))).toStrictEqual(stack.state);
  });
});
