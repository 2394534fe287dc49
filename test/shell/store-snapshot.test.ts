import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as disk from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../src/core/address.ts";
import type { Snapshot } from "../../src/core/app/bridge/restart/snapshot.ts";
import type { Held } from "../../src/core/app/bridge/state.ts";
import { EMPTY_TABLE, put } from "../../src/core/table.ts";
import type { AsyncFiles } from "../../src/shell/store/line-file.ts";
import { openSnapshots, readSnapshot } from "../../src/shell/store/snapshot.ts";
import { decodeSnapshot } from "../../src/shell/store/snapshot-file.ts";
import { collectLog } from "./collect.ts";
import { snapshotAt } from "./kill/snapshots.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-snapshot-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of ["", ".1", ".new", ".damaged"])
    rmSync(file(`snapshot${name}`), { force: true });
});

const HELD: Held = {
  value: { octets: [0x0c, 0x2f], short: false },
  service: "response",
  source: IndividualAddress(0x1105),
  origin: "mqtt",
  ts: 1_769_854_272_345,
  changed: 1_769_853_901_002,
  id: "a1",
  session: 3,
  published: 1_769_854_272_345,
  stale: true,
};
const TEMPERATURE = GroupAddress(0x2001);
const LAMP = GroupAddress(0x0a03);
const SNAPSHOT: Snapshot = {
  held: put(put(EMPTY_TABLE, TEMPERATURE, HELD), LAMP, {
    ...HELD,
    value: { octets: [1], short: true },
    service: "write",
  }),
  provided: put(EMPTY_TABLE, TEMPERATURE, {
    value: { octets: [0x0c, 0x33], short: false },
    transmitted: null,
  }),
  objects: put(EMPTY_TABLE, TEMPERATURE, {
    ga: TEMPERATURE,
    dpt: "9.001",
    writable: true,
    priority: "low",
    alarm: false,
    provide: true,
    transmit: "changes",
    events: false,
    publish: "always",
  }),
};
/** What `echo` and `sha256sum` make of it. */
const LINES = [
  '{"ga":"1/2/3","raw":"01","bits":6,"dpt":null,"service":"write","source":"1.1.5","ts":"2026-01-31T10:11:12.345Z","changed":"2026-01-31T10:05:01.002Z"}',
  '{"ga":"4/0/1","raw":"0c2f","dpt":"9.001","service":"response","source":"1.1.5","ts":"2026-01-31T10:11:12.345Z","changed":"2026-01-31T10:05:01.002Z"}',
  '{"ga":"4/0/1","raw":"0c33","provided":true}',
];

const opened = (files?: AsyncFiles) => {
  const { log, lines } = collectLog();
  let writes = 0;
  const snapshots = openSnapshots({
    directory: folder,
    log,
    count: (counter, by) => {
      if (counter === "store.writes") writes += by;
    },
    ...(files && { files }),
  });
  return { snapshots, lines: lines.items, writes: () => writes };
};
const written = async (...all: readonly Snapshot[]): Promise<void> => {
  const { snapshots } = opened();
  for (const snapshot of all) {
    snapshots.keep(snapshot);
    await snapshots.settled();
  }
};
const read = () => {
  const { log, lines } = collectLog();
  return { restored: readSnapshot(folder, log), lines: lines.items };
};

