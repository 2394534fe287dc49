import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { device } from "../../../../src/core/app/device/device.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import type { Mode } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { D2 } from "../../stack/7-al/d2.ts";
import { ask, feed, OTHER, opened, TOOL } from "./rig.ts";

const WAY = {
  B: "broadcast",
  CL: "connectionless",
  CO: "connected",
} as const satisfies Record<string, Mode>;

/** How an answer begins: back to who asked, the same way, with the priority of the question. */
const BACK = {
  B: "broadcast normal:",
  CL: "connectionless 11fa normal:",
  CO: "connected 11fa normal:",
} as const;

type Row = Readonly<{ is: string; by: keyof typeof WAY; asks: string; answer: string }>;

const answersTo = (programmingMode: boolean, { by, asks }: Row): readonly string[] =>
  ask(opened({ programmingMode }), WAY[by], asks)[1];

/** An answer in hex, or the reason why there is none. */
const expected = ({ by, answer }: Row): readonly string[] => [
  /^[0-9A-F]{2} /.test(answer) ? `${BACK[by]} ${toHex(hex(answer))}` : answer,
];

describe("who it is", () => {
  // biome-ignore format: read by column
  test.each<Row>([
    { is: "A_DeviceDescriptor_Read 0",                     by: "CL", asks: "03 00",                          answer: "03 40 07 B0" },
    { is: "A_DeviceDescriptor_Read 0",                     by: "CO", asks: "03 00",                          answer: "03 40 07 B0" },
    { is: "A_DeviceDescriptor_Read 2: not this one",       by: "CL", asks: "03 02",                          answer: "03 7F" },
    { is: "A_DeviceDescriptor_Read 3F: nor this",          by: "CO", asks: "03 3F",                          answer: "03 7F" },
    { is: "A_ADC_Read channel 3, 5 conversions: none made", by: "CO", asks: "01 83 05",                      answer: "01 C3 00 00 00" },
    { is: "A_ADC_Read channel 23: 1D7 is its own",          by: "CO", asks: "01 97 05",                      answer: "01 D7 00 00 00" },
    { is: "A_ADC_Read channel 8: 1C8 would be another service", by: "CO", asks: "01 88 05",                  answer: "al.unsupported-service" },
    { is: "own serial number",                             by: "B",  asks: "03 DC 00 FA 12 34 BE EF",        answer: "03 DD 00 FA 12 34 BE EF 00 00 00 00" },
    { is: "another one",                                   by: "B",  asks: "03 DC 00 FA 12 34 BE ED",        answer: "device.other-serial" },
    { is: "who is in programming mode? not this",          by: "B",  asks: "01 00",                          answer: "device.not-in-programming-mode" },
    { is: "the same by serial number",                     by: "B",  asks: "01 C8 00 00 00 B0 01",           answer: "device.not-in-programming-mode" },
  ])("$is ($by)", (row) => {
    expect(answersTo(false, row)).toEqual(expected(row));
  });

  // biome-ignore format: read by column
  test.each<Row>([
    { is: "who is in programming mode?",                   by: "B",  asks: "01 00",                          answer: "01 40" },
    { is: "the same by serial number",                     by: "B",  asks: "01 C8 00 00 00 B0 01",           answer: "01 C9 00 00 00 B0 01 00 FA 12 34 BE EF" },
    { is: "another operand",                               by: "B",  asks: "01 C8 00 00 00 B0 02",           answer: "device.network-parameter" },
    { is: "more than the operand",                         by: "B",  asks: "01 C8 00 00 00 B0 01 05",        answer: "device.network-parameter" },
    { is: "another property",                              by: "B",  asks: "01 C8 00 00 00 C0 01",           answer: "device.network-parameter" },
    { is: "another object type",                           by: "B",  asks: "01 C8 00 11 00 B0 01",           answer: "device.network-parameter" },
  ])("in programming mode: $is ($by)", (row) => {
    expect(answersTo(true, row)).toEqual(expected(row));
  });
});

