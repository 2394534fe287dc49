import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { type Failure, failure } from "../commands/errors.ts";
import { readSetEnvelope } from "../commands/payload.ts";
import { onSet, prepare } from "../commands/set.ts";
import type { BridgeState } from "../state.ts";
import { andThen, earliest, type Turn } from "../turn.ts";
import { decline, hand, withRequests } from "./answer.ts";
import { commandOf, hasContent, NO_CONTENT } from "./group.ts";
import {
  address,
  maybeFlag,
  number,
  type Parameters,
  type Taken,
  taking,
  wrong,
} from "./parameters.ts";
import type { Batch, BatchItem } from "./state.ts";

/**
 * Several writes, validated as a whole, then sent in their order: each goes into the queue when the one before it has ended, so
 * that neither classes nor merging change the order, and an error can stop the rest.
 */
export const writeBatch = taking(
  {
    items: (value): Taken<readonly JsonValue[]> =>
      Array.isArray(value) && value.length > 0 && value.length <= MAX_ITEMS
        ? { ok: true, value }
        : wrong(`items must be a list of 1 to ${MAX_ITEMS} objects`),
    stop_on_error: maybeFlag,
  },
  (state, at, ask, { items, stop_on_error: stopOnError }) => {
    const read: BatchItem[] = [];
    for (const [index, one] of items.entries()) {
      const item = readItem(state, at, one, read);
      if ("code" in item) return decline(state, at, ask, placed(index, item));
      read.push(item);
    }
    const { ref } = ask;
    const due = at + (read[0]?.delayMs ?? 0);
    const batch: Batch = { ref, items: read, stopOnError, results: [], due };
    return hand(state, at, ask, (after) => [
      withRequests(after, { batches: [...after.features.requests.batches, batch] }),
      NOTHING,
    ]);
  },
);

/** Whatever is due goes into the queue. Items that end at once, refused or not to be sent at all, let the next ones follow. */
export const runBatches = (state: BridgeState, at: number): Turn => {
  const batch = state.features.requests.batches.find(({ due }) => due !== null && due <= at);
  const item = batch?.items[batch.results.length];
  if (batch === undefined || item === undefined) return [state, NOTHING];
  const batches = state.features.requests.batches.map((one) =>
    one === batch ? { ...batch, due: null } : one,
  );
  const { ga, request } = item;
  const ask = { ref: batch.ref, name: "group/batch", received: at };
  const going = withRequests(state, { batches });
  return andThen(onSet(going, at, ga, commandOf(going, ask, ga, null, true), request), (after) =>
    runBatches(after, at),
  );
};

export const batchesDue = ({ features }: BridgeState): number | null =>
  earliest(features.requests.batches.map(({ due }) => due));

/** @param before the items before it: one of them may give the value that it turns over */
const readItem = (
  state: BridgeState,
  at: number,
  one: JsonValue,
  before: readonly BatchItem[],
): BatchItem | Failure => {
  if (!isObject(one)) return failure("invalid_value", "an object is needed");
  const { id: _, ga, delay_ms, ...envelope } = one;
  const to = address(ga, "ga");
  const delay = number(0, MAX_DELAY_MS, 0)(delay_ms, "delay_ms");
  if (!to.ok) return to.error;
  if (!delay.ok) return delay.error;
  if (!hasContent(one)) return NO_CONTENT;
  const read = readSetEnvelope({ ...envelope, queue: "all" });
  if (!read.ok) return read.error;
  const request = { ...read.request, confirm: "sent" } as const;
  const prepared = prepare(state, at, to.value, request);
  const known = before.some((item) => item.ga === to.value);
  return "code" in prepared && !(known && prepared.code === "no_value")
    ? prepared
    : { ga: to.value, request, delayMs: delay.value };
};

const isObject = (value: JsonValue): value is Parameters =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const placed = (index: number, error: Failure): Failure => ({
  ...error,
  message: `items[${index}]: ${error.message}`,
});

const MAX_ITEMS = 50;
const MAX_DELAY_MS = 60_000;
