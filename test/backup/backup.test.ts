import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Backup, packBackup, unpackBackup } from "../../src/backup/archive.ts";
import { collect } from "../../src/backup/collect.ts";
import { keepBackup } from "../../src/backup/keep.ts";
import { planRestore, restore } from "../../src/backup/restore.ts";
import { convertState } from "../../src/shell/store/convert-state.ts";
import { FORMAT, HALF_RESTORED } from "../../src/shell/store/state-format.ts";

const base = fs.mkdtempSync(join(tmpdir(), "knxpi-backup-"));
afterAll(() => fs.rmSync(base, { recursive: true }));
const etc = join(base, "etc");
const state = join(base, "state");
const config = join(etc, "house.yaml");
const NOW = new Date("2026-01-31T06:15:02.345Z");

const YAML = `knx: {address: 1.1.250}
mqtt:
  url: mqtt://broker
  username: pi
  password_file: secrets/mqtt
  ca: ${join(base, "elsewhere.pem")}
project: {file: house.csv}
`;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
/** By hand: sha256 of the content without blanks. */
const RECORD = JSON.stringify({
  version: 3,
  checksum: "f93ac06e6bbab7186eee07f3d13a72420cfb0cc7473188b64303771b2f387d6a",
  content: {
    address: "1.1.7",
    keys: ["01234567", "ffffffff", "12345678"],
    configured: "1.1.5",
    settings: {
      routingCount: 80,
      maxRetryCount: 33,
      rateTimeBase: 17000,
      rateTelegrams: 100,
      downloads: 515,
      peiTypes: [3, 9],
    },
    configuredSettings: { routingCount: 96, maxRetryCount: 51 },
  },
});

const tree = (folder: string): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found[path.slice(folder.length + 1)] = fs.readFileSync(path, "utf8");
    }
  return found;
};

beforeEach(() => {
  for (const folder of [etc, state]) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(join(etc, "secrets"), { recursive: true });
  fs.mkdirSync(state);
  fs.writeFileSync(config, YAML, { mode: 0o640 });
  fs.writeFileSync(join(etc, "secrets/mqtt"), "s3cret\n");
  fs.writeFileSync(join(etc, "house.csv"), '"Main"\t"1/-/-"\n');
  fs.writeFileSync(join(etc, "unrelated.txt"), "mine");
  fs.writeFileSync(join(base, "elsewhere.pem"), "-----BEGIN CERTIFICATE-----\n");
  fs.writeFileSync(join(state, "device.json"), RECORD);
  fs.writeFileSync(join(state, "object-1"), "knxpi-object 1 …");
  fs.writeFileSync(join(state, "notes"), "mine");
});

const collected = () => {
  const result = collect({ config, state, program: "0.2.3", instance: "house", now: NOW });
  if (!result.ok) throw new Error(result.problem);
  return result.backup;
};
const plain = ({ head, entries }: Backup) => ({
  head,
  entries: [...entries].map(([name, octets]) => [name, Buffer.from(octets).toString("latin1")]),
});
const present = (path: string): Uint8Array | undefined =>
  fs.existsSync(path) ? new Uint8Array(fs.readFileSync(path)) : undefined;
const plan = (backup = collected()) => planRestore(backup, { config, state }, present, "0.2.3");
const steps = (backup = collected()) => {
  const planned = plan(backup);
  if (!planned.ok) throw new Error(planned.problem);
  return planned.steps;
};
/** The disk until so many calls have been made: then there is no power. */
const cutAfter = (calls: number): typeof fs => {
  let left = calls;
  return new Proxy(fs, {
    get: (all, name: keyof typeof fs) => {
      const call = all[name];
      if (typeof call !== "function") return call;
      return (...parameters: readonly unknown[]) => {
        if (left-- <= 0) throw new Error("no power");
        return Reflect.apply(call, all, parameters);
      };
    },
  });
};
const packed = async () => new Uint8Array(await packBackup(collected()));
const problem = async (octets: Uint8Array<ArrayBuffer>): Promise<string> => {
  const unpacked = await unpackBackup(octets);
  return unpacked.ok ? "" : unpacked.problem;
};

describe("what is in a backup", () => {
  test("the configuration, what it names in its own folder, the state, and nothing else", () => {
    expect([...collected().entries.keys()].sort()).toEqual([
      "config/house.csv",
      "config/house.yaml",
      "config/secrets/mqtt",
      "state/device.json",
      "state/object-1",
    ]);
  });

  test("what it names elsewhere is said", () => {
    expect(collected().head.left).toEqual([join(base, "elsewhere.pem")]);
  });

  test("a configuration with errors is worth keeping too", () => {
    fs.writeFileSync(config, `${YAML}nonsense: 7\n`);
    expect(collected().entries.has("config/secrets/mqtt")).toBe(true);
  });

  test("nothing at all is no backup", () => {
    const nothing = { config: undefined, state: undefined, program: "0.2.3", instance: "house" };
    expect(collect({ ...nothing, now: NOW })).toMatchObject({ ok: false });
  });

  test("packed and unpacked it is the same, and any ZIP program can read it", async () => {
    const octets = await packed();
    expect([...octets.slice(0, 4)]).toEqual([0x50, 0x4b, 3, 4]);
    const unpacked = await unpackBackup(octets);
    expect(unpacked.ok && plain(unpacked.backup)).toEqual(plain(collected()));
  });
});

