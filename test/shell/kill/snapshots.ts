import { writeSync } from "node:fs";
import { pino } from "pino";
import { IndividualAddress } from "../../../src/core/address.ts";
import type { Snapshot } from "../../../src/core/app/bridge/restart/snapshot.ts";
import type { Held } from "../../../src/core/app/bridge/state.ts";
import { EMPTY_TABLE, put, type Table } from "../../../src/core/table.ts";
import { openSnapshots } from "../../../src/shell/store/snapshot.ts";

export const VALUES = 700;

/** All values are of the same moment, so that a mixture of two snapshots is seen. */
export const snapshotAt = (number: number, count = VALUES): Snapshot => {
  let held: Table<Held> = EMPTY_TABLE;
  for (let ga = 1; ga <= count; ga++)
    held = put(held, ga * 7, {
      value: { octets: [0x0c, (number + ga) & 0xff], short: false },
      service: "write",
      source: IndividualAddress(0x1105),
      origin: "bus",
      ts: number,
      changed: number,
      id: null,
      session: 1,
      published: number,
      stale: false,
    });
  return { held, provided: EMPTY_TABLE, objects: EMPTY_TABLE };
};

/** Writes one after another, and says after each which one is on the disk, until somebody kills the process. */
export const writeSnapshots = async (directory: string, from: number): Promise<void> => {
  const snapshots = openSnapshots({ directory, log: pino({ level: "silent" }) });
  for (let number = from; ; number++) {
    snapshots.keep(snapshotAt(number));
    await snapshots.settled();
    writeSync(1, `${number}\n`);
  }
};
