import { formatGroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { enter } from "../queue/line-up.ts";
import { isUnderWay, join } from "../queue/reads.ts";
import { type BridgeState, utc } from "../state.ts";
import { meaningOf, publishHeld } from "../telegrams/publish.ts";
import { responseEnding } from "../telegrams/telegram.ts";
import { andThen, type Turn } from "../turn.ts";
import { failure } from "./errors.ts";
import type { GetRequest } from "./payload.ts";
import { accept, type Command, finish, reject, repeatedResult } from "./results.ts";

/** A `get`: from what is held, or by a read on the bus. `mqtt-interface.md` §5.6. */
export const onGet = (
  state: BridgeState,
  at: number,
  command: Command,
  request: GetRequest,
  timeToLive: number | null,
): Turn => {
  const { ga } = command;
  const object = get(state.objects, ga);
  if (!object && !state.config.allowUnknownWrite) {
    const text = formatGroupAddress(ga, state.config.style);
    return reject(state, at, command, failure("unknown_ga", `${text} is not configured`));
  }
  const repeated = repeatedResult(state, at, command);
  if (repeated) return repeated;
  const held = get(state.held, ga);
  const isFresh = held !== undefined && utc(state, at) - held.ts <= request.maxAgeMs;
  // Nobody else would answer for a provided object.
  const isOwn = get(state.provided, ga) !== undefined;
  return request.from === "cache" || isOwn || (request.from === "fresh" && isFresh)
    ? fromCache(accept(state, at, command), at, command)
    : fromBus(state, at, command, request, timeToLive);
};

const fromCache = (state: BridgeState, at: number, command: Command): Turn => {
  const { ga } = command;
  const object = get(state.objects, ga);
  const held = get(state.held, ga);
  const value = get(state.provided, ga)?.value ?? held?.value;
  if (!value)
    return finish(state, at, command, {
      stage: "response",
      fields: { value: null, quality: "unknown" },
    });
  const source = held?.source ?? state.config.address;
  const ending = responseEnding({ meaning: meaningOf(object, value), source }, value);
  return held
    ? andThen(publishHeld(state, ga, held, meaningOf(object, held.value)), (after) =>
        finish(after, at, command, ending),
      )
    : finish(state, at, command, ending);
};

const fromBus = (
  state: BridgeState,
  at: number,
  command: Command,
  { timeoutMs }: GetRequest,
  timeToLive: number | null,
): Turn => {
  const { ga } = command;
  const reads = join(state.reads, ga, command, timeoutMs, at);
  if (!reads)
    return reject(state, at, command, failure("queue_full", "Too many wait for answers to reads"));
  const joined = { ...state, reads };
  if (isUnderWay(state.reads, state.queue, state.sender.flight?.entry, ga))
    return [accept(joined, at, command), NOTHING];
  const [after, out] = enter(joined, at, {
    class: 4,
    ga,
    service: "read",
    value: null,
    priority: get(state.objects, ga)?.priority ?? "low",
    merges: true,
    timeToLive,
    command: null,
  });
  // One that was refused is not known: repeated, it is tried again.
  return after.queue === state.queue ? [after, out] : [accept(after, at, command), out];
};
