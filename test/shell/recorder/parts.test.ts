import { describe, expect, test } from "vitest";
import type { Impulse } from "../../../src/core/impulse.ts";
import { openStack, run } from "../../../src/core/stack/stack.ts";
import {
  crashesToRemove,
  crashName,
  recordingName,
  recordingsIn,
  recordingsToRemove,
} from "../../../src/shell/recorder/folder.ts";
import type { Pack, Start } from "../../../src/shell/recorder/pack.ts";
import {
  EMPTY_RING,
  ringIsDue,
  ringOctets,
  ringSince,
  ringStart,
  ringTake,
} from "../../../src/shell/recorder/ring.ts";
import { testConfig } from "../../../src/testing/config.ts";
import { again, fetched, impulsesOf, linesOf, recorderAt } from "./rig.ts";

const STATE = openStack(testConfig());
const start = (at: number, gap = 0): Start => ({ at, state: STATE, gap });
const pack = (from: number, octets: number): Pack => ({
  octets: new Uint8Array(octets),
  impulses: 10,
  from,
  to: from + 1,
});

describe("the ring", () => {
  /** A part each 10 ms, of 300 octets each (and 200 for each pack). */
  const filled = (parts: number, limit: number) =>
    Array.from({ length: parts }, (_, index) => index * 10).reduce(
      (ring, at) => ringTake(ringStart(ring, start(at)), pack(at, 300), limit),
      EMPTY_RING,
    );

  test("forgets the oldest parts so that it stays within its limit", () => {
    const ring = filled(20, 2_000);
    expect(ringOctets(ring)).toBe(2_000);
    expect(ring.map((part) => part.start.at)).toEqual([160, 170, 180, 190]);
  });

  test("keeps the last part whatever its size", () => {
    expect(filled(3, 100)).toHaveLength(1);
  });

  test("wants a new part when there is none, or when the last has an eighth of all", () => {
    expect(ringIsDue(EMPTY_RING, 4_000)).toBe(true);
    expect(ringIsDue(ringStart(EMPTY_RING, start(1)), 4_000)).toBe(false);
    expect(ringIsDue(filled(1, 4_000), 4_000)).toBe(true);
    expect(ringIsDue(filled(1, 8_000), 8_000)).toBe(false);
  });

  test.each([
    { since: undefined, first: 0 },
    { since: -5, first: 0 },
    { since: 25, first: 20 },
    { since: 30, first: 30 },
    { since: 99, first: 40 },
  ])("since $since begins with the part at $first", ({ since, first }) => {
    expect(ringSince(filled(5, 10_000), since)[0]?.start.at).toBe(first);
  });

  test("a pack before any beginning is of no use", () => {
    expect(ringTake(EMPTY_RING, pack(1, 10), 100)).toEqual([]);
  });
});

