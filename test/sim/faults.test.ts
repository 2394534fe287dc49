import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { createFaults, type FaultRates, troubles } from "../../src/sim/faults.ts";
import { startHouse } from "../../src/sim/house.ts";
import { seededRandom } from "../../src/sim/random.ts";
import { BUSY, NAK } from "../../src/sim/tp1.ts";
import { desk, hex } from "./desk.ts";

const ALL: FaultRates = {
  hostLost: 0.02,
  hostFlipped: 0.02,
  hostDoubled: 0.02,
  busDamaged: 0.05,
  nak: 0.05,
  busy: 0.05,
};

/** Ten minutes in a house with every fault there is: what the line and the host saw. */
const badDay = (seed: number): string => {
  const clock = virtualClock();
  const house = startHouse({ clock, seed, rates: ALL, lively: true });
  const { line, chip } = house;
  const random = seededRandom(seed);
  const everyMs = { mute: 60_000, reset: 60_000, power: 90_000 };
  const stop = troubles({ clock, random, line, chip, everyMs });
  house.talk({ perSecond: 5, to: ["1/1/10", "1/1/17"] });
  const seen: string[] = [];
  line.onFrame(({ at, octets, acknowledge }) =>
    seen.push(`${at.toFixed(3)} ${toHex(octets)} ${acknowledge}`),
  );
  chip.onOctets((octets) => seen.push(`${clock.now().toFixed(3)} ${toHex(octets)}`));
  const ask = (): void => {
    chip.write(hex("28 11 05 02"));
    clock.after(500, ask);
  };
  ask();
  clock.advance(10 * 60_000);
  stop();
  house.stop();
  return seen.join("\n");
};

test("the same seed gives the same bad day, to the microsecond; another seed another one", () => {
  const day = badDay(11);
  expect(day.split("\n").length).toBeGreaterThan(10_000);
  expect(badDay(11)).toBe(day);
  expect(badDay(12)).not.toBe(day);
});

describe("each fault does what its name says", () => {
  const only = (rates: FaultRates) => createFaults(seededRandom(3), rates);

  test("octets on the host interface", () => {
    expect(only({ hostLost: 1 }).host(0x55)).toEqual([]);
    expect(only({ hostDoubled: 1 }).host(0x55)).toEqual([0x55, 0x55]);
    const [flipped = 0x55] = only({ hostFlipped: 1 }).host(0x55);
    const turned = flipped ^ 0x55;
    expect([turned !== 0, (turned & (turned - 1)) === 0]).toEqual([true, true]);
    expect(only({}).host(0x55)).toEqual([0x55]);
  });

  test("frames on the bus", () => {
    expect(only({}).damage(9)).toBeUndefined();
    expect(only({ busDamaged: 1 }).damage(9)?.index).toBeLessThan(9);
    expect(only({}).answer()).toBeUndefined();
    expect(only({ nak: 1 }).answer()).toBe(NAK);
    expect(only({ busy: 1 }).answer()).toBe(BUSY);
  });

  test("they can be switched off and on at any time", () => {
    const faults = createFaults(seededRandom(3), { hostLost: 1 });
    const { write, told } = desk({ kind: "tpuart2", faults });
    write("02");
    expect(told()).toBe("");
    faults.set({});
    write("02");
    expect(told()).toBe("07");
  });

  test("about as often as asked for", () => {
    const faults = only({ hostLost: 0.1 });
    const lost = Array.from({ length: 10_000 }, () => faults.host(1)).filter((o) => o.length === 0);
    expect(lost.length).toBeGreaterThan(850);
    expect(lost.length).toBeLessThan(1150);
  });
});

test("troubles end, and after the last one chip and line work", () => {
  const { clock, line, chip, write, told } = desk({ kind: "tpuart2" });
  const random = seededRandom(5);
  const everyMs = { mute: 5000, reset: 5000, power: 5000 };
  let cuts = 0;
  line.attach({
    name: "counter",
    octet: () => {},
    acknowledge: () => undefined,
    frameEnd: () => {},
    power: (on) => {
      if (!on) cuts++;
    },
  });
  const stop = troubles({ clock, random, line, chip, everyMs, lastingMs: 500 });
  clock.advance(60_000);
  stop();
  clock.advance(1000);
  expect([cuts > 3, chip.tally.resets > cuts + 3, line.powered]).toEqual([true, true, true]);
  told();
  write("02");
  expect(told()).toBe("07");
});
