import { FIRST_OBJECTS_REF, NOTHING, type Priority } from "../../impulse.ts";
import { toValue } from "./descriptor.ts";
import { noteSend, rateTimer, rateWait } from "./rate.ts";
import { type ObjectsState, objectOf, type Turn, type Waiting } from "./state.ts";
import { sendingAddress, wordOf } from "./tables.ts";

/** Telegrams that may wait; more than a busy line could take within their use. */
export const QUEUE_LIMIT = 256;

const RANK = { system: 0, urgent: 1, normal: 2, low: 3 } as const satisfies Record<
  Priority,
  number
>;

/**
 * Puts a telegram behind those of its priority. One that waits already is not sent twice: it takes the newest value anyway.
 * @returns undefined when too many wait
 */
export const enqueue = (state: ObjectsState, entry: Waiting): ObjectsState | undefined => {
  const { waiting } = state;
  if (waiting.some(({ asap, service }) => asap === entry.asap && service === entry.service))
    return state;
  if (waiting.length >= QUEUE_LIMIT) return undefined;
  const behind = waiting.findIndex(({ priority }) => RANK[priority] > RANK[entry.priority]);
  const place = behind < 0 ? waiting.length : behind;
  return { ...state, waiting: waiting.toSpliced(place, 0, entry) };
};

/** Hands the next telegram to the stack, unless one is still there or the limit says when. */
export const pump = (state: ObjectsState, at: number): Turn => {
  const { tables, flight, waiting, sent } = state;
  const [entry, ...rest] = waiting;
  if (tables === null || flight !== null || entry === undefined) return [state, NOTHING];
  const { asap, service, priority } = entry;
  const destination = sendingAddress(tables, asap);
  const { value: octets } = objectOf(state, asap);
  const reads = service === "read" || service === "initial";
  // Neither can be missing once an entry waits, but the types do not know it.
  if (destination === undefined || (octets === null && !reads))
    return [{ ...state, waiting: rest }, NOTHING];
  const wait = rateWait(state.rate, at);
  if (wait > 0) return [state, [rateTimer(wait)]];
  const value = octets === null || reads ? null : toValue(wordOf(tables, asap), octets);
  const ref = FIRST_OBJECTS_REF + sent;
  const after = {
    ...state,
    waiting: rest,
    flight: { ...entry, ref, value },
    sent: sent + 1,
    rate: noteSend(state.rate, at),
  };
  const request = { for: "al", destination, priority, ref, at } as const;
  if (value === null) return [after, [{ ...request, type: "A_GroupValue_Read.req" }]];
  const type = service === "write" ? "A_GroupValue_Write.req" : "A_GroupValue_Response.req";
  return [after, [{ ...request, type, value }]];
};
