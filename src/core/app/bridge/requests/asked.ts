import { formatGroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import type { Command, Ending } from "../commands/results.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { close, done, withRequests } from "./answer.ts";
import type { Batch, Reply } from "./state.ts";

/** How a command ended, in the words of `…/result`: `mqtt-interface.md` §5.7. */
export const outcomeOf = (
  at: number,
  { received }: Pick<Command, "received">,
  { stage, fields, sent, error }: Ending,
): Readonly<{ [field: string]: JsonValue }> => ({
  stage,
  ...fields,
  ...(error && {
    error: {
      code: error.code,
      message: error.message,
      ...(error.detail && { detail: { ...error.detail } }),
    },
  }),
  ...(sent !== undefined && { queued_ms: Math.round(sent - received) }),
  total_ms: Math.round(at - received),
});

/** The answer to `group/read` and `group/write`. */
export const replyOf = (at: number, command: Command, ending: Ending): Reply => {
  const { error: _, ...data } = outcomeOf(at, command, ending);
  return ending.error ? { ok: false, error: ending.error, data } : done(data);
};

/** One item of a `group/batch` has ended: the next one is due after its pause, or the whole is over. */
export const endItem = (
  state: BridgeState,
  at: number,
  ref: number,
  command: Command,
  ending: Ending,
): Turn => {
  const { batches } = state.features.requests;
  const batch = batches.find((one) => one.ref === ref);
  if (batch === undefined) return [state, NOTHING];
  const results = [...batch.results, resultOf(state, at, batch, command, ending)];
  const others = batches.filter((one) => one !== batch);
  const next = batch.items[results.length];
  if (next === undefined || (ending.error && batch.stopOnError))
    return close(withRequests(state, { batches: others }), at, ref, done(results));
  const going = { ...batch, results, due: at + next.delayMs };
  return [withRequests(state, { batches: [...others, going] }), NOTHING];
};

const resultOf = (
  { config }: BridgeState,
  at: number,
  { items, results }: Batch,
  command: Command,
  ending: Ending,
): JsonValue => {
  const item = items[results.length];
  return {
    ...(item && { ga: formatGroupAddress(item.ga, config.style) }),
    status: ending.error ? "error" : "ok",
    ...outcomeOf(at, command, ending),
  };
};
