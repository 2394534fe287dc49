import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { ConnectionTpdu, Impulse, Outcome, TlImpulse } from "../../../../src/core/impulse.ts";
import { tl } from "../../../../src/core/stack/4-tl/tl.ts";

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const octets = fc.array(fc.nat({ max: 255 }), { maxLength: 20 });
/** As long as the shortest APDU, its TPCI bits 0. */
const apdu = fc
  .tuple(fc.nat({ max: 3 }), fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 14 }))
  .map(([first, rest]) => [first, ...rest]);
const individual = fc.nat({ max: 0xffff }).map(IndividualAddress);
const group = fc.nat({ max: 0xffff }).map(GroupAddress);
const priority = fc.constantFrom("system", "urgent", "normal", "low");
const sequence = fc.nat({ max: 15 });
const common = { for: fc.constant("tl"), priority, ref: fc.integer(), at: fc.nat() } as const;
const reception = {
  ...common,
  tpdu: octets,
  source: individual,
  hops: fc.nat({ max: 7 }),
  repeated: fc.boolean(),
} as const;
const destination = fc.oneof(
  record({ to: fc.constant("individual"), address: individual }),
  record({ to: fc.constant("group"), address: group }),
);

const connectionTpdu: fc.Arbitrary<ConnectionTpdu> = fc.oneof(
  fc.constantFrom({ kind: "T_Connect" } as const, { kind: "T_Disconnect" } as const),
  record({ kind: fc.constantFrom("T_ACK" as const, "T_NAK" as const), sequence }),
  record({ kind: fc.constant("T_Data_Connected"), sequence, apdu, priority }),
);

// biome-ignore format: one kind a line
const indication: fc.Arbitrary<TlImpulse> = fc.oneof(
  record({ ...reception, type: fc.constantFrom("N_Data_Individual.ind", "N_Data_Broadcast.ind") }),
  record({ ...reception, type: fc.constant("N_Data_Group.ind"), destination: group }),
);

// biome-ignore format: one kind a line
const request: fc.Arbitrary<TlImpulse> = fc.oneof(
  record({ ...common, type: fc.constant("T_Data_Group.req"), destination: group, apdu }),
  record({ ...common, type: fc.constant("T_Data_Broadcast.req"), apdu }),
  record({ ...common, type: fc.constant("T_Data_Individual.req"), destination: individual, apdu }),
  record({ ...common, type: fc.constant("tpdu.req"), peer: individual, tpdu: connectionTpdu }),
);

const confirmation: fc.Arbitrary<TlImpulse> = record({
  ...common,
  type: fc.constant("N_Data.con"),
  destination,
  tpdu: octets,
  outcome: fc.constantFrom<Outcome>("ok", "no_ack", "lost"),
  repeats: fc.nat({ max: 6 }),
});

describe("any impulse", () => {
  prop.prop([indication])(
    "each indication goes up, or is dropped with a reason of this layer",
    (one) => {
      const out = tl(one);
      expect(out.length).toBe(1);
      for (const what of out)
        if (what.for === "drops") expect(what.reason).toMatch(/^tl\./);
        else
          expect([what.for, what.type].join(" ")).toMatch(/^(al T_Data_\w+\.ind|tlsm tpdu\.ind)$/);
    },
  );

  prop.prop([confirmation])(
    "a confirmation goes to one above at most, and is never a drop",
    (one) => {
      const out = tl(one);
      expect(out.length).toBeLessThanOrEqual(1);
      for (const { for: where, type } of out)
        expect(`${where} ${type}`).toMatch(/^(al T_Data_\w+\.con|tlsm tpdu\.con)$/);
    },
  );

  prop.prop([request])("what is confirmed is what was asked", (one) => {
    const [down, ...more] = tl(one);
    expect(more).toEqual([]);
    if (down?.for !== "nl" || down.type !== "N_Data.req") throw new Error("nothing to send");
    const { for: _, type: __, ...sent } = down;
    const [up] = tl({ ...sent, for: "tl", type: "N_Data.con", outcome: "ok", repeats: 0 });
    expect(identity(up)).toEqual(identity(one));
  });

  prop.prop([fc.oneof(indication, confirmation, request)])(
    "the same again gives the same",
    (one) => {
      expect(tl(one)).toStrictEqual(tl(one));
      expect(JSON.parse(JSON.stringify(tl(one)))).toStrictEqual(tl(one));
    },
  );
});

/** What names a request, in it and in its confirmation. A group request to 0 is a broadcast. */
const identity = (one: Impulse | Effect | undefined): unknown => {
  if (one === undefined) return null;
  const service = one.type.replace(/\.(req|con)$/, "");
  const isBroadcast = service === "T_Data_Group" && "destination" in one && one.destination === 0;
  return {
    service: isBroadcast ? "T_Data_Broadcast" : service,
    ref: "ref" in one ? one.ref : null,
    at: "at" in one ? one.at : null,
    peer: "peer" in one ? one.peer : null,
    destination: "destination" in one && !isBroadcast ? one.destination : null,
    apdu: "apdu" in one ? one.apdu : null,
    tpdu: "tpdu" in one ? one.tpdu : null,
  };
};
