import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { pino } from "pino";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { withKept } from "../../src/cli/kept.ts";
import { IndividualAddress } from "../../src/core/address.ts";
import type { Settings } from "../../src/core/app/device/model/model.ts";
import type { StackConfig } from "../../src/core/config.ts";
import type { DeviceRecord } from "../../src/core/effect.ts";
import { DISK } from "../../src/shell/store/files.ts";
import { readStore } from "../../src/shell/store/read.ts";
import { openStore } from "../../src/shell/store/store.ts";
import { testConfig } from "../../src/testing/config.ts";
import { hex } from "../../src/testing/watch.ts";
import { collectLog } from "./collect.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-record-"));
const path = join(folder, "device.json");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

const log = pino({ level: "silent" });
const configured = {
  address: IndividualAddress(0x1105),
  routingCount: 0x60,
  maxRetryCount: 0x33,
};
const hardwareType = hex("00 00 a0 51 07 13");
const DEFAULTS = {
  routingCount: 0x60,
  maxRetryCount: 0x33,
  rateTimeBase: 0,
  rateTelegrams: 0,
  downloads: 0,
  peiTypes: [0, 0],
} as const;
const record = (address: number, key: string, downloads: number): DeviceRecord => ({
  address: IndividualAddress(address),
  keys: [hex(key), hex("ff ff ff ff"), hex("12 34 56 78")],
  settings: {
    routingCount: 0x50,
    maxRetryCount: 0x21,
    rateTimeBase: 0x4268,
    rateTelegrams: 0x0064,
    downloads,
    peiTypes: [3, 9],
  },
});
const OLD = record(0x1107, "01 23 45 67", 0x0203);
const NEW = record(0x1209, "89 ab cd ef", 0x0405);
const save = (what = OLD) =>
  openStore({ directory: folder, configured, hardwareType, log }).save(what);
const read = (files = DISK) =>
  readStore({ directory: folder, settings: DEFAULTS, hardwareType, files });

/**
 * By hand: sha256 of {"address":"1.1.7","keys":["01234567","ffffffff","12345678"],"configured":"1.1.5"}
 */
const CHECKSUM_1 = "e17335db0bef22e059d73c0ac3ccbb215d093f3005c0a803023bf91748158c39";
/**
 * By hand: sha256 of the same with ,"settings":{"routingCount":80,"maxRetryCount":33,"rateTimeBase":17000,"rateTelegrams":100,
 * "downloads":515,"peiTypes":[3,9]} before the last brace
 */
const CHECKSUM_2 = "07d613aad7a36e18bc34a618087df5df168940f794627bf1ae053586e702e64e";
/** By hand: sha256 of that with ,"configuredSettings":{"routingCount":96,"maxRetryCount":51} before the last brace */
const CHECKSUM_3 = "f93ac06e6bbab7186eee07f3d13a72420cfb0cc7473188b64303771b2f387d6a";
const CONTENT_1 = {
  address: "1.1.7",
  keys: ["01234567", "ffffffff", "12345678"],
  configured: "1.1.5",
};
const CONTENT_2 = {
  ...CONTENT_1,
  settings: {
    routingCount: 80,
    maxRetryCount: 33,
    rateTimeBase: 17000,
    rateTelegrams: 100,
    downloads: 515,
    peiTypes: [3, 9],
  },
};
const writeVersion2 = () =>
  writeFileSync(path, JSON.stringify({ version: 2, checksum: CHECKSUM_2, content: CONTENT_2 }));

