import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { enter } from "../queue/line-up.ts";
import { remove } from "../queue/queue.ts";
import { isUnderWay, join } from "../queue/reads.ts";
import { waitingFor } from "../reading/background.ts";
import { type BridgeState, utc } from "../state.ts";
import { meaningOf, publishHeld, qualityOf } from "../telegrams/publish.ts";
import { responseEnding } from "../telegrams/telegram.ts";
import { clockAnswer, clockType } from "../time/answer.ts";
import { andThen, type Turn } from "../turn.ts";
import { isAllowed } from "./authorise.ts";
import { failure } from "./errors.ts";
import type { GetRequest } from "./payload.ts";
import { accept, type Command, finish, reject, repeatedResult } from "./results.ts";

/** A `get`: from what is held, or by a read on the bus. `mqtt-interface.md` §5.6. */
export const onGet = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  command: Command,
  request: GetRequest,
  timeToLive: number | null,
): Turn => {
  const object = get(state.objects, ga);
  const text = formatGroupAddress(ga, state.config.style);
  if (!isAllowed(state.config, ga))
    return reject(
      state,
      at,
      command,
      failure("forbidden", `${text} is not to be commanded by MQTT`),
    );
  if (!object && !state.config.allowUnknownWrite) {
    return reject(state, at, command, failure("unknown_ga", `${text} is not configured`));
  }
  const repeated = repeatedResult(state, at, command);
  if (repeated) return repeated;
  const held = get(state.held, ga);
  const isFresh = held !== undefined && utc(state, at) - held.ts <= request.maxAgeMs;
  // Nobody else would answer for a provided object.
  const isOwn = get(state.provided, ga) !== undefined || clockType(state, ga) !== undefined;
  return request.from === "cache" || isOwn || (request.from === "fresh" && isFresh)
    ? fromCache(accept(state, at, command), at, ga, command)
    : fromBus(state, at, ga, command, request, timeToLive);
};

const fromCache = (state: BridgeState, at: number, ga: GroupAddress, command: Command): Turn => {
  const object = get(state.objects, ga);
  const last = get(state.held, ga);
  const held = last?.stale === "unknown" ? undefined : last;
  const value = clockAnswer(state, at, ga) ?? get(state.provided, ga)?.value ?? held?.value;
  if (!value)
    return finish(state, at, command, {
      stage: "response",
      fields: { value: null, quality: "unknown" },
    });
  const source = held?.source ?? state.config.address;
  const meaning = meaningOf(object, value);
  const quality = held ? qualityOf(held, meaning) : meaning.quality;
  const ending = responseEnding({ meaning: { ...meaning, quality }, source }, value);
  return held
    ? andThen(publishHeld(state, ga, held, meaningOf(object, held.value)), (after) =>
        finish(after, at, command, ending),
      )
    : finish(state, at, command, ending);
};

const fromBus = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  command: Command,
  { timeoutMs }: GetRequest,
  timeToLive: number | null,
): Turn => {
  const reads = join(state.reads, ga, command, timeoutMs, at);
  if (!reads)
    return reject(state, at, command, failure("queue_full", "Too many wait for answers to reads"));
  // One that the bridge has lined up by itself may wait for longer than somebody does who asks.
  const background = waitingFor(state, ga);
  const queue = background ? remove(state.queue, background) : state.queue;
  const joined = { ...state, reads, queue };
  if (isUnderWay(state.reads, queue, state.sender.flight?.entry, ga))
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
  return after.queue === queue ? [after, out] : [accept(after, at, command), out];
};
