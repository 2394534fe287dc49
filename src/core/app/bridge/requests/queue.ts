import { formatGroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { failure } from "../commands/errors.ts";
import { endEntry } from "../queue/line-up.ts";
import { type Entry, remove } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import { rawOf } from "../telegrams/publish.ts";
import { andThen, forEach } from "../turn.ts";
import { answer, done } from "./answer.ts";
import { type Take, type Taken, taking, wrong } from "./parameters.ts";

/** What waits for the bus, class by class, and what is with the transceiver. */
export const listQueue: Take = (state, at, ask) => {
  const { queue, sender } = state;
  const classes = Object.fromEntries(
    queue.lines.map((line, index): [string, JsonValue] => [
      `${index}`,
      line.slice(0, MOST).map((entry) => entryDocument(state, at, entry)),
    ]),
  );
  const sending = sender.flight ? entryDocument(state, at, sender.flight.entry) : null;
  return answer(state, at, ask, done({ depth: queue.depth, sending, classes }));
};

/** Nothing of a class, or of all, is sent any more; whoever waits is told. */
export const clearQueue = taking(
  {
    class: (value): Taken<number | null> =>
      value === undefined || value === null
        ? { ok: true, value: null }
        : typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 5
          ? { ok: true, value }
          : wrong("class must be a number from 0 to 5"),
  },
  (before, at, ask, { class: one }) => {
    const gone = before.queue.lines.filter((_, index) => one === null || index === one).flat();
    const { tallies } = before;
    const cleared = {
      ...before,
      queue: gone.reduce(remove, before.queue),
      tallies: { ...tallies, cleared: tallies.cleared + gone.length },
    };
    return andThen(
      forEach(cleared, gone, (each, entry) =>
        endEntry(each, at, entry, { stage: "dropped", error: CLEARED }),
      ),
      (after) => answer(after, at, ask, done({ count: gone.length })),
    );
  },
);

const entryDocument = (
  { config }: BridgeState,
  at: number,
  { ga, service, value, priority, since, expires, command }: Entry,
): JsonValue => ({
  ga: formatGroupAddress(ga, config.style),
  service,
  ...(value && rawOf(value, undefined)),
  priority,
  waited_ms: Math.round(at - since),
  ...(expires !== null && { expires_in_ms: Math.round(expires - at) }),
  ...(command?.id && { id: command.id }),
});

/** The classes without a bound can be as long as there are objects. */
const MOST = 100;
const CLEARED = failure("expired", "The queue was cleared by hand");
