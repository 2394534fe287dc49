import type { IndividualAddress } from "../../address.ts";
import type { TlsmStyle } from "../../config.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect } from "../../effect.ts";
import type { ConnectedOutcome, ConnectionTpdu, Impulse, Ref } from "../../impulse.ts";
import { never } from "../../never.ts";
import { NO_OCTETS, type Octets } from "../../octets.ts";
import type { TlsmTimer } from "../../timer.ts";
import {
  type Connection,
  type DataRequest,
  hasAcknowledgeTimer,
  keptOf,
  type Partner,
} from "./connection.ts";
import type { Happening } from "./event.ts";
import type { Action, ConnectionState } from "./table.ts";

/** Silence after which a connection is given up. KNX 03.03.04 Transport Layer §5.1; `layers.md` C.1 */
export const CONNECTION_TIMEOUT_MS = 6_000;
/** T_Data_Connected → T_ACK, before it is sent again. The same places. */
export const ACKNOWLEDGE_TIMEOUT_MS = 3_000;
/** Requests that wait behind the outstanding one: more than any answer to one question needs. */
export const KEPT_LIMIT = 16;

type Out = readonly (Impulse | Effect)[];
/** What is left of the connection (null: closed), and what follows, what the wire waits for first. */
type Acted = readonly [Connection | null, Out];

/** What an action may look at. */
export type Situation = Readonly<{
  style: TlsmStyle;
  /** Before; null: closed. */
  connection: Connection | null;
  /** Where the table leads. */
  next: ConnectionState;
  peer: IndividualAddress;
  impulse: Happening;
  /** For a T_Connect. */
  ref: Ref;
}>;

/**
 * What follows from a cell of the table.
 * @see KNX 03.03.04 Transport Layer §5.3; `layers.md` C.3
 */
export const act = (action: Action, situation: Situation): Acted => {
  const { connection, peer, impulse, style } = situation;
  const { at } = impulse;
  switch (action) {
    case "A0":
      return nothing(situation);
    case "A1":
      return [
        { state: "openIdle", peer, opened: "there", connect: null, send: 0, receive: 0 },
        [startConnection(peer), tell("T_Connect.ind", peer, at), OPENED],
      ];
    case "A2":
    case "A3":
    case "A4":
      return onData(action, situation);
    case "A5":
      return [
        null,
        [...stopTimers(peer), tell("T_Disconnect.ind", peer, at), ...closing(connection)],
      ];
    case "A6":
      return [
        null,
        [
          send(peer, T_DISCONNECT, 0, at),
          ...stopTimers(peer),
          tell("T_Disconnect.ind", peer, at),
          ...closing(connection),
          ...refusal(situation),
        ],
      ];
    case "A7": {
      if (connection === null || impulse.type !== "T_Data_Connected.req") return [connection, []];
      const kept = keptOf(connection);
      return [
        { ...numbersOf(connection), state: "openWait", outstanding: impulse, repetitions: 0, kept },
        transmit(style, connection, impulse, at),
      ];
    }
    case "A8": {
      if (connection?.state !== "openWait") return [connection, []];
      const { outstanding, send: number } = connection;
      return [
        { ...numbersOf(connection), state: "openIdle", send: (number + 1) & 0x0f },
        [stop(peer, "acknowledge"), startConnection(peer), confirm(outstanding, "ok", at)],
      ];
    }
    case "A9": {
      if (connection?.state !== "openWait") return [connection, []];
      const { outstanding, repetitions } = connection;
      return [
        { ...connection, repetitions: repetitions + 1 },
        [...transmit(style, connection, outstanding, at), REPEATED],
      ];
    }
    case "A10":
      return [connection, [send(peer, T_DISCONNECT, 0, at), ...refusal(situation)]];
    case "A11":
      return impulse.type === "T_Data_Connected.req" ? keep(connection, impulse) : [connection, []];
    case "A12": {
      const { ref, next } = situation;
      const begun = { peer, opened: "here", connect: ref, send: 0, receive: 0 } as const;
      return [
        next === "connecting"
          ? { ...begun, state: "connecting", kept: [] }
          : { ...begun, state: "openIdle" },
        [send(peer, T_CONNECT, ref, at), startConnection(peer)],
      ];
    }
    case "A13": {
      if (connection === null) return [null, []];
      const connected: Connection =
        connection.state === "connecting"
          ? { ...numbersOf(connection), state: "openIdle", connect: null }
          : { ...connection, connect: null };
      return [connected, [tell("T_Connect.con", peer, at), OPENED]];
    }
    case "A14":
      return [
        null,
        [
          send(peer, T_DISCONNECT, 0, at),
          ...stopTimers(peer),
          tell("T_Disconnect.con", peer, at),
          ...closing(connection),
        ],
      ];
    case "A15":
      return [null, [tell("T_Disconnect.con", peer, at)]];
    default:
      return never(action);
  }
};

/** Nothing on the wire; whoever asked for something, or sent it, is not left without an answer or a counted reason. */
const nothing = (situation: Situation): Acted => {
  const { connection, impulse } = situation;
  if (impulse.type === "T_Data_Connected.req")
    return [connection, [confirm(impulse, "no_connection", impulse.at)]];
  if (impulse.type !== "tpdu.ind" || isExpected(connection, impulse.tpdu)) return [connection, []];
  return [connection, refusal(situation)];
};