describe("what it does not have: the standard's answer, or silence", () => {
  // biome-ignore format: read by column
  test.each<Row>([
    { is: "A_PropertyValue_Read, CT 2.13.3",   by: "CO", asks: "03 D5 00 59 10 01",                          answer: "03 D6 00 59 00 01" },
    { is: "A_PropertyValue_Read, A53",         by: "CL", asks: "03 D5 00 FE 10 01",                          answer: "03 D6 00 FE 00 01" },
    { is: "A_PropertyValue_Read of an array",  by: "CL", asks: "03 D5 05 33 37 65",                          answer: "03 D6 05 33 07 65" },
    { is: "A_PropertyValue_Write",             by: "CO", asks: "03 D7 05 33 10 07 AB",                       answer: "03 D6 05 33 00 07" },
    { is: "A_PropertyDescription_Read, A57",   by: "CL", asks: "03 D8 7F 01 00",                             answer: "03 D9 7F 01 00 00 00 00 00" },
    { is: "A_PropertyDescription_Read",        by: "CO", asks: "03 D8 05 00 13",                             answer: "03 D9 05 00 13 00 00 00 00" },
    { is: "A_PropertyExtValue_Read, A13",      by: "CL", asks: "01 CC 00 00 00 10 FF 01 00 01",              answer: "01 CD 00 00 00 10 FF 00 00 01 FD" },
    { is: "A_PropertyExtValue_WriteCon",       by: "CO", asks: "01 CE 00 11 00 20 33 03 01 05 AB",           answer: "01 CF 00 11 00 20 33 00 01 05 FD" },
    { is: "A_PropertyExtValue_WriteUnCon",     by: "CO", asks: "01 D0 00 11 00 20 33 03 01 05 AB",           answer: "device.property" },
    { is: "A_PropertyExtDescription_Read",     by: "CO", asks: "01 D2 00 11 00 20 33 30 05",                 answer: "01 D3 00 11 00 20 33 00 05 00 00 00 00 00 00 00 00" },
    { is: "A_FunctionPropertyCommand, A35",    by: "CL", asks: "02 C7 00 01 01",                             answer: "02 C9 00 01" },
    { is: "A_FunctionPropertyState_Read",      by: "CO", asks: "02 C8 05 33",                                answer: "02 C9 05 33" },
    { is: "A_FunctionPropertyExtCommand",      by: "CL", asks: "01 D4 00 11 00 20 33 AB",                    answer: "01 D6 00 11 00 20 33 FD" },
    { is: "A_FunctionPropertyExtState_Read",   by: "CO", asks: "01 D5 00 11 00 20 33",                       answer: "01 D6 00 11 00 20 33 FD" },
    { is: "A_Memory_Read, A29",                by: "CO", asks: "02 0B 12 34",                                answer: "02 40 12 34" },
    { is: "A_Memory_Write",                    by: "CO", asks: "02 83 12 34 AA BB CC",                       answer: "device.memory" },
    { is: "A_MemoryBit_Write",                 by: "CO", asks: "03 D0 02 12 34 AA BB 11 22",                 answer: "device.memory" },
    { is: "A_MemoryExtended_Read, A26",        by: "CL", asks: "01 FD 01 FF FF FF",                          answer: "01 FE FD FF FF FF" },
    { is: "A_MemoryExtended_Write",            by: "CO", asks: "01 FB 03 12 34 56 AA BB CC",                 answer: "01 FC FD 12 34 56" },
    { is: "A_UserMemory_Read",                 by: "CO", asks: "02 C0 1B 23 45",                             answer: "02 C1 10 23 45" },
    { is: "A_UserMemory_Write",                by: "CO", asks: "02 C2 13 23 45 AA BB CC",                    answer: "device.memory" },
    { is: "A_UserMemoryBit_Write",             by: "CO", asks: "02 C4 02 12 34 AA BB 11 22",                 answer: "device.memory" },
    { is: "A_UserManufacturerInfo_Read",       by: "CO", asks: "02 C5",                                      answer: "02 C6 FA 00 00" },
    { is: "A_Link_Read, A68",                  by: "CL", asks: "03 E5 05 03",                                answer: "03 E6 05 00" },
    { is: "A_Link_Write",                      by: "CO", asks: "03 E7 05 01 09 01",                          answer: "03 E6 05 00" },
    { is: "A_NetworkParameter_Read, A59",      by: "CL", asks: "03 DA 00 0E 1D 02",                          answer: "03 DB FF FF FF" },
    { is: "… of the device object",            by: "CO", asks: "03 DA 00 00 33 02",                          answer: "03 DB 00 00 FF" },
    { is: "… of the address table",            by: "CL", asks: "03 DA 00 01 0B 01",                          answer: "03 DB 00 01 FF" },
    { is: "… of the group object table",       by: "CL", asks: "03 DA 00 09 0B 01",                          answer: "03 DB 00 09 FF" },
    { is: "… asked of everybody",              by: "B",  asks: "03 DA 00 00 0B 01",                          answer: "device.network-parameter" },
    { is: "A_NetworkParameter_Write",          by: "B",  asks: "03 E4 00 00 0B AA BB CC",                    answer: "al.unsupported-service" },
    { is: "A_SystemNetworkParameter_Write",    by: "B",  asks: "01 CA 00 11 0B 30 01",                       answer: "al.unsupported-service" },
    { is: "A_DomainAddress_Read",              by: "B",  asks: "03 E1",                                      answer: "al.unsupported-service" },
    { is: "A_FilterTable_Read",                by: "CO", asks: "03 C1 02 12 34",                             answer: "al.unsupported-service" },
    { is: "A_RouterMemory_Read",               by: "CO", asks: "03 C8 02 12 34",                             answer: "al.unsupported-service" },
    { is: "a message of a manufacturer",       by: "CL", asks: "02 FB 07",                                   answer: "al.unsupported-service" },
    { is: "A_SecureService",                   by: "CL", asks: "03 F1 92 AA",                                answer: "al.unsupported-service" },
  ])("$is ($by)", (row) => {
    expect(answersTo(true, row)).toEqual(expected(row));
  });
});

