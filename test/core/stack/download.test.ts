import { describe, expect, test } from "vitest";
import { Asap } from "../../../src/core/app/group-objects/access-point.ts";
import { readFrame } from "../../../src/sim/frame.ts";
import {
  contents,
  expected,
  imageOf,
  installation,
  LOADABLES,
  program,
  started,
} from "./download.ts";
import { NEW, OLD, trusted } from "./download-cut.ts";

describe("our client programs our device", () => {
  test.each([false, true])("extended memory services: %s", (extended) => {
    const { perform, device, kept, clock } = installation();
    const image = imageOf(3, extended);
    expect(perform(program(image))).toMatchObject({ loaded: [5, 4, 3, 2, 1] });
    clock.advance(10_000);
    expect(contents(device.state)).toEqual(expected(image));
    expect(contents(started(kept()))).toEqual(expected(image));
    expect(device.state.device.model.loadables[4].run).toBe("running");
  });

  test("a second, partial download keeps the addresses of the segments", () => {
    const { perform, device } = installation();
    perform(program(OLD));
    const places = LOADABLES.map(
      (index) => device.state.device.model.loadables[index].segment?.address,
    );
    perform(program({ ...NEW, partial: true }));
    expect(contents(device.state)).toEqual(expected(NEW));
    expect(
      LOADABLES.map((index) => device.state.device.model.loadables[index].segment?.address),
    ).toEqual(places);
  });

  test.each([2, 3, 5, 7])("one telegram in a hundred damaged or lost, seed %i", (seed) => {
    const { perform, device, kept, faults, clock } = installation({ seed });
    // every telegram is some 30 octets at each of the two host interfaces
    faults.set({ busDamaged: 0.01, hostLost: 0.01 / 60 });
    for (let tries = 0, done = false; !done; tries++) {
      expect(tries).toBeLessThan(10);
      done = hasEnded(perform(program(NEW)));
      clock.advance(10_000);
      expect(trusted(device.state, [expected(NEW)])).toEqual([]);
      expect(trusted(started(kept()), [expected(NEW)])).toEqual([]);
    }
    expect(contents(device.state)).toEqual(expected(NEW));
  });
});

test("an application that sends all the while is heard before and after a download, and not in it", () => {
  const { perform, start, ended, device, clock, line } = installation();
  perform(program(OLD));
  const isWhole = (): boolean =>
    TABLES.every((index) => device.state.device.model.loadables[index].state === "loaded");
  let whole = true;
  let changedAt = 0;
  const heard: { group: string; whole: boolean; ms: number }[] = [];
  line.onFrame(({ octets, end }) => {
    const frame = readFrame(octets);
    if (frame?.toGroup !== true) return;
    heard.push({ group: frame.destination.toString(16), whole, ms: end - changedAt });
  });
  const id = start(program(NEW));
  for (let value = 0; ended(id) === undefined; value++) {
    device.deliver({
      for: "objects",
      type: "object-write.req",
      asap: Asap(1),
      value: [value & 1],
      at: clock.now(),
    });
    device.deliver({ for: "objects", type: "object-read.req", asap: Asap(1), at: clock.now() });
    clock.advance(7);
    if (isWhole() === whole) continue;
    whole = !whole;
    changedAt = clock.now();
  }
  const outside = heard.filter((one) => one.whole);
  expect(outside.length).toBeGreaterThan(20);
  expect(new Set(outside.map(({ group }) => group))).toEqual(new Set(["902"]));
  // What was on its way already.
  expect(heard.filter((one) => !one.whole).every(({ ms }) => ms < 100)).toBe(true);
  expect(contents(device.state)).toEqual(expected(NEW));
});

const TABLES = [1, 2, 3, 4] as const;

const hasEnded = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "loaded" in result;
