import { describe, expect, test } from "vitest";
import { run, type StackState } from "../../../src/core/stack/stack.ts";
import {
  contents,
  expected,
  imageOf,
  installation,
  type Kept,
  keep,
  LOADABLES,
  program,
  started,
} from "./download.ts";

const OLD = imageOf(1);
const NEW = imageOf(2);

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

const hasEnded = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "loaded" in result;

/** Objects that pretend to be whole and are not. */
const trusted = (state: StackState, whole: readonly (readonly string[])[]): readonly string[] =>
  contents(state).flatMap((content, index) =>
    /^(unloaded|loading|error|unloading|loadCompleting)$/.test(content) ||
    whole.some((each) => each[index] === content)
      ? []
      : [`${index + 1}: ${content}`],
  );

/** The device as it stood after each telegram of a download over an older one. */
const snapshots = (): readonly Readonly<{ state: StackState; kept: Kept }>[] => {
  const { perform, line, device, kept } = installation();
  perform(program(OLD));
  const found: { state: StackState; kept: Kept }[] = [];
  const stop = line.onFrame(() => found.push({ state: device.state, kept: kept() }));
  perform(program(NEW));
  stop();
  return found;
};

describe("a download that is cut off after every single telegram", () => {
  const cuts = snapshots();
  const whole = [expected(OLD), expected(NEW)];

  test("there are enough of them", () => {
    expect(cuts.length).toBeGreaterThan(150);
    expect(contents(cuts[0]?.state as StackState)).toEqual(expected(OLD));
    expect(contents(cuts.at(-1)?.state as StackState)).toEqual(expected(NEW));
  });

  test("disconnect: nothing pretends to be whole, and nothing runs that is not", () => {
    for (const { state } of cuts) {
      let after = state;
      for (const { peer } of state.tlsm.connections)
        [after] = run(after, {
          for: "tlsm",
          type: "tpdu.ind",
          source: peer,
          tpdu: { kind: "T_Disconnect" },
          at: 1e9,
        });
      expect(trusted(after, whole)).toEqual([]);
      expect(running(after)).toBe(
        contents(after)[3] === expected(OLD)[3] || contents(after)[3] === expected(NEW)[3],
      );
    }
  });

  test("loss of bus power: the same, and the link comes back", () => {
    for (const { state } of cuts.filter((_, index) => index % 5 === 0)) {
      const [down] = run(state, { for: "dl", type: "port-closed.ind", at: 1e9 });
      expect(trusted(down, whole)).toEqual([]);
    }
  });

  test("kill -9: the start after it finds old, new, or says that it must be loaded again", () => {
    for (const { kept } of cuts) {
      const state = started(kept);
      expect(trusted(state, whole)).toEqual([]);
      for (const [index, content] of contents(state).entries())
        if (content === "error")
          expect(state.device.model.loadables[LOADABLES[index] ?? 1].error).not.toBe(0);
    }
  });

  test("kill -9 between two writes of the store: the same at each of them", () => {
    const { perform, device } = installation();
    const effects: Parameters<typeof keep>[1][] = [];
    perform(program(OLD));
    effects.push(...device.effects().filter((effect) => effect.for === "store"));
    perform(program(NEW));
    effects.push(...device.effects().filter((effect) => effect.for === "store"));
    let kept: Kept = { record: null, loadables: {} };
    for (const effect of effects) {
      kept = keep(kept, effect);
      expect(trusted(started(kept), whole)).toEqual([]);
    }
    expect(contents(started(kept))).toEqual(expected(NEW));
  });

  test("after each tenth of them a new download ends whole", { timeout: 60_000 }, () => {
    for (const { kept } of cuts.filter((_, index) => index % 10 === 3)) {
      const { perform, device } = installation({ kept });
      expect(perform(program(NEW))).toMatchObject({ loaded: [5, 4, 3, 2, 1] });
      expect(contents(device.state)).toEqual(expected(NEW));
    }
  });
});

const running = (state: StackState): boolean => state.device.model.loadables[4].run === "running";
