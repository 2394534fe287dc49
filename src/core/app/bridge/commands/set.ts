import type { GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { isAction } from "../../../dpt/dpt.ts";
import type { GroupValue } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { provide } from "../provided/transmit.ts";
import { type Draft, enter } from "../queue/line-up.ts";
import type { QueueClass } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import { sameValue } from "../telegrams/same-value.ts";
import type { Turn } from "../turn.ts";
import { authorise } from "./authorise.ts";
import { convert, heldToCome } from "./convert.ts";
import type { Failure } from "./errors.ts";
import type { SetRequest } from "./payload.ts";
import { accept, type Command, type Ending, finish, reject, repeatedResult } from "./results.ts";

/** A `set` from its request to the queue: `mqtt-interface.md` §5.5, §13.1. */
export const onSet = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  command: Command,
  request: SetRequest,
): Turn => {
  const prepared = prepare(state, at, ga, request);
  if ("code" in prepared) return reject(state, at, command, prepared);
  return repeatedResult(state, at, command) ?? submit(state, at, prepared, command);
};

/** What is asked for as it will stand in the queue. */
export type Prepared = Readonly<Omit<Draft, "command" | "value"> & { value: GroupValue }>;

/** Whether it may be, and what it is on the bus; nothing has happened yet. */
export const prepare = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  request: SetRequest,
): Prepared | Failure => {
  const object = get(state.objects, ga);
  const refusal = authorise(state, ga, object, request);
  if (refusal) return refusal;
  const value = convert(state, at, ga, request);
  if ("code" in value) return value;
  return {
    class: classOf(object, request),
    ga,
    service: request.service,
    value,
    priority: request.priority ?? object?.priority ?? "low",
    merges: request.mayMerge && !isAction(object?.dpt ?? request.dpt ?? undefined),
    timeToLive: request.ttlMs,
  };
};

/** To the queue, unless there is nothing to be sent. */
export const submit = (
  state: BridgeState,
  at: number,
  prepared: Prepared,
  command: Command,
): Turn => {
  const { ga, value } = prepared;
  const object = get(state.objects, ga);
  const draft = { ...prepared, command };
  const same: Ending = { stage: "merged", fields: { merged_into: null } };
  if (object?.dedupe && isHeld(state, ga, value))
    return finish(accept(state, at, command), at, command, same);
  return object?.provide ? provide(state, at, object, draft) : enter(state, at, draft);
};

/** Whether this is what will hold anyway. */
const isHeld = (state: BridgeState, ga: GroupAddress, value: GroupValue): boolean => {
  const held = heldToCome(state, ga);
  return held !== undefined && sameValue(held, value);
};

/** `mqtt-interface.md` §13.2. */
const classOf = (object: ObjectConfig | undefined, { service }: SetRequest): QueueClass => {
  if (object?.alarm || object?.priority === "urgent") return 0;
  return object?.provide && service === "write" ? 3 : 2;
};
