import type { BridgeState } from "../state.ts";
import { andThen, earliest, type Turn } from "../turn.ts";
import { batchesDue, runBatches } from "./batch.ts";
import { scanDue, scanOn } from "./scan.ts";
import { endStream, streamDue } from "./stream.ts";

/** What requests have to do later. */
export const requestsOn = (state: BridgeState, at: number): Turn =>
  andThen(runBatches(state, at), (after) =>
    andThen(scanOn(after, at), (last) => endStream(last, at)),
  );

export const requestsDue = (state: BridgeState): number | null =>
  earliest([batchesDue(state), scanDue(state), streamDue(state)]);
