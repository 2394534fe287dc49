import type { ChipKind, DlConfig, Repetitions } from "../../config.ts";
import type { OfflineReason } from "../../impulse.ts";
import { type Monitor, openMonitor } from "./busmonitor.ts";
import type { LinkState } from "./link-table.ts";
import type { Recent } from "./repeats.ts";
import { openRx, type Rx } from "./rx.ts";
import { CHIP_REPETITIONS } from "./tpuart.ts";
import { openTx, type Tx } from "./transmit.ts";

/** Everything the data link layer knows. */
export type DlState = Readonly<{
  config: DlConfig;
  link: Link;
  rx: Rx;
  tx: Tx;
  /** For telling a repetition from news. */
  recent: Recent;
  /** Somebody wants to see every frame on the line. */
  watched: boolean;
  /** What came in while the chip only listens; nothing is collected otherwise. */
  monitor: Monitor;
}>;

export type Link = Readonly<{
  state: LinkState;
  /** As configured, or as the chip said; null until then. */
  chip: ChipKind | null;
  /** As the chip has it: its own default after a reset, then what it was told. */
  repetitions: Repetitions;
  /** The chip is to do nothing but listen, as soon as it is up: a wish that survives port and chip. */
  busmonitor: boolean;
  /** Unanswered requests in this state. */
  tries: number;
  /** Series of resets without success since the link was last online. */
  failures: number;
  /** Since the port was opened the chip has said something: silence then means no bus power rather than no chip. */
  answered: boolean;
  /** What the layers above were told last. */
  told: "online" | OfflineReason;
  /** When this state was entered, or the chip last asked. */
  since: number;
}>;

/** The link layer before its port is open. */
export const openDl = (config: DlConfig): DlState => ({
  config,
  link: {
    state: "closed",
    chip: config.chip === "auto" ? null : config.chip,
    repetitions: CHIP_REPETITIONS,
    busmonitor: false,
    tries: 0,
    failures: 0,
    answered: false,
    told: "starting",
    since: 0,
  },
  rx: openRx(0),
  tx: openTx(),
  recent: [],
  watched: false,
  monitor: openMonitor(0),
});
