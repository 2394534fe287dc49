import type { ObjectsImpulse } from "../../app-impulse.ts";
import type { DropReason } from "../../drop.ts";
import { NOTHING } from "../../impulse.ts";
import { NO_OCTETS, type Octets } from "../../octets.ts";
import type { Asap } from "./access-point.ts";
import { allows, FLAG, fitOctets, priorityOf } from "./descriptor.ts";
import { enqueue, pump } from "./queue.ts";
import { move, type ObjectsState, type Turn } from "./state.ts";
import { sendingAddress, wordOf } from "./tables.ts";

type Requested<Type extends ObjectsImpulse["type"]> = Extract<ObjectsImpulse, { type: Type }>;

/**
 * The application has a new value. The object holds it in any case, so that it can be read; whether it is sent is for the flags
 * to say. A value of another size is not even held.
 */
export const requestWrite = (
  state: ObjectsState,
  { asap, value, at }: Requested<"object-write.req">,
): Turn => {
  const { tables } = state;
  if (tables === null) return [state, [drop("objects.halted", value)]];
  if (tables.words[asap] === undefined) return [state, [drop("objects.unknown", value)]];
  const octets = fitOctets(wordOf(tables, asap), value);
  if (octets === undefined) return refused(state, asap, "objects.size", value);
  return submit(state, asap, "write", at, [...octets]);
};

/** The application asks the bus for the value. */
export const requestRead = (
  state: ObjectsState,
  { asap, at }: Requested<"object-read.req">,
): Turn => {
  const { tables } = state;
  if (tables === null) return [state, [drop("objects.halted", NO_OCTETS)]];
  if (tables.words[asap] === undefined) return [state, [drop("objects.unknown", NO_OCTETS)]];
  return submit(state, asap, "read", at);
};

/** The application has taken the value it was told of. */
export const onTaken = (state: ObjectsState, { asap }: Requested<"object-updated.res">): Turn => [
  state.tables === null || state.tables.words[asap] === undefined
    ? state
    : move(state, asap, "update taken")[0],
  NOTHING,
];

/** Needs C, T, an association, and room in the queue. */
const submit = (
  state: ObjectsState,
  asap: Asap,
  service: "write" | "read",
  at: number,
  value?: Octets,
): Turn => {
  const { tables } = state;
  if (tables === null) return [state, NOTHING];
  const word = wordOf(tables, asap);
  const shown = value ?? NO_OCTETS;
  if (!allows(word, FLAG.C | FLAG.T)) return refused(state, asap, "objects.flags", shown, value);
  if (sendingAddress(tables, asap) === undefined)
    return refused(state, asap, "objects.no-association", shown, value);
  const queued = enqueue(state, { asap, service, priority: priorityOf(word) });
  if (queued === undefined) return refused(state, asap, "objects.queue-full", shown, value);
  const event = service === "write" ? "write request" : "read request";
  return pump(move(queued, asap, event, value)[0], at);
};

const refused = (
  state: ObjectsState,
  asap: Asap,
  reason: DropReason,
  octets: Octets,
  held?: Octets,
): Turn => [move(state, asap, "request refused", held)[0], [drop(reason, octets)]];

const drop = (reason: DropReason, octets: Octets) =>
  ({ for: "drops", type: "drop", reason, octets }) as const;
