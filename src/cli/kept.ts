import type { Logger } from "pino";
import { type Contested, withLoaded, withRecord } from "../config/record.ts";
import { formatIndividualAddress } from "../core/address.ts";
import { configuredOf, hopsOf, repetitionsOf } from "../core/app/device/model/settings.ts";
import type { StackConfig } from "../core/config.ts";
import type { DeviceRecord } from "../core/effect.ts";
import { DISK, type Files } from "../shell/store/files.ts";
import { readStore, type StoreFinding } from "../shell/store/read.ts";
import type { StoredRecord } from "../shell/store/record-file.ts";
import { openStore } from "../shell/store/store.ts";

export type Kept = Readonly<{ ok: true; stack: StackConfig } | { ok: false; problem: string }>;

/** The configuration with what is kept in the state directory; says what was found there. */
export const withKept = (
  stack: StackConfig,
  directory: string | undefined,
  log: Logger,
  files: Files = DISK,
): Kept => {
  if (directory === undefined) return { ok: true, stack };
  const { settings, hardwareType } = stack.device;
  const read = readStore({ directory, settings, hardwareType, files });
  if (!read.ok) return read;
  for (const { is, path, what, problem } of read.findings) {
    const [level, message] = SAID[is];
    log[level]({ path, ...(what && { what }), problem }, message);
  }
  const loaded = read.loaded.filter(({ state }) => state === "loaded");
  if (loaded.length > 0)
    log.info({ objects: loaded.map(({ index }) => index) }, "objects loaded by ETS");
  const whole = withLoaded(stack, read.loaded);
  return read.stored === null
    ? { ok: true, stack: whole }
    : withStored(whole, read.stored, { directory, log, files });
};

const SAID = {
  damaged: ["error", "an object is damaged: it is not used until ETS has programmed it again"],
  foreign: ["warn", "an object was loaded for another application: it is not used"],
  unfinished: ["info", "left by a write that did not end: what was there before it holds"],
  unwritable: [
    "warn",
    "nothing can be kept: the program will end (74) rather than promise what must survive",
  ],
} as const satisfies Record<StoreFinding["is"], readonly ["error" | "warn" | "info", string]>;

/**
 * When the configuration was changed since, that is kept from now on, so that a change back is a change again. So is what it says
 * now when the file does not tell what it said; if it cannot be, that is tried again at the next start.
 */
const withStored = (
  stack: StackConfig,
  stored: StoredRecord,
  { directory, log, files }: Readonly<{ directory: string; log: Logger; files: Files }>,
): Kept => {
  const { stack: merged, changed } = withRecord(stack, stored);
  const { address, keys, settings } = merged.device;
  const before = stored.record;
  for (const one of changed)
    log.info(CHANGED[one].fields({ address, settings }, before), CHANGED[one].message);
  if (!changed.includes("address") && address !== stack.device.address)
    log.info(
      { address: formatIndividualAddress(address) },
      "the address is the one given over the bus",
    );
  if (changed.length === 0 && !stored.isOld) return { ok: true, stack: merged };
  const { hardwareType } = stack.device;
  const store = openStore({ directory, configured: configuredOf(stack), hardwareType, log, files });
  const problem = store.save({ address, keys, settings });
  return problem === undefined || changed.length === 0
    ? { ok: true, stack: merged }
    : { ok: false, problem };
};

type Said = Pick<DeviceRecord, "address" | "settings">;

/** What is logged of each: what holds now, and what held before. */
const CHANGED = {
  address: {
    message: "the address of the configuration was changed, and holds",
    fields: (now: Said, before: Said) => ({
      address: formatIndividualAddress(now.address),
      before: formatIndividualAddress(before.address),
    }),
  },
  hops: {
    message: "the hop count of the configuration was changed, and holds",
    fields: (now: Said, before: Said) => ({
      hops: hopsOf(now.settings),
      before: hopsOf(before.settings),
    }),
  },
  repetitions: {
    message: "the repetitions of the configuration were changed, and hold",
    fields: (now: Said, before: Said) => ({
      repetitions: repetitionsOf(now.settings),
      before: repetitionsOf(before.settings),
    }),
  },
} as const satisfies Record<Contested, unknown>;
