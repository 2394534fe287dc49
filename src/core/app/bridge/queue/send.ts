import type { Impulse } from "../../../impulse.ts";
import { NOTHING } from "../../../impulse.ts";
import { never } from "../../../never.ts";
import type { BridgeState } from "../state.ts";
import { withTime } from "../time/answer.ts";
import { earliest, type Turn } from "../turn.ts";
import { affordableAt, airtime, frameOctets, spend } from "./budget.ts";
import { waitsForDownload } from "./line-up.ts";
import { type Level, loadDue } from "./load.ts";
import { type Entry, next, OVERDRAFT_MS, remove } from "./queue.ts";
import { readAllowedAt, sent } from "./reads.ts";

/**
 * Hands the next telegram to the stack if it may go: bus there, none with the transceiver, class not resting, reads within
 * their limit, budget left. `mqtt-interface.md` §13.2, §13.3. Otherwise notes when to look again.
 */
export const pump = (state: BridgeState, at: number): Turn => {
  const { queue, sender, bus } = state;
  if (queue.depth === 0 || sender.flight || bus.state !== "online")
    return [waiting(state, at, null, false), NOTHING];
  if (at < sender.pause) return [waiting(state, at, sender.pause, false), NOTHING];
  const readsFrom = readAllowedAt(state.reads, state.config.bus.readRate);
  const { level } = state.load.past;
  const mayGo = (entry: Entry): boolean =>
    !rests(entry, level) &&
    !waitsForDownload(state, entry) &&
    (entry.service !== "read" || (readsFrom !== null && readsFrom <= at));
  const waiter = next(queue, at, mayGo);
  const entry = waiter && (withTime(state, at, waiter) ?? waiter);
  if (!waiter || !entry) {
    const reads = readsFrom !== null && readsFrom > at ? readsFrom : null;
    return [waiting(state, at, earliest([reads, loadDue(state.load)]), false), NOTHING];
  }
  const octets = frameOctets(tpduLength(entry));
  const cost = airtime(octets);
  const from = affordableAt(state.budget, at, cost, OVERDRAFT_MS[entry.class]);
  if (from > at) return [waiting(state, at, from, true), NOTHING];
  const free = waiting(state, at, null, false);
  const { tallies } = free;
  const isRead = entry.service === "read";
  return [
    {
      ...free,
      queue: remove(queue, waiter),
      budget: spend(state.budget, at, cost),
      sender: {
        ...free.sender,
        flight: { entry, octets, sent: at, until: at + CONFIRMATION_MS },
      },
      reads: isRead ? sent(state.reads, at) : state.reads,
      tallies: {
        ...tallies,
        waited: [...tallies.waited, Math.round(at - entry.since)].slice(-WAITS),
      },
    },
    [request(entry, at)],
  ];
};

/** What an overloaded line is spared: by the class of origin, so that promotion does not defeat it. */
const rests = (entry: Entry, level: Level): boolean => {
  switch (level) {
    case "normal":
      return false;
    case "busy":
      return entry.class === 5;
    case "overload":
      return entry.class >= 3;
    default:
      return never(level);
  }
};

const request = ({ ref, ga, service, value, priority }: Entry, at: number): Impulse => {
  const common = { for: "al", destination: ga, priority, ref, at } as const;
  if (value === null) return { ...common, type: "A_GroupValue_Read.req" };
  return service === "response"
    ? { ...common, type: "A_GroupValue_Response.req", value }
    : { ...common, type: "A_GroupValue_Write.req", value };
};

/** Nothing goes now. `throttled`: because of the budget. */
const waiting = (
  state: BridgeState,
  at: number,
  due: number | null,
  throttled: boolean,
): BridgeState => {
  const { sender, tallies } = state;
  const since = throttled ? (sender.throttled ?? at) : null;
  if (sender.due === due && sender.throttled === since) return state;
  const over = sender.throttled !== null && since === null ? at - sender.throttled : 0;
  return {
    ...state,
    sender: { ...sender, due, throttled: since },
    tallies:
      over > 0 ? { ...tallies, throttledMs: tallies.throttledMs + Math.round(over) } : tallies,
  };
};

/** Transport and application control information are two octets; up to 6 bits fit into the second. */
const tpduLength = ({ value }: Entry): number =>
  value === null || value.short ? 2 : 2 + value.octets.length;

/** The net below the link layer, which gives a frame up by itself after 3 s without progress. `mqtt-interface.md` §13.3. */
const CONFIRMATION_MS = 10_000;
/** For the 95th percentile of `bridge/health`. */
const WAITS = 100;
