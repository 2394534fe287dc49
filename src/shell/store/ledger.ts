import { join } from "node:path";
import type { Logger } from "pino";
import type { KeptLedger } from "../../core/app/bridge/ledger/kept.ts";
import { DISK, type Files, messageOf, readFile } from "./files.ts";
import { decodeLedger, LEDGER_FILE, ledgerHead, ledgerLines } from "./ledger-file.ts";
import { type LineFile, type LineFileOptions, openLineFile } from "./line-file.ts";

/** Which retained topics the broker has of us: `mqtt-interface.md` §21. */
export const openLedgers = (options: LineFileOptions): LineFile<KeptLedger> =>
  openLineFile(
    { name: LEDGER_FILE, head: ledgerHead, lines: ledgerLines, notWritten: NOT_WRITTEN },
    options,
  );

/** What the last process had published; undefined: nobody knows, so nothing of it can be cleared. */
export const readLedger = (
  directory: string | undefined,
  log: Logger,
  files: Files = DISK,
): KeptLedger | undefined => {
  if (directory === undefined) return undefined;
  const path = join(directory, LEDGER_FILE);
  try {
    const octets = readFile(files, directory, LEDGER_FILE);
    if (octets === undefined) return undefined;
    const ledger = decodeLedger(octets);
    if (ledger === undefined) log.error({ path }, DAMAGED);
    return ledger;
  } catch (error) {
    log.error({ path, problem: messageOf(error) }, DAMAGED);
    return undefined;
  }
};

const DAMAGED =
  "the list of retained topics cannot be read and begins anew: topics of objects that were removed may stay with the broker";
const NOT_WRITTEN =
  "the list of retained topics cannot be written: what is removed from the configuration later may stay with the broker; mend the --state directory";
