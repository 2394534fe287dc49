import { fc, test as prop } from "@fast-check/vitest";
import { expect } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import { imageOf } from "../../../../src/core/app/device/model/image.ts";
import { Asap } from "../../../../src/core/app/group-objects/access-point.ts";
import { objects } from "../../../../src/core/app/group-objects/objects.ts";
import { QUEUE_LIMIT } from "../../../../src/core/app/group-objects/queue.ts";
import { openObjects } from "../../../../src/core/app/group-objects/state.ts";
import type { ObjectsImpulse } from "../../../../src/core/app-impulse.ts";
import { groupSet } from "../../../../src/core/group-set.ts";
import { FIRST_OBJECTS_REF, type Outcome } from "../../../../src/core/impulse.ts";

/** Plain objects, as the shell makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const octet = fc.nat({ max: 255 });
const few = fc.integer({ min: 0, max: 6 });
/** Sound more often than not: a few addresses, linked to a few objects that mostly have C and T. */
const addresses = fc.constantFrom("ok", "ok", "ok", "unsorted", "short").map((kind) => {
  if (kind === "short") return [0, 9, 0, 1];
  return kind === "ok" ? [0, 4, 0, 1, 0, 2, 0, 3, 0, 4] : [0, 4, 0, 2, 0, 1, 0, 3, 0, 4];
});
const associations = fc
  .array(fc.tuple(few, few), { maxLength: 12 })
  .map((pairs) => [0, pairs.length, ...pairs.flatMap(([tsap, asap]) => [0, tsap, 0, asap])]);
const words = fc
  .array(fc.tuple(octet, fc.constantFrom(0x44, 0, 0xff)), { maxLength: 6 })
  .chain((some) =>
    fc
      .array(fc.constantFrom(0, 3, 6, 7, 8, 15, 255), {
        minLength: some.length,
        maxLength: some.length,
      })
      .map((types) => [
        0,
        some.length,
        ...some.flatMap(([high, always], index) => [high | always, types[index] ?? 0]),
      ]),
  );
const noise = fc.array(octet, { maxLength: 20 });
const loaded = (sound: fc.Arbitrary<number[]>) =>
  fc.oneof(
    { weight: 8, arbitrary: sound.map(imageOf) },
    { weight: 1, arbitrary: noise.map(imageOf) },
    { weight: 1, arbitrary: fc.constant(null) },
  );

const common = { for: fc.constant("objects"), at: fc.constant(7) } as const;
const reception = {
  source: fc.constant(IndividualAddress(0x1109)),
  priority: fc.constantFrom("system" as const, "low" as const),
  hops: fc.nat({ max: 7 }),
  repeated: fc.boolean(),
};
const destination = few.map(GroupAddress);
const value = record({
  octets: fc.array(octet, { minLength: 1, maxLength: 3 }),
  short: fc.boolean(),
});
const asap = fc.integer({ min: 1, max: 8 }).map(Asap);
const ref = fc.nat({ max: 30 }).map((number) => FIRST_OBJECTS_REF + number);
const outcome = fc.constantFrom<Outcome>("ok", "ok", "no_ack", "lost", "offline", "too_long");
const timer = fc.constantFrom(
  { for: "objects", name: "initial-read" } as const,
  { for: "objects", name: "rate" } as const,
);
const limit = record({ ms: fc.constantFrom(0, 1, 300), telegrams: fc.nat({ max: 3 }) });

// biome-ignore format: one kind a line
const impulse: fc.Arbitrary<ObjectsImpulse> = fc.oneof(
  { weight: 3, arbitrary: record({ ...common, type: fc.constant("tables.ind"), addresses: loaded(addresses), associations: loaded(associations), objects: loaded(words), running: fc.constantFrom(true, true, true, false) }) },
  { weight: 5, arbitrary: record({ ...common, ...reception, type: fc.constant("A_GroupValue_Read.ind"), destination }) },
  { weight: 8, arbitrary: record({ ...common, ...reception, type: fc.constantFrom("A_GroupValue_Write.ind", "A_GroupValue_Response.ind"), destination, value }) },
  { weight: 9, arbitrary: record({ ...common, type: fc.constantFrom("A_GroupValue_Read.con", "A_GroupValue_Write.con", "A_GroupValue_Response.con"), destination, ref, outcome, repeats: fc.nat({ max: 3 }) }) },
  { weight: 8, arbitrary: record({ ...common, type: fc.constant("object-write.req"), asap, value: noise }) },
  { weight: 4, arbitrary: record({ ...common, type: fc.constant("object-read.req"), asap }) },
  { weight: 2, arbitrary: record({ ...common, type: fc.constant("object-updated.res"), asap }) },
  { weight: 3, arbitrary: record({ ...common, type: fc.constant("timeout"), timer }) },
  { weight: 3, arbitrary: record({ ...common, type: fc.constant("own-value.ind"), destination, service: fc.constantFrom("write", "response"), value, priority: fc.constant("low"), repeats: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: record({ ...common, type: fc.constant("bus.ind"), online: fc.boolean() }) },
  { weight: 1, arbitrary: record({ ...common, type: fc.constant("configure.req"), limit }) },
);

const from = fc.constantFrom("ets" as const, "both" as const, "yaml" as const);

prop.prop([from, fc.array(impulse, { maxLength: 80 })])(
  "whatever happens: one telegram at a time, a bounded queue, a state of plain JSON, timers that fit",
  (objectsFrom, impulses) => {
    let state = openObjects({ objectsFrom, groups: groupSet([]) });
    const runs = { "initial-read": false, rate: false };
    for (const one of impulses) {
      const before = state;
      const [after, out] = objects(state, one);
      state = after;
      if (one.type === "timeout") runs[one.timer.name] = false;
      for (const effect of out)
        if (effect.for === "timer" && effect.timer.for === "objects")
          runs[effect.timer.name] = effect.type === "start";
      const requests = out.filter((effect) => effect.for === "al");
      expect(requests.length).toBeLessThanOrEqual(1);
      const free = before.flight === null || one.type === "tables.ind" || one.type.endsWith(".con");
      if (one.type === "own-value.ind") expect(requests).toEqual([]);
      if (requests.length === 1) expect([free, after.flight === null]).toEqual([true, false]);
      expect(after.waiting.length).toBeLessThanOrEqual(QUEUE_LIMIT);
      if (after.flight === null && !runs.rate) expect(after.waiting).toEqual([]);
      expect(runs["initial-read"]).toBe(after.initial !== null && after.online);
      if (after.tables === null)
        expect([after.objects, after.waiting, after.flight]).toEqual([[], [], null]);
      if (objectsFrom === "yaml" && one.type !== "bus.ind" && one.type !== "configure.req")
        expect(after).toBe(before);
      expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    }
  },
);
