import type { Effect, Transition } from "../../../../../src/core/effect.ts";
import type { Impulse, Step, TlsmImpulse } from "../../../../../src/core/impulse.ts";
import type { Connection } from "../../../../../src/core/stack/4-tlsm/connection.ts";
import { type TlsmState, tlsm } from "../../../../../src/core/stack/4-tlsm/tlsm.ts";
import type { Reduce } from "./machine.ts";

/*
 * State machines with one mistake each, for the search to find. Several are mistakes of published stacks: `layers.md` C.5.
 */

type Out = readonly (Impulse | Effect)[];

/** A2 without counting: what comes again is new again. */
export const forgetsToCount: Reduce = broken("A2", ({ before, after, out }) => [
  withConnection(after, (connection) => ({
    ...connection,
    receive: before.connections[0]?.receive ?? 0,
  })),
  out,
]);

/** E05 is not only acknowledged but delivered. */
export const deliversAgain: Reduce = broken("A3", ({ impulse, after, out }) =>
  impulse.type === "tpdu.ind" && impulse.tpdu.kind === "T_Data_Connected"
    ? [
        after,
        [
          ...out,
          {
            for: "al",
            type: "T_Data_Connected.ind",
            peer: impulse.source,
            apdu: impulse.tpdu.apdu,
            priority: impulse.tpdu.priority,
            at: 0,
          },
        ],
      ]
    : [after, out],
);

/** A5 leaves the timers as they are. */
export const forgetsTimers: Reduce = broken("A5", ({ after, out }) => [
  after,
  out.filter((one) => one.for !== "timer"),
]);

/** A8 confirms the same request twice. */
export const confirmsTwice: Reduce = broken("A8", ({ after, out }) => [
  after,
  out.flatMap((one) => (isConfirmation(one) ? [one, one] : [one])),
]);

/** A8 forgets to confirm. */
export const neverConfirms: Reduce = broken("A8", ({ after, out }) => [
  after,
  out.filter((one) => !isConfirmation(one)),
]);

/** A8 leaves the own number: the partner takes the next data for a repetition, and acknowledges it all the same. */
export const forgetsToNumber: Reduce = broken("A8", ({ before, after, out }) => [
  withConnection(after, (connection) => ({
    ...connection,
    send: before.connections[0]?.send ?? 0,
  })),
  out,
]);

/** A8 counts on after 15. */
export const countsToSixteen: Reduce = broken("A8", ({ before, after, out }) => [
  withConnection(after, (connection) =>
    before.connections[0]?.send === 15 ? { ...connection, send: 16 } : connection,
  ),
  out,
]);

/** A9 stops the acknowledge timer instead of starting it again. */
export const stopsWhenRepeating: Reduce = broken("A9", ({ after, out }) => [
  after,
  out.map((one) =>
    one.for === "timer" && one.timer.for === "tlsm" && one.timer.name === "acknowledge"
      ? { for: "timer", type: "stop", timer: one.timer }
      : one,
  ),
]);

/** A9 does not count the repetitions. */
export const repeatsForEver: Reduce = broken("A9", ({ after, out }) => [
  withConnection(after, (connection) =>
    connection.state === "openWait" ? { ...connection, repetitions: 0 } : connection,
  ),
  out,
]);

/** A11 has one place only. */
export const keepsOneOnly: Reduce = broken("A11", ({ after, out }) => [
  withConnection(after, (connection) =>
    "kept" in connection ? { ...connection, kept: connection.kept.slice(-1) } : connection,
  ),
  out,
]);

/** E20 in connecting tells the user, stops the timers, and stays. */
export const staysConnecting: Reduce = staysAt("E20 connect not confirmed");

/** E06 in connecting as published: T_Disconnect, no timer any more, and stays. */
export const asPublished: Reduce = staysAt("E06 data, wrong number");

function staysAt(event: string): Reduce {
  return (state, impulse) => {
    const [after, out] = tlsm(state, impulse);
    const isMet = transitionsOf(out).some(
      (one) => one.event === event && one.state === "connecting",
    );
    return isMet ? [{ ...after, connections: state.connections }, out] : [after, out];
  };
}

function broken(
  action: string,
  mistake: (
    step: Readonly<{ before: TlsmState; impulse: TlsmImpulse; after: TlsmState; out: Out }>,
  ) => Step<TlsmState>,
): Reduce {
  return (before, impulse) => {
    const [after, out] = tlsm(before, impulse);
    return transitionsOf(out).some((one) => one.action === action)
      ? mistake({ before, impulse, after, out })
      : [after, out];
  };
}

const transitionsOf = (out: Out): readonly Transition[] =>
  out.flatMap((one) => (one.for === "transitions" ? [one.transition] : []));

const withConnection = (
  state: TlsmState,
  change: (connection: Connection) => Connection,
): TlsmState => ({ ...state, connections: state.connections.map(change) });

const isConfirmation = (one: Impulse | Effect): boolean =>
  one.for === "al" && one.type === "T_Data_Connected.con";