describe("the device record", () => {
  test("nothing kept is no error", () => {
    expect(read()).toMatchObject({ ok: true, stored: null, loaded: [] });
  });

  test("is read as it was saved, together with what the configuration said", () => {
    expect(save()).toBeUndefined();
    expect(read()).toMatchObject({ ok: true, stored: { record: OLD, configured } });
    expect(save(NEW)).toBeUndefined();
    expect(read()).toMatchObject({ ok: true, stored: { record: NEW, configured } });
  });

  test("is a file that people can read and only its owner may", () => {
    save();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      version: 3,
      checksum: CHECKSUM_3,
      content: { ...CONTENT_2, configuredSettings: { routingCount: 96, maxRetryCount: 51 } },
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("of version 1 is read with the settings of the configuration, and written as version 3", () => {
    writeFileSync(
      path,
      JSON.stringify({ version: 1, checksum: CHECKSUM_1, content: CONTENT_1 }, null, 2),
    );
    const { address, keys } = OLD;
    const stored = { record: { address, keys, settings: DEFAULTS }, configured };
    expect(read()).toMatchObject({ ok: true, stored });
    save(stored.record);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 3 });
    expect(read()).toMatchObject({ ok: true, stored });
  });

  test("of version 2 is read whole; what it does not say is taken from the configuration", () => {
    writeVersion2();
    expect(read()).toMatchObject({ ok: true, stored: { record: OLD, configured, isOld: true } });
    save();
    expect(read()).toMatchObject({ ok: true, stored: { record: OLD, configured, isOld: false } });
  });

  test("without a directory it is kept in memory, and said so once", () => {
    const { log: collecting, lines } = collectLog();
    const store = openStore({ configured, hardwareType, log: collecting });
    expect([store.save(OLD), store.keep({ index: 3, state: "loading" })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(lines.items.map(({ level }) => level)).toEqual([40]);
  });
});

describe("a file that is not whole is refused, with its name and what to do", () => {
  const refused = (text: string | Uint8Array) => {
    writeFileSync(path, text);
    const found = read();
    if (found.ok) throw new Error("was read");
    expect(found.problem).toContain(path);
    expect(found.problem).toContain("move it away");
    return found.problem;
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
    expect(refused(saved().replace("17000", "17001"))).toContain("checksum");
  });

  test("version 2 without what it has since, under a checksum that fits", () => {
    const file = { version: 2, checksum: CHECKSUM_1, content: CONTENT_1 };
    expect(refused(JSON.stringify(file))).toContain("missing");
  });

  test("version 3 without what it has since, under a checksum that fits", () => {
    const file = { version: 3, checksum: CHECKSUM_2, content: CONTENT_2 };
    expect(refused(JSON.stringify(file))).toContain("missing");
  });

  test("of a newer version", () => {
    expect(refused(saved().replace('"version": 3', '"version": 4'))).toContain("version 4");
  });

  prop.prop([fc.uint8Array({ maxLength: 200 })])("anything else", (octets) => {
    refused(octets);
  });

  test("that cannot be read at all", () => {
    const readFileSync = (): never => {
      throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    };
    expect(read({ ...DISK, readFileSync })).toMatchObject({
      ok: false,
      problem: expect.stringContaining("EIO"),
    });
  });
});

describe("record and configuration", () => {
  /** As the configuration says it, before anything is kept. */
  const stack = (address: number, settings: Settings = DEFAULTS): StackConfig => {
    const config = testConfig({ dl: { address: IndividualAddress(address) } });
    return {
      ...config,
      nl: { hops: settings.routingCount >> 4 },
      dl: {
        ...config.dl,
        repetitions: { nak: settings.maxRetryCount & 0x0f, busy: settings.maxRetryCount >> 4 },
      },
      device: { ...config.device, settings, hardwareType, loaded: [] },
    };
  };
  const addresses = (address: number, settings?: Settings) => {
    const { log: collecting, lines } = collectLog();
    const kept = withKept(stack(address, settings), folder, collecting);
    if (!kept.ok) throw new Error(kept.problem);
    const { dl, nl, device, bridge } = kept.stack;
    return {
      all: [dl.address, device.address, bridge.address],
      device,
      hops: nl.hops,
      repetitions: dl.repetitions,
      lines: lines.items.filter(({ msg }) => msg !== "kept"),
    };
  };

  test("nothing kept: the configuration holds", () => {
    const { all, device, lines } = addresses(0x1105);
    expect([all, lines]).toEqual([[0x1105, 0x1105, 0x1105], []]);
    expect(device).toMatchObject({ settings: DEFAULTS, loaded: [] });
  });

  test("the same configuration: what was given over the bus holds, everywhere", () => {
    save();
    const { all, device, lines } = addresses(0x1105);
    expect(all).toEqual([0x1107, 0x1107, 0x1107]);
    expect(device).toMatchObject({ keys: OLD.keys, settings: OLD.settings });
    expect(lines).toMatchObject([{ address: "1.1.7" }]);
  });

  test("a changed configuration holds, the rest stays, and changing it back is a change again", () => {
    save();
    const changed = addresses(0x1303);
    expect(changed.all).toEqual([0x1303, 0x1303, 0x1303]);
    expect(changed.device).toMatchObject({ keys: OLD.keys, settings: OLD.settings });
    expect(changed.lines).toMatchObject([{ address: "1.3.3", before: "1.1.7" }]);
    expect(addresses(0x1303).all[0]).toBe(0x1303);
    const back = addresses(0x1105);
    expect(back.all[0]).toBe(0x1105);
    expect(back.device.settings).toEqual(OLD.settings);
  });

  /** What was given over the bus: hop count 5, NAK 1, BUSY 2. */
  const GIVEN = { hops: 5, repetitions: { nak: 1, busy: 2 } };

  test("hop count and repetitions given over the bus hold as the address does", () => {
    save();
    expect(addresses(0x1105)).toMatchObject(GIVEN);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "hops",        changes: { routingCount: 0x30 },                       hops: 3, repetitions: GIVEN.repetitions,   lines: [{ hops: 3, before: 5 }] },
    { is: "repetitions", changes: { maxRetryCount: 0x47 },                      hops: 5, repetitions: { nak: 7, busy: 4 }, lines: [{ repetitions: { nak: 7, busy: 4 }, before: GIVEN.repetitions }] },
    { is: "both",        changes: { routingCount: 0x00, maxRetryCount: 0x10 },  hops: 0, repetitions: { nak: 0, busy: 1 }, lines: [{ hops: 0 }, { repetitions: { nak: 0, busy: 1 } }] },
  ])("$is changed in the configuration: that holds, the rest stays, and back is a change again", ({ changes, hops, repetitions, lines }) => {
    save();
    const changed = addresses(0x1105, { ...DEFAULTS, ...changes });
    expect(changed).toMatchObject({ hops, repetitions, all: [0x1107, 0x1107, 0x1107] });
    expect(changed.device).toMatchObject({ keys: OLD.keys, settings: { ...OLD.settings, ...changes } });
    expect(changed.lines).toMatchObject([...lines, { address: "1.1.7" }]);
    const again = addresses(0x1105, { ...DEFAULTS, ...changes });
    expect([again.hops, again.repetitions, again.lines.length]).toEqual([hops, repetitions, 1]);
    const back = addresses(0x1105);
    expect(back).toMatchObject({
      hops: "routingCount" in changes ? 6 : 5,
      repetitions: "maxRetryCount" in changes ? { nak: 3, busy: 3 } : GIVEN.repetitions,
    });
  });

  test("a record of version 2 holds; what the configuration says is kept at once, so that a change is seen", () => {
    writeVersion2();
    expect(addresses(0x1105)).toMatchObject(GIVEN);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 3 });
    expect(addresses(0x1105, { ...DEFAULTS, routingCount: 0x40 })).toMatchObject({
      hops: 4,
      repetitions: GIVEN.repetitions,
    });
  });

  test("when that cannot be written: an old record starts as it is, a changed configuration does not", () => {
    writeVersion2();
    mkdirSync(`${path}.new`);
    try {
      expect(addresses(0x1105)).toMatchObject(GIVEN);
      expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 2 });
      expect(withKept(stack(0x1303), folder, log)).toMatchObject({
        ok: false,
        problem: expect.stringContaining(path),
      });
    } finally {
      rmSync(`${path}.new`, { recursive: true });
    }
  });

  test("a damaged file stops the start", () => {
    writeFileSync(path, "{");
    expect(withKept(stack(0x1105), folder, log)).toMatchObject({ ok: false });
  });
});
