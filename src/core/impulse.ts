import type { GroupAddress, IndividualAddress } from "./address.ts";
import type {
  ApplicationImpulse,
  BridgeImpulse,
  ClientImpulse,
  DeviceImpulse,
  ObjectsImpulse,
} from "./app-impulse.ts";
import type { Repetitions } from "./config.ts";
import type { Effect } from "./effect.ts";
import type { GroupSet } from "./group-set.ts";
import type { Octets } from "./octets.ts";
import type { Apdu } from "./stack/7-al/apdu.ts";
import type { DlTimer, TlsmTimer } from "./timer.ts";

/*
 * Every impulse that travels between the layers: the file to read first. Those of the users of the stack are in app-impulse.ts,
 * what leaves the core in effect.ts, what comes back after a while in timer.ts.
 *
 *   octets ─▶ dl ─▶ nl ─▶ tl ─▶ tlsm ─▶ al ─▶ bridge, objects, device, client        .ind and .con go up
 *   octets ◀─ dl ◀─ nl ◀─ tl ◀─ tlsm ◀─ al ◀─ bridge, objects, device, client        .req and .res go down
 *
 * `for` is the reducer (or, of an effect, the part of the shell), `type` the primitive as the standard writes it.
 * A hop the standard has no name for is lower case. `at` is monotonic time in ms, stamped by the shell.
 */

/** KNX frame priority, highest first. Values on the wire: `layers.md` A.3. */
export type Priority = "system" | "urgent" | "normal" | "low";

/** The address type of a frame follows from this, so it is stored nowhere else. Group address 0 is broadcast. */
export type Destination = Readonly<
  { to: "individual"; address: IndividualAddress } | { to: "group"; address: GroupAddress }
>;

/** What every indication knows about the frame it came from. */
export type Reception = Readonly<{
  source: IndividualAddress;
  priority: Priority;
  /** 0…7 as received. */
  hops: number;
  /** The frame had its repeat flag set (its original was lost on the way to us). */
  repeated: boolean;
  /** When its last octet arrived. */
  at: number;
}>;

/**
 * Chosen by who makes a request, and returned unchanged in its confirmation. Group requests are made by three: those of the
 * client are below 0, those of the group objects are from FIRST_OBJECTS_REF on, those of the bridge are between.
 */
export type Ref = number;
/** Out of reach for who counts up from 0: a thousand telegrams a second take 34 years. */
export const FIRST_OBJECTS_REF = 2 ** 40;

/** How a request ended. `no_ack`: nobody acknowledged, or all were busy (the chip does not tell them apart). */
export type Outcome =
  | "ok"
  | "no_ack"
  /** On the bus at least once, but the chip never said how it ended. */
  | "lost"
  /** Not sent: the chip refused the upload. */
  | "rejected"
  /** Not sent: no transceiver, no bus, or a transceiver that only listens. */
  | "offline"
  | "queue_full"
  | "too_long";

export type Confirmation = Readonly<{
  ref: Ref;
  outcome: Outcome;
  /** Repetitions seen on the bus, 0…6. */
  repeats: number;
  at: number;
}>;

/** What every request says. */
export type Request = Readonly<{ priority: Priority; ref: Ref; at: number }>;

/** A group value: up to 6 bits travel inside the APCI octet (`short`), anything longer in octets of its own. */
export type GroupValue = Readonly<{ octets: Octets; short: boolean }>;

// ── dl ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A frame to be sent; the link layer adds source, format, length and check octet. */
export type LData = Readonly<{
  destination: Destination;
  priority: Priority;
  hops: number;
  /** 1…255 octets, TPCI first. */
  tpdu: Octets;
}>;

export type DlImpulse = Readonly<
  /** `behind`: how many octets were already waiting after this one when it was read. */
  | { for: "dl"; type: "octet.ind"; octet: number; behind: number; at: number }
  | { for: "dl"; type: "port-opened.ind"; at: number }
  | { for: "dl"; type: "port-closed.ind"; at: number }
  | { for: "dl"; type: "timeout"; timer: DlTimer; at: number }
  /**
   * From now on this is our address, these are the group addresses we acknowledge, and so often the chip repeats on its own; what
   * is not given stays as before.
   */
  | {
      for: "dl";
      type: "configure.req";
      address?: IndividualAddress;
      groups?: GroupSet;
      repetitions?: Repetitions;
    }
  | { for: "dl"; type: "L_Data.req"; frame: LData; ref: Ref; at: number }
  /** From now on the client is told of every frame on the line, or no more. */
  | { for: "dl"; type: "watch.req"; on: boolean }
  /** The chip is to do nothing but listen, to every octet and acknowledge; or to work as usual again. */
  | { for: "dl"; type: "busmonitor.req"; on: boolean; at: number }
  /** The chip is to be reset, for whatever reason people have. */
  | { for: "dl"; type: "reset.req"; at: number }
>;

/** Why the bus cannot be reached; the words of `bridge/event` in the MQTT interface. */
export type OfflineReason = "starting" | "no_port" | "no_chip" | "no_power" | "busmonitor";

// ── nl ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type NlImpulse = Readonly<
  | ({ for: "nl"; type: "L_Data.ind"; destination: Destination; tpdu: Octets } & Reception)
  | ({ for: "nl"; type: "L_Data.con"; frame: LData } & Confirmation)
  | ({ for: "nl"; type: "N_Data.req"; destination: Destination; tpdu: Octets } & Request)
  /** From now on this is our address, and this the hop count of own frames; without it the same as before. */
  | { for: "nl"; type: "configure.req"; address: IndividualAddress; hops?: number }
