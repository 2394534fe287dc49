import type { Effect } from "../../core/effect.ts";
import type { Life } from "../supervise/child.ts";
import { STORE } from "../supervise/strategy.ts";
import type { Supervisor } from "../supervise/supervisor.ts";
import { messageOf } from "./files.ts";
import { openLedgers } from "./ledger.ts";
import { openSnapshots } from "./snapshot.ts";
import { openStore, type StoreOptions } from "./store.ts";

type StoreEffect = Extract<Effect, { for: "store" }>;

/** What must survive, and what would be good to have. */
export type Keeping = Readonly<{
  execute(effect: StoreEffect): void;
  settled(): Promise<void>;
}>;

/**
 * The state directory as a part of the shell. What was promised is on the disk when `execute` returns, or the process ends with 74:
 * nothing else would keep the promise. Snapshot and list of retained topics were promised to nobody: they may fail, and are written
 * again when there is a chance.
 */
export const openKeeping = (options: StoreOptions, supervisor: Supervisor): Keeping => {
  const { directory, log, count } = options;
  let life: Life | undefined;
  const late = {
    ...(directory !== undefined && { directory }),
    ...(count !== undefined && { count }),
    log,
    trouble: (error: unknown): void => life?.broke(error),
  };
  const store = openStore(options);
  const snapshots = openSnapshots(late);
  const ledgers = openLedgers(late);
  const child =
    directory === undefined
      ? undefined
      : supervisor.add({
          name: "store",
          strategy: STORE,
          async start(now) {
            life = now;
            await Promise.all([snapshots.again(), ledgers.again()]);
            now.up();
          },
          tell: (error) => `${directory}: ${messageOf(error)}`,
        });

  return {
    execute(effect) {
      if (effect.type === "snapshot") return snapshots.keep(effect.snapshot);
      if (effect.type === "ledger") return ledgers.keep(effect.ledger);
      const problem =
        effect.type === "save" ? store.save(effect.record) : store.keep(effect.loadable);
      if (problem === undefined) return;
      log.fatal({ problem }, NOT_KEPT);
      child?.fatal(EX_IOERR, problem);
    },
    async settled() {
      await Promise.all([snapshots.settled(), ledgers.settled()]);
    },
  };
};

const NOT_KEPT =
  "what was promised to survive cannot be kept; mend the --state directory, then start again";
/** sysexits.h: input or output failed. */
const EX_IOERR = 74;
