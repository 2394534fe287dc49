import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { device } from "../../../../src/core/app/device/device.ts";
import { octetsOf } from "../../../../src/core/app/device/model/image.ts";
import type { LoadableIndex, StoredLoadable } from "../../../../src/core/app/device/model/model.ts";
import { openModel } from "../../../../src/core/app/device/model/stored.ts";
import { loadedTables, sameTables } from "../../../../src/core/app/device/model/tables-view.ts";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { type Apdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { OTHER, opened, TOOL } from "./rig.ts";

const INDICES = [1, 2, 3, 4, 5] as const;

const octet = fc.nat({ max: 255 });
const anyIndex = fc.constantFrom(...INDICES);
const anyControl = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1, 1, 2, 2, 4, 7)).map(([event]) => [event, ...new Array(9).fill(0)]),
  fc
    .tuple(fc.nat({ max: 40 }), fc.boolean(), octet)
    .map(([size, clears, fill]) => [3, 0x0b, 0, 0, 0, size, clears ? 1 : 0, fill, 0, 0]),
  fc.array(octet, { minLength: 10, maxLength: 10 }),
);
const anyAddress = fc.oneof(fc.integer({ min: 0xf8, max: 0x640 }), fc.nat({ max: 0xffff }));
/** Tables that could be right, and anything. */
const anyData = fc.oneof(
  fc.constantFrom([0, 0], [0, 1, 9, 1], [0, 1, 0, 1, 0, 1], [0, 2, 0x0a, 3, 0x0a, 1]),
  fc.array(octet, { minLength: 1, maxLength: 12 }),
);

const anyApdu: fc.Arbitrary<Apdu> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(anyIndex, anyControl)
      .map(
        ([object, data]) =>
          ({ service: "A_PropertyValue_Write", object, pid: 5, count: 1, start: 1, data }) as const,
      ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyAddress, anyData)
      .map(
        ([address, data]) =>
          ({ service: "A_Memory_Write", number: data.length, address, data }) as const,
      ),
  },
  fc
    .tuple(anyAddress, anyData)
    .map(
      ([address, data]) =>
        ({ service: "A_MemoryExtended_Write", number: data.length, address, data }) as const,
    ),
  fc
    .tuple(anyAddress, octet, octet)
    .map(
      ([address, and, xor]) =>
        ({ service: "A_MemoryBit_Write", number: 1, address, and: [and], xor: [xor] }) as const,
    ),
  fc
    .tuple(anyIndex, fc.nat({ max: 60 }), fc.nat({ max: 15 }), fc.nat({ max: 20 }), anyData)
    .map(
      ([object, pid, count, start, data]) =>
        ({ service: "A_PropertyValue_Write", object, pid, count, start, data }) as const,
    ),
  fc
    .tuple(fc.nat({ max: 7 }), fc.nat({ max: 90 }), fc.nat({ max: 15 }), fc.nat({ max: 20 }))
    .map(
      ([object, pid, count, start]) =>
        ({ service: "A_PropertyValue_Read", object, pid, count, start }) as const,
    ),
  fc.tuple(fc.nat({ max: 10 }), fc.nat({ max: 60 }), octet, fc.nat({ max: 20 })).map(
    ([objectType, pid, count, start]) =>
      ({
        service: "A_PropertyExtValue_Read",
        objectType,
        instance: 1,
        pid,
        count,
        start,
      }) as const,
  ),
  fc.tuple(fc.nat({ max: 10 }), fc.nat({ max: 60 }), octet, fc.nat({ max: 20 }), anyData).map(
    ([objectType, pid, count, start, data]) =>
      ({
        service: "A_PropertyExtValue_WriteUnCon",
        objectType,
        instance: 1,
        pid,
        count,
        start,
        data,
      }) as const,
  ),
  fc.tuple(anyIndex, octet).map(
    ([object, version]) =>
      ({
        service: "A_PropertyValue_Write",
        object,
        pid: 13,
        count: 1,
        start: 1,
        data: [0, 0xfa, 0x12, 0x34, version],
      }) as const,
  ),
  fc.constantFrom<Apdu>(
    { service: "A_PropertyValue_Write", object: 0, pid: 14, count: 1, start: 1, data: [4] },
    {
      service: "A_PropertyValue_Write",
      object: 4,
      pid: 6,
      count: 1,
      start: 1,
      data: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    { service: "A_Authorize_Request", key: hex("85 96 A7 B8") },
    { service: "A_Key_Write", level: 2, key: hex("85 96 A7 B8") },
    { service: "A_Restart" },
    ...[1, 2, 4, 5, 6, 7].map(
      (eraseCode) => ({ service: "A_Restart_MasterReset", eraseCode, channel: 0 }) as const,
    ),
  ),
);

