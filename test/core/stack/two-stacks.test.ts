import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../src/core/address.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import {
  createChip,
  createFaults,
  createLine,
  seededRandom,
  stackOnChip,
  type TestStack,
  testConfig,
  virtualClock,
} from "../../../src/testing.ts";

/** Two of our stacks, each behind a chip of its own, on one simulated line. */
const twoOnALine = (seed = 1, hostLost = 0, kind: "tpuart2" | "ncn5120" | "e981" = "tpuart2") => {
  const clock = virtualClock();
  const faults = createFaults(seededRandom(seed), { hostLost: 0 });
  const line = createLine({ clock });
  const objects = { "1/2/3": { dpt: "1.001" }, "1/2/5": { dpt: "9.001" } } as const;
  const device = (address: number): TestStack =>
    stackOnChip(
      clock,
      createChip({ line, kind, faults }),
      testConfig({ dl: { address: IndividualAddress(address), chip: kind }, objects }),
    );
  const a = device(0x1105);
  const b = device(0x1106);
  clock.advance(1_000);
  faults.set({ hostLost });
  return { clock, line, faults, a, b };
};

let ref = 0;
const write = (stack: TestStack, value: number): Impulse => ({
  for: "al",
  type: "A_GroupValue_Write.req",
  destination: GroupAddress(0x0a03),
  priority: "low",
  value: { octets: [value & 0x3f], short: true },
  ref: ++ref,
  at: stack.clock.now(),
});

/** Values that arrived, as the state topic says them. */
const arrived = (stack: TestStack): readonly string[] =>
  stack
    .published()
    .filter((line) => line.startsWith("knx/ga/1/2/3/state"))
    .map((line) => JSON.parse(line.slice(line.indexOf("{"))).raw as string);

const connect = (stack: TestStack): void =>
  stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: stack.clock.now() });

const counted = (effects: readonly (Impulse | Effect)[], name: string): number =>
  effects.reduce(
    (sum, effect) =>
      effect.for === "counters" && effect.type === "count" && effect.counter === name
        ? sum + effect.by
        : sum,
    0,
  );

describe("two stacks on a simulated line", () => {
  test.each(["tpuart2", "ncn5120", "e981"] as const)(
    "%s: a write is acknowledged, confirmed and arrives",
    (kind) => {
      const { clock, a, b } = twoOnALine(1, 0, kind);
      connect(b);
      a.effects();
      a.deliver(write(a, 1));
      clock.advance(200);
      expect(arrived(b)).toEqual(["01"]);
      const effects = a.effects();
      expect(counted(effects, "tx.confirmed")).toBe(1);
      expect(counted(effects, "tx.repeats")).toBe(0);
      expect(counted(b.effects(), "ack.sent")).toBe(1);
    },
  );

  test("both send at once: arbitration, and both arrive", () => {
    const { clock, a, b } = twoOnALine();
    connect(a);
    connect(b);
    a.deliver(write(a, 1));
    b.deliver(write(b, 0));
    clock.advance(300);
    expect(arrived(a)).toEqual(["00"]);
    expect(arrived(b)).toEqual(["01"]);
  });

  test("nobody there: three repetitions, negative confirmation", () => {
    const { clock, a } = twoOnALine();
    a.effects();
    a.deliver({ ...write(a, 1), destination: GroupAddress(0x0a09) } as Impulse);
    clock.advance(400);
    const effects = a.effects();
    expect(counted(effects, "tx.repeats")).toBe(3);
    expect(counted(effects, "tx.no-ack")).toBe(1);
  });

  test("power lost and back: both recover by themselves", () => {
    const { clock, line, a, b } = twoOnALine();
    line.power(false);
    clock.advance(20_000);
    expect(a.state.dl.link.state).not.toBe("online");
    line.power(true);
    clock.advance(40_000);
    expect([a.state.dl.link.state, b.state.dl.link.state]).toEqual(["online", "online"]);
    connect(b);
    a.deliver(write(a, 1));
    clock.advance(200);
    expect(arrived(b)).toEqual(["01"]);
  });
});

prop.prop([fc.integer(), fc.integer({ min: 0, max: 20 })], { numRuns: 25 })(
  "octets lost on the host interfaces: every request ends, what arrives keeps its order, both come back",
  (seed, perThousand) => {
    const { clock, faults, a, b } = twoOnALine(seed, perThousand / 1_000);
    connect(b);
    a.effects();
    const requests = 60;
    for (let n = 0; n < requests; n++) {
      a.deliver(write(a, n));
      clock.advance(100);
    }
    faults.set({ hostLost: 0 });
    clock.advance(60_000);
    const effects = a.effects();
    const ends = ["tx.confirmed", "tx.no-ack", "tx.lost", "tx.rejected"] as const;
    const offline = effects.filter(
      (effect) => effect.for === "drops" && effect.reason === "dl.offline",
    );
    const ended = ends.reduce((sum, name) => sum + counted(effects, name), offline.length);
    expect(ended).toBe(requests);
    const values = arrived(b);
    expect(values).not.toEqual([]);
    expect(values).toEqual(values.toSorted());
    expect([a.state.dl.link.state, b.state.dl.link.state]).toEqual(["online", "online"]);
  },
);
