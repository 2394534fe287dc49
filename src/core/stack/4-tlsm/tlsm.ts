import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { Effect } from "../../effect.ts";
import type { Impulse, Step, TlsmImpulse } from "../../impulse.ts";
import { act, CLOSED, stopTimers, tell } from "./action.ts";
import { type Connection, findConnection, keptOf, stateOf, type TlsmState } from "./connection.ts";
import { eventOf, type Happening } from "./event.ts";
import {
  type Action,
  type ConnectionEvent,
  type ConnectionState,
  connectionCell,
} from "./table.ts";

export { openTlsm, type TlsmState } from "./connection.ts";

/**
 * The transport layer state machines, one for each partner: `event.ts` names what happened, `table.ts` decides, `action.ts`
 * says what follows.
 * @see KNX 03.03.04 Transport Layer §5; `layers.md` C
 */
export const tlsm = (state: TlsmState, impulse: TlsmImpulse): Step<TlsmState> => {
  if (impulse.type === "restart.req") return restart(state, impulse.at);
  const peer = partnerOf(impulse);
  const connection = findConnection(state, peer);
  const event = eventOf(state.config.style, connection, impulse);
  const before = stateOf(connection);
  const column = connection === null ? standing(state, event) : before;
  const [next, action] = cellOf(state, column, event);
  const [after, out] = act(action, {
    style: state.config.style,
    connection,
    next,
    peer,
    impulse,
    ref: state.ref,
  });
  const moved = replaced(state, connection, after, action);
  const logged = isNews(event, action)
    ? [...out, noteOf(peer, column, event, action, next, impulse.at)]
    : out;
  return takeUp([moved, logged], connection, after, impulse.at);
};

/**
 * The table, but for one rule of the standard's own: its user waits for the confirmation of a request before making another.
 * That waiting is done here on its behalf, so that the style which closes over an impatient user never sees one.
 */
const cellOf = (
  { config }: TlsmState,
  column: ConnectionState,
  event: ConnectionEvent,
): ReturnType<typeof connectionCell> =>
  column === "openWait" && event === "E15 data request"
    ? ["openWait", "A11"]
    : connectionCell(config.style, column, event);

/**
 * Which machine a stranger meets: one that is closed, or, for a T_Connect when as many as allowed are connected, one of those,
 * which refuses it and stays as it is. The same with our own requests, of which the client bounds the number.
 */
const standing = ({ config, connections }: TlsmState, event: ConnectionEvent): ConnectionState => {
  if (event !== "E01 connect from another") return "closed";
  const serving = connections.filter(({ opened }) => opened === "there");
  return serving.length < config.connections ? "closed" : stateOf(serving[0] ?? null);
};

/** A request that waited is taken up as soon as nothing is outstanding, before anything that came later. */
const takeUp = (
  [state, out]: Step<TlsmState>,
  before: Connection | null,
  after: Connection | null,
  at: number,
): Step<TlsmState> => {
  const [first, ...rest] = keptOf(before);
  if (first === undefined || after?.state !== "openIdle") return [state, out];
  const [taken, more] = tlsm(state, { ...first, at });
  return [withKept(taken, first.peer, rest), [...out, ...more]];
};

const withKept = (
  state: TlsmState,
  peer: IndividualAddress,
  kept: Extract<Connection, { state: "openWait" }>["kept"],
): TlsmState => ({
  ...state,
  connections: state.connections.map((connection) =>
    connection.peer === peer && connection.state === "openWait"
      ? { ...connection, kept }
      : connection,
  ),
});

const replaced = (
  state: TlsmState,
  before: Connection | null,
  after: Connection | null,
  action: Action,
): TlsmState => {
  if (before === after) return state;
  const others = state.connections.filter((connection) => connection !== before);
  const connections = after === null ? others : [...others, after];
  return { ...state, connections, ref: action === "A12" ? state.ref + 1 : state.ref };
};

/** Like a loss of power, as the partners see it: they find out by their own timers. */
const restart = (state: TlsmState, at: number): Step<TlsmState> => {
  const over = state.connections.filter(({ opened }) => opened === "there");
  if (over.length === 0) return [state, []];
  const connections = state.connections.filter(({ opened }) => opened === "here");
  const out: readonly (Impulse | Effect)[] = over.flatMap(({ peer }) => [
    ...stopTimers(peer),
    tell("T_Disconnect.ind", peer, at),
    CLOSED,
  ]);
  return [{ ...state, connections }, out];
};

const partnerOf = (impulse: Happening): IndividualAddress => {
  switch (impulse.type) {
    case "tpdu.ind":
      return impulse.source;
    case "timeout":
      return impulse.timer.peer;
    default:
      return impulse.peer;
  }
};

/** That a TPDU of ours is on the line is no news, unless it leads somewhere. */
const isNews = (event: ConnectionEvent, action: Action): boolean =>
  action !== "A0" || !SENT.has(event);

const SENT: ReadonlySet<ConnectionEvent> = new Set([
  "E21 disconnect sent",
  "E22 data sent",
  "E23 ack sent",
  "E24 nak sent",
]);

const noteOf = (
  peer: IndividualAddress,
  state: ConnectionState,
  event: ConnectionEvent,
  action: Action,
  next: ConnectionState,
  at: number,
): Effect => ({
  for: "transitions",
  type: "transition",
  transition: {
    machine: "tlsm",
    subject: formatIndividualAddress(peer),
    state,
    event,
    action,
    next,
    at,
  },
});
