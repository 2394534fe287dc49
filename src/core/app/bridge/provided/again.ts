import { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { entries, get, put } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import { jitter } from "../jitter.ts";
import { enter } from "../queue/line-up.ts";
import { type Entry, lastWrite, remove } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Again, Sending } from "./state.ts";

/** Objects that are sent again and again, and values that came too soon. `mqtt-interface.md` §15.1. */
export const sendingAppointments = (state: BridgeState, at: number): readonly Appointment[] => {
  const all: Appointment[] = [];
  for (const [key, { provide, cyclicMs }] of entries(state.objects))
    if (provide && cyclicMs) all.push({ at: at + spread(cyclicMs, key, at), what: "cyclic", key });
  for (const [key, { waiting }] of entries(state.features.sending.paces))
    if (waiting) all.push({ at, what: "interval", key });
  return all;
};

/** Time to send an object again, unless that happened meanwhile or there is nothing to be sent. */
export const onCyclic = (state: BridgeState, at: number, key: number): Turn => {
  const ga = GroupAddress(key);
  const object = get(state.objects, ga);
  if (!object?.provide || !object.cyclicMs) return [state, NOTHING];
  const last = get(state.features.sending.paces, ga)?.at;
  const due = last === undefined ? at : last + spread(object.cyclicMs, key, last);
  if (due > at) return [remind(state, due, key), NOTHING];
  const next = remind(state, at + spread(object.cyclicMs, key, at), key);
  return [isOwn(state, ga) ? lineUp(next, { ga, since: at, why: "cyclic" }) : next, NOTHING];
};

/**
 * The bus is back, or there for the first time: the objects that want that are sent, before anything else of this kind. What
 * the process before has left is sent at the start only.
 * @param awayMs null at the start
 */
export const sendAgain = (state: BridgeState, at: number, awayMs: number | null): BridgeState => {
  const all: Again[] = [];
  for (const [key, { sendOnStart, sendOnBusReturn }] of entries(state.objects)) {
    const ga = GroupAddress(key);
    const wants = awayMs === null ? sendOnStart : sendOnBusReturn && isOwn(state, ga);
    if (wants && get(state.provided, ga)) all.push({ ga, since: at, why: "return" });
  }
  return all.length === 0 ? state : lineUpFirst(state, all);
};

/** As many as there is time for. */
export const sendOn = (state: BridgeState, at: number): Turn => {
  const { line } = state.features.sending;
  if (line.length === 0 || state.bus.state !== "online" || state.features.reading.listening)
    return [state, NOTHING];
  let next = state;
  let head = 0;
  const out: Turn[1][number][] = [];
  for (let again = line[head]; again && hasRoom(next, again); again = line[head]) {
    head += 1;
    const [after, more] = sendOne(next, at, again);
    next = after;
    out.push(...more);
  }
  return head === 0 ? [state, NOTHING] : [withSending(next, { line: line.slice(head) }), out];
};

/** What was going to be sent again is out of date. */
export const withoutAgain = (state: BridgeState, ga: GroupAddress): BridgeState => {
  const entry = waitingAgain(state, ga);
  return entry ? { ...state, queue: remove(state.queue, entry) } : state;
};

const sendOne = (state: BridgeState, at: number, { ga, since, why }: Again): Turn => {
  const provided = get(state.provided, ga);
  const { queue, sender, features } = state;
  const isUnderWay = lastWrite(queue, ga) !== undefined || sender.flight?.entry.ga === ga;
  const isSent = (get(features.sending.paces, ga)?.at ?? Number.NEGATIVE_INFINITY) >= since;
  if (!provided || isUnderWay || isSent) return [state, NOTHING];
  const { value } = provided;
  const sent = { ...state, provided: put(state.provided, ga, { value, transmitted: value }) };
  return enter(sent, at, {
    class: CLASS[why],
    ga,
    service: "write",
    value,
    priority: get(state.objects, ga)?.priority ?? "low",
    merges: true,
    timeToLive: null,
    command: null,
  });
};

/** Each object has one place. */
const lineUp = (state: BridgeState, again: Again): BridgeState => {
  const { line } = state.features.sending;
  return line.some(({ ga }) => ga === again.ga)
    ? state
    : withSending(state, { line: [...line, again] });
};

const lineUpFirst = (state: BridgeState, first: readonly Again[]): BridgeState => {
  const places = new Set(first.map(({ ga }) => ga));
  const others = state.features.sending.line.filter(({ ga }) => !places.has(ga));
  return withSending(state, { line: [...first, ...others] });
};

/** Ours since the process began. */
const isOwn = (state: BridgeState, ga: GroupAddress): boolean => {
  const provided = get(state.provided, ga);
  return provided !== undefined && !provided.restored;
};

const hasRoom = ({ queue }: BridgeState, { why }: Again): boolean =>
  (queue.lines[CLASS[why]]?.length ?? 0) < AT_ONCE;

const waitingAgain = ({ queue }: BridgeState, ga: GroupAddress): Entry | undefined =>
  [CLASS.return, CLASS.cyclic]
    .flatMap((line) => queue.lines[line] ?? [])
    .find(
      (entry) =>
        entry.ga === ga &&
        entry.service === "write" &&
        entry.command === null &&
        entry.link === undefined &&
        entry.clock === undefined,
    );

const spread = (ms: number, key: number, count: number): number =>
  ms * (1 + SPREAD * jitter(key, Math.floor(count)));

const withSending = (state: BridgeState, sending: Partial<Sending>): BridgeState => {
  const { features } = state;
  return { ...state, features: { ...features, sending: { ...features.sending, ...sending } } };
};

const remind = (state: BridgeState, at: number, key: number): BridgeState => {
  const { features } = state;
  const agenda = schedule(features.agenda, { at, what: "cyclic", key });
  return { ...state, features: { ...features, agenda } };
};

const CLASS = { return: 3, cyclic: 5 } as const satisfies Record<Again["why"], Entry["class"]>;
const SPREAD = 0.05;
const AT_ONCE = 4;
