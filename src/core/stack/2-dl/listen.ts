import type { Effect } from "../../effect.ts";
import type { DlImpulse, Impulse, Step } from "../../impulse.ts";
import {
  isCollecting,
  type Monitor,
  type MonitorEvent,
  monitor,
  monitorSilence,
} from "./busmonitor.ts";
import { frameTimer, waitOn } from "./frame-timer.ts";
import { move } from "./link.ts";
import type { Arrival } from "./rx.ts";
import type { DlState } from "./state.ts";

/** busmonitor.req: the wish is kept until it is withdrawn, whatever becomes of port and chip. */
export const requestBusmonitor = (
  state: DlState,
  { on, at }: Extract<DlImpulse, { type: "busmonitor.req" }>,
): Step<DlState> =>
  move(
    { ...state, link: { ...state.link, busmonitor: on } },
    on ? "busmonitor requested" : "busmonitor ended",
    at,
  );

/** An octet while the chip only listens. Nothing is acknowledged, and no layer above hears of it. */
export const onRawOctet = (state: DlState, arrival: Arrival): Step<DlState> =>
  found(state, monitor(state.monitor, arrival), arrival.at);

/** The frame timer while the chip only listens. */
export const onRawSilence = (state: DlState, at: number): Step<DlState> => {
  if (!isCollecting(state.monitor)) return [state, NONE];
  const wait = waitOn(state.monitor.lastAt, at);
  return wait === undefined
    ? found(state, monitorSilence(state.monitor), at, false)
    : [state, wait];
};

const found = (
  before: DlState,
  [after, events]: readonly [Monitor, readonly MonitorEvent[]],
  at: number,
  timing = isCollecting(before.monitor),
): Step<DlState> => {
  const { config, link, rx, tx, recent, watched } = before;
  const timers = frameTimer(timing, isCollecting(after));
  let state: DlState = { config, link, rx, tx, recent, watched, monitor: after };
  if (events.length === 0) return [state, timers];
  const out: (Impulse | Effect)[] = [];
  for (const event of events)
    if (event.found === "raw") out.push(event.effect);
    else {
      const [again, caused] = move(state, "reset indication", at);
      state = again;
      out.push(...caused, ...CHIP_RESET);
    }
  out.push(...timers);
  return [state, out];
};

const NONE: readonly Effect[] = [];
const CHIP_RESET: readonly Effect[] = [
  { for: "counters", type: "count", counter: "chip.resets", by: 1 },
  { for: "counters", type: "count", counter: "chip.unexpected-resets", by: 1 },
  {
    for: "log",
    type: "note",
    note: {
      level: "warn",
      layer: "dl",
      message: "transceiver reset itself; told to listen again",
      fields: {},
    },
  },
];
