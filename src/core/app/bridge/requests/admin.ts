import type { HostRequest, JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { type BridgeState, EMPTY_TALLIES } from "../state.ts";
import { publishBridgeEvent } from "../telegrams/publish.ts";
import { andThen, type Turn } from "../turn.ts";
import { answer, close, done, hand } from "./answer.ts";
import { flag, type Take, taking } from "./parameters.ts";
import type { Reply } from "./state.ts";

/** The figures of `bridge/health` begin at 0 again; numbers of telegrams go on. */
export const resetStats: Take = (state, at, ask) => {
  const { counts, features } = state;
  const fresh = {
    ...state,
    counts: {
      ...counts,
      unknownGa: 0,
      mismatches: 0,
      received: 0,
      published: 0,
      coalesced: 0,
      eventsDropped: 0,
    },
    tallies: EMPTY_TALLIES,
    // Whatever has changed since the last snapshot is not known by these counts any more.
    features: {
      ...features,
      restart: { ...features.restart, saved: -1 },
      loops: { ...features.loops, dropped: 0 },
    },
  };
  return andThen([fresh, [{ for: "counters", type: "reset" }]], (after) =>
    answer(after, at, ask, done()),
  );
};

export const resetBus: Take = (state, at, ask) =>
  andThen([state, [{ for: "dl", type: "reset.req", at }]], (after) =>
    answer(after, at, ask, done()),
  );

export const setProgrammingMode = taking({ on: flag }, (state, at, ask, { on }) =>
  andThen([state, [{ for: "device", type: "programming-mode.req", on, at }]], (after) =>
    answer(after, at, ask, done({ on })),
  ),
);

/** Whatever the shell does; it answers when it is done. */
export const byHost =
  (name: HostRequest): Take =>
  (state, at, ask, parameters) =>
    hand(state, at, ask, (after) => [
      after,
      [{ for: "host", type: "request", ref: ask.ref, name, parameters }],
    ]);

/** The shell has done it, or has not: whoever asked is answered, and a backup is an event as well. §8.4 */
export const onReply = (state: BridgeState, at: number, ref: number, reply: Reply): Turn => {
  const ask = state.features.requests.open.find((one) => one.ref === ref);
  return andThen(close(state, at, ref, reply), (after) =>
    reply.ok && ask?.name === "backup/create" && isObject(reply.data)
      ? publishBridgeEvent(after, at, { type: "backup_created", ...reply.data })
      : [after, NOTHING],
  );
};

const isObject = (data: Reply["data"]): data is Readonly<{ [key: string]: JsonValue }> =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/** Answered first: afterwards there is nobody to do it. */
export const restart: Take = (state, at, ask) => {
  const { ref } = ask;
  return andThen(answer(state, at, ask, done()), (after) => [
    after,
    [{ for: "host", type: "request", ref, name: "restart", parameters: {} }],
  ]);
};
