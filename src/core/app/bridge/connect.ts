import { GroupAddress } from "../../address.ts";
import type { BridgeImpulse } from "../../app-impulse.ts";
import type { Effect } from "../../effect.ts";
import { NOTHING } from "../../impulse.ts";
import { entries, get } from "../../table.ts";
import { failure } from "./commands/errors.ts";
import { finish } from "./commands/results.ts";
import { afterBusReturn, afterConnect, afterState, afterStates } from "./hooks.ts";
import { isAnnouncing } from "./ledger/announce.ts";
import { heldBack } from "./provided/transmit.ts";
import { dropAnswers, endEntry } from "./queue/line-up.ts";
import { EMPTY_QUEUE } from "./queue/queue.ts";
import { EMPTY_READS } from "./queue/reads.ts";
import { closeAll } from "./requests/answer.ts";
import { keepSnapshot, withRestart } from "./restart/keep.ts";
import { filtersOf, isTaken, lookBack, lookBackDue, withLooking } from "./restart/look-back.ts";
import { type BridgeState, type Broker, type Bus, type Looking, utc } from "./state.ts";
import {
  meaningOf,
  publish,
  publishBridgeEvent,
  publishHeld,
  publishWord,
} from "./telegrams/publish.ts";
import { subscriptions } from "./topics.ts";
import { andThen, forEach, type Turn } from "./turn.ts";

type BusIndication = Extract<BridgeImpulse, { type: "bus.ind" }>;

/**
 * The broker came or went. The order is that of `mqtt-interface.md` §3: look-back, subscribe, `bridge/state`, `bridge/bus`,
 * what the parts have to say, states, `bridge/event` connected.
 */
export const onBroker = (state: BridgeState, connected: boolean, at: number): Turn => {
  const { broker, config } = state;
  const gone = { ...broker, connected: false, pending: [], next: null, looking: null };
  if (!connected) return [{ ...state, broker: gone }, NOTHING];
  const here = { ...state, broker: gone };
  return config.lookBack ? lookBack(here, at) : greet(here, at, { forgot: true, rate: RATE });
};

/** The look-back is over: whose topics these are is known, and whether the broker has lost its retained messages. */
export const lookBackOver = (state: BridgeState, at: number): Turn => {
  const { looking } = state.broker;
  const due = lookBackDue(state.broker);
  if (looking === null || due === null || due > at) return [state, NOTHING];
  // Blocked until now: another look.
  if (looking.blocked) return lookBack(withLooking(state, null), at);
  const filters = filtersOf(state, looking.first);
  const free = withLooking(state, null);
  const over: Turn = [free, [{ for: "mqtt", type: "unsubscribe", filters }]];
  if (isTaken(state, looking)) return andThen(over, (after) => refuse(after, looking, at));
  const forgot = looking.instanceId === null;
  return andThen(over, (after) => greet(after, at, { forgot, rate: forgot ? RATE_AGAIN : RATE }));
};

/** Two bridges on one base topic: whoever comes later does not start, and one that is at work already waits. */
const refuse = (state: BridgeState, looking: Looking, at: number): Turn => {
  const { base, instance } = state.config;
  if (looking.first) return [state, [{ for: "process", type: "end", why: TAKEN, base, instance }]];
  const fields = { base, instance_id: looking.instanceId };
  const message = "another bridge uses our base topic: nothing is published until it is gone";
  return [
    withLooking(state, { ...looking, blocked: true, quiet: null, until: at + BLOCKED_MS }),
    [{ for: "log", type: "note", note: { level: "error", layer: "bridge", message, fields } }],
  ];
};

/**
 * @param forgot whether every known state goes again, because the broker may have lost its retained messages; otherwise those
 *   that changed while it was away, which go first anyway
 */
const greet = (
  state: BridgeState,
  at: number,
  { forgot, rate }: Readonly<{ forgot: boolean; rate: number }>,
): Turn => {
  const { broker } = state;
  const pending = [...entries(state.held)]
    .filter(([, held]) => forgot || held.session === 0)
    .sort(([, a], [, b]) => Math.min(a.session, 1) - Math.min(b.session, 1) || a.ts - b.ts)
    .map(([ga]) => GroupAddress(ga));
  const here: Broker = {
    connected: true,
    session: broker.session + 1,
    since: utc(state, at),
    pending,
    next: at,
    rate,
    forgot,
    looking: null,
  };
  return andThen([{ ...state, broker: here }, subscribe(state)], (after) =>
    andThen(publishWord(after, "state", "online"), (each) =>
      andThen(publishWord(each, "bus", each.bus.announced), (told) =>
        andThen(afterConnect(told, at), (last) => publishPending(last, at)),
      ),
    ),
  );
};

/** Everything that is read from the broker; of the topics of links what it has kept as well. */
export const subscribe = ({ config, features }: BridgeState): readonly Subscription[] => {
  const sources = Object.keys(features.links.byTopic);
  return [
    { for: "mqtt", type: "subscribe", filters: subscriptions(config, features.names) },
    ...(sources.length > 0
      ? [{ for: "mqtt", type: "subscribe", filters: sources, retained: true } as const]
      : []),
  ];
};

