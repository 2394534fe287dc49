import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Converted, convertState, readState } from "../../src/shell/store/convert-state.ts";
import { DISK } from "../../src/shell/store/files.ts";
import { readStore } from "../../src/shell/store/read.ts";
import { formatFor, formatOf } from "../../src/shell/store/state-format.ts";
import { hex } from "../../src/testing/watch.ts";
import { createDisk, type Found } from "./kill/disk.ts";

/** By hand, as in store-record.test.ts: sha256 of the content without blanks. */
const SETTINGS = {
  routingCount: 80,
  maxRetryCount: 33,
  rateTimeBase: 17000,
  rateTelegrams: 100,
  downloads: 515,
  peiTypes: [3, 9],
};
const CONTENT_2 = {
  address: "1.1.7",
  keys: ["01234567", "ffffffff", "12345678"],
  configured: "1.1.5",
  settings: SETTINGS,
};
const RECORD_2 = {
  version: 2,
  checksum: "07d613aad7a36e18bc34a618087df5df168940f794627bf1ae053586e702e64e",
  content: CONTENT_2,
};
const RECORD_3 = {
  version: 3,
  checksum: "f93ac06e6bbab7186eee07f3d13a72420cfb0cc7473188b64303771b2f387d6a",
  content: { ...CONTENT_2, configuredSettings: { routingCount: 96, maxRetryCount: 51 } },
};
const MANIFEST = { knxpi: "state", format: 3, program: "0.2.7" };
const text = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
const SNAPSHOT = new TextEncoder().encode("knxpi-snapshot, whatever it says\n");

const OLD: Found = new Map([
  ["device.json", text(RECORD_2)],
  ["snapshot", SNAPSHOT],
]);
const LAST: Found = new Map([
  ["device.json", text(RECORD_3)],
  ["snapshot", SNAPSHOT],
]);
const NOW: Found = new Map([...LAST, ["state.json", text(MANIFEST)]]);

