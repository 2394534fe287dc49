import { describe, expect, test } from "vitest";
import { createDisk, type Disk, type Found } from "./disk.ts";
import {
  after,
  execute,
  INDICES,
  loaded,
  readWhole,
  type StoreEffect,
  saved,
  storeOn,
  unfit,
  type Whole,
} from "./script.ts";

const DIRECTORY = "/state";

/** A whole download over an older one, a second start of loading that never ends, and a new address. */
const DOWNLOAD: readonly StoreEffect[] = [
  saved(7),
  ...INDICES.map((index) => unfit(index, "unloaded")),
  ...INDICES.map((index) => unfit(index, "loading")),
  ...INDICES.map((index) => loaded(index, index + 20)),
  saved(8),
  saved(8),
  unfit(4, "loading"),
  unfit(4, "error"),
  saved(9),
];
const EARLIER = [saved(5), ...INDICES.map((index) => loaded(index, index + 3))];

const NOTHING: Whole = { record: null, loaded: [] };
const all = (effects: readonly StoreEffect[], from = NOTHING) => effects.reduce(after, from);

/** Until the first effect that fails. @returns how many did not */
const play = ({ files }: Disk, effects: readonly StoreEffect[]): number => {
  const store = storeOn(DIRECTORY, { files });
  const failed = effects.findIndex((effect) => execute(store, effect) !== undefined);
  return failed < 0 ? effects.length : failed;
};
/** What somebody reads who starts with that; the same disks turn up again and again. */
const start = (found: Found): string => {
  const key = [...found].map(
    ([name, octets]) => `${name} ${Buffer.from(octets).toString("latin1")}`,
  );
  const id = key.sort().join("\n");
  const known = read.get(id) ?? text(readWhole(DIRECTORY, createDisk({ found }).files));
  read.set(id, known);
  return known;
};
const read = new Map<string, string>();
const text = (whole: Whole | string): string => JSON.stringify(whole);

const empty: Found = new Map();
const programmed = createDisk();
play(programmed, EARLIER);
const BEGINNINGS = [
  { is: "an empty directory", found: empty, whole: NOTHING },
  { is: "a device that was programmed", found: programmed.afterKill(), whole: all(EARLIER) },
];
const callsOf = (found: Found) => {
  const disk = createDisk({ found });
  play(disk, DOWNLOAD);
  return disk.calls();
};

type Options = NonNullable<Parameters<typeof createDisk>[0]>;
/** What is found after the disk failed like this, and is neither what was promised nor what was about to be. */
const wrongAfter = (begin: (typeof BEGINNINGS)[number], options: Options) => {
  const disk = createDisk({ ...options, found: begin.found });
  const done = play(disk, DOWNLOAD);
  const right = new Set([
    text(all(DOWNLOAD.slice(0, done), begin.whole)),
    text(all(DOWNLOAD.slice(0, done + 1), begin.whole)),
  ]);
  const possible = [disk.afterKill(), ...disk.afterPowerLoss()];
  const wrong = possible.map(start).filter((whole) => !right.has(whole));
  return { done, right, possible, wrong };
};
const HOW = ["crash", "ENOSPC", "EIO", "EROFS"] as const;

describe.each(BEGINNINGS)("a download that ends at any call, over $is", (begin) => {
  const calls = callsOf(begin.found);

  test("the calls: 8 for each file that is replaced", () => {
    expect(calls).toBe(20 * 8 + 6 * 4);
  });

  test.each(HOW)("%s: what was promised is there, or what was about to be; nothing else", (how) => {
    let found = 0;
    const wrong: unknown[] = [];
    for (let at = 0; at < calls; at++) {
      for (const forever of how === "crash" ? [false] : [false, true]) {
        const ended = wrongAfter(begin, { fail: { at, how, forever } });
        if (ended.wrong.length > 0) wrong.push({ at, forever, wrong: ended.wrong });
        found += ended.possible.length;
      }
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(calls * 2);
  });

  test("the next start may end at any call as well, and changes nothing", () => {
    const wrong: number[] = [];
    for (let at = 0; at < calls; at += 1) {
      const { right, possible } = wrongAfter(begin, { fail: { at, how: "crash" } });
      for (const found of possible) {
        const readings = createDisk({ found });
        readWhole(DIRECTORY, readings.files);
        for (let second = 0; second < readings.calls(); second++) {
          const disk = createDisk({ found, fail: { at: second, how: "crash" } });
          readWhole(DIRECTORY, disk.files);
          if (!disk.afterPowerLoss().every((again) => right.has(start(again)))) wrong.push(at);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("whatever is found, the download can be done again, and leaves no other file behind", () => {
    const names = ["device.json", ...INDICES.map((index) => `object-${index}`)];
    const seen = new Set<string>();
    for (let at = 0; at < calls; at++) {
      for (const found of wrongAfter(begin, { fail: { at, how: "crash" } }).possible) {
        const disk = createDisk({ found });
        readWhole(DIRECTORY, disk.files);
        const done = play(disk, DOWNLOAD);
        for (const end of disk.afterPowerLoss())
          seen.add(`${done} ${[...end.keys()].sort()} ${start(end)}`);
      }
    }
    expect([...seen]).toEqual([`${DOWNLOAD.length} ${names} ${text(all(DOWNLOAD))}`]);
  });
});

describe("these tests notice a store that is worse", () => {
  test.each(["file", "directory"] as const)(
    "one that does not force the %s to the disk",
    (ignore) => {
      const begin = { is: "", found: programmed.afterKill(), whole: all(EARLIER) };
      const wrong = Array.from(
        { length: 24 },
        (_, at) => wrongAfter(begin, { ignore, fail: { at, how: "crash" } }).wrong.length,
      );
      expect(wrong.some((count) => count > 0)).toBe(true);
    },
  );
});
