import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { withKept } from "../../src/cli/kept.ts";
import type { StoredLoadable } from "../../src/core/app/device/model/model.ts";
import { DISK, type Files, makeDirectory } from "../../src/shell/store/files.ts";
import { readStore } from "../../src/shell/store/read.ts";
import { watchWear } from "../../src/shell/store/wear.ts";
import { testConfig } from "../../src/testing/config.ts";
import { collectLog } from "./collect.ts";
import { execute, HARDWARE_TYPE, loaded, SETTINGS, saved, storeOn, unfit } from "./kill/script.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-start-"));
const state = join(folder, "state");
const file = (name: string) => join(state, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  const store = storeOn(state);
  for (const effect of [saved(3), loaded(1, 5), loaded(3, 9), unfit(4, "loading")])
    expect(execute(store, effect)).toBeUndefined();
});

const configuration = (hardwareType = HARDWARE_TYPE) => {
  const config = testConfig();
  return { ...config, device: { ...config.device, settings: SETTINGS, hardwareType, loaded: [] } };
};
/** What the device is told, and what people are. */
const start = (hardwareType = HARDWARE_TYPE) => {
  const { log, lines } = collectLog();
  const kept = withKept(configuration(hardwareType), state, log);
  if (!kept.ok) throw new Error(kept.problem);
  return { loaded: kept.stack.device.loaded, lines: lines.items };
};
const states = (objects: readonly StoredLoadable[]) =>
  objects.map(({ index, state: is }) => `${index} ${is}`);

describe("the start with objects", () => {
  test("whole ones come as they were kept; one that was never kept does not come", () => {
    const { loaded: objects, lines } = start();
    expect(states(objects)).toEqual(["1 loaded", "3 loaded", "4 loading"]);
    expect([objects[0]]).toEqual([loaded(1, 5)].map((it) => it.type === "keep" && it.loadable));
    expect(lines).toMatchObject([{ level: 30, objects: [1, 3] }, { address: "1.1.3" }]);
  });

  // biome-ignore format: read by column
  const DAMAGES = [
    { is: "cut",                damage: (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 150)), says: /octets where/ },
    { is: "changed",            damage: (path: string) => writeFileSync(path, readFileSync(path).fill(0x55, 199)),  says: /checksum/ },
    { is: "empty",              damage: (path: string) => writeFileSync(path, ""),                                 says: /begin/ },
    { is: "unreadable",         damage: (path: string) => { rmSync(path); mkdirSync(path); },                      says: /cannot be read: EISDIR/ },
    { is: "that of another",    damage: (path: string) => writeFileSync(path, readFileSync(file("object-3"))),     says: /it is object 3/ },
  ];
  test.each(DAMAGES)("one that is $is comes as damaged, and is said", ({ damage, says }) => {
    damage(file("object-1"));
    const { loaded: objects, lines } = start();
    expect(states(objects)).toEqual(["1 damaged", "3 loaded", "4 loading"]);
    expect(lines.find(({ level }) => level === 50)).toMatchObject({
      path: file("object-1"),
      what: "group address table",
      problem: expect.stringMatching(says),
      msg: "an object is damaged: it is not used until ETS has programmed it again",
    });
  });

  test("one that was damaged is whole again once it is kept anew", () => {
    writeFileSync(file("object-1"), "x");
    execute(storeOn(state), loaded(1, 6));
    expect(states(start().loaded)).toEqual(["1 loaded", "3 loaded", "4 loading"]);
  });

  test("one that cannot be read is replaced like any other", () => {
    const readFileSync = (): never => {
      throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    };
    const files: Files = { ...DISK, readFileSync };
    expect(execute(storeOn(state, { files }), loaded(1, 6))).toBeUndefined();
    expect(states(start().loaded)[0]).toBe("1 loaded");
  });

  test("loaded for another application: not used, said, and used again when that is back", () => {
    const { loaded: objects, lines } = start([...HARDWARE_TYPE.slice(0, 5), 0x14]);
    expect(states(objects)).toEqual(["1 unloaded", "3 unloaded", "4 loading"]);
    expect(lines.filter(({ level }) => level === 40)).toHaveLength(2);
    expect(states(start().loaded)[0]).toBe("1 loaded");
  });

  test("what a write left that did not end is removed, and nothing else", () => {
    for (const name of ["object-1.new", "device.json.new", "mine.new"])
      writeFileSync(file(name), "x");
    const { lines } = start();
    expect(lines.filter(({ problem }) => problem === "removed")).toHaveLength(2);
    expect(
      ["object-1.new", "device.json.new", "mine.new"].map((it) => existsSync(file(it))),
    ).toEqual([false, false, true]);
  });
});

