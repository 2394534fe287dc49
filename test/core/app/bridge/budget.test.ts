import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  affordableAt,
  airtime,
  type Budget,
  CAPACITY_MS,
  frameOctets,
  openBudget,
  setRate,
  spend,
} from "../../../../src/core/app/bridge/queue/budget.ts";
import {
  addAirtime,
  type Load,
  openLoad,
  rollTo,
  share,
} from "../../../../src/core/app/bridge/queue/load.ts";

// biome-ignore format: read by column
const AIRTIME = [ // TPDU, frame octets, ms: the table of `mqtt-interface.md` §2
  { value: "1 bit",     tpdu: 2,  octets: 9,  ms: 20.6 },
  { value: "1 octet",   tpdu: 3,  octets: 10, ms: 22.0 },
  { value: "2 octets",  tpdu: 4,  octets: 11, ms: 23.3 },
  { value: "4 octets",  tpdu: 6,  octets: 13, ms: 26.0 },
  { value: "14 octets", tpdu: 16, octets: 23, ms: 39.6 },
  { value: "extended",  tpdu: 17, octets: 25, ms: 42.3 },
];
test.each(AIRTIME)("airtime of $value", ({ tpdu, octets, ms }) => {
  expect(frameOctets(tpdu)).toBe(octets);
  expect(airtime(octets)).toBeCloseTo(ms, 1);
});

describe("§13.3 token bucket", () => {
  test("a full bucket is a burst, then what a second brings", () => {
    const budget = spend(openBudget(0.35, 0), 0, 250);
    expect(affordableAt(budget, 0, 35, 0)).toBeCloseTo(100);
    expect(affordableAt(budget, 100, 35, 0)).toBe(100);
  });
  test("classes 0 and 1 may overdraw", () => {
    const budget = spend(openBudget(0.35, 0), 0, 250);
    expect(affordableAt(budget, 0, 100, -100)).toBe(0);
    expect(affordableAt(budget, 0, 101, -100)).toBeGreaterThan(0);
    expect(affordableAt(budget, 0, 250, -250)).toBe(0);
  });
  test("another rate counts from then on", () => {
    const halved = setRate(spend(openBudget(0.4, 0), 0, 250), 100, 0.2);
    expect(affordableAt(halved, 100, 60, 0)).toBeCloseTo(200);
  });
  test("a frame longer than the bucket waits for a full one", () => {
    expect(affordableAt(openBudget(0.35, 0), 0, 366, 0)).toBe(0);
    expect(affordableAt(spend(openBudget(0.5, 0), 0, 50), 0, 366, 0)).toBe(100);
  });
  test.prop([fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 9, max: 23 })))])(
    "whatever is asked for when, no more leaves than the bucket and its fill",
    (wishes) => {
      let at = 0;
      let spent = 0;
      let budget: Budget = openBudget(0.35, 0);
      for (const [pause, octets] of wishes) {
        at = Math.max(at + pause, affordableAt(budget, at + pause, airtime(octets), 0));
        budget = spend(budget, at, airtime(octets));
        spent += airtime(octets);
        expect(spent).toBeLessThanOrEqual(CAPACITY_MS + 0.35 * at + 1e-3);
      }
    },
  );
});

describe("§13.3 adaptation to the load of the last 10 s", () => {
  const seconds = (load: Load, count: number, ms: number): Load => {
    let after = load;
    for (let n = 0; n < count; n++) {
      const { second } = after;
      after = rollTo(addAirtime(after, second * 1_000, ms, false), (second + 1) * 1_000);
    }
    return after;
  };
  test.each([
    { ms: 590, level: "normal" },
    { ms: 610, level: "busy" },
    { ms: 790, level: "busy" },
    { ms: 810, level: "overload" },
  ])("$ms ms a second is $level", ({ ms, level }) => {
    expect(seconds(openLoad(0), 11, ms).past.level).toBe(level);
  });
  test("normal again after 10 s below 55 %", () => {
    const overloaded = seconds(openLoad(0), 11, 900);
    expect(overloaded.past.overloaded).toBe(true);
    const lighter = seconds(overloaded, 30, 570);
    expect(lighter.past).toMatchObject({ level: "busy", overloaded: true });
    // From the third second on the window is below.
    expect(seconds(lighter, 11, 500).past.overloaded).toBe(true);
    expect(seconds(lighter, 12, 500).past).toMatchObject({ level: "normal", overloaded: false });
  });
  test("silence empties the windows", () => {
    const { past } = rollTo(seconds(openLoad(0), 11, 900), 3_600_000);
    expect(past).toMatchObject({ level: "normal", overloaded: false });
    expect(share(past.totals, 60)).toBe(0);
  });
});