>;

// ── tl ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type TlImpulse = Readonly<
  | ({ for: "tl"; type: "N_Data_Individual.ind"; tpdu: Octets } & Reception)
  | ({ for: "tl"; type: "N_Data_Group.ind"; destination: GroupAddress; tpdu: Octets } & Reception)
  | ({ for: "tl"; type: "N_Data_Broadcast.ind"; tpdu: Octets } & Reception)
  | ({
      for: "tl";
      type: "N_Data.con";
      destination: Destination;
      priority: Priority;
      tpdu: Octets;
    } & Confirmation)
  | ({ for: "tl"; type: "T_Data_Group.req"; destination: GroupAddress; apdu: Octets } & Request)
  | ({ for: "tl"; type: "T_Data_Broadcast.req"; apdu: Octets } & Request)
  | ({
      for: "tl";
      type: "T_Data_Individual.req";
      destination: IndividualAddress;
      apdu: Octets;
    } & Request)
  /** A connection-oriented TPDU that the state machine wants sent. */
  | {
      for: "tl";
      type: "tpdu.req";
      peer: IndividualAddress;
      tpdu: ConnectionTpdu;
      ref: Ref;
      at: number;
    }
>;

// ── tlsm ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The TPDUs that belong to a connection. Sequence numbers 0…15. */
export type ConnectionTpdu = Readonly<
  | { kind: "T_Connect" }
  | { kind: "T_Disconnect" }
  | { kind: "T_Data_Connected"; sequence: number; apdu: Octets; priority: Priority }
  | { kind: "T_ACK"; sequence: number }
  | { kind: "T_NAK"; sequence: number }
>;

export type TlsmImpulse = Readonly<
  | { for: "tlsm"; type: "tpdu.ind"; source: IndividualAddress; tpdu: ConnectionTpdu; at: number }
  | ({
      for: "tlsm";
      type: "tpdu.con";
      peer: IndividualAddress;
      tpdu: ConnectionTpdu;
    } & Confirmation)
  | { for: "tlsm"; type: "T_Connect.req" | "T_Disconnect.req"; peer: IndividualAddress; at: number }
  | ({
      for: "tlsm";
      type: "T_Data_Connected.req";
      peer: IndividualAddress;
      apdu: Octets;
    } & Request)
  | { for: "tlsm"; type: "timeout"; timer: TlsmTimer; at: number }
  /** The device restarts: the connections others have to it are over, without a word on the bus. */
  | { for: "tlsm"; type: "restart.req"; at: number }
>;

/**
 * How a T_Data_Connected.req ended: the partner acknowledged it, or it never left. Whatever a T_Disconnect ends is not
 * confirmed any more.
 */
export type ConnectedOutcome = "ok" | "no_connection" | "queue_full";

// ── al ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type AlImpulse = Readonly<
  | ({ for: "al"; type: "T_Data_Group.ind"; destination: GroupAddress; apdu: Octets } & Reception)
  | ({ for: "al"; type: "T_Data_Broadcast.ind"; apdu: Octets } & Reception)
  | ({ for: "al"; type: "T_Data_Individual.ind"; apdu: Octets } & Reception)
  | ({
      for: "al";
      type: "T_Data_Group.con";
      destination: GroupAddress;
      priority: Priority;
      apdu: Octets;
    } & Confirmation)
  | ({ for: "al"; type: "T_Data_Broadcast.con"; apdu: Octets } & Confirmation)
  | ({
      for: "al";
      type: "T_Data_Individual.con";
      destination: IndividualAddress;
      apdu: Octets;
    } & Confirmation)
  | {
      for: "al";
      type: "T_Connect.ind" | "T_Connect.con" | "T_Disconnect.ind" | "T_Disconnect.con";
      peer: IndividualAddress;
      at: number;
    }
  | {
      for: "al";
      type: "T_Data_Connected.ind";
      peer: IndividualAddress;
      apdu: Octets;
      priority: Priority;
      at: number;
    }
  | {
      for: "al";
      type: "T_Data_Connected.con";
      peer: IndividualAddress;
      apdu: Octets;
      ref: Ref;
      outcome: ConnectedOutcome;
      at: number;
    }
  | ({ for: "al"; type: "A_GroupValue_Read.req"; destination: GroupAddress } & Request)
  | ({
      for: "al";
      type: "A_GroupValue_Write.req" | "A_GroupValue_Response.req";
      destination: GroupAddress;
      value: GroupValue;
    } & Request)
  /** Any other service: the primitive is `apdu.service` with the ending of this type. */
  | ({ for: "al"; type: "apdu.req"; to: Partner; apdu: Apdu } & Request)
>;

/** The other end of a service that is not for groups, and how it travels: an answer goes back the same way. */
export type Partner = Readonly<
  { mode: "broadcast" } | { mode: "connectionless" | "connected"; peer: IndividualAddress }
>;

/** How a service that is not for groups travels. On TP1 a system broadcast is a broadcast. */
export type Mode = Partner["mode"];

export type Impulse =
  | DlImpulse
  | NlImpulse
  | TlImpulse
  | TlsmImpulse
  | AlImpulse
  | DeviceImpulse
  | ClientImpulse
  | ObjectsImpulse
  | ApplicationImpulse
  | BridgeImpulse;

/** The whole contract of a layer: (state, impulse) → [state, impulses], `out` in execution order. */
export type Step<S> = readonly [state: S, out: readonly (Impulse | Effect)[]];

/** Nothing follows. Shared, so that an octet in the middle of a frame allocates no list. */
export const NOTHING: readonly (Impulse | Effect)[] = [];
