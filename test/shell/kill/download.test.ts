import { describe, expect, test } from "vitest";
import { openingNotes } from "../../../src/core/app/device/model/stored.ts";
import {
  contents,
  expected,
  installation,
  type Kept,
  LOADABLES,
  NOTHING_KEPT,
  program,
  started,
} from "../../core/stack/download.ts";
import { atEveryPlace, distrust, NEW, NEXT, OLD } from "../../core/stack/download-cut.ts";
import { createDisk, type Disk, type Found } from "./disk.ts";
import { execute, readWhole, type StoreEffect, storeOn } from "./script.ts";

/*
 * Process and chip are gone in the middle of a download, by kill −9 or with the power of the machine, and the device starts with
 * what the disk then has. The writes are those of a whole download on the line, through the store of the shell.
 */

const DIRECTORY = "/state";

/** What went to the store since the last call. */
const writesOf = ({ device }: ReturnType<typeof installation>): readonly StoreEffect[] =>
  device
    .effects()
    .flatMap((effect) =>
      effect.for === "store" && (effect.type === "save" || effect.type === "keep") ? [effect] : [],
    );

/** Each with the number of writes that were done when a place of a telegram was reached. */
const record = (image: typeof NEW) => {
  const it = installation({ kept: BEFORE.kept });
  const effects: StoreEffect[] = [];
  const places: { telegram: number; done: number }[] = [];
  const end = atEveryPlace(it, (telegram) => {
    effects.push(...writesOf(it));
    places.push({ telegram, done: effects.length });
  });
  it.perform(program(image));
  end();
  effects.push(...writesOf(it));
  return { effects, places };
};

/** Until the first write that fails. */
const play = ({ files }: Disk, effects: readonly StoreEffect[]): void => {
  const store = storeOn(DIRECTORY, { files });
  for (const effect of effects) if (execute(store, effect) !== undefined) return;
};

const BEFORE = (() => {
  const it = installation();
  it.perform(program(OLD));
  const disk = createDisk();
  play(disk, writesOf(it));
  return { kept: it.kept(), disk: disk.afterKill() };
})();

/** What a start finds. @throws Error when nothing can be started with it */
const keptOn = (found: Found): Kept => {
  const whole = readWhole(DIRECTORY, createDisk({ found }).files);
  if (typeof whole === "string") throw new Error(whole);
  const loadables = Object.fromEntries(whole.loaded.map((one) => [one.index, one]));
  return { ...NOTHING_KEPT, record: whole.record, loadables };
};

/** Whatever is not right with a device that starts like that. */
const wrongWith = (kept: Kept): readonly string[] => {
  const state = started(kept);
  const notes = openingNotes(Object.values(kept.loadables));
  const { loadables } = state.device.model;
  return [
    ...distrust(state, [OLD, NEW]),
    ...LOADABLES.filter((index) => loadables[index].state !== "loaded")
      .filter((index) => !notes.some(({ fields: { object } }) => object === index))
      .map((index) => `not told: object ${index} is ${loadables[index].state}`),
  ];
};

/** The next download, of everything, onto that disk. @returns whether it is there as a whole after another start */
const isWholeAfter = (found: Found): boolean => {
  const it = installation({ kept: keptOn(found) });
  const result = JSON.stringify(it.perform(program(NEXT)));
  const disk = createDisk({ found });
  play(disk, writesOf(it));
  const again = started(keptOn(disk.afterKill()));
  return (
    result.includes('"loaded":[5,4,3,2,1]') &&
    [it.device.state, again].every(
      (state) =>
        `${contents(state)}` === `${expected(NEXT)}` && distrust(state, [NEXT]).length === 0,
    )
  );
};

describe.each([
  { is: "full", image: NEW },
  { is: "partial", image: { ...NEW, partial: true } },
])("a $is download", ({ image }) => {
  const { effects, places } = record(image);
  const telegrams = new Set(places.map(({ telegram }) => telegram)).size;
  const outcomes = new Map<string, Found>();
  const remember = (found: Found): Kept => {
    const kept = keptOn(found);
    const outcome = JSON.stringify([contents(started(kept)), kept.loadables]);
    if (!outcomes.has(outcome)) outcomes.set(outcome, found);
    return kept;
  };

  test(`power of the machine lost at ${places.length} places in and after ${telegrams} telegrams`, () => {
    const known = new Map<number, readonly string[]>();
    for (const { telegram, done } of places) {
      const wrong =
        known.get(done) ??
        afterWrites(effects.slice(0, done)).flatMap((found) => wrongWith(remember(found)));
      known.set(done, wrong);
      expect([telegram, wrong]).toEqual([telegram, []]);
    }
    expect(telegrams).toBeGreaterThan(190);
    expect(known.size).toBeGreaterThan(4);
  });

  test(`kill −9, and loss of power, at every call of ${effects.length} writes`, {
    timeout: 60_000,
  }, () => {
    const whole = createDisk({ found: BEFORE.disk });
    play(whole, effects);
    const calls = whole.calls();
    for (let at = 0; at < calls; at++) {
      const disk = createDisk({ found: BEFORE.disk, fail: { at, how: "crash" } });
      play(disk, effects);
      for (const found of [disk.afterKill(), ...disk.afterPowerLoss()])
        expect([at, wrongWith(remember(found))]).toEqual([at, []]);
    }
    expect(calls).toBeGreaterThan(effects.length * 4);
    expect(contents(started(keptOn(whole.afterKill())))).toEqual(expected(NEW));
  });

  test("a full download after each different outcome of these", { timeout: 60_000 }, () => {
    const wrong = [...outcomes].filter(([, found]) => !isWholeAfter(found));
    expect(wrong.map(([outcome]) => outcome)).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(4);
  });
});

/** What a loss of power between two writes leaves. */
const afterWrites = (effects: readonly StoreEffect[]): readonly Found[] => {
  const disk = createDisk({ found: BEFORE.disk });
  play(disk, effects);
  return [disk.afterKill(), ...disk.afterPowerLoss()];
};
