import { writeSync } from "node:fs";
import { pino } from "pino";
import { IndividualAddress } from "../../../src/core/address.ts";
import type {
  LoadableIndex,
  Settings,
  StoredLoadable,
} from "../../../src/core/app/device/model/model.ts";
import type { DeviceRecord, Effect } from "../../../src/core/effect.ts";
import { DISK, type Files } from "../../../src/shell/store/files.ts";
import { readStore } from "../../../src/shell/store/read.ts";
import { openStore, type Store, type StoreOptions } from "../../../src/shell/store/store.ts";

export type StoreEffect = Extract<Effect, { for: "store"; type: "save" | "keep" }>;

/** All that is kept. Objects by index. */
export type Whole = Readonly<{
  record: DeviceRecord | null;
  loaded: readonly StoredLoadable[];
}>;

export const CONFIGURED = {
  address: IndividualAddress(0x1105),
  routingCount: 0x60,
  maxRetryCount: 0x33,
};
export const HARDWARE_TYPE = [0x00, 0x00, 0xa0, 0x51, 0x07, 0x13];
export const SETTINGS: Settings = {
  routingCount: 0x60,
  maxRetryCount: 0x33,
  rateTimeBase: 0,
  rateTelegrams: 0,
  downloads: 0,
  peiTypes: [0, 0],
};
export const INDICES: readonly LoadableIndex[] = [1, 2, 3, 4, 5];

export const saved = (downloads: number): StoreEffect => ({
  for: "store",
  type: "save",
  record: {
    address: IndividualAddress(0x1100 + (downloads % 0xff)),
    keys: [
      [0x01, 0x23, 0x45, 0x67],
      [0xff, 0xff, 0xff, 0xff],
      [0x89, 0xab, 0xcd, downloads & 0xff],
    ],
    settings: { ...SETTINGS, downloads },
  },
});

export const unfit = (
  index: LoadableIndex,
  state: "unloaded" | "loading" | "error",
): StoreEffect => ({ for: "store", type: "keep", loadable: { index, state } });

/** @param seed what the content is made of; it differs in every octet and in its length from that of the seeds beside */
export const loaded = (index: LoadableIndex, seed: number, size = 40): StoreEffect => ({
  for: "store",
  type: "keep",
  loadable: {
    index,
    state: "loaded",
    address: 0x4000 + index * 0x1000,
    octets: Array.from({ length: size + (seed % 7) }, (_, at) => (at * 37 + seed * 11) & 0xff),
    programVersion: [0x00, 0xfa, 0xa0, 0x51, seed & 0xff],
  },
});

export const execute = (store: Store, effect: StoreEffect): string | undefined =>
  effect.type === "save" ? store.save(effect.record) : store.keep(effect.loadable);

export const after = (whole: Whole, effect: StoreEffect): Whole => {
  if (effect.type === "save") return { ...whole, record: effect.record };
  const others = whole.loaded.filter(({ index }) => index !== effect.loadable.index);
  return {
    ...whole,
    loaded: [...others, effect.loadable].sort((one, other) => one.index - other.index),
  };
};

/** @returns what is kept, or why nothing can be started with it */
export const readWhole = (directory: string, files?: StoreOptions["files"]): Whole | string => {
  const read = readStore({
    directory,
    settings: SETTINGS,
    hardwareType: HARDWARE_TYPE,
    ...(files && { files }),
  });
  if (!read.ok) return read.problem;
  return { record: read.stored?.record ?? null, loaded: read.loaded };
};

export const storeOn = (directory: string, others: Partial<StoreOptions> = {}): Store =>
  openStore({
    directory,
    configured: CONFIGURED,
    hardwareType: HARDWARE_TYPE,
    log: pino({ level: "silent" }),
    ...others,
  });

/** An endless story of downloads: everything is put down as not loaded, loaded anew, and the record between. */
export const effectAt = (number: number): StoreEffect => {
  const download = Math.floor(number / 11);
  const step = number % 11;
  const index = INDICES[step % 5] ?? 1;
  if (step === 10) return saved(download & 0xffff);
  return step < 5 ? unfit(index, "loading") : loaded(index, download, index * 700);
};

/** Runs that story from there, and says after each effect how many are kept, until somebody kills the process. */
export const writeForever = (directory: string, from: number): void => {
  if (typeof readWhole(directory) === "string") throw new Error("cannot start");
  const store = storeOn(directory);
  for (let number = from; ; number++) {
    const problem = execute(store, effectAt(number));
    if (problem !== undefined) throw new Error(problem);
    writeSync(1, `${number + 1}\n`);
  }
};

/** Writes that step of the story, and kills its own process in that call, from 0, of those that the write makes. */
export const dieWriting = (directory: string, number: number, call: number): void => {
  const problem = execute(storeOn(directory, { files: deadlyDisk(call) }), effectAt(number));
  throw new Error(problem ?? "it was written");
};

/** Calls of one write: the look at what is there, the file, its name. */
export const CALLS_OF_A_WRITE = 11;

const deadlyDisk = (last: number): Files => {
  let calls = 0;
  const call = <T>(run: () => T, half?: () => void): T => {
    if (calls++ === last) {
      half?.();
      process.kill(process.pid, "SIGKILL");
    }
    return run();
  };
  return {
    ...DISK,
    openSync: (path, flags, mode) => call(() => DISK.openSync(path, flags, mode)),
    writeFileSync: (file, octets) =>
      call(
        () => DISK.writeFileSync(file, octets),
        () => DISK.writeFileSync(file, octets.slice(0, octets.length / 2)),
      ),
    fsyncSync: (file) => call(() => DISK.fsyncSync(file)),
    closeSync: (file) => call(() => DISK.closeSync(file)),
    renameSync: (from, to) => call(() => DISK.renameSync(from, to)),
  };
};
