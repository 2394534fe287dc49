import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStack, run, type StackState } from "../../../src/core/stack/stack.ts";
import { stateHash } from "../../../src/record/format.ts";
import type { RecordingFiles } from "../../../src/shell/recorder/disk.ts";
import type { RecorderOptions } from "../../../src/shell/recorder/recorder.ts";
import { testConfig } from "../../../src/testing/config.ts";
import { collectLog } from "../collect.ts";
import { again, EPOCH, impulsesOf, linesOf, type Recorder, recorderAt } from "./rig.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "knxpi-recorder-"));
});
afterEach(() => rmSync(state, { recursive: true }));

const folder = (): string => join(state, "recordings");
const names = (): readonly string[] => readdirSync(folder()).toSorted();
const read = (name: string) => linesOf(readFileSync(join(folder(), name)));

/** A stack that hears octets, on a clock that stands still in between, and its recorder. */
const rig = (options: Partial<RecorderOptions> = {}) => {
  const logged = collectLog();
  let at = 0;
  let count = 0;
  let present: StackState = openStack(testConfig({ objects: { "1/2/3": { dpt: "1.001" } } }));
  const counted: Record<string, number> = {};
  const recorder: Recorder = recorderAt(() => at, {
    directory: state,
    disk: { maxAgeMs: 7 * DAY, maxOctets: 10_000_000 },
    log: logged.log,
    count: (counter, by) => {
      counted[counter] = (counted[counter] ?? 0) + by;
    },
    ...options,
  });
  /** As its supervisor would, but when the test says so. */
  let broken: unknown;
  let isUp = false;
  const start = (): void => {
    broken = undefined;
    isUp = false;
    void recorder.child?.start({
      up() {
        isUp = true;
      },
      good: () => undefined,
      broke(error) {
        broken = error;
      },
      fatal: () => undefined,
      isOver: () => false,
      guarded: (act) => act,
    });
  };
  start();
  const hear = async (octets: number): Promise<void> => {
    for (let index = 0; index < octets; index++) {
      // No two distances alike: times are what can be compressed least.
      at += 1 + ((count * 7_919) % 10_007) / 9_973;
      const octet = (count * 31) % 256;
      count += 1;
      const impulse = { for: "dl", type: "octet.ind", octet, behind: 0, at } as const;
      recorder.observer.takes?.(impulse, present);
      const [after, effects] = run(present, impulse);
      present = after;
      recorder.observer.done?.(impulse, effects, present);
    }
    await recorder.settled();
  };
  return {
    recorder,
    hear,
    start,
    broken: () => broken,
    isUp: () => isUp,
    pass: (ms: number) => {
      at += ms;
    },
    heard: () => count,
    hash: () => stateHash(present),
    counted,
    lines: logged.lines.items,
  };
};
const DAY = 86_400_000;

