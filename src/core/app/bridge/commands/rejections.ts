import type { BridgeState } from "../state.ts";
import { type ErrorCode, tallied } from "./errors.ts";

/** For `queue.rejected` of `bridge/health`: a command or a request that was refused. */
export const countRejection = (state: BridgeState, code: ErrorCode): BridgeState => ({
  ...state,
  tallies: { ...state.tallies, rejected: tallied(state.tallies.rejected, code) },
});