const anyImpulse: fc.Arbitrary<DeviceImpulse> = fc.record({
  for: fc.constant("device" as const),
  type: fc.constant("apdu.ind" as const),
  mode: fc.constantFrom("connected", "connected", "connectionless"),
  source: fc.constantFrom(TOOL, OTHER),
  priority: fc.constant("system" as const),
  apdu: anyApdu,
  at: fc.nat(),
});

const anyTraffic = fc.array(anyImpulse, { maxLength: 80 });

/** The last that went to the store for each object. */
type Kept = Readonly<Partial<Record<LoadableIndex, StoredLoadable>>>;

/** One impulse after the other, with what the store has after each. */
const replay = (
  impulses: readonly DeviceImpulse[],
  look: (state: DeviceState, kept: Kept, before: DeviceState, impulse: DeviceImpulse) => void,
): void => {
  let state = opened();
  let kept: Kept = {};
  for (const impulse of impulses) {
    const [next, out] = device(state, impulse);
    for (const item of out) {
      if (item.for === "store" && item.type === "keep")
        kept = { ...kept, [item.loadable.index]: item.loadable };
      if (item.for === "al" && item.type === "apdu.req") encodeApdu(item.apdu);
    }
    look(next, kept, state, impulse);
    state = next;
  }
};

describe("anything that loads, in any order", () => {
  prop.prop([anyTraffic], { numRuns: 400 })("never throws, and the state is JSON", (impulses) => {
    replay(impulses, (state) => {
      expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
    });
  });

  prop.prop([anyTraffic], { numRuns: 400 })(
    "the store has the state of every object, and of what is loaded exactly these octets",
    (impulses) => {
      replay(impulses, ({ model }, kept) => {
        for (const index of INDICES) {
          const { state, segment, programVersion } = model.loadables[index];
          const stored = kept[index] ?? { index, state: "unloaded" };
          expect(stored.state).toBe(state);
          if (stored.state !== "loaded") continue;
          expect(stored.address).toBe(segment?.address ?? 0);
          expect(toHex(stored.octets)).toBe(segment === null ? "" : toHex(octetsOf(segment.image)));
          expect(toHex(stored.programVersion)).toBe(toHex(programVersion));
        }
      });
    },
  );

  prop.prop([anyTraffic], { numRuns: 300 })(
    "after a loss of power everything that was loaded is as it was, and nothing else is",
    (impulses) => {
      replay(impulses, ({ model }, kept) => {
        const again = openModel(Object.values(kept));
        for (const index of INDICES) {
          const before = model.loadables[index];
          const after = again.loadables[index];
          expect(after.state === "loaded").toBe(before.state === "loaded");
          if (after.state !== "loaded") continue;
          expect(after.segment && toHex(octetsOf(after.segment.image))).toBe(
            before.segment && toHex(octetsOf(before.segment.image)),
          );
        }
      });
    },
  );

  prop.prop([anyTraffic], { numRuns: 300 })(
    "memory services touch the segment they are meant for, while it is loaded, and nothing else",
    (impulses) => {
      replay(impulses, (state, _kept, before, impulse) => {
        if (impulse.type !== "apdu.ind" || !impulse.apdu.service.startsWith("A_Memory")) return;
        const changed = INDICES.filter(
          (index) => state.model.loadables[index] !== before.model.loadables[index],
        );
        expect(changed.length).toBeLessThanOrEqual(1);
        for (const index of changed) {
          const { segment, ...rest } = state.model.loadables[index];
          const { segment: old, ...same } = before.model.loadables[index];
          expect(rest).toEqual(same);
          expect(rest.state).toBe("loading");
          expect(segment?.address).toBe(old?.address);
          expect(segment?.image.size).toBe(old?.image.size);
        }
        expect({ ...state, model: null }).toEqual({ ...before, model: null });
      });
    },
  );

  prop.prop([anyTraffic], { numRuns: 300 })(
    "whoever is told of the tables knows them, and programs run only while they are loaded",
    (impulses) => {
      let state = opened();
      let told = loadedTables(state.model);
      for (const impulse of impulses) {
        const [next, out] = device(state, impulse);
        for (const item of out)
          if (item.for === "objects" && item.type === "tables.ind")
            told = { ...item, program: item.program ?? null };
        expect(sameTables(told, loadedTables(next.model))).toBe(true);
        for (const index of INDICES) {
          const { state: load, run } = next.model.loadables[index];
          if (load !== "loaded" || index < 4) expect(run).toBe("halted");
        }
        state = next;
      }
    },
  );
});