describe("§16.3 the snapshot file", () => {
  test("is lines that can be read by people, below their length and checksum", async () => {
    await written(SNAPSHOT);
    const [head, ...lines] = readFileSync(file("snapshot"), "utf8").split("\n");
    expect(lines).toEqual([...LINES, ""]);
    expect(head).toMatch(/^knxpi-snapshot 1 \d+ [0-9a-f]{64}$/);
    expect(statSync(file("snapshot")).mode & 0o777).toBe(0o600);
  });

  test("gives back what was kept", async () => {
    await written(SNAPSHOT);
    const { ts, changed, source } = HELD;
    const common = { source, ts, changed };
    expect(read().restored).toEqual({
      values: [
        { ...common, ga: LAMP, value: { octets: [1], short: true }, dpt: null, service: "write" },
        { ...common, ga: TEMPERATURE, value: HELD.value, dpt: "9.001", service: "response" },
      ],
      provided: [{ ga: TEMPERATURE, value: { octets: [0x0c, 0x33], short: false } }],
      damaged: false,
    });
  });

  test("the one before is kept; one that says the same is not written", async () => {
    const { snapshots, writes } = opened();
    for (const number of [1, 2, 2, 2]) {
      snapshots.keep(snapshotAt(number));
      await snapshots.settled();
    }
    expect(writes()).toBe(2);
    const tsOf = (name: string) => {
      const decoded = decodeSnapshot(readFileSync(file(name)));
      return decoded.ok && decoded.restored.values[0]?.ts;
    };
    expect([tsOf("snapshot"), tsOf("snapshot.1")]).toEqual([2, 1]);
    expect(existsSync(file("snapshot.new"))).toBe(false);
  });

  test("of several that come while one is written only the newest follows", async () => {
    const { snapshots, writes } = opened();
    for (let number = 1; number <= 50; number++) snapshots.keep(snapshotAt(number));
    await snapshots.settled();
    expect(writes()).toBeLessThanOrEqual(2);
    expect(read().restored.values[0]?.ts).toBe(50);
  });

  test("thousands of values are written without holding up the process for long", async () => {
    const snapshot = snapshotAt(1, 9_000);
    const { snapshots } = opened();
    const turns: number[] = [];
    let last = performance.now();
    const watch = setInterval(() => {
      turns.push(performance.now() - last);
      last = performance.now();
    }, 0);
    snapshots.keep(snapshot);
    await snapshots.settled();
    clearInterval(watch);
    // Slices of a fraction of a millisecond: most turns of the event loop are short, however slow this machine is.
    expect(turns.length).toBeGreaterThan(20);
    expect(turns.toSorted((a, b) => a - b)[Math.floor(turns.length / 2)]).toBeLessThan(10);
    expect(read().restored.values).toHaveLength(9_000);
  });

  test("a disk that is full is said once, and does not end anything", async () => {
    let full = true;
    const files: AsyncFiles = {
      rename: disk.rename,
      open: async (...parameters) => {
        if (full) throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
        return disk.open(...parameters);
      },
    };
    const { snapshots, lines } = opened(files);
    for (const number of [1, 2, 3]) {
      snapshots.keep(snapshotAt(number));
      await snapshots.settled();
    }
    expect(lines.map(({ level }) => level)).toEqual([40]);
    full = false;
    snapshots.keep(snapshotAt(4));
    await snapshots.settled();
    expect(read().restored.values[0]?.ts).toBe(4);
  });
});

describe("§16.3, acceptance 11: what is found at the start", () => {
  test("nothing", () => {
    expect(read()).toMatchObject({ restored: { values: [], damaged: false }, lines: [] });
  });

  test("only the one before, because the process ended between two renames", async () => {
    await written(snapshotAt(1), snapshotAt(2));
    rmSync(file("snapshot"));
    expect(read().restored.values[0]?.ts).toBe(1);
  });

  // biome-ignore format: read by column
  const DAMAGES = [
    { is: "cut",             damage: (octets: Buffer) => octets.subarray(0, octets.length - 10),     says: /octets where/ },
    { is: "cut in its head", damage: (octets: Buffer) => octets.subarray(0, 40),                     says: /begin/ },
    { is: "changed",         damage: (octets: Buffer) => Buffer.from(octets).fill(0x55, 199, 205),    says: /checksum/ },
    { is: "empty",           damage: () => Buffer.alloc(0),                                          says: /begin/ },
    { is: "of a newer version", damage: (octets: Buffer) => Buffer.from(octets.toString().replace("snapshot 1", "snapshot 2")), says: /version 2/ },
  ];
  test.each(DAMAGES)(
    "one that is $is: put aside, said, and nothing of it used",
    async ({ damage, says }) => {
      await written(SNAPSHOT);
      const octets = damage(readFileSync(file("snapshot")));
      writeFileSync(file("snapshot"), octets);
      const { restored, lines } = read();
      expect(restored).toEqual({ values: [], provided: [], damaged: true });
      expect(lines).toMatchObject([{ level: 50, problem: expect.stringMatching(says) }]);
      expect(readFileSync(file("snapshot.damaged")).equals(octets)).toBe(true);
      expect(existsSync(file("snapshot"))).toBe(false);
    },
  );

  prop.prop([fc.uint8Array({ maxLength: 300 })])(
    "whatever the file holds, it is refused",
    (octets) => {
      expect(decodeSnapshot(octets).ok).toBe(false);
    },
  );
});
