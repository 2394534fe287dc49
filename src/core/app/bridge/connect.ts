import { GroupAddress } from "../../address.ts";
import type { BridgeImpulse } from "../../impulse.ts";
import { NOTHING } from "../../impulse.ts";
import { entries, get } from "../../table.ts";
import { failure } from "./commands/errors.ts";
import { finish } from "./commands/results.ts";
import { dropAnswers, endEntry } from "./queue/line-up.ts";
import { EMPTY_QUEUE } from "./queue/queue.ts";
import { EMPTY_READS } from "./queue/reads.ts";
import { type BridgeState, type Bus, utc } from "./state.ts";
import { meaningOf, publishBridgeEvent, publishHeld, publishWord } from "./telegrams/publish.ts";
import { subscriptions } from "./topics.ts";
import { andThen, forEach, type Turn } from "./turn.ts";

type BusIndication = Extract<BridgeImpulse, { type: "bus.ind" }>;

/**
 * The broker came or went. The order is that of `mqtt-interface.md` §3: subscribe, `bridge/state`, `bridge/bus`, states,
 * `bridge/event` connected.
 *
 * Every known state is published after every connect, not only those that changed: a broker that lost its retained messages
 * looks like any other, and the price is a few hundred messages, paced. What changed while the broker was away goes first.
 */
export const onBroker = (state: BridgeState, connected: boolean, at: number): Turn => {
  const { broker } = state;
  if (!connected)
    return [
      { ...state, broker: { ...broker, connected: false, pending: [], next: null } },
      NOTHING,
    ];
  const pending = [...entries(state.held)]
    .sort(([, a], [, b]) => Math.min(a.session, 1) - Math.min(b.session, 1) || a.ts - b.ts)
    .map(([ga]) => GroupAddress(ga));
  const session = broker.session + 1;
  const here = { connected: true, session, since: utc(state, at), pending, next: at };
  const filters = subscriptions(state.config);
  return andThen(
    [{ ...state, broker: here }, [{ for: "mqtt", type: "subscribe", filters }]],
    (after) =>
      andThen(publishWord(after, "state", "online"), (each) =>
        andThen(publishWord(each, "bus", each.bus.announced), (last) => publishPending(last, at)),
      ),
  );
};

/** The next of the states that a new connection has to be told, then `connected`. */
export const publishPending = (state: BridgeState, at: number): Turn => {
  const { pending, next, session } = state.broker;
  if (next === null || next > at) return [state, NOTHING];
  const rest = pending.slice(BATCH);
  const more = rest.length > 0;
  const paced = {
    ...state,
    broker: { ...state.broker, pending: rest, next: more ? at + BATCH_MS : null },
  };
  const published = forEach(paced, pending.slice(0, BATCH), (each, ga) => {
    const held = get(each.held, ga);
    // What was heard since then has been published already.
    return held && held.session !== session
      ? publishHeld(each, ga, held, meaningOf(get(each.objects, ga), held.value))
      : [each, NOTHING];
  });
  return more
    ? published
    : andThen(published, (after) => publishBridgeEvent(after, at, { type: "connected" }));
};

/** The bus came or went: at once as `bridge/event`, on `bridge/bus` only after the grace time. `mqtt-interface.md` §8.1. */
export const onBus = (state: BridgeState, impulse: BusIndication): Turn => {
  const { at } = impulse;
  const from = state.bus.state;
  const to: Bus["state"] = impulse.online ? "online" : impulse.reason;
  if (from === to) return [state, NOTHING];
  const changed = { ...state, bus: { ...state.bus, state: to } };
  const told = publishBridgeEvent(changed, at, { type: "bus", from, to });
  if (to === "online")
    return andThen(told, (after) => {
      const announced = announce(after, "online");
      return from === "starting" ? announced : andThen(announced, stopGrace);
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
      forEach(after, reads.waiters, (each, { command }) =>
        finish(each, at, command, { stage: "dropped", error }),
      ),
  );
  return andThen(
    andThen(told, (after) => publishWord(after, "state", "offline")),
    (after) => onBroker(after, false, at),
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
/** 500 messages a second. `mqtt-interface.md` §12.6. */
const BATCH = 100;
const BATCH_MS = 200;