describe("on the disk", () => {
  test("a run is one file for its owner alone, which can be replayed and says how it ended", async () => {
    const { recorder, hear, heard, hash } = rig();
    await hear(4_000);
    await recorder.close();
    expect(names()).toEqual([expect.stringMatching(/^2026-01-31T10-11-\d\dZ\.knxrec$/)]);
    const [name = ""] = names();
    expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    const lines = await read(name);
    expect(impulsesOf(lines)).toHaveLength(heard());
    expect(again(lines)).toEqual({ hash: hash(), differing: [] });
    expect(lines.at(-1)).toMatchObject({ line: "end", end: { why: "stopped", hash: hash() } });
  });

  test("a file that is full, or of yesterday, is followed by one that can be replayed alone", async () => {
    const { recorder, hear, heard, pass, hash } = rig({
      disk: { maxAgeMs: 7 * DAY, maxOctets: 5_000_000 },
    });
    for (let round = 0; round < 4; round++) await hear(15_000);
    pass(DAY);
    await hear(100);
    await hear(100);
    await recorder.close();
    const files = await Promise.all(names().map(read));
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(files.map((lines) => impulsesOf(lines).length).reduce((a, b) => a + b)).toBe(heard());
    for (const [index, lines] of files.entries()) {
      const { hash: found, differing } = again(lines);
      expect(differing).toEqual([]);
      const why = index === files.length - 1 ? "stopped" : "full";
      expect(lines.at(-1)).toMatchObject({ line: "end", end: { why, hash: found } });
    }
    expect(again(files.at(-1) ?? []).hash).toBe(hash());
  });

  test("what is too old or too much goes, at the start and later; what is not ours stays", async () => {
    mkdirSync(folder());
    const put = (name: string, octets: number, days: number): void => {
      writeFileSync(join(folder(), name), new Uint8Array(octets));
      const time = (EPOCH - days * DAY) / 1_000;
      utimesSync(join(folder(), name), time, time);
    };
    put("2026-01-20T00-00-00Z.knxrec", 10, 11);
    put("2026-01-28T00-00-00Z.knxrec", 3_000_000, 3);
    put("2026-01-29T00-00-00Z.knxrec", 3_000_000, 2);
    put("2026-01-30T00-00-00Z.knxrec", 3_000_000, 1);
    put("odd.knxrec", 1_000_000, 99);
    const { recorder, hear } = rig();
    await hear(10);
    await recorder.close();
    const left = names();
    expect(left.slice(0, 2)).toEqual([
      "2026-01-29T00-00-00Z.knxrec",
      "2026-01-30T00-00-00Z.knxrec",
    ]);
    expect(left).toContain("odd.knxrec");
    expect(left).toHaveLength(4);
    expect(await recorder.files()).toMatchObject({
      folder: folder(),
      files: [{ octets: 3_000_000 }, { octets: 3_000_000 }, {}],
    });
  });

  test("a day of a busy bus stays below its size", async () => {
    const maxOctets = 2_000_000;
    const { recorder, hear } = rig({ disk: { maxAgeMs: 7 * DAY, maxOctets } });
    let most = 0;
    const measure = (): void => {
      const sizes = names().map((name) => statSync(join(folder(), name)).size);
      most = Math.max(
        most,
        sizes.reduce((a, b) => a + b, 0),
      );
    };
    for (let round = 0; round < 14; round++) {
      await hear(19_000);
      measure();
    }
    // Only now everything has come to the disk.
    await recorder.close();
    measure();
    expect(most).toBeGreaterThan(maxOctets / 2);
    expect(most).toBeLessThanOrEqual(maxOctets);
  }, 60_000);
});

/** The disk, until it is told to fail. */
const faulty = () => {
  const fault: { code: string | undefined; at: "open" | "appendFile" | "mkdir" } = {
    code: undefined,
    at: "appendFile",
  };
  const check = (call: typeof fault.at): void => {
    if (fault.code !== undefined && fault.at === call)
      throw Object.assign(new Error(`${fault.code}: ${call}`), { code: fault.code });
  };
  const files: RecordingFiles = {
    ...promises,
    async mkdir(path, options) {
      check("mkdir");
      return promises.mkdir(path, options);
    },
    async open(path, flags, mode) {
      check("open");
      const handle = await promises.open(path, flags, mode);
      return {
        async appendFile(octets) {
          check("appendFile");
          await handle.appendFile(octets);
        },
        sync: () => handle.sync(),
        close: () => handle.close(),
      };
    },
  };
  return { fault, files };
};