describe("a backup that was damaged is refused as a whole", () => {
  test("cut anywhere", async () => {
    const octets = await packed();
    for (const share of [0, 0.1, 0.5, 0.9, 0.99])
      expect(await problem(octets.slice(0, octets.length * share))).not.toBe("");
  });

  test("one bit changed anywhere: refused, or it says the same nevertheless", async () => {
    const octets = await packed();
    const whole = plain(collected());
    let refused = 0;
    for (let at = 3; at < octets.length; at += 17) {
      const other = octets.slice();
      other[at] = (other[at] ?? 0) ^ (1 << (at % 8));
      const unpacked = await unpackBackup(other);
      if (unpacked.ok) expect(plain(unpacked.backup)).toEqual(whole);
      else refused += 1;
    }
    // Times and the like may change; most of a file is content.
    expect(refused).toBeGreaterThan(octets.length / 17 / 2);
  });

  test.each(["state/../../etc/passwd", "/etc/passwd", "other/file", "config/"])(
    "with a file %s in it",
    async (name) => {
      const backup = collected();
      const entries = new Map(backup.entries).set(name, text("x"));
      const octets = await packBackup({ ...backup, entries }).catch(() => undefined);
      if (octets !== undefined) expect(await problem(new Uint8Array(octets))).not.toBe("");
    },
  );

  test("something else", async () => {
    expect(await problem(new Uint8Array(text("hello").slice()))).toContain("cannot be unpacked");
  });
});