type Subscription = Extract<Effect, { for: "mqtt"; type: "subscribe" }>;

/** The next of the states that a new connection has to be told, then the events that waited, then `connected`. */
export const publishPending = (state: BridgeState, at: number): Turn => {
  const { pending, next, session, rate } = state.broker;
  if (next === null || next > at) return [state, NOTHING];
  // Meta and discovery go before states.
  if (isAnnouncing(state, at))
    return [{ ...state, broker: { ...state.broker, next: at + SOON_MS } }, NOTHING];
  const { ring } = state.features.restart;
  const room = (rate * BATCH_MS) / 1_000;
  const states = Math.ceil(room / (state.config.payload.scalar ? 2 : 1));
  const rest = pending.slice(states);
  const events = rest.length > 0 ? [] : ring.slice(0, Math.max(0, room - pending.length));
  const more = rest.length > 0 || events.length < ring.length;
  const broker = { ...state.broker, pending: rest, next: more ? at + BATCH_MS : null };
  const paced = withRestart({ ...state, broker }, { ring: ring.slice(events.length) });
  const published = andThen(
    forEach(paced, pending.slice(0, states), (each, ga) => {
      const held = get(each.held, ga);
      // What was heard since then has been published already.
      return held && held.session !== session
        ? andThen(
            publishHeld(each, ga, held, meaningOf(get(each.objects, ga), held.value)),
            (told) => afterState(told, at, ga),
          )
        : [each, NOTHING];
    }),
    (after) => forEach(after, events, publish),
  );
  return more
    ? published
    : andThen(published, (after) =>
        andThen(afterStates(after, at), (last) =>
          publishBridgeEvent(last, at, { type: "connected" }),
        ),
      );
};

/** The bus came or went: at once as `bridge/event`, on `bridge/bus` only after the grace time. `mqtt-interface.md` §8.1. */
export const onBus = (state: BridgeState, impulse: BusIndication): Turn => {
  const { at } = impulse;
  const from = state.bus.state;
  const to: Bus["state"] = impulse.online ? "online" : impulse.reason;
  if (from === to) return [state, NOTHING];
  const since = from === "online" ? at : state.bus.since;
  const changed = { ...state, bus: { ...state.bus, state: to, since } };
  const told = publishBridgeEvent(changed, at, { type: "bus", from, to });
  if (to === "online")
    return andThen(told, (after) => {
      const announced = announce(after, "online");
      const said = from === "starting" ? announced : andThen(announced, stopGrace);
      const awayMs = since === null ? null : at - since;
      return andThen(said, (last) => afterBusReturn(last, at, awayMs));
    });
  return andThen(told, (after) => [
    dropAnswers(after),
    from === "online"
      ? [
          {
            for: "timer",
            type: "start",
            timer: GRACE,
            ms: after.config.bus.graceMs,
          },
        ]
      : NOTHING,
  ]);
};

/** The bus has been away for the whole grace time. */
export const onGrace = (state: BridgeState): Turn =>
  state.bus.state === "online" ? [state, NOTHING] : announce(state, "offline");

/** Orderly stop: whoever waits is told, then `offline`. After it nothing is taken in, sent or published. */
export const onStop = (state: BridgeState, at: number): Turn => {
  const { queue, sender, reads } = state;
  const error = failure("bus_offline", "The bridge was stopped before that");
  const waiting = [...(sender.flight ? [sender.flight.entry] : []), ...queue.lines.flat()];
  const emptied = {
    ...state,
    queue: EMPTY_QUEUE,
    sender: { ...sender, flight: null },
    reads: EMPTY_READS,
    stopped: true,
  };
  const told = andThen(
    forEach(emptied, waiting, (each, entry) =>
      endEntry(each, at, entry, { stage: "dropped", error }),
    ),
    (after) =>
      forEach(
        after,
        [...reads.waiters.map(({ command }) => command), ...heldBack(state)],
        (each, command) => finish(each, at, command, { stage: "dropped", error }),
      ),
  );
  return andThen(
    andThen(
      andThen(told, (after) => closeAll(after, at)),
      (after) => publishWord(after, "state", "offline"),
    ),
    (after) => andThen(onBroker(after, false, at), keepSnapshot),
  );
};

const announce = (state: BridgeState, word: "online" | "offline"): Turn =>
  state.bus.announced === word
    ? [state, NOTHING]
    : publishWord({ ...state, bus: { ...state.bus, announced: word } }, "bus", word);

const stopGrace = (state: BridgeState): Turn => [
  state,
  [{ for: "timer", type: "stop", timer: GRACE }],
];

const GRACE = { for: "bridge", name: "grace" } as const;
/** Messages a second: `mqtt-interface.md` §12.6, and §3 for all that a broker has lost. */
const RATE = 500;
const RATE_AGAIN = 200;
const BATCH_MS = 200;
const SOON_MS = 20;
const TAKEN = "base_topic_in_use";
const BLOCKED_MS = 30_000;
