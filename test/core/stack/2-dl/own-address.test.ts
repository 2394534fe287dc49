import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import { dataLink } from "./data-link.ts";

/** The device is told of others with its address, 1.1.5. */
const told = (link: ReturnType<typeof dataLink>) =>
  link.effects().filter((one) => one.for === "device");

describe("a frame with our own address as its source", () => {
  // biome-ignore format: read by column
  test.each([
    ["to a group of ours",       "BC 11 05 0A 03 E1 00 81 3E"],
    ["to a group of others",     "BC 11 05 0A 04 E1 00 81 39"],
    ["to an individual address", "B0 11 05 11 06 60 80 AC"],
  ])("%s, that we did not send, is told", (_is, octets) => {
    const link = dataLink();
    link.receive(octets);
    expect(told(link)).toEqual([{ for: "device", type: "own-address.ind", at: link.clock.now() }]);
    expect(link.written()).toEqual([]);
  });

  test("one with a wrong check octet is not", () => {
    const link = dataLink();
    link.receive("BC 11 05 0A 03 E1 00 81 3F");
    link.clock.advance(100);
    expect(told(link)).toEqual([]);
  });

  test("the echo of our own is not, nor a frame of another device", () => {
    const link = dataLink();
    link.send({
      destination: { to: "group", address: GroupAddress(0x0a03) },
      priority: "low",
      hops: 6,
      tpdu: [0x00, 0x81],
    });
    link.clock.advance(50);
    link.receive("BC 11 05 0A 03 E1 00 81 3E");
    link.receive("BC 11 14 0A 03 E1 00 80 2E");
    expect(told(link)).toEqual([]);
  });
});
