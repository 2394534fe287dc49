import { entries, get, without } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import { type Command, finish } from "../commands/results.ts";
import { endEntry } from "../queue/line-up.ts";
import { remove } from "../queue/queue.ts";
import { withReading } from "../reading/stale.ts";
import type { BridgeState } from "../state.ts";
import { andThen, forEach, type Turn } from "../turn.ts";

/**
 * What waits for group addresses that are no object any more: commands end, reads and what is sent again and again are not made.
 * @param before with the objects that there were
 */
export const dropOrphans = (state: BridgeState, at: number, before: BridgeState): Turn => {
  const isGone = (ga: number): boolean =>
    get(before.objects, ga) !== undefined && get(state.objects, ga) === undefined;
  const { reading, sending } = state.features;
  const waiting = state.queue.lines.flat().filter(({ ga }) => isGone(ga));
  const line = reading.line.slice(reading.head).filter(({ ga }) => !isGone(ga));
  let { paces } = sending;
  const withheld: Command[] = [];
  for (const [ga, { waiting: held }] of entries(sending.paces)) {
    if (!isGone(ga)) continue;
    paces = without(paces, ga);
    if (held?.draft.command) withheld.push(held.draft.command);
  }
  const known = withReading(
    {
      ...state,
      queue: waiting.reduce(remove, state.queue),
      features: {
        ...state.features,
        sending: { ...sending, paces, line: sending.line.filter(({ ga }) => !isGone(ga)) },
      },
    },
    { line, head: 0 },
  );
  const error = failure(
    "unknown_ga",
    "The configuration does not have this group address any more",
  );
  return andThen(
    forEach(known, waiting, (each, entry) =>
      endEntry(each, at, entry, { stage: "dropped", error }),
    ),
    (after) =>
      forEach(after, withheld, (each, command) =>
        finish(each, at, command, { stage: "dropped", error }),
      ),
  );
};