describe("the folder", () => {
  const NOW = Date.UTC(2026, 0, 31, 10, 11, 12, 345);
  const DAY = 86_400_000;
  const file = (days: number, octets: number) => ({
    name: recordingName(NOW - days * DAY),
    octets,
    modified: NOW - days * DAY,
  });

  test("names are times in UTC, and sort like them", () => {
    expect(recordingName(NOW)).toBe("2026-01-31T10-11-12Z.knxrec");
    expect(recordingName(NOW, 1)).toBe("2026-01-31T10-11-12Z_1.knxrec");
    expect(crashName(NOW)).toBe("crash-2026-01-31T10-11-12Z.knxrec");
    const names = [recordingName(NOW + 1_000), recordingName(NOW, 1), recordingName(NOW)];
    expect(recordingsIn(names.map((name) => ({ name }))).map(({ name }) => name)).toEqual(
      names.toReversed(),
    );
  });

  const FILES = [file(1, 400), file(2, 400), file(3, 400), file(9, 10)];
  const name = (days: number): string => recordingName(NOW - days * DAY);
  const other = { name: "mine.knxrec", octets: 500, modified: 0 };
  const crash = { name: crashName(0), octets: 500, modified: 0 };
  // biome-ignore format: read by column
  test.each([
    { is: "all fit",                  files: FILES.slice(0, 3),      days: 7,  octets: 1_200, current: undefined, gone: [] },
    { is: "one is too old",           files: FILES,                  days: 7,  octets: 5_000, current: undefined, gone: [name(9)] },
    { is: "too much, oldest first",   files: FILES,                  days: 99, octets: 900,   current: undefined, gone: [name(9), name(3)] },
    { is: "others count and stay",    files: [...FILES, other],      days: 99, octets: 900,   current: undefined, gone: [name(9), name(3), name(2)] },
    { is: "a crash counts and stays", files: [...FILES, crash],      days: 7,  octets: 900,   current: undefined, gone: [name(9), name(3), name(2)] },
    { is: "not what is being written", files: FILES,                 days: 0,  octets: 0,     current: name(1),   gone: [name(9), name(3), name(2)] },
  ])("$is", ({ files, days, octets, current, gone }) => {
    const limits = { maxAgeMs: days * DAY, maxOctets: octets };
    expect(recordingsToRemove(files, limits, NOW, current)).toEqual(gone);
  });

  test("of crashes the newest five are kept, the one to come included", () => {
    const names = [1, 2, 3, 4, 5, 6].map((minute) => crashName(NOW + minute * 60_000));
    expect(crashesToRemove([...names, "notes.txt", recordingName(NOW)])).toEqual(names.slice(0, 2));
    expect(crashesToRemove(names.slice(0, 4))).toEqual([]);
  });
});

describe("more than can be written", () => {
  test("is counted and leaves a gap, after which the recording goes on with a new state", async () => {
    let at = 0;
    let state = STATE;
    const lost: number[] = [];
    const recorder = recorderAt(() => at, {
      most: { impulses: 100, letters: 1_000_000 },
      count: (counter, by) => {
        if (counter === "recorder.lost") lost.push(by);
      },
    });
    const taken: Impulse[] = [];
    const octets = (count: number): void => {
      for (let index = 0; index < count; index++) {
        at += 1.25;
        const impulse = {
          for: "dl",
          type: "octet.ind",
          octet: index % 256,
          behind: 0,
          at,
        } as const;
        recorder.observer.takes?.(impulse, state);
        const [after, effects] = run(state, impulse);
        state = after;
        recorder.observer.done?.(impulse, effects, state);
        taken.push(impulse);
      }
    };
    octets(150);
    await recorder.settled();
    octets(30);
    await recorder.settled();
    const lines = await linesOf(await fetched(recorder));
    expect(lost).toEqual([50]);
    expect(impulsesOf(lines)).toStrictEqual([...taken.slice(0, 100), ...taken.slice(150)]);
    expect(lines.map(({ line }) => line).filter((line) => line !== "impulse")).toEqual([
      ...["head", "state", "gap", "state", "end"],
    ]);
    const second = lines.slice(lines.findIndex(({ line }) => line === "gap"));
    expect(second[0]).toEqual({ line: "gap", impulses: 50 });
    expect(again(second).differing).toEqual([]);
  });

  test("messages count by their length", async () => {
    const lost: number[] = [];
    const recorder = recorderAt(() => 0, {
      most: { impulses: 100, letters: 1_000 },
      count: (_, by) => lost.push(by),
    });
    const payload = "7".repeat(600);
    const told = { topic: "knx/ga/1/2/3/set", payload, size: 600, retain: false };
    const message: Impulse = { for: "bridge", type: "message.ind", ...told, at: 1 };
    for (let index = 0; index < 5; index++) {
      recorder.observer.takes?.(message, STATE);
      recorder.observer.done?.(message, [], STATE);
    }
    await recorder.settled();
    recorder.observer.takes?.(message, STATE);
    recorder.observer.done?.(message, [], STATE);
    await recorder.settled();
    expect(lost).toEqual([3]);
  });
});
