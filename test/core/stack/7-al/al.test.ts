import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { AlImpulse, GroupValue, Outcome } from "../../../../src/core/impulse.ts";
import { al } from "../../../../src/core/stack/7-al/al.ts";
import type { Apdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";

const GROUP = GroupAddress(0x0a03);
const PEER = IndividualAddress(0x1147);
const RECEPTION = { source: PEER, priority: "urgent", hops: 5, repeated: true, at: 31 } as const;
const REQUEST = { priority: "normal", ref: 17, at: 31 } as const;
const RESULT = { ref: 17, outcome: "no_ack", repeats: 3, at: 31 } as const;

describe("group values", () => {
  // biome-ignore format: read by column
  test.each<{ octets: string; type: string; value?: GroupValue }>([
    { octets: "00 00",          type: "A_GroupValue_Read.ind" },
    { octets: "00 7F",          type: "A_GroupValue_Response.ind", value: { octets: [0x3f], short: true } },
    { octets: "00 40 0C 34",    type: "A_GroupValue_Response.ind", value: { octets: [0x0c, 0x34], short: false } },
    { octets: "00 81",          type: "A_GroupValue_Write.ind",    value: { octets: [0x01], short: true } },
    { octets: "00 80 7B",       type: "A_GroupValue_Write.ind",    value: { octets: [0x7b], short: false } },
  ])("$octets arrives at the bridge as $type", ({ octets, type, value }) => {
    const apdu = hex(octets);
    expect(al({ for: "al", type: "T_Data_Group.ind", destination: GROUP, apdu, ...RECEPTION })).toEqual([
      { for: "bridge", type, destination: GROUP, ...(value ? { value } : {}), ...RECEPTION },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { octets: "00 01",       reason: "al.length" },
    { octets: "00 00 07",    reason: "al.length" },
    { octets: "00",          reason: "al.length" },
    { octets: "",            reason: "al.length" },
    { octets: "00 F0",       reason: "al.unknown-service" },
    { octets: "03 D5 00 0B", reason: "al.mode" },
    { octets: "03 F1 10 AB", reason: "al.unsupported-service" },
  ])("$octets: $reason", ({ octets, reason }) => {
    const apdu = hex(octets);
    expect(al({ for: "al", type: "T_Data_Group.ind", destination: GROUP, apdu, ...RECEPTION })).toEqual([
      { for: "drops", type: "drop", reason, octets: apdu },
    ]);
  });

  // biome-ignore format: read by column
  test.each<{ is: string; request: AlImpulse; octets: string }>([
    { is: "read",                 request: { for: "al", type: "A_GroupValue_Read.req", destination: GROUP, ...REQUEST },                                                    octets: "00 00" },
    { is: "short write",          request: { for: "al", type: "A_GroupValue_Write.req", destination: GROUP, value: { octets: [0x2a], short: true }, ...REQUEST },           octets: "00 AA" },
    { is: "one octet",            request: { for: "al", type: "A_GroupValue_Write.req", destination: GROUP, value: { octets: [0x2a], short: false }, ...REQUEST },          octets: "00 80 2A" },
    { is: "response, two octets", request: { for: "al", type: "A_GroupValue_Response.req", destination: GROUP, value: { octets: [0x0c, 0x34], short: false }, ...REQUEST }, octets: "00 40 0C 34" },
  ])("$is goes down as $octets", ({ request, octets }) => {
    expect(al(request)).toEqual([
      { for: "tl", type: "T_Data_Group.req", destination: GROUP, apdu: hex(octets), ...REQUEST },
    ]);
  });

  // biome-ignore format: read by column
  test.each<{ octets: string; type: string; value?: GroupValue }>([
    { octets: "00 00",       type: "A_GroupValue_Read.con" },
    { octets: "00 43",       type: "A_GroupValue_Response.con", value: { octets: [0x03], short: true } },
    { octets: "00 80 0C 34", type: "A_GroupValue_Write.con",    value: { octets: [0x0c, 0x34], short: false } },
  ])("$type: refs from 0 on are of the bridge, below of the client", ({ octets, type, value }) => {
    const con = { for: "al", type: "T_Data_Group.con", destination: GROUP, priority: "urgent", apdu: hex(octets) } as const;
    const extra = value ? { value } : {};
    const bridge = { for: "bridge", type, destination: GROUP };
    expect(al({ ...con, ...RESULT })).toEqual([{ ...bridge, ...extra, ...RESULT }]);
    expect(al({ ...con, ...RESULT, ref: 0 })).toEqual([{ ...bridge, ...extra, ...RESULT, ref: 0 }]);
    expect(al({ ...con, ...RESULT, ref: -1 })).toEqual([
      { for: "client", type, destination: GROUP, ...RESULT, ref: -1 },
    ]);
  });

  test("a confirmation of anything else in a group has nobody who asked", () => {
    const apdu = hex("03 E8 00 11 01 33");
    expect(
      al({
        for: "al",
        type: "T_Data_Group.con",
        destination: GROUP,
        priority: "urgent",
        apdu,
        ...RESULT,
      }),
    ).toEqual([]);
  });
});

const READ: Apdu = { service: "A_PropertyValue_Read", object: 5, pid: 51, count: 3, start: 7 };
const ANSWER: Apdu = {
  service: "A_PropertyValue_Response",
  object: 5,
  pid: 51,
  count: 0,
  start: 7,
  data: [],
};

describe("every other service", () => {
  // biome-ignore format: read by column
  test.each([
    { to: { mode: "broadcast" },                    down: { for: "tl", type: "T_Data_Broadcast.req" } },
    { to: { mode: "connectionless", peer: PEER },   down: { for: "tl", type: "T_Data_Individual.req", destination: PEER } },
    { to: { mode: "connected", peer: PEER },        down: { for: "tlsm", type: "T_Data_Connected.req", peer: PEER } },
  ] as const)("$to.mode goes down as $down.type", ({ to, down }) => {
    expect(al({ for: "al", type: "apdu.req", to, apdu: READ, ...REQUEST })).toEqual([
      { ...down, apdu: hex("03 D5 05 33 30 07"), ...REQUEST },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { octets: "03 D5 05 33 30 07", apdu: READ,   takes: "device" },
    { octets: "03 D6 05 33 00 07", apdu: ANSWER, takes: "client" },
  ])("$octets arrives at the $takes", ({ octets, apdu, takes }) => {
    const told = { for: takes, type: "apdu.ind", source: PEER, priority: "urgent", apdu, at: 31 };
    expect(al({ for: "al", type: "T_Data_Individual.ind", apdu: hex(octets), ...RECEPTION })).toEqual([
      { ...told, mode: "connectionless" },
    ]);
    const connected = { for: "al", type: "T_Data_Connected.ind", peer: PEER, priority: "urgent", at: 31 } as const;
    expect(al({ ...connected, apdu: hex(octets) })).toEqual([{ ...told, mode: "connected" }]);
  });

  test("a broadcast", () => {
    const apdu = hex("00 C0 12 03");
    expect(al({ for: "al", type: "T_Data_Broadcast.ind", apdu, ...RECEPTION })).toEqual([
      {
        for: "device",
        type: "apdu.ind",
        mode: "broadcast",
        source: PEER,
        priority: "urgent",
        apdu: { service: "A_IndividualAddress_Write", address: 0x1203 },
        at: 31,
      },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { octets: "03 D5 05 33 30 07", apdu: READ,   asked: "client" },
    { octets: "03 D6 05 33 00 07", apdu: ANSWER, asked: "device" },
  ])("the confirmation of $octets goes to the $asked", ({ octets, apdu, asked }) => {
    const told = { for: asked, type: "apdu.con", apdu, ref: 17, at: 31 };
    const con = { for: "al", apdu: hex(octets), ...RESULT } as const;
    expect(al({ ...con, type: "T_Data_Broadcast.con" })).toEqual([
      { ...told, to: { mode: "broadcast" }, outcome: "no_ack" },
    ]);
    expect(al({ ...con, type: "T_Data_Individual.con", destination: PEER })).toEqual([
      { ...told, to: { mode: "connectionless", peer: PEER }, outcome: "no_ack" },
    ]);
    const connected = { for: "al", type: "T_Data_Connected.con", peer: PEER, ref: 17, at: 31 } as const;
    expect(al({ ...connected, apdu: hex(octets), outcome: "no_connection" })).toEqual([
      { ...told, to: { mode: "connected", peer: PEER }, outcome: "no_connection" },
    ]);
  });

  test("a confirmation of what is no service is nobody's", () => {
    const outcome: Outcome = "ok";
    const con = { for: "al", type: "T_Data_Broadcast.con", apdu: hex("00 F0"), ...RESULT } as const;
    expect(al({ ...con, outcome })).toEqual([]);
  });
});

// biome-ignore format: read by column
test.each([
  { type: "T_Connect.ind",    told: ["device"] },
  { type: "T_Connect.con",    told: ["client"] },
  { type: "T_Disconnect.ind", told: ["device", "client"] },
  { type: "T_Disconnect.con", told: ["device", "client"] },
] as const)("$type: $told", ({ type, told }) => {
  expect(al({ for: "al", type, peer: PEER, at: 31 })).toEqual(
    told.map((application) => ({ for: application, type, peer: PEER, at: 31 })),
  );
});