describe("a disk that does not take it", () => {
  test.each([
    { code: "ENOSPC", at: "appendFile" },
    { code: "EIO", at: "appendFile" },
    { code: "EROFS", at: "open" },
    { code: "EACCES", at: "mkdir" },
  ] as const)(
    "$code in $at: memory goes on, it is said once, and tried again with its next life",
    async ({ code, at }) => {
      const { fault, files } = faulty();
      fault.at = at;
      fault.code = code;
      const { recorder, hear, heard, hash, start, broken, isUp, lines, counted } = rig({ files });
      const said = () => lines.filter(({ msg }) => msg.startsWith("recording to disk pauses"));
      for (let round = 1; round <= 2; round++) {
        start();
        await hear(12_000);
        await expect.poll(broken).toMatchObject({ code });
        const failures = counted["recorder.disk-failures"];
        // Until somebody starts it again nothing is tried.
        await hear(12_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(counted["recorder.disk-failures"]).toBe(failures);
        expect(failures).toBeGreaterThanOrEqual(round);
      }
      // A life that has written nothing did not work: it has been like this since the first failure.
      expect(isUp()).toBe(false);
      expect(said()).toMatchObject([{ level: 40, problem: expect.stringContaining(code) }]);
      expect(recorder.look().impulses).toBe(heard());
      fault.code = undefined;
      start();
      const before = heard();
      await hear(12_000);
      await recorder.close();
      expect(isUp()).toBe(true);
      expect(lines.filter(({ msg }) => msg === "recording to disk goes on")).toHaveLength(1);
      expect(broken()).toBeUndefined();
      const last = await read(names().at(-1) ?? "");
      expect(impulsesOf(last)).toHaveLength(heard() - before);
      expect(again(last)).toEqual({ hash: hash(), differing: [] });
    },
  );
});

describe("a crash", () => {
  const crashes = () => names().filter((name) => name.startsWith("crash-"));

  test("leaves what led to it, with the impulse that did it and the error", async () => {
    const { recorder, hear, heard, hash, lines } = rig({ disk: undefined });
    await hear(3_000);
    // Some are in packs, some are only remembered.
    void hear(40);
    const thrown = { for: "dl", type: "reset.req", at: 77_777 } as const;
    recorder.observer.threw?.(thrown, new Error("no end after 10000 steps"));
    const [name = "", ...others] = crashes();
    expect(others).toEqual([]);
    expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
    const found = await read(name);
    const impulses = impulsesOf(found);
    expect(impulses).toHaveLength(heard() + 1);
    expect(found.at(-2)).toStrictEqual({ line: "impulse", impulse: thrown, effects: null });
    expect(found.at(-1)).toMatchObject({
      line: "end",
      end: {
        at: 77_777,
        why: "crash",
        hash: hash(),
        error: expect.stringContaining("no end after"),
      },
    });
    expect(again(found.slice(0, -2))).toEqual({ hash: hash(), differing: [] });
    expect(lines.at(-1)).toMatchObject({ path: join(folder(), name), level: 50 });
  });

  test("before anything was written, and while a pack is being gzipped", async () => {
    const { recorder, hear, heard, hash } = rig({ disk: undefined });
    const hearing = hear(9_000);
    // Some turns of the event loop: the first packs are under way.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    recorder.crash(new Error("nobody caught this"));
    await hearing;
    const found = await read(crashes()[0] ?? "");
    expect(impulsesOf(found)).toHaveLength(heard());
    expect(again(found)).toEqual({ hash: hash(), differing: [] });
  });

  test("is written once, and of many the newest five are kept", async () => {
    mkdirSync(folder());
    for (let minute = 10; minute < 17; minute++)
      writeFileSync(join(folder(), `crash-2026-01-30T10-${minute}-00Z.knxrec`), "x");
    const { recorder, hear } = rig({ disk: undefined });
    await hear(10);
    recorder.crash(new Error("one"));
    recorder.crash(new Error("one more"));
    await recorder.close();
    expect(crashes()).toHaveLength(5);
    expect(crashes()[0]).toBe("crash-2026-01-30T10-13-00Z.knxrec");
  });

  test("that cannot be written is said, and nothing more happens", async () => {
    writeFileSync(folder(), "a file where the folder should be");
    const { recorder, hear, lines } = rig({ disk: undefined });
    await hear(10);
    recorder.crash(new Error("one"));
    expect(lines.at(-1)).toMatchObject({
      msg: "what led to this could not be recorded",
      problem: expect.stringMatching(/EEXIST|ENOTDIR/),
    });
  });

  test("without a state directory goes where temporary files are", async () => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = state;
    try {
      const { recorder, hear } = rig({ disk: undefined, directory: undefined });
      await hear(10);
      recorder.crash(new Error("one"));
      expect(readdirSync(state)).toEqual([expect.stringMatching(/^knxpi-test-crash-.*\.knxrec$/)]);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });
});
