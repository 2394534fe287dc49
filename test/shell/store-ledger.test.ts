import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { GroupAddress } from "../../src/core/address.ts";
import type { KeptLedger, KeptObject } from "../../src/core/app/bridge/ledger/kept.ts";
import { EMPTY_TABLE, put } from "../../src/core/table.ts";
import { openLedgers, readLedger } from "../../src/shell/store/ledger.ts";
import { collectLog } from "./collect.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-ledger-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LEDGER: KeptLedger = {
  base: "knx",
  instance: "house",
  style: "2-level",
  objects: put<KeptObject>(
    put<KeptObject>(EMPTY_TABLE, GroupAddress(0x0a03), {
      ...{ address: true, path: "Light/Living/Größe", value: false },
      meta: 2 ** 53 - 1,
    }),
    GroupAddress(0xffff),
    { address: false, path: null, value: true, meta: null },
  ),
  entities: ["living_ceiling"],
  devices: {
    "homeassistant/device/knx_house_hall/config": { hash: 17, components: { ga_1_2_3: "sensor" } },
    "homeassistant/device/knx_house_all/config": { hash: null, components: {} },
  },
  clearing: ["knx/ga/9/1/state"],
};

const FILE = join(folder, "ledger");

test("what is written is read", async () => {
  const { log } = collectLog();
  const ledgers = openLedgers({ directory: folder, log });
  ledgers.keep({ ...LEDGER, entities: [] });
  ledgers.keep(LEDGER);
  await ledgers.settled();
  expect(readLedger(folder, log)).toEqual(LEDGER);
  expect(readdirSync(folder)).toEqual(["ledger"]);
  expect(readFileSync(FILE, "utf8").split("\n")[1]).toBe(
    '{"base":"knx","instance":"house","style":"2-level"}',
  );
  // Damaged, or of another version: as if there were none, and the operator is told.
  const whole = readFileSync(FILE);
  for (const damaged of [
    whole.subarray(0, -7),
    Buffer.from("knxpi-ledger 2 0 00\n"),
    Buffer.from(""),
  ]) {
    writeFileSync(FILE, damaged);
    const collected = collectLog();
    expect(readLedger(folder, collected.log)).toBeUndefined();
    expect(collected.lines.items).toMatchObject([{ level: 50, path: FILE }]);
  }
});

test("without a directory, or a file in it, there is none", () => {
  const { log } = collectLog();
  expect(readLedger(undefined, log)).toBeUndefined();
  expect(readLedger(join(folder, "nowhere"), log)).toBeUndefined();
});