describe("restoring", () => {
  test("on the machine itself there is nothing to do but to say who was last", () => {
    expect(steps().filter((step) => step.do !== "nothing")).toMatchObject([
      { do: "write", path: join(state, "state.json"), is: "new" },
    ]);
  });

  test("on a new machine everything is there again, private", () => {
    const backup = collected();
    const before = tree(base);
    fs.rmSync(etc, { recursive: true });
    fs.rmSync(state, { recursive: true });
    fs.mkdirSync(state);
    restore(steps(backup), { state });
    const after = tree(base);
    for (const name of ["etc/house.yaml", "etc/secrets/mqtt", "etc/house.csv", "state/device.json"])
      expect(after[name]).toBe(before[name]);
    // The service is not root and gets at its configuration by the group.
    for (const path of [config, join(etc, "secrets/mqtt")])
      expect(fs.statSync(path).mode & 0o777).toBe(0o640);
    expect(fs.statSync(join(state, "device.json")).mode & 0o777).toBe(0o600);
    expect(JSON.parse(after["state/state.json"] ?? "")).toMatchObject({ format: 3 });
  });

  test("what is there is replaced as a whole and stays beside it; what is not ours stays", () => {
    const backup = collected();
    fs.writeFileSync(config, "knx: {address: 1.1.9}\n");
    fs.writeFileSync(join(state, "object-3"), "later");
    restore(steps(backup), { state });
    const after = tree(base);
    expect(after["etc/house.yaml"]).toBe(YAML);
    expect(fs.statSync(config).mode & 0o777).toBe(0o640);
    expect(after["etc/house.yaml.before-restore"]).toBe("knx: {address: 1.1.9}\n");
    expect(after["state/object-3"]).toBeUndefined();
    expect(after["state/object-3.before-restore"]).toBe("later");
    expect(after["state/notes"]).toBe("mine");
    expect(Object.keys(after).filter((name) => name.endsWith(".restore"))).toEqual([]);
  });

  test("when anything fails, everything is as it was", () => {
    const backup = collected();
    fs.writeFileSync(config, "knx: {address: 1.1.9}\n");
    const before = tree(base);
    const planned = steps(backup);
    const impossible = { do: "write", octets: text("x"), is: "new", of: "state" } as const;
    // A file stands where a folder would have to be.
    const broken = [...planned, { ...impossible, path: join(state, "notes", "x") }];
    expect(() => restore(broken, { state })).toThrow(/nothing was restored/);
    expect(tree(base)).toEqual(before);
    // A folder is not replaced by a rename: found after others were renamed.
    fs.mkdirSync(join(state, "folder"));
    const later = tree(base);
    const last = { ...impossible, path: join(state, "folder") };
    expect(() => restore([...planned, last], { state })).toThrow(/everything is as it was/);
    expect(tree(base)).toEqual(later);
  });

  test("a second time the first original stays as well", () => {
    const backup = collected();
    for (const address of [9, 10]) {
      fs.writeFileSync(config, `knx: {address: 1.1.${address}}\n`);
      restore(steps(backup), { state });
    }
    const after = tree(base);
    expect(after["etc/house.yaml.before-restore"]).toContain("1.1.9");
    expect(after["etc/house.yaml.before-restore-2"]).toContain("1.1.10");
  });

  test.each([
    ["a slash at its end", `${state}/`],
    ["a point before it", `${base}/./state`],
  ])("a state directory with %s is the same one", (_, named) => {
    const backup = collected();
    fs.rmSync(join(state, "device.json"));
    const planned = planRestore(backup, { config, state: named }, present, "0.2.3");
    if (!planned.ok) throw new Error(planned.problem);
    const mark = join(state, HALF_RESTORED);
    for (let calls = 10; !fs.existsSync(mark); calls++)
      expect(() => restore(planned.steps, { state: named }, cutAfter(calls))).toThrow();
    restore(planned.steps, { state: named });
    expect(fs.existsSync(mark)).toBe(false);
    expect(fs.statSync(join(state, "device.json")).mode & 0o777).toBe(0o600);
  });

  test("half of a state stays half, until one was put back", () => {
    const backup = collected();
    const mark = join(state, HALF_RESTORED);
    fs.writeFileSync(mark, "");
    const only = new Map([...backup.entries].filter(([name]) => name.startsWith("config/")));
    restore(steps({ ...backup, entries: only }), { state });
    expect(fs.existsSync(mark)).toBe(true);
    fs.mkdirSync(join(state, "device.json.restore"));
    fs.rmSync(join(state, "device.json"));
    expect(() => restore(steps(backup), { state })).toThrow(/nothing was restored/);
    expect(fs.existsSync(mark)).toBe(true);
    expect(collect({ config, state, program: "0.2.3", now: NOW })).toMatchObject({ ok: false });
    fs.rmdirSync(join(state, "device.json.restore"));
    restore(steps(backup), { state });
    expect(fs.existsSync(mark)).toBe(false);
  });

  test("where a file has one name only, it is renamed", () => {
    const backup = collected();
    fs.writeFileSync(config, "knx: {address: 1.1.9}\n");
    const vfat = new Proxy(fs, {
      get: (all, name: keyof typeof fs) =>
        name === "linkSync"
          ? () => {
              throw Object.assign(new Error("EPERM"), { code: "EPERM" });
            }
          : all[name],
    });
    restore(steps(backup), { state }, vfat);
    const after = tree(base);
    expect(after["etc/house.yaml"]).toBe(YAML);
    expect(after["etc/house.yaml.before-restore"]).toContain("1.1.9");
  });

  test("cut short anywhere, the state is refused until the same call has completed it", () => {
    const backup = collected();
    restore(steps(backup), { state });
    const whole = tree(base);
    const other = RECORD.replace("1.1.7", "1.1.8");
    let calls = 0;
    for (; ; calls++) {
      fs.writeFileSync(join(state, "device.json"), other);
      fs.writeFileSync(join(state, "ledger"), "later");
      try {
        restore(steps(backup), { state }, cutAfter(calls));
        break;
      } catch {
        const { "state/device.json": record, "state/ledger": ledger } = tree(base);
        const isWhole = record === RECORD && ledger === undefined;
        const isUntouched = record === other && ledger === "later";
        const isUsable = convertState(state, FORMAT, "0.2.3").ok;
        if (isUsable) expect(isWhole || isUntouched).toBe(true);
        restore(steps(backup), { state });
        expect(convertState(state, FORMAT, "0.2.3").ok).toBe(true);
        expect(tree(base)).toMatchObject(whole);
      }
    }
    expect(calls).toBeGreaterThan(20);
  });

  test("a state of a newer format is refused", () => {
    const backup = collected();
    const newer = text('{"knxpi":"state","format":9,"program":"3.0.0"}');
    const entries = new Map(backup.entries).set("state/state.json", newer);
    expect(plan({ ...backup, entries })).toMatchObject({
      ok: false,
      problem: expect.stringContaining("3.0.0"),
    });
  });
});

test("kept in the state directory, by name and time, the last five", async () => {
  const names: string[] = [];
  for (let minute = 10; minute < 17; minute++) {
    const now = new Date(`2026-01-31T06:${minute}:02.345Z`);
    const kept = await keepBackup({ config, state, program: "0.2.3", instance: "house", now });
    if (kept.ok) names.push(kept.name);
  }
  expect(names[0]).toBe("knxpi-house-20260131T061002Z.zip");
  fs.writeFileSync(join(state, "backups", "mine.zip"), "x");
  expect(fs.readdirSync(join(state, "backups")).sort()).toEqual([...names.slice(2), "mine.zip"]);
});
