import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { ClientImpulse } from "../../app-impulse.ts";
import type { Effect, JsonValue } from "../../effect.ts";
import type { Impulse, Step } from "../../impulse.ts";
import type { ClientTimer } from "../../timer.ts";
import { type Answer, type BusAsk, fail, OVER, type Result, SEND_MS } from "./ask.ts";
import { type Recorded, replay } from "./replay.ts";
import { hungUp, opening, react, type Waiting } from "./waiting.ts";

/*
 * Runs management procedures: a task for each, from its first ask to its result. How it goes on after an answer is in
 * `replay.ts`, what an ask says on the bus and what ends it in `waiting.ts`.
 */

/** What the client knows, as one JSON value. */
export type ClientState = Readonly<{
  /** Our own. */
  address: IndividualAddress;
  /** APDU that our transceiver sends, octets. */
  longest: number;
  /** Somebody wants to see every telegram. */
  watching: boolean;
  /** The bridge wants to. */
  streaming: boolean;
  /** Of the last request; group requests of the client are below 0. */
  ref: number;
  tasks: readonly Task[];
}>;

/** A procedure under way. */
export type Task = Recorded &
  Readonly<{
    id: number;
    /** To these it has connections, or is opening one. */
    peers: readonly IndividualAddress[];
    doing: Doing;
  }>;

type Doing = Readonly<
  | ({ phase: "waiting" } & Waiting)
  /** Over, but for its connections; null: nobody wants to know the result any more. */
  | { phase: "closing"; ending: Ending | null }
>;

type Ending = Result<JsonValue>;
type Turn = Step<ClientState>;
type Out = readonly (Impulse | Effect)[];

/** Begins a procedure; one whose id is in use is not begun. */
export const start = (
  state: ClientState,
  { id, procedure, at }: Extract<ClientImpulse, { type: "procedure.req" }>,
): Turn => {
  if (state.tasks.some((task) => task.id === id)) return [state, []];
  if (state.tasks.length >= MAX_TASKS)
    return [
      state,
      [
        report(
          id,
          fail("busy", `${MAX_TASKS} procedures are running. Try again when one has ended.`),
          at,
        ),
      ],
    ];
  const peer = "peer" in procedure ? procedure.peer : undefined;
  if (peer !== undefined && isTaken(state, id, peer)) return [state, [report(id, taken(peer), at)]];
  return advance(state, { id, procedure, checkpoint: null, answers: [], peers: [] }, at);
};

/** Ends a procedure without a result. */
export const cancel = (state: ClientState, id: number, at: number): Turn => {
  const task = state.tasks.find((each) => each.id === id);
  if (task === undefined) return [state, []];
  return task.doing.phase === "closing"
    ? [put(state, { ...task, doing: { phase: "closing", ending: null } }), []]
    : close(state, task, null, at);
};

/** Tells every procedure of an impulse; `taken`: at least one was waiting for it. */
export const tell = (
  state: ClientState,
  impulse: ClientImpulse,
): Readonly<{ turn: Turn; taken: boolean }> => {
  let current = state;
  let isFor = false;
  const out: (Impulse | Effect)[] = [];
  for (const { id } of state.tasks) {
    const task = current.tasks.find((each) => each.id === id);
    const turn = task && hear(current, task, impulse);
    if (turn === undefined) continue;
    isFor = true;
    current = turn[0];
    out.push(...turn[1]);
  }
  return { turn: [current, out], taken: isFor };
};

/** Whether a procedure has to see the telegrams on the line. */
export const needsTelegrams = ({ tasks }: ClientState): boolean =>
  tasks.some(({ doing }) => doing.phase === "waiting" && doing.ask.ask === "group.read");

const hear = (state: ClientState, task: Task, impulse: ClientImpulse): Turn | undefined => {
  if (impulse.type === "timeout" && impulse.timer.id !== task.id) return undefined;
  const { doing } = task;
  if (doing.phase === "closing") return whileClosing(state, task, doing.ending, impulse);
  const reaction = react(doing, impulse);
  const left = withoutLost(task, impulse);
  if (reaction === undefined) return left === task ? undefined : [put(state, left), []];
  const { at } = impulse;
  if ("answer" in reaction) return advance(state, answered(left, reaction.answer), at);
  if ("again" in reaction) return send(state, left, reaction.again, at);
  const { waiting, ms } = reaction;
  const timer: Out = ms === undefined ? [] : [startTimer(task.id, ms)];
  return [put(state, { ...left, doing: { phase: "waiting", ...waiting } }), timer];
};

const whileClosing = (
  state: ClientState,
  task: Task,
  ending: Ending | null,
  impulse: ClientImpulse,
): Turn | undefined => {
  if (impulse.type === "timeout") return finish(state, task.id, ending, impulse.at);
  if (impulse.type !== "T_Disconnect.con" || !task.peers.includes(impulse.peer)) return undefined;
  const left = without(task, impulse.peer);
  return left.peers.length === 0
    ? finish(state, task.id, ending, impulse.at)
    : [put(state, left), []];
};

/** The connections that are left after this impulse. Who waits for a T_Disconnect.con gets one, whatever else ends it. */
const withoutLost = (task: Task, impulse: ClientImpulse): Task => {
  const disconnecting =
    task.doing.phase === "waiting" && task.doing.ask.ask === "disconnect"
      ? task.doing.ask.peer
      : undefined;
  switch (impulse.type) {
    case "T_Disconnect.ind":
      return impulse.peer === disconnecting ? task : without(task, impulse.peer);
    case "T_Disconnect.con":
      return impulse.peer === disconnecting ? without(task, impulse.peer) : task;
    case "timeout":
      return disconnecting === undefined ? task : without(task, disconnecting);
    default:
      return task;
  }
};

