import type { Logger } from "pino";
import { withRecord } from "../config/record.ts";
import { formatIndividualAddress } from "../core/address.ts";
import type { StackConfig } from "../core/config.ts";
import { openStore, readRecord } from "../shell/store.ts";

export type Kept = Readonly<{ ok: true; stack: StackConfig } | { ok: false; problem: string }>;

/**
 * The configuration with what is kept in the state directory. When the configuration was changed since, that is kept from
 * now on, so that a change back is a change again.
 */
export const withKept = (stack: StackConfig, directory: string | undefined, log: Logger): Kept => {
  if (directory === undefined) return { ok: true, stack };
  const read = readRecord(directory);
  if (!read.ok) return { ok: false, problem: read.message };
  if (read.stored === null) return { ok: true, stack };
  const merged = withRecord(stack, read.stored);
  const address = formatIndividualAddress(merged.stack.dl.address);
  if (merged.from === "record") {
    if (merged.stack.dl.address !== stack.dl.address)
      log.info({ address }, "the address is the one given over the bus");
    return { ok: true, stack: merged.stack };
  }
  const before = formatIndividualAddress(read.stored.record.address);
  log.info({ address, before }, "the address of the configuration was changed, and holds");
  const { keys } = read.stored.record;
  const store = openStore({ directory, configured: stack.dl.address, log });
  const problem = store.save({ address: merged.stack.dl.address, keys });
  return problem === undefined ? { ok: true, stack: merged.stack } : { ok: false, problem };
};