describe("a directory that cannot be written is said at the start", () => {
  const error = (code: string) => Object.assign(new Error(`${code}: said`), { code });
  const fails = (code: string) => (): never => {
    throw error(code);
  };
  // biome-ignore format: read by column
  const CASES: readonly { is: string; files: Partial<Files>; says: RegExp }[] = [
    { is: "read-only",   files: { accessSync: fails("EROFS") },                        says: /EROFS/ },
    { is: "failing",     files: { fsyncSync: fails("EIO") },                           says: /EIO/ },
    { is: "full",        files: { statfsSync: () => ({ bavail: 11, bsize: 4_096 }) },  says: /disk is full: 45056 octets/ },
    { is: "not there",   files: { accessSync: fails("ENOENT") },                       says: /not there/ },
  ];
  test.each(CASES)("$is: and what can be read is read", ({ files, says }) => {
    const options = { directory: state, settings: SETTINGS, hardwareType: HARDWARE_TYPE };
    const read = readStore({ ...options, files: { ...DISK, ...files } });
    expect(read).toMatchObject({
      ok: true,
      stored: { record: { settings: { downloads: 3 } } },
      findings: [{ is: "unwritable", path: state, problem: expect.stringMatching(says) }],
    });
  });
});

describe("memory cards wear", () => {
  const counting = () => {
    const counted = { "store.writes": 0, "store.bytes": 0 };
    const store = storeOn(state, {
      count: (counter, by) => {
        counted[counter] += by;
      },
    });
    return { store, counted };
  };

  test("what is kept already is not written again, over a restart as well", () => {
    const { store, counted } = counting();
    const before = statSync(file("object-1")).ino;
    for (const effect of [saved(3), loaded(1, 5), loaded(3, 9), unfit(4, "loading")])
      execute(store, effect);
    expect(counted).toEqual({ "store.writes": 0, "store.bytes": 0 });
    expect(statSync(file("object-1")).ino).toBe(before);
  });

  test("what is written is counted", () => {
    const { store, counted } = counting();
    for (const effect of [loaded(1, 6), loaded(1, 6), unfit(2, "unloaded")]) execute(store, effect);
    const octets = ["object-1", "object-2"].map((name) => statSync(file(name)).size);
    expect(counted).toEqual({
      "store.writes": 2,
      "store.bytes": octets.reduce((sum, size) => sum + size, 0),
    });
  });

  test("a thousand writes in a day are said once", () => {
    const { log, lines } = collectLog();
    let now = 0;
    const wear = watchWear(log, () => now);
    for (let writes = 0; writes < 999; writes++) wear.written();
    now = 86_400_000;
    for (let writes = 0; writes < 999; writes++) wear.written();
    expect(lines.items).toEqual([]);
    for (let writes = 0; writes < 999; writes++) wear.written();
    expect(lines.items).toMatchObject([{ level: 40, writes: 1_000 }]);
  });
});

test("a directory is made with all above it", () => {
  const deep = join(folder, "a", "b", "c");
  makeDirectory(deep);
  makeDirectory(deep);
  expect(statSync(deep).mode & 0o777).toBe(0o750);
});
