import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/octets.ts";
import { checkOctet } from "../../../src/sim/tp1.ts";
import { testStack } from "../../../src/testing.ts";

/** A TPDU from a partner 1.2.n to 1.1.5, as a whole frame. */
const frame = (partner: number, ...tpdu: readonly number[]): string => {
  const octets = [0xb0, 0x12, partner, 0x11, 0x05, 0x60 | (tpdu.length - 1), ...tpdu];
  return toHex([...octets, checkOctet(octets)]);
};

describe("200 partners connect at once", () => {
  test.each([1, 16])("%i may: the others are refused, and nothing of theirs is kept", (allowed) => {
    const stack = testStack({ tlsm: { connections: allowed } });
    const partners = Array.from({ length: 200 }, (_, index) => index + 1);
    for (const partner of partners) stack.receive(frame(partner, 0x80));
    expect(stack.state.tlsm.connections.map(({ peer }) => peer & 0xff)).toEqual(
      partners.slice(0, allowed),
    );
    expect(stack.drops().filter((reason) => reason === "tlsm.refused")).toHaveLength(200 - allowed);
    for (const partner of partners) stack.receive(frame(partner, 0x43, 0x00));
    expect(stack.drops().filter((reason) => reason === "tlsm.no-connection")).toHaveLength(
      200 - allowed,
    );
    expect(stack.state.device.access.length).toBe(allowed);
    expect(JSON.stringify(stack.state).length).toBeLessThan(100_000);
    stack.clock.advance(60_000);
    expect(stack.state.tlsm.connections).toEqual([]);
    expect(stack.state.device.access).toEqual([]);
  });
});