const MODES = ["broadcast", "connectionless", "connected"] as const;
const PEERS = [TOOL, OTHER] as const;

const anyApdu = fc
  .tuple(
    fc.constantFrom(...D2),
    fc.array(fc.tuple(fc.nat({ max: 13 }), fc.nat({ max: 255 })), { maxLength: 6 }),
  )
  .map(([[, , , , , example], changes]) => {
    const octets = [...hex(example)];
    for (const [index, value] of changes)
      if (index >= 2 && index < octets.length) octets[index] = value;
    const decoded = decodeApdu(octets);
    return decoded.ok ? decoded.value : ({ service: "A_IndividualAddress_Read" } as const);
  });

const anyImpulse: fc.Arbitrary<DeviceImpulse> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      for: fc.constant("device" as const),
      type: fc.constant("apdu.ind" as const),
      mode: fc.constantFrom(...MODES),
      source: fc.constantFrom(...PEERS),
      priority: fc.constantFrom("system", "urgent", "normal", "low"),
      apdu: anyApdu,
      at: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      for: fc.constant("device" as const),
      type: fc.constant("apdu.con" as const),
      to: fc.constantFrom(
        { mode: "broadcast" } as const,
        { mode: "connectionless", peer: TOOL } as const,
        { mode: "connected", peer: OTHER } as const,
      ),
      apdu: anyApdu,
      ref: fc.integer(),
      outcome: fc.constantFrom("ok", "no_ack", "no_connection"),
      at: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      for: fc.constant("device" as const),
      type: fc.constantFrom("T_Connect.ind", "T_Disconnect.ind", "T_Disconnect.con"),
      peer: fc.constantFrom(...PEERS),
      at: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      for: fc.constant("device" as const),
      type: fc.constant("programming-mode.req" as const),
      on: fc.boolean(),
      at: fc.nat(),
    }),
  },
);

describe("anything, in any state", () => {
  prop.prop([fc.array(anyImpulse, { maxLength: 60 })], { numRuns: 500 })(
    "never throws, answers what can be encoded, keeps one JSON value of bounded size",
    (impulses) => {
      let state = opened();
      for (const impulse of impulses) {
        const [next, out] = device(state, impulse);
        for (const item of out) if (item.type === "apdu.req") encodeApdu(item.apdu);
        expect(next.access.length).toBeLessThanOrEqual(PEERS.length);
        expect(JSON.parse(JSON.stringify(next))).toStrictEqual(next);
        state = next;
      }
    },
  );

  prop.prop([fc.array(anyImpulse, { maxLength: 60 })], { numRuns: 300 })(
    "what was saved last is what it is",
    (impulses) => {
      let state = opened();
      let saved = state.record;
      for (const impulse of impulses) {
        const [next, out] = device(state, impulse);
        for (const item of out)
          if (item.for === "store" && item.type === "save") saved = item.record;
        expect(next.record).toEqual(saved);
        state = next;
      }
    },
  );

  test("confirmations of other answers change nothing", () => {
    const state = opened();
    for (const outcome of ["ok", "no_ack", "lost", "no_connection"] as const)
      expect(
        feed(state, {
          for: "device",
          type: "apdu.con",
          to: { mode: "connectionless", peer: TOOL },
          apdu: {
            service: "A_DeviceDescriptor_Response",
            descriptorType: 0,
            descriptor: [7, 0xb0],
          },
          ref: 0,
          outcome,
          at: 31,
        }),
      ).toEqual([state, []]);
  });
});