const folder = mkdtempSync(join(tmpdir(), "knxpi-format-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (found: Found): void => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, octets] of found) writeFileSync(join(folder, name), octets);
};
const there = (): readonly string[] => readdirSync(folder).sort();
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
const problem = (result: Converted): string => (result.ok ? "" : result.problem);

beforeEach(() => put(new Map()));

describe("at the start", () => {
  test("an empty directory is told which format it will have", () => {
    expect(convertState(folder, 3, "0.2.7")).toMatchObject({ ok: true, from: 3, to: 3 });
    expect(json("state.json")).toEqual(MANIFEST);
    expect(statSync(join(folder, "state.json")).mode & 0o777).toBe(0o600);
  });

  test("the state of the version before becomes this one's, and no other file is touched", () => {
    put(LAST);
    const result = convertState(folder, 3, "0.2.7");
    expect(result).toEqual({ ok: true, from: 2, to: 3, changed: ["state.json"], copies: [] });
    expect(json("device.json")).toEqual(RECORD_3);
    expect(there()).toEqual(["device.json", "snapshot", "state.json"]);
  });

  test("nothing is written when there is nothing to do", () => {
    put(NOW);
    const disk = createDisk({ found: NOW, fail: { at: 0, how: "EROFS", forever: true } });
    const reading = { ...disk.files, readFileSync: DISK.readFileSync };
    expect(convertState(folder, 3, "0.2.7", reading)).toMatchObject({ ok: true, changed: [] });
  });

  test("another version of the same format says that it was the last", () => {
    put(NOW);
    expect(convertState(folder, 3, "0.2.8")).toMatchObject({ ok: true, changed: ["state.json"] });
    expect(json("state.json")).toEqual({ ...MANIFEST, program: "0.2.8" });
    expect(there()).toEqual(["device.json", "snapshot", "state.json"]);
  });

  test("a newer state is refused, with who wrote it and what to do, and stays as it is", () => {
    put(new Map([...LAST, ["state.json", text({ ...MANIFEST, format: 4, program: "0.9.1" })]]));
    const said = problem(convertState(folder, 3, "0.2.7"));
    expect(said).toContain("format 4");
    expect(said).toContain("0.9.1");
    expect(said).toContain("knxpi state convert");
    expect(json("state.json")).toMatchObject({ format: 4 });
  });

  test.each(["", "{", '{"format":3}', '{"knxpi":"state","format":"3","program":"0.2.7"}'])(
    "a state.json that says %j is no guess",
    (damaged) => {
      put(new Map([...LAST, ["state.json", new TextEncoder().encode(damaged)]]));
      expect(problem(convertState(folder, 3, "0.2.7"))).toContain("state.json is damaged");
    },
  );
});

describe("for an older version", () => {
  test("the version before finds nothing that it does not know", () => {
    put(NOW);
    expect(convertState(folder, 2, "0.2.7")).toMatchObject({ ok: true, from: 3, to: 2 });
    expect(there()).toEqual(["device.json", "snapshot", "state.json.format-3"]);
    expect(json("device.json")).toEqual(RECORD_3);
  });

  test("one more back, the record loses what that one has no word for; nothing else", () => {
    put(NOW);
    expect(convertState(folder, 1, "0.2.7")).toMatchObject({ ok: true, from: 3, to: 1 });
    expect(json("device.json")).toEqual(RECORD_2);
    expect(json("device.json.format-3")).toEqual(RECORD_3);
    expect(readFileSync(join(folder, "snapshot"))).toEqual(Buffer.from(SNAPSHOT));
  });

  test("and forward again the address, keys and settings are what they were", () => {
    put(NOW);
    convertState(folder, 1, "0.2.7");
    expect(convertState(folder, 3, "0.2.7")).toMatchObject({ ok: true, from: 1, to: 3 });
    const settings = { ...SETTINGS, peiTypes: [3, 9] as const };
    const read = readStore({ directory: folder, settings, hardwareType: hex("00 00 00 00 00 01") });
    expect(read).toMatchObject({
      ok: true,
      stored: { record: { address: 0x1107, settings }, configured: { address: 0x1105 } },
    });
  });

  test("a damaged record stays damaged", () => {
    put(new Map([...NOW, ["device.json", text({ ...RECORD_3, checksum: "00" })]]));
    convertState(folder, 1, "0.2.7");
    expect(json("device.json")).toEqual({ ...RECORD_3, checksum: "00" });
  });

  test("a format that there never was is refused", () => {
    put(NOW);
    expect(problem(convertState(folder, 7, "0.2.7"))).toContain("no format 7");
    expect(there()).toEqual(["device.json", "snapshot", "state.json"]);
  });

  test.each([
    ["0.0.9", 1],
    ["0.1.0", 2],
    ["0.1.99-rc.1", 2],
    ["0.2.0", 3],
    ["0.2.0~rc1", 3],
    ["1.0.0", 3],
    ["what", undefined],
  ])("version %s has format %s", (version, format) => {
    expect(formatFor(version)).toBe(format);
  });
});

describe("cut short at any call", () => {
  const WAYS = [
    { is: "forward from the oldest", found: OLD, to: 3 },
    { is: "forward", found: LAST, to: 3 },
    { is: "back", found: NOW, to: 2 },
    { is: "all the way back", found: NOW, to: 1 },
  ];
  const names = (found: Found) => new Map([...found].filter(([name]) => !name.includes(".format")));
  const end = (found: Found, to: number): Found => {
    const disk = createDisk({ found });
    expect(convertState("/state", to, "0.2.7", disk.files)).toMatchObject({ ok: true });
    return names(disk.afterKill());
  };

  test.each(WAYS)("$is, the same call completes it", ({ found, to }) => {
    const whole = createDisk({ found });
    convertState("/state", to, "0.2.7", whole.files);
    let lefts = 0;
    for (let at = 0; at < whole.calls(); at++)
      for (const how of ["crash", "ENOSPC", "EIO", "EROFS"] as const) {
        const disk = createDisk({ found, fail: { at, how } });
        convertState("/state", to, "0.2.7", disk.files);
        for (const left of [disk.afterKill(), ...disk.afterPowerLoss()]) {
          lefts += 1;
          expect(formatOf(Object.fromEntries(left)).ok).toBe(true);
          const after = end(left, to);
          expect(after.get("device.json")).toEqual(end(found, to).get("device.json"));
          expect([...after.keys()].filter((name) => !name.endsWith(".new")).sort()).toEqual(
            [...end(found, to).keys()].sort(),
          );
        }
      }
    expect(lefts).toBeGreaterThan(20);
  });
});

test("what is read is only what is ours", () => {
  put(new Map([...NOW, ["notes.txt", text("mine")]]));
  const read = readState(folder);
  expect(read.ok && Object.keys(read.files)).toEqual(["device.json", "snapshot", "state.json"]);
});
