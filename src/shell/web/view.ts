import { type HealthDocument, healthDocument } from "../../core/app/bridge/health.ts";
import type { Counters, HostFigures } from "../../core/app-impulse.ts";
import type { StackState } from "../../core/stack/stack.ts";
import type { About } from "../control/status.ts";
import type { ChildReport } from "../supervise/report.ts";
import type { Distribution } from "./histogram.ts";
import type { LatencyFigures } from "./latency.ts";
import type { ProcessView } from "./process-view.ts";

/** How everything stands at one moment: what metrics and `/health` are made from. */
export type View = Readonly<{
  about: About;
  state: StackState;
  counters: Counters;
  host: HostFigures;
  process: ProcessView;
  latency: LatencyFigures;
  loopLag: Distribution;
  children: readonly ChildReport[];
  /** What `bridge/health` would say. */
  health: HealthDocument;
}>;

/** What the running stack tells of itself, without being changed by it. */
export type Look = Readonly<{
  state: StackState;
  counters: Counters;
  /** Publications that the broker has not acknowledged. */
  inFlight: number;
  children: readonly ChildReport[];
}>;

/** @param at monotonic ms */
export const viewOf = (
  { state, counters, inFlight, children }: Look,
  measured: Omit<View, keyof Look | "health">,
  at: number,
): View => ({
  ...measured,
  state,
  counters,
  children,
  health: healthDocument(state.bridge, {
    counters,
    process: measured.process.figures,
    host: measured.host,
    inFlight,
    at,
  }),
});
