import type { Step } from "../../impulse.ts";
import type { DlState } from "./state.ts";
import { repetitionService, sameRepetitions } from "./tpuart.ts";

/**
 * The chip is told how often to repeat, if it does not know yet. It may be told at any time once it is configured, with and
 * without bus power, but not while it has a frame of ours: then after that. A chip that only listens does not hear it, and the
 * reset that leads out of that brings it up.
 */
export const tellRepetitions = (state: DlState): Step<DlState> => {
  const { link, config, rx, tx } = state;
  const { repetitions } = config;
  if (link.chip === null || sameRepetitions(link.repetitions, repetitions)) return [state, NONE];
  const headerComing = rx.mode === "frame" && rx.need === 0;
  const isBusy = tx.current !== null && tx.current.phase !== "again";
  if (!IS_CONFIGURED[link.state] || isBusy || headerComing) return [state, NONE];
  return [
    { ...state, link: { ...link, repetitions } },
    [{ for: "serial", type: "write", octets: repetitionService(link.chip, repetitions) }],
  ];
};

const NONE: Step<DlState>[1] = [];

const IS_CONFIGURED = {
  closed: false,
  resetting: false,
  pausing: false,
  identifying: false,
  checking: true,
  online: true,
  polling: true,
  unpowered: true,
  busmonitor: false,
} as const satisfies Record<DlState["link"]["state"], boolean>;