/** T_Disconnect without a connection, and a T_Connect that came twice, are ordinary. */
const isExpected = (connection: Connection | null, { kind }: ConnectionTpdu): boolean =>
  connection === null ? kind === "T_Disconnect" : kind === "T_Connect";

const onData = (action: "A2" | "A3" | "A4", { connection, peer, impulse }: Situation): Acted => {
  if (connection === null || impulse.type !== "tpdu.ind") return [connection, []];
  const { tpdu, at } = impulse;
  if (tpdu.kind !== "T_Data_Connected") return [connection, []];
  const { sequence, apdu, priority } = tpdu;
  const answer = { kind: action === "A4" ? "T_NAK" : "T_ACK", sequence } as const;
  const wire = [send(peer, answer, 0, at), startConnection(peer)];
  switch (action) {
    case "A2": {
      const indication = { type: "T_Data_Connected.ind", peer, apdu, priority, at } as const;
      return [
        { ...connection, receive: (sequence + 1) & 0x0f },
        [...wire, { for: "al", ...indication }],
      ];
    }
    case "A3":
      return [connection, [...wire, drop("tlsm.repeated", apdu)]];
    case "A4":
      return [connection, [...wire, drop("tlsm.sequence", apdu)]];
    default:
      return never(action);
  }
};

/** Behind those that wait already; one too many is told so at once. */
const keep = (connection: Connection | null, request: DataRequest): Acted => {
  if (connection === null || connection.state === "openIdle") return [connection, []];
  const { kept } = connection;
  return kept.length < KEPT_LIMIT
    ? [{ ...connection, kept: [...kept, request] }, []]
    : [connection, [confirm(request, "queue_full", request.at)]];
};

const transmit = (
  style: TlsmStyle,
  { peer, send: sequence }: Partner,
  { apdu, priority, ref }: DataRequest,
  at: number,
): Out => {
  const tpdu = { kind: "T_Data_Connected", sequence, apdu, priority } as const;
  const sent = [send(peer, tpdu, ref, at), startConnection(peer)];
  return hasAcknowledgeTimer(style)
    ? [...sent, start(peer, "acknowledge", ACKNOWLEDGE_TIMEOUT_MS)]
    : sent;
};

const numbersOf = ({ peer, opened, connect, send: number, receive }: Partner): Partner => ({
  peer,
  opened,
  connect,
  send: number,
  receive,
});

const T_CONNECT: ConnectionTpdu = { kind: "T_Connect" };
const T_DISCONNECT: ConnectionTpdu = { kind: "T_Disconnect" };

const send = (peer: IndividualAddress, tpdu: ConnectionTpdu, ref: Ref, at: number): Impulse => ({
  for: "tl",
  type: "tpdu.req",
  peer,
  tpdu,
  ref,
  at,
});

/** To the layer above. */
export const tell = (
  type: "T_Connect.ind" | "T_Connect.con" | "T_Disconnect.ind" | "T_Disconnect.con",
  peer: IndividualAddress,
  at: number,
): Impulse => ({ for: "al", type, peer, at });

const confirm = (
  { peer, apdu, ref }: DataRequest,
  outcome: ConnectedOutcome,
  at: number,
): Impulse => ({ for: "al", type: "T_Data_Connected.con", peer, apdu, ref, outcome, at });

const start = (peer: IndividualAddress, name: TlsmTimer["name"], ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: { for: "tlsm", name, peer },
  ms,
});

const stop = (peer: IndividualAddress, name: TlsmTimer["name"]): Effect => ({
  for: "timer",
  type: "stop",
  timer: { for: "tlsm", name, peer },
});

const startConnection = (peer: IndividualAddress): Effect =>
  start(peer, "connection", CONNECTION_TIMEOUT_MS);

export const stopTimers = (peer: IndividualAddress): readonly Effect[] => [
  stop(peer, "acknowledge"),
  stop(peer, "connection"),
];

/** Why a TPDU led to nothing, or to the end of a connection. */
const refusal = ({ connection, impulse }: Situation): readonly Effect[] => {
  if (impulse.type !== "tpdu.ind") return [];
  const { tpdu } = impulse;
  const octets = tpdu.kind === "T_Data_Connected" ? tpdu.apdu : NO_OCTETS;
  if (connection !== null) return [drop("tlsm.unexpected", octets)];
  return [drop(tpdu.kind === "T_Connect" ? "tlsm.refused" : "tlsm.no-connection", octets)];
};

/** Counted only when it was open before. */
const closing = (connection: Connection | null): readonly Effect[] =>
  connection === null || connection.connect !== null ? [] : [CLOSED];

const drop = (reason: DropReason, octets: Octets): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets,
});

const OPENED: Effect = { for: "counters", type: "count", counter: "tlsm.opened", by: 1 };
export const CLOSED: Effect = { for: "counters", type: "count", counter: "tlsm.closed", by: 1 };
const REPEATED: Effect = { for: "counters", type: "count", counter: "tlsm.repetitions", by: 1 };
