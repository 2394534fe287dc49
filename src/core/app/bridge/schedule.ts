import type { Effect } from "../../effect.ts";
import { NOTHING } from "../../impulse.ts";
import { agendaDue, takeDue } from "./agenda.ts";
import { errorsDue } from "./commands/error-gate.ts";
import { failure } from "./commands/errors.ts";
import { finish, publishSuppressed } from "./commands/results.ts";
import { lookBackOver, publishPending } from "./connect.ts";
import { afterListening, onReminder } from "./hooks.ts";
import { announce, announceDue } from "./ledger/announce.ts";
import { sendOn } from "./provided/again.ts";
import { setRate } from "./queue/budget.ts";
import { giveUpFlight } from "./queue/confirm.ts";
import { expireQueue } from "./queue/line-up.ts";
import { FILL, type Load, loadDue, rollTo } from "./queue/load.ts";
import { readsDue, timedOut } from "./queue/reads.ts";
import { pump } from "./queue/send.ts";
import { readOn } from "./reading/background.ts";
import { listeningDue } from "./reading/initial.ts";
import { ageAll, ageingDue, withReading } from "./reading/stale.ts";
import { republishDue, republishOn } from "./reload/republish.ts";
import { requestsDue, requestsOn } from "./requests/deadlines.ts";
import { planSnapshot } from "./restart/keep.ts";
import { lookBackDue } from "./restart/look-back.ts";
import { type BridgeState, renewed } from "./state.ts";
import { publishBridgeEvent } from "./telegrams/publish.ts";
import { andThen, earliest, forEach, type Turn } from "./turn.ts";

/**
 * After every impulse: what is due is done, the next telegram goes if it may, and the one timer is set to the earliest of
 * all deadlines. A telegram that changes none of this costs a few comparisons.
 */
export const settle = (before: BridgeState, turn: Turn, at: number): Turn => {
  const [state, out] = turn;
  const isDue = state.due !== null && state.due <= at;
  if (!isDue && sameSchedule(before, state)) return turn;
  const [after, told] = deadlines(state, at);
  const [sent, requests] = pump(after, at);
  const [armed, timer] = arm(sent, at);
  // The wire waits for requests; only people wait for the rest.
  return [armed, [...requests, ...out, ...told, ...timer]];
};

/** The figures of another load: thresholds crossed change the budget and are told. */
export const withLoad = (state: BridgeState, load: Load, at: number): Turn => {
  const before = state.load.past;
  const { past } = load;
  const loaded = renewed(state, state.held, state.counts, load);
  if (before === past) return [loaded, NOTHING];
  const rated =
    before.level === past.level
      ? loaded
      : {
          ...loaded,
          budget: setRate(state.budget, at, state.config.bus.share * FILL[past.level]),
        };
  return before.overloaded === past.overloaded
    ? [rated, NOTHING]
    : publishBridgeEvent(rated, at, {
        type: past.overloaded ? "overload_start" : "overload_end",
      });
};

const deadlines = (state: BridgeState, at: number): Turn =>
  DEADLINES.reduce<Turn>((turn, act) => andThen(turn, (each) => act(each, at)), [state, NOTHING]);

const endReads = (state: BridgeState, at: number): Turn => {
  const [reads, waiters] = timedOut(state.reads, at);
  if (reads === state.reads) return [state, NOTHING];
  const { tallies } = state;
  const unanswered = state.reads.outstanding.length - reads.outstanding.length;
  const counted = {
    ...state,
    reads,
    tallies: {
      ...tallies,
      reads: { ...tallies.reads, timeout: tallies.reads.timeout + unanswered },
    },
  };
  const error = failure("timeout", "Nobody answered the read");
  return forEach(counted, waiters, (each, { command }) =>
    finish(each, at, command, { stage: "timeout", error }),
  );
};

const tellSuppressed = (state: BridgeState, at: number): Turn => {
  const due = errorsDue(state.errors);
  return due !== null && due <= at ? publishSuppressed(state, at) : [state, NOTHING];
};

const roll = (state: BridgeState, at: number): Turn => withLoad(state, rollTo(state.load, at), at);

const keepAppointments = (state: BridgeState, at: number): Turn => {
  const { agenda } = state.features;
  const planned = agendaDue(agenda);
  if (planned === null || planned > at) return [state, NOTHING];
  const [rest, due] = takeDue(agenda, at);
  const taken = { ...state, features: { ...state.features, agenda: rest } };
  return forEach(taken, due, (each, appointment) => onReminder(each, at, appointment));
};

/** The bus has been back for long enough: what was waiting for that may begin. */
const stopListening = (state: BridgeState, at: number): Turn => {
  const { listening } = state.features.reading;
  if (listening === null || listening.until === null || listening.until > at)
    return [state, NOTHING];
  return state.bus.state === "online"
    ? afterListening(withReading(state, { listening: null }), at, listening.awayMs)
    : [withReading(state, { listening: { ...listening, until: null } }), NOTHING];
};

const planKeeping = (state: BridgeState, at: number): Turn => [planSnapshot(state, at), NOTHING];

const DEADLINES: readonly ((state: BridgeState, at: number) => Turn)[] = [
  roll,
  giveUpFlight,
  expireQueue,
  endReads,
  tellSuppressed,
  lookBackOver,
  announce,
  publishPending,
  republishOn,
  stopListening,
  ageAll,
  keepAppointments,
  requestsOn,
  readOn,
  sendOn,
  planKeeping,
];

const nextDue = (state: BridgeState): number | null =>
  earliest([
    state.sender.due,
    state.sender.flight?.until ?? null,
    state.queue.expires,
    readsDue(state.reads),
    errorsDue(state.errors),
    state.broker.next,
    republishDue(state),
    lookBackDue(state.broker),
    announceDue(state),
    listeningDue(state),
    ageingDue(state),
    loadDue(state.load),
    requestsDue(state),
    agendaDue(state.features.agenda),
  ]);

const sameSchedule = (a: BridgeState, b: BridgeState): boolean =>
  a.due === b.due &&
  a.queue === b.queue &&
  a.sender === b.sender &&
  a.reads === b.reads &&
  a.errors === b.errors &&
  a.broker === b.broker &&
  a.bus === b.bus &&
  a.load.past.level === b.load.past.level &&
  a.budget === b.budget &&
  a.features.agenda === b.features.agenda &&
  a.features.reading === b.features.reading &&
  a.features.ledger === b.features.ledger &&
  a.features.republication === b.features.republication &&
  a.features.device === b.features.device &&
  a.features.requests === b.features.requests;

const arm = (state: BridgeState, at: number): readonly [BridgeState, readonly Effect[]] => {
  const due = nextDue(state);
  if (due === state.due) return [state, []];
  const armed = { ...state, due };
  return due === null
    ? [armed, [{ for: "timer", type: "stop", timer: DUE }]]
    : [armed, [{ for: "timer", type: "start", timer: DUE, ms: Math.max(1, Math.ceil(due - at)) }]];
};

const DUE = { for: "bridge", name: "due" } as const;
