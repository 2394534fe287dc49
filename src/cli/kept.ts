import type { Logger } from "pino";
import { withLoaded, withRecord } from "../config/record.ts";
import { formatIndividualAddress } from "../core/address.ts";
import type { StackConfig } from "../core/config.ts";
import { readStore, type StoreFinding } from "../shell/store/read.ts";
import type { StoredRecord } from "../shell/store/record-file.ts";
import { openStore } from "../shell/store/store.ts";

export type Kept = Readonly<{ ok: true; stack: StackConfig } | { ok: false; problem: string }>;

/** The configuration with what is kept in the state directory; says what was found there. */
export const withKept = (stack: StackConfig, directory: string | undefined, log: Logger): Kept => {
  if (directory === undefined) return { ok: true, stack };
  const { settings, hardwareType } = stack.device;
  const read = readStore({ directory, settings, hardwareType });
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
    : withStored(whole, read.stored, directory, log);
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
 * When the configuration was changed since, that is kept from now on, so that a change back is a change again.
 */
const withStored = (
  stack: StackConfig,
  stored: StoredRecord,
  directory: string,
  log: Logger,
): Kept => {
  const merged = withRecord(stack, stored);
  const address = formatIndividualAddress(merged.stack.dl.address);
  if (merged.from === "record") {
    if (merged.stack.dl.address !== stack.dl.address)
      log.info({ address }, "the address is the one given over the bus");
    return { ok: true, stack: merged.stack };
  }
  const before = formatIndividualAddress(stored.record.address);
  log.info({ address, before }, "the address of the configuration was changed, and holds");
  const configured = stack.dl.address;
  const { hardwareType } = stack.device;
  const store = openStore({ directory, configured, hardwareType, log });
  const problem = store.save({ ...stored.record, address: merged.stack.dl.address });
  return problem === undefined ? { ok: true, stack: merged.stack } : { ok: false, problem };
};
