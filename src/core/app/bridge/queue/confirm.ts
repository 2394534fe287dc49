import { formatGroupAddress } from "../../../address.ts";
import { type Confirmation, NOTHING, type Outcome } from "../../../impulse.ts";
import { never } from "../../../never.ts";
import { get } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import { type BridgeState, type Flight, type Tallies, utc } from "../state.ts";
import { deliver } from "../telegrams/deliver.ts";
import { HOUR_MS, meaningOf, notice, type Telegram } from "../telegrams/publish.ts";
import { andThen, type Turn } from "../turn.ts";
import { airtime, spend } from "./budget.ts";
import { endEntry, leave } from "./line-up.ts";
import { BACKGROUND, type Entry, requeue } from "./queue.ts";
import { confirmed } from "./reads.ts";

/** How the frame with the transceiver ended. One that was given up already is of no interest. */
export const onConfirmation = (state: BridgeState, confirmation: Confirmation): Turn => {
  const { flight } = state.sender;
  const { ref, outcome, repeats, at } = confirmation;
  return flight?.entry.ref === ref ? land(state, at, flight, outcome, repeats) : [state, NOTHING];
};

/** No confirmation in time: as if the transceiver had lost it. */
export const giveUpFlight = (state: BridgeState, at: number): Turn => {
  const { flight } = state.sender;
  return flight && flight.until <= at ? land(state, at, flight, "lost", 0) : [state, NOTHING];
};

/** `mqtt-interface.md` §13.5. */
const land = (
  before: BridgeState,
  at: number,
  flight: Flight,
  outcome: Outcome,
  repeats: number,
): Turn => {
  const { entry, octets, sent } = flight;
  const isRead = entry.service === "read" && WAS_ON_THE_BUS[outcome];
  const state = {
    ...before,
    tallies: isRead ? countRead(before.tallies) : before.tallies,
    sender: { ...before.sender, flight: null },
    budget: repeats > 0 ? spend(before.budget, at, repeats * airtime(octets)) : before.budget,
  };
  const ga = formatGroupAddress(entry.ga, state.config.style);
  switch (outcome) {
    case "ok":
      return arrived(state, at, flight, repeats);
    case "no_ack": {
      const error = failure("no_ack", `No device acknowledged the telegram to ${ga}`);
      return andThen(
        endEntry(state, at, entry, { stage: "confirmed", error, sent, fields: { repeats } }),
        (after) => notice(after, at, "no_ack", entry.ga, HOUR_MS, { repeats }),
      );
    }
    case "lost": {
      // Better lost than twice, where each telegram is an action.
      if (entry.merges && !entry.lost) return again(state, at, { ...entry, lost: true });
      const error = failure("no_ack", `The transceiver did not confirm the telegram to ${ga}`);
      return endEntry(state, at, entry, { stage: "sent", error, sent, fields: { repeats } });
    }
    case "rejected": {
      // The data link layer has tried it twice already.
      const error = failure("no_ack", `The transceiver did not take the telegram to ${ga}`);
      return endEntry(state, at, entry, { stage: "dropped", error });
    }
    case "offline":
    case "queue_full":
      return unsent(state, at, entry);
    case "too_long": {
      const error = failure(
        "unsupported",
        `The transceiver cannot send a frame of ${octets} octets`,
      );
      return endEntry(state, at, entry, { stage: "dropped", error });
    }
    default:
      return never(outcome);
  }
};

/** On the bus and acknowledged: only now the value stands on MQTT. */
const arrived = (
  state: BridgeState,
  at: number,
  { entry, sent }: Flight,
  repeats: number,
): Turn => {
  const { ga, service, value, priority, command } = entry;
  const isRead = service === "read";
  const told = deliver(state, at, ga, {
    service,
    value,
    isAnswer: isAnswer(entry),
    meaning: meaningOf(get(state.objects, ga), value),
    source: state.config.address,
    priority,
    repeated: repeats > 0,
    origin: originOf(entry),
    ...(entry.link !== undefined && { link: entry.link }),
    id: command?.id ?? null,
    ts: utc(state, at),
  } satisfies Telegram);
  if (isRead)
    return andThen(told, (after) => [{ ...after, reads: confirmed(after.reads, ga, at) }, NOTHING]);
  const counted: Turn = !isAnswer(entry) ? told : [countAnswer(told[0]), told[1]];
  return andThen(counted, (after) =>
    endEntry(after, at, entry, { stage: "confirmed", sent, fields: { repeats } }),
  );
};

const originOf = (entry: Entry): Telegram["origin"] => {
  if (entry.link !== undefined) return "link";
  const isAsked = entry.service === "read" ? entry.class < BACKGROUND : entry.command !== null;
  return isAsked ? "mqtt" : "internal";
};

/** Not sent at all: its time to live goes on, at the head of its line. */
const unsent = (state: BridgeState, at: number, entry: Entry): Turn => {
  const { sender, tallies } = state;
  const paused = { ...state, sender: { ...sender, pause: at + PAUSE_MS } };
  return isAnswer(entry) && state.bus.state !== "online"
    ? [{ ...paused, tallies: { ...tallies, offline: tallies.offline + 1 } }, NOTHING]
    : again(paused, at, entry);
};

const again = (state: BridgeState, at: number, entry: Entry): Turn => {
  const [queue, leaver] = requeue(state.queue, entry);
  const after = { ...state, queue };
  return leaver ? leave(after, at, leaver) : [after, NOTHING];
};

/** To a read of another device. */
const isAnswer = ({ service, command }: Entry): boolean =>
  service === "response" && command === null;

const countAnswer = (state: BridgeState): BridgeState => {
  const { reads } = state.tallies;
  return {
    ...state,
    tallies: { ...state.tallies, reads: { ...reads, byBridge: reads.byBridge + 1 } },
  };
};

/** One that was never on the bus goes again, and would be counted twice. */
const countRead = (tallies: Tallies): Tallies => ({
  ...tallies,
  reads: { ...tallies.reads, sent: tallies.reads.sent + 1 },
});

const WAS_ON_THE_BUS: Readonly<Record<Outcome, boolean>> = {
  ok: true,
  no_ack: true,
  lost: true,
  rejected: false,
  offline: false,
  queue_full: false,
  too_long: false,
};
const PAUSE_MS = 500;
