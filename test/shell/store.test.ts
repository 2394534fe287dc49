import * as fs from "node:fs";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { pino } from "pino";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { withKept } from "../../src/cli/kept.ts";
import { IndividualAddress } from "../../src/core/address.ts";
import { type Files, openStore, readRecord } from "../../src/shell/store.ts";
import { testConfig } from "../../src/testing/config.ts";
import { hex } from "../../src/testing/watch.ts";
import { collectLog } from "./collect.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-store-"));
const path = join(folder, "device.json");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

const log = pino({ level: "silent" });
const configured = IndividualAddress(0x1105);
const record = (address: number, key: string) => ({
  address: IndividualAddress(address),
  keys: [hex(key), hex("ff ff ff ff"), hex("12 34 56 78")],
});
const OLD = record(0x1107, "01 23 45 67");
const NEW = record(0x1209, "89 ab cd ef");
const save = (what = OLD, files: Files = fs) =>
  openStore({ directory: folder, configured, log, files }).save(what);

/**
 * By hand: sha256 of
 * {"address":"1.1.7","keys":["01234567","ffffffff","12345678"],"configured":"1.1.5"}
 */
const CHECKSUM = "e17335db0bef22e059d73c0ac3ccbb215d093f3005c0a803023bf91748158c39";

describe("the device record", () => {
  test("nothing kept is no error", () => {
    expect(readRecord(folder)).toEqual({ ok: true, stored: null });
  });

  test("is read as it was saved, together with what the configuration said", () => {
    expect(save()).toBeUndefined();
    expect(readRecord(folder)).toEqual({ ok: true, stored: { record: OLD, configured } });
    expect(save(NEW)).toBeUndefined();
    expect(readRecord(folder)).toEqual({ ok: true, stored: { record: NEW, configured } });
  });

  test("is a file that people can read and only its owner may", () => {
    save();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      version: 1,
      checksum: CHECKSUM,
      content: {
        address: "1.1.7",
        keys: ["01234567", "ffffffff", "12345678"],
        configured: "1.1.5",
      },
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("without a directory it is kept in memory, and said so once", () => {
    const { log: collecting, lines } = collectLog();
    const store = openStore({ configured, log: collecting });
    expect([store.save(OLD), store.save(NEW)]).toEqual([undefined, undefined]);
    expect(lines.items.map(({ level }) => level)).toEqual([40]);
  });
});

const STEPS = ["openSync", "writeFileSync", "fsyncSync", "closeSync", "renameSync"] as const;

/** The file system, failing at the given call, or doing half of it. */
const failing = (step: (typeof STEPS)[number], at: number): Files => {
  let calls = 0;
  const fail = (name: string): void => {
    if (name !== step || calls++ !== at) return;
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  };
  return {
    ...fs,
    openSync: (...args) => {
      fail("openSync");
      return fs.openSync(...args);
    },
    writeFileSync: (file, data) => {
      if (step === "writeFileSync") fs.writeFileSync(file, String(data).slice(0, 30));
      fail("writeFileSync");
      fs.writeFileSync(file, data);
    },
    fsyncSync: (file) => {
      fail("fsyncSync");
      fs.fsyncSync(file);
    },
    closeSync: (file) => {
      fs.closeSync(file);
      fail("closeSync");
    },
    renameSync: (from, to) => {
      fail("renameSync");
      fs.renameSync(from, to);
    },
  };
};

describe("a disk that fails", () => {
  // The second open, fsync and close are those of the directory, after the rename.
  const cases = STEPS.flatMap((step) =>
    (step === "writeFileSync" || step === "renameSync" ? [0] : [0, 1]).map((at) => ({ step, at })),
  );
  test.each(cases)(
    "$step, call $at: said with the file, and old or new is whole",
    ({ step, at }) => {
      save(OLD);
      expect(save(NEW, failing(step, at))).toMatch(/device\.json cannot be written: ENOSPC/);
      const read = readRecord(folder);
      expect(read.ok && read.stored?.record).toEqual(at === 0 ? OLD : NEW);
      expect(save(NEW)).toBeUndefined();
      expect(readRecord(folder)).toMatchObject({ ok: true, stored: { record: NEW } });
    },
  );

  test("the order: written, forced, closed, renamed, the directory forced", () => {
    const calls: string[] = [];
    const noted = new Proxy(fs, {
      get: (target, name) => {
        calls.push(String(name));
        return Reflect.get(target, name);
      },
    });
    save(OLD, noted);
    expect(calls).toEqual([
      ...["openSync", "writeFileSync", "fsyncSync", "closeSync", "renameSync"],
      ...["openSync", "fsyncSync", "closeSync"],
    ]);
  });
});

describe("a file that is not whole is refused, with its name and what to do", () => {
  const refused = (text: string | Uint8Array) => {
    writeFileSync(path, text);
    const read = readRecord(folder);
    if (read.ok) throw new Error("was read");
    expect(read.message).toContain(path);
    expect(read.message).toContain("move it away");
    return read.message;
  };
  const saved = (): string => {
    save();
    return readFileSync(path, "utf8");
  };

  test("torn anywhere", () => {
    const text = saved();
    for (let length = 0; length < text.length - 2; length++) refused(text.slice(0, length));
  });

  test("changed", () => {
    expect(refused(saved().replace("1.1.7", "1.1.8"))).toContain("checksum");
  });

  test("of a newer version", () => {
    expect(refused(saved().replace('"version": 1', '"version": 3'))).toContain("version 3");
  });

  prop.prop([fc.uint8Array({ maxLength: 200 })])("anything else", (octets) => {
    refused(octets);
  });

  test("that cannot be read at all", () => {
    const files: Files = {
      ...fs,
      readFileSync: (): never => {
        throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
      },
    };
    expect(readRecord(folder, files)).toMatchObject({
      ok: false,
      message: expect.stringContaining("EIO"),
    });
  });
});

describe("record and configuration", () => {
  const stack = (address: number) => testConfig({ dl: { address: IndividualAddress(address) } });
  const addresses = (address: number) => {
    const { log: collecting, lines } = collectLog();
    const kept = withKept(stack(address), folder, collecting);
    if (!kept.ok) throw new Error(kept.problem);
    const { dl, device, bridge } = kept.stack;
    return {
      all: [dl.address, device.address, bridge.address],
      keys: device.keys,
      lines: lines.items,
    };
  };

  test("nothing kept: the configuration holds", () => {
    expect(addresses(0x1105)).toMatchObject({ all: [0x1105, 0x1105, 0x1105], lines: [] });
  });

  test("the same configuration: what was given over the bus holds, everywhere", () => {
    save();
    const { all, keys, lines } = addresses(0x1105);
    expect(all).toEqual([0x1107, 0x1107, 0x1107]);
    expect(keys).toEqual(OLD.keys);
    expect(lines).toMatchObject([{ address: "1.1.7" }]);
  });

  test("a changed configuration holds, keys stay, and changing it back is a change again", () => {
    save();
    const changed = addresses(0x1303);
    expect(changed.all).toEqual([0x1303, 0x1303, 0x1303]);
    expect(changed.keys).toEqual(OLD.keys);
    expect(changed.lines).toMatchObject([{ address: "1.3.3", before: "1.1.7" }]);
    expect(addresses(0x1303).all[0]).toBe(0x1303);
    expect(addresses(0x1105).all[0]).toBe(0x1105);
  });

  test("a damaged file stops the start", () => {
    writeFileSync(path, "{");
    expect(withKept(stack(0x1105), folder, log)).toMatchObject({ ok: false });
  });
});
