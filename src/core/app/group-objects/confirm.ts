import type { GroupAddress } from "../../address.ts";
import type { ObjectsImpulse } from "../../app-impulse.ts";
import { NOTHING, type Outcome } from "../../impulse.ts";
import { FLAG } from "./descriptor.ts";
import { retryInitialRead } from "./initial-reads.ts";
import { pump } from "./queue.ts";
import { type Flight, move, type ObjectsState, type Turn, type Waiting } from "./state.ts";
import type { ObjectEvent } from "./status-table.ts";
import { spread } from "./update.ts";

type Confirmation = Extract<ObjectsImpulse, { type: `A_GroupValue_${string}.con` }>;

/** How the telegram with the stack ended; the next one goes. One that was forgotten when the tables changed says nothing any more. */
export const onConfirmation = (
  state: ObjectsState,
  { destination, ref, outcome, at }: Confirmation,
): Turn => {
  const { flight } = state;
  if (flight === null || flight.ref !== ref) return [state, NOTHING];
  const landed: ObjectsState = { ...state, flight: null };
  const event = eventOf(landed, flight, outcome === "ok");
  const [after] = event === null ? [landed] : move(landed, flight.asap, event);
  if (flight.service === "initial" && outcome === "offline") {
    const [retried, timer] = retryInitialRead(after, flight.asap);
    const [last, out] = pump(retried, at);
    return [last, [...timer, ...out]];
  }
  const [shared, told] = share(after, flight, destination, outcome, at);
  const [last, out] = pump(shared, at);
  return [last, told.length === 0 ? out : [...out, ...told]];
};

/**
 * Objects of this device on the same address do not hear the own telegram: they get its value once it was on the line. Not
 * before: while the bus is away an application that answers one object with another would go round and round at once.
 */
const share = (
  state: ObjectsState,
  { asap, service, value }: Flight,
  destination: GroupAddress,
  outcome: Outcome,
  at: number,
): Turn =>
  value === null || !ON_THE_LINE[outcome]
    ? [state, NOTHING]
    : spread(state, destination, value, service === "write" ? FLAG.W : FLAG.U, asap, at);

const ON_THE_LINE = {
  ok: true,
  no_ack: true,
  lost: true,
  rejected: false,
  offline: false,
  queue_full: false,
  too_long: false,
} as const satisfies Record<Outcome, boolean>;

/** An answer is not a request of the object; and of two writes the last one says how it ended. */
const eventOf = (
  { waiting }: ObjectsState,
  { asap, service }: Waiting,
  sent: boolean,
): ObjectEvent | null => {
  switch (service) {
    case "response":
      return null;
    case "write":
      if (waiting.some((other) => other.asap === asap && other.service === "write")) return null;
      return sent ? "write sent" : "write failed";
    default:
      return sent ? "read sent" : "read failed";
  }
};
