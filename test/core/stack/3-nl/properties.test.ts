import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, NlImpulse, Outcome } from "../../../../src/core/impulse.ts";
import { type NlState, nl, openNl } from "../../../../src/core/stack/3-nl/nl.ts";

const HOPS = 5;

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

/** Few addresses, so that ours is among them. */
const individual = fc.integer({ min: 0x1101, max: 0x1105 }).map(IndividualAddress);
const destination = fc.oneof(
  record({ to: fc.constant("individual"), address: individual }),
  record({ to: fc.constant("group"), address: fc.constantFrom(0, 1, 0x0a03).map(GroupAddress) }),
);
const tpdu = fc.array(fc.nat({ max: 255 }), { maxLength: 20 });
const common = {
  for: fc.constant("nl"),
  destination,
  tpdu,
  priority: fc.constantFrom("system", "urgent", "normal", "low"),
  ref: fc.integer(),
  at: fc.nat(),
} as const;
const hops = fc.nat({ max: 7 });
const frame = record({ destination, priority: common.priority, hops, tpdu });
const outcome = fc.constantFrom<Outcome>("ok", "no_ack", "lost", "queue_full");

// biome-ignore format: one kind a line
const impulse: fc.Arbitrary<NlImpulse> = fc.oneof(
  record({ ...common, type: fc.constant("L_Data.ind"), source: individual, hops, repeated: fc.boolean() }),
  record({ ...common, type: fc.constant("L_Data.con"), frame, outcome, repeats: fc.nat({ max: 6 }) }),
  record({ ...common, type: fc.constant("N_Data.req") }),
  record({ for: fc.constant("nl"), type: fc.constant("configure.req"), address: individual }),
);

type Turn = Readonly<{
  before: NlState;
  impulse: NlImpulse;
  after: NlState;
  out: readonly (Impulse | Effect)[];
}>;

const turns = (list: readonly NlImpulse[]): readonly Turn[] => {
  let state = openNl({ hops: HOPS }, IndividualAddress(0x1105));
  return list.map((one) => {
    const before = state;
    const [after, out] = nl(before, one);
    state = after;
    return { before, impulse: one, after, out };
  });
};

describe("any impulses in any order", () => {
  prop.prop([fc.array(impulse, { maxLength: 100, size: "max" })])(
    "one thing follows from each, with the same TPDU; a new address from nothing else",
    (list) => {
      for (const { before, impulse: one, after, out } of turns(list)) {
        if (one.type === "configure.req") {
          expect(after.address).toBe(one.address);
          expect(out).toEqual([]);
          continue;
        }
        expect(after).toBe(before);
        expect(out.map((what) => followed(what))).toEqual([wanted(before, one)]);
      }
    },
  );

  prop.prop([fc.array(impulse, { maxLength: 100, size: "max" })])(
    "the state is one JSON value; the same again gives the same",
    (list) => {
      for (const { after } of turns(list))
        expect(JSON.parse(JSON.stringify(after))).toStrictEqual(after);
      expect(JSON.stringify(turns(list))).toBe(JSON.stringify(turns(list)));
    },
  );
});

type Followed = readonly [what: string, octets: unknown];

const wanted = (
  { address }: NlState,
  one: Exclude<NlImpulse, { type: "configure.req" }>,
): Followed => {
  switch (one.type) {
    case "L_Data.con":
      return ["tl N_Data.con", one.frame.tpdu];
    case "N_Data.req":
      return [`dl L_Data.req hops ${HOPS}`, one.tpdu];
    case "L_Data.ind": {
      const { to, address: where } = one.destination;
      if (to === "group")
        return [where === 0 ? "tl N_Data_Broadcast.ind" : "tl N_Data_Group.ind", one.tpdu];
      return [where === address ? "tl N_Data_Individual.ind" : "drops nl.not-addressed", one.tpdu];
    }
  }
};

const followed = (out: Impulse | Effect): Followed => {
  if (out.for === "tl" && "tpdu" in out) return [`tl ${out.type}`, out.tpdu];
  if (out.for === "dl" && out.type === "L_Data.req")
    return [`dl ${out.type} hops ${out.frame.hops}`, out.frame.tpdu];
  if (out.for === "drops") return [`drops ${out.reason}`, out.octets];
  return ["something else", null];
};
