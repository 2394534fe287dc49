import { describe, expect, test } from "vitest";
import { longestTo, octetsIn } from "../../../../src/core/app/client/memory.ts";
import type { Octets } from "../../../../src/core/octets.ts";
import {
  createChip,
  createDevice,
  createLine,
  hex,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../../src/testing.ts";
import { ia } from "./rig.ts";

describe("how much of memory a telegram takes", () => {
  // biome-ignore format: read by column
  const OCTETS = [ // layers.md D.5: APDU − 3 and six bits of number; with the extended service APDU − 5
    { apdu: 15,  plain: 12, extended: 10 },
    { apdu: 55,  plain: 52, extended: 50 },
    { apdu: 66,  plain: 63, extended: 61 },
    { apdu: 67,  plain: 63, extended: 62 },
    { apdu: 254, plain: 63, extended: 249 },
  ];
  test.each(OCTETS)("APDU of $apdu octets", ({ apdu, plain, extended }) => {
    expect([octetsIn(apdu, false), octetsIn(apdu, true)]).toEqual([plain, extended]);
  });

  // biome-ignore format: read by column
  const LONGEST = [
    { is: "our line",                          peer: "1.1.17", own: "1.1.250", sends: 254, longest: 254 },
    { is: "our line, a shorter transceiver",   peer: "1.1.17", own: "1.1.250", sends: 55,  longest: 55 },
    { is: "another line",                      peer: "1.2.17", own: "1.1.250", sends: 254, longest: 55 },
    { is: "another area",                      peer: "3.1.17", own: "1.1.250", sends: 254, longest: 55 },
    { is: "another line, shorter transceiver", peer: "1.2.17", own: "1.1.250", sends: 15,  longest: 15 },
  ];
  test.each(LONGEST)("$is", ({ peer, own, sends, longest }) => {
    expect(longestTo(ia(peer), ia(own), sends)).toBe(longest);
  });
});

describe("octets of the longest frame of a download", () => {
  // biome-ignore format: read by column
  const FRAMES = [ //                                                               9 of the frame, and the APDU
    { is: "both take 254",             device: 254, us: 254, peer: "1.1.17", extended: true,  longest: 9 + 254 },
    { is: "six bits of number",        device: 254, us: 254, peer: "1.1.17", extended: false, longest: 9 + 66 },
    { is: "the device takes less",     device: 101, us: 254, peer: "1.1.17", extended: true,  longest: 9 + 101 },
    { is: "our transceiver sends less", device: 254, us: 55, peer: "1.1.17", extended: true,  longest: 9 + 55 },
    { is: "there is a coupler between", device: 254, us: 254, peer: "1.2.17", extended: true, longest: 9 + 55 },
  ];
  test.each(FRAMES)("$is", ({ device, us, peer, extended, longest }) => {
    const { frames, memory } = download({ device, us, peer, extended });
    expect(Math.max(...frames.map(({ length }) => length))).toBe(longest);
    expect(memory.read(0x4300, 1_003)).toEqual(APPLICATION);
  });
});

/** No octet is fill. */
const APPLICATION = Array.from({ length: 1_003 }, (_, index) => ((index * 7) % 251) + 1);

/** Our client and a device of the simulation, which shares no line of code with it. */
const download = (
  options: Readonly<{ device: number; us: number; peer: string; extended: boolean }>,
) => {
  const { device: maxApduLength, us, peer, extended } = options;
  const clock = virtualClock();
  const line = createLine({ clock });
  const device = createDevice({
    line,
    name: "actuator",
    address: peer,
    management: { serialNumber: hex("00 fa 17 31 9b 05"), orderInfo: "ACT-4.16", maxApduLength },
  });
  const client = stackOnChip(
    clock,
    createChip({ line, kind: "ncn5120", baud: 38_400 }),
    testConfig({
      dl: { address: ia("1.1.250"), chip: "ncn5120", baud: 38_400 },
      device: { address: ia("1.1.250"), maxApduLength: us },
    }),
  );
  clock.advance(1_000);
  const frames: Octets[] = [];
  line.onFrame(({ octets }) => frames.push(octets));
  const image = {
    application: { octets: APPLICATION, fill: 0, programVersion: hex("00 fa a0 13 22") },
    groupAddresses: [0x0901, 0x0a03],
    associations: [[1, 1]],
    groupObjects: [0xd700],
    extended,
  } as const;
  client.effects();
  client.deliver({
    for: "client",
    type: "procedure.req",
    id: 1,
    procedure: { name: "device.program", peer: ia(peer), image },
    at: clock.now(),
  });
  clock.advance(300_000);
  const ended = client
    .effects()
    .flatMap((each) => (each.for === "control" && "id" in each ? [each.type] : []));
  expect(ended.at(-1)).toBe("result");
  const { management } = device;
  if (management === undefined) throw new Error("a device without management");
  return { frames, memory: management.memory };
};
