import type { IndividualAddress } from "../../../../../src/core/address.ts";
import type { Effect } from "../../../../../src/core/effect.ts";
import type {
  AlImpulse,
  ConnectionTpdu,
  Impulse,
  Ref,
  Step,
  TlsmImpulse,
} from "../../../../../src/core/impulse.ts";
import type { Octets } from "../../../../../src/core/octets.ts";
import type { Connection } from "../../../../../src/core/stack/4-tlsm/connection.ts";
import type { TlsmState } from "../../../../../src/core/stack/4-tlsm/tlsm.ts";

/** The state machine under test, or a broken one. */
export type Reduce = (state: TlsmState, impulse: TlsmImpulse) => Step<TlsmState>;

export type Name = "a" | "b";

/** What the user of one side still may do, in any order, at any time; `answers`: a request for everything delivered. */
export type Wishes = Readonly<{
  connects: number;
  disconnects: number;
  requests: number;
  answers: boolean;
}>;

/** One transport layer, its timers, its half of the line and its user. */
export type Side = SideState & Readonly<{ id: number }>;

export type SideState = Readonly<{
  name: Name;
  tlsm: TlsmState;
  timers: Readonly<{ connection: boolean; acknowledge: boolean }>;
  /** Own frames that are under way, the oldest first. */
  sent: readonly Frame[];
  wishes: Wishes;
  /** Requests so far. The newest has this number as its ref and its payload. */
  made: number;
  /** Requests that have not ended. */
  pending: readonly number[];
  /** The newest number delivered in this connection; 0: none. */
  delivered: number;
  /** The newest number ever delivered. */
  ever: number;
}>;

/** `orphan`: its sender restarted, nobody waits for its confirmation. */
export type Frame = Readonly<{ tpdu: ConnectionTpdu; ref: Ref; orphan: boolean }>;

/** What passes between a machine and its user. */
export type Seen = Readonly<{ side: Name; type: string; number: number; outcome: string }>;

export type Acted = readonly [after: Side, seen: readonly Seen[]];

/**
 * Sides and what becomes of them, each worked out once: in a search the same side meets the same impulse with thousands of
 * different partners. Equal sides are one object with one id.
 */
export type Sides = Readonly<{
  of: (state: SideState) => Side;
  /**
   * @param cause names change and impulse
   * @param change before the impulse
   */
  act: (
    side: Side,
    cause: string,
    change: (side: SideState) => SideState,
    impulse: (side: SideState) => TlsmImpulse | null,
  ) => Acted;
}>;

export const openSides = (reduce: Reduce): Sides => {
  const ids = new Map<string, Side>();
  const acts: Map<string, Acted>[] = [];
  const of = (state: SideState): Side => {
    const key = keyOf(state);
    const known = ids.get(key);
    if (known !== undefined) return known;
    const side = { ...state, id: ids.size };
    ids.set(key, side);
    acts.push(new Map());
    return side;
  };
  return {
    of,
    act: (side, cause, change, impulse) => {
      const known = acts[side.id]?.get(cause);
      if (known !== undefined) return known;
      const changed = change(side);
      const first = impulse(side);
      const [state, seen] = first === null ? [changed, []] : run(reduce, changed, first);
      const acted: Acted = [of(state), seen];
      acts[side.id]?.set(cause, acted);
      return acted;
    },
  };
};

/** The next request of this side. */
export const requestOf = (
  { made }: SideState,
  peer: IndividualAddress,
): Extract<TlsmImpulse, { type: "T_Data_Connected.req" }> => ({
  for: "tlsm",
  type: "T_Data_Connected.req",
  peer,
  apdu: [made + 1],
  priority: "system",
  ref: made + 1,
  at: 0,
});

/** One impulse, and the answers of the user to what it brings. */
const run = (
  reduce: Reduce,
  before: SideState,
  impulse: TlsmImpulse,
): readonly [SideState, readonly Seen[]] => {
  const seen: Seen[] = [];
  const queue: TlsmImpulse[] = [impulse];
  let side = before;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.type === "T_Data_Connected.req") {
      seen.push({ side: side.name, type: next.type, number: next.ref, outcome: "" });
      side = { ...side, made: next.ref, pending: [...side.pending, next.ref] };
    }
    const [tlsm, out] = reduce(side.tlsm, next);
    side = { ...side, tlsm };
    for (const one of out) {
      side = followed(side, one);
      if (one.for !== "al") continue;
      seen.push(newsOf(side.name, one));
      if (one.type === "T_Data_Connected.ind" && side.wishes.answers)
        queue.push(requestOf(side, one.peer));
    }
  }
  return [side, seen];
};

/** What a side is after one impulse or effect of its machine. */
const followed = (side: SideState, one: Impulse | Effect): SideState => {
  if (one.for === "tl" && one.type === "tpdu.req")
    return { ...side, sent: [...side.sent, { tpdu: one.tpdu, ref: one.ref, orphan: false }] };
  if (one.for === "timer" && one.timer.for === "tlsm")
    return { ...side, timers: { ...side.timers, [one.timer.name]: one.type === "start" } };
  if (one.for !== "al") return side;
  switch (one.type) {
    case "T_Data_Connected.ind":
      return { ...side, delivered: numberOf(one.apdu), ever: numberOf(one.apdu) };
    case "T_Data_Connected.con":
      return { ...side, pending: side.pending.filter((number) => number !== one.ref) };
    case "T_Disconnect.ind":
    case "T_Disconnect.con":
      return { ...side, pending: [], delivered: 0 };
    default:
      return side;
  }
};

const newsOf = (side: Name, impulse: AlImpulse): Seen => {
  switch (impulse.type) {
    case "T_Data_Connected.ind":
      return { side, type: impulse.type, number: numberOf(impulse.apdu), outcome: "" };
    case "T_Data_Connected.con":
      return { side, type: impulse.type, number: impulse.ref, outcome: impulse.outcome };
    default:
      return { side, type: impulse.type, number: 0, outcome: "" };
  }
};

const numberOf = (apdu: Octets): number => apdu[0] ?? 0;

/** Equal texts, equal sides. */
const keyOf = (side: SideState): string => {
  const { name, tlsm, timers, sent, wishes, made, pending, delivered, ever } = side;
  const running = `${timers.connection ? "c" : ""}${timers.acknowledge ? "a" : ""}`;
  const user = [
    wishes.connects,
    wishes.disconnects,
    wishes.requests,
    made,
    delivered,
    ever,
    ...pending,
  ];
  const connections = tlsm.connections.map(connectionKey).join(" ");
  return [name, tlsm.ref, running, user, connections, sent.map(frameKey).join(" ")].join("/");
};

const connectionKey = (connection: Connection): string => {
  const { state, opened, connect, send, receive } = connection;
  const known = [state, opened, connect, send, receive];
  switch (state) {
    case "openIdle":
      return `${known}`;
    case "connecting":
      return `${[...known, ...connection.kept.map(({ ref }) => ref)]}`;
    case "openWait": {
      const { outstanding, repetitions, kept } = connection;
      return `${[...known, outstanding.ref, repetitions, ...kept.map(({ ref }) => ref)]}`;
    }
  }
};

/** Equal texts, equal frames. */
export const frameKey = ({ tpdu, ref, orphan }: Frame): string =>
  `${[tpdu.kind, "sequence" in tpdu ? tpdu.sequence : "", ref, orphan ? "o" : ""]}`;