const without = (task: Task, peer: IndividualAddress): Task =>
  task.peers.includes(peer)
    ? { ...task, peers: task.peers.filter((other) => other !== peer) }
    : task;

type Ready = Omit<Task, "doing">;

const answered = <T extends Ready>(task: T, answer: Answer): T => ({
  ...task,
  answers: [...task.answers, answer],
});

/** To its next ask that needs the bus, or to its end. */
const advance = (state: ClientState, task: Ready, at: number): Turn => {
  const progress: Effect[] = [];
  let current = task;
  for (;;) {
    const { asks, last } = replay(current, state);
    if (!isOfBridge(task.id))
      progress.push(
        ...asks.map((ask) => ({ for: "control", type: "progress", id: task.id, ...ask }) as const),
      );
    if ("ending" in last) return joined(progress, close(state, current, last.ending, at));
    if ("checkpoint" in last) {
      current = { ...current, checkpoint: last.checkpoint, answers: [] };
      continue;
    }
    const answer = atOnce(state, current, last.ask);
    if (answer === undefined) return joined(progress, send(state, current, last.ask, at));
    current = answered(current, answer);
  }
};

/** The answer to an ask that needs no telegram. */
const atOnce = (state: ClientState, task: Ready, ask: BusAsk): Answer | undefined => {
  switch (ask.ask) {
    case "connect":
      if (task.peers.includes(ask.peer)) return OVER;
      return isTaken(state, task.id, ask.peer) ? taken(ask.peer) : undefined;
    case "disconnect":
      return task.peers.includes(ask.peer) ? undefined : OVER;
    case "request":
      return ask.mode === "connected" && !task.peers.includes(ask.peer)
        ? hungUp(ask.peer, ask.apdu)
        : isTaken(state, task.id, ask.peer)
          ? taken(ask.peer)
          : undefined;
    case "send":
      return ask.to.mode === "connected" && !task.peers.includes(ask.to.peer)
        ? hungUp(ask.to.peer, ask.apdu)
        : undefined;
    default:
      return undefined;
  }
};

const send = (state: ClientState, task: Ready, ask: BusAsk, at: number): Turn => {
  const ref = state.ref - 1;
  const waiting: Waiting = { ask, ref, heard: [] };
  const { out, ms } = opening(waiting, at);
  const peers = ask.ask === "connect" ? [...task.peers, ask.peer] : task.peers;
  const after: Task = { ...task, peers, doing: { phase: "waiting", ...waiting } };
  return [put({ ...state, ref }, after), [...out, startTimer(task.id, ms)]];
};

/** Everything is closed before the result is given: whoever reads it may talk to the device at once. */
const close = (state: ClientState, task: Ready, ending: Ending | null, at: number): Turn => {
  if (task.peers.length === 0) return finish(state, task.id, ending, at);
  const { id, peers } = task;
  const out = peers.map((peer) => ({ for: "tlsm", type: "T_Disconnect.req", peer, at }) as const);
  // The answers have served: nothing is replayed any more.
  const doing: Doing = { phase: "closing", ending };
  const closing: Task = { ...task, checkpoint: null, answers: [], doing };
  return [put(state, closing), [...out, startTimer(id, SEND_MS)]];
};

const finish = (state: ClientState, id: number, ending: Ending | null, at: number): Turn => [
  { ...state, tasks: state.tasks.filter((task) => task.id !== id) },
  [
    { for: "timer", type: "stop", timer: timerOf(id) },
    ...(ending === null ? [] : [report(id, ending, at)]),
  ],
];

const report = (id: number, ending: Ending, at: number): Impulse | Effect => {
  if (isOfBridge(id)) return { for: "bridge", type: "procedure.con", id, result: ending, at };
  return ending.ok
    ? { for: "control", type: "result", id, value: ending.value }
    : { for: "control", type: "failure", id, error: ending.error };
};

/** Those of the control socket count up from 0. */
const isOfBridge = (id: number): boolean => id < 0;

const put = (state: ClientState, task: Task): ClientState => ({
  ...state,
  tasks: state.tasks.some(({ id }) => id === task.id)
    ? state.tasks.map((other) => (other.id === task.id ? task : other))
    : [...state.tasks, task],
});

/** Whether another procedure is talking to this device. */
const isTaken = ({ tasks }: ClientState, id: number, peer: IndividualAddress): boolean =>
  tasks.some(
    (task) =>
      task.id !== id &&
      (task.peers.includes(peer) || ("peer" in task.procedure && task.procedure.peer === peer)),
  );

const taken = (peer: IndividualAddress): Result<never> =>
  fail(
    "busy",
    `Another procedure is talking to ${formatIndividualAddress(peer)}. Try again when it has ended.`,
  );

const joined = (first: Out, [state, out]: Turn): Turn =>
  first.length === 0 ? [state, out] : [state, [...first, ...out]];

const timerOf = (id: number): ClientTimer => ({ for: "client", name: "step", id });
const startTimer = (id: number, ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: timerOf(id),
  ms,
});

/** As many people and programs as ever manage one line at a time. */
const MAX_TASKS = 32;
