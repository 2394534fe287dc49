import type { GroupAddress, IndividualAddress } from "./address.ts";
import type { KeptLedger } from "./app/bridge/ledger/kept.ts";
import type { ConfigFinding } from "./app/bridge/reload/state.ts";
import type { Reply } from "./app/bridge/requests/state.ts";
import type { Restored, Snapshot } from "./app/bridge/restart/snapshot.ts";
import type { Zone } from "./app/bridge/time/state.ts";
import type { Procedure, ProcedureError } from "./app/client/procedure.ts";
import type { Image } from "./app/device/model/image.ts";
import type { RateLimit, Settings, StoredLoadable } from "./app/device/model/model.ts";
import type { Asap } from "./app/group-objects/access-point.ts";
import type { BridgeConfig, ChipKind, ObjectConfig, Repetitions } from "./config.ts";
import type { Counter } from "./counter.ts";
import type { DropReason } from "./drop.ts";
import type { GroupSet } from "./group-set.ts";
import type { Octets } from "./octets.ts";
import type { Apdu } from "./stack/7-al/apdu.ts";

/*
 * Every impulse that travels between the layers and every effect that leaves them: the file to read first.
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

// ── applications ─────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A service of somebody else, decoded. The primitive of the standard is `apdu.service` with the ending of `type`: requests
 * arrive at the device, responses at the client.
 */
type ApduIndication = Readonly<{
  type: "apdu.ind";
  mode: Mode;
  source: IndividualAddress;
  priority: Priority;
  apdu: Apdu;
  at: number;
}>;

/** How an `apdu.req` ended: on the line, or in a connection. */
type ApduConfirmation = Readonly<{
  type: "apdu.con";
  to: Partner;
  apdu: Apdu;
  ref: Ref;
  outcome: Outcome | ConnectedOutcome;
  at: number;
}>;

/** What the device itself answers. */
export type DeviceImpulse = Readonly<
  | ({ for: "device" } & ApduIndication)
  | ({ for: "device" } & ApduConfirmation)
  | {
      for: "device";
      type: "T_Connect.ind" | "T_Disconnect.ind" | "T_Disconnect.con";
      peer: IndividualAddress;
      at: number;
    }
  /** The process has begun: what the store gave back is told to those who work with it. */
  | { for: "device"; type: "start.ind"; at: number }
  | { for: "device"; type: "programming-mode.req"; on: boolean; at: number }
  /** The programming button was pressed: programming mode begins, or ends. */
  | { for: "device"; type: "button.ind"; at: number }
  /** A frame that we did not send has our address as its source. */
  | { for: "device"; type: "own-address.ind"; at: number }
>;

/** What we ask other devices. */
export type ClientImpulse = Readonly<
  | ({ for: "client" } & ApduIndication)
  | ({ for: "client" } & ApduConfirmation)
  | {
      for: "client";
      type: "T_Connect.con" | "T_Disconnect.ind" | "T_Disconnect.con";
      peer: IndividualAddress;
      at: number;
    }
  | ({
      for: "client";
      type: "A_GroupValue_Read.con" | "A_GroupValue_Write.con" | "A_GroupValue_Response.con";
      destination: GroupAddress;
    } & Confirmation)
  /** Begin a management procedure; `id` names it until its result. */
  | { for: "client"; type: "procedure.req"; id: number; procedure: Procedure; at: number }
  /** Somebody lost interest: close what it opened, give no result. */
  | { for: "client"; type: "cancel.req"; id: number; at: number }
  /** Somebody wants to see every telegram as an effect, or nobody does any more. */
  | { for: "client"; type: "watch.req"; on: boolean; at: number }
  /** The same for the bridge, which sees them as `frame.ind`. */
  | { for: "client"; type: "stream.req"; on: boolean; at: number }
  /** A frame on the line, while the link layer is asked to tell: with its check octet, and what it says. */
  | {
      for: "client";
      type: "telegram.ind";
      octets: Octets;
      own: boolean;
      source: IndividualAddress;
      destination: Destination;
      tpdu: Octets;
      at: number;
    }
  | { for: "client"; type: "timeout"; timer: ClientTimer; at: number }
  /** From now on this is our address. */
  | { for: "client"; type: "configure.req"; address: IndividualAddress; at: number }
>;

/**
 * A group value that another part of this device, one of bridge, group objects and client, has put on the line, with a positive
 * confirmation. Nobody hears his own telegrams from the line, so that the other two are told.
 */
type OwnValue = Readonly<{
  type: "own-value.ind";
  destination: GroupAddress;
  service: "write" | "response";
  value: GroupValue;
  priority: Priority;
  repeats: number;
  at: number;
}>;

/** The group objects that ETS has loaded. */
export type ObjectsImpulse = Readonly<
  | ({ for: "objects"; type: "A_GroupValue_Read.ind"; destination: GroupAddress } & Reception)
  | ({
      for: "objects";
      type: "A_GroupValue_Write.ind" | "A_GroupValue_Response.ind";
      destination: GroupAddress;
      value: GroupValue;
    } & Reception)
  | ({
      for: "objects";
      type: "A_GroupValue_Read.con" | "A_GroupValue_Write.con" | "A_GroupValue_Response.con";
      destination: GroupAddress;
    } & Confirmation)
  | ({ for: "objects" } & OwnValue)
  /** Telegrams can be sent from now on, or no more. */
  | { for: "objects"; type: "bus.ind"; online: boolean; at: number }
  /** From now on this is how fast the objects may send, and these are the group addresses of the configuration; what is not given stays. */
  | { for: "objects"; type: "configure.req"; limit?: RateLimit; groups?: GroupSet; at: number }
  /** What is loaded now, null what is not; or the application begins or ends to run. */
  | {
      for: "objects";
      type: "tables.ind";
      addresses: Image | null;
      associations: Image | null;
      objects: Image | null;
      /** What ETS wrote for the application. */
      program?: Image | null;
      running: boolean;
      at: number;
    }
  /** The application has a new value: as many octets as the object has, one for those below 8 bits. */
  | { for: "objects"; type: "object-write.req"; asap: Asap; value: Octets; at: number }
  /** The application wants the value from the bus. */
  | { for: "objects"; type: "object-read.req"; asap: Asap; at: number }
  /** The application has taken the value of an object that was updated. */
  | { for: "objects"; type: "object-updated.res"; asap: Asap; at: number }
  | { for: "objects"; type: "timeout"; timer: ObjectsTimer; at: number }
>;

/** The program that works with the group objects. */
export type ApplicationImpulse = Readonly<
  /** It begins to run, anew: with what ETS wrote into its memory, and the objects that have a group address. */
  | {
      for: "application";
      type: "started.ind";
      parameters: Octets;
      links: readonly ObjectLink[];
      at: number;
    }
  /** What it needs is not loaded any more, or somebody stopped it. */
  | { for: "application"; type: "stopped.ind"; at: number }
  /** An object has a new value, from the bus or from another object of this device. */
  | { for: "application"; type: "object-updated.ind"; asap: Asap; value: GroupValue; at: number }
  /** A digital input has this level. `input`: its place among those that the application declares, from 0. */
  | { for: "application"; type: "gpio.ind"; input: number; on: boolean; at: number }
  | { for: "application"; type: "timeout"; timer: ApplicationTimer; at: number }
>;

/** A group object with the address it sends to, and its descriptor word: `device-model.md` §4. */
export type ObjectLink = Readonly<{ asap: Asap; ga: GroupAddress; word: number }>;

/** The mapping between group objects and MQTT topics. */
export type BridgeImpulse = Readonly<
  | ({ for: "bridge"; type: "A_GroupValue_Read.ind"; destination: GroupAddress } & Reception)
  | ({
      for: "bridge";
      type: "A_GroupValue_Write.ind" | "A_GroupValue_Response.ind";
      destination: GroupAddress;
      value: GroupValue;
    } & Reception)
  | ({ for: "bridge"; type: "A_GroupValue_Read.con"; destination: GroupAddress } & Confirmation)
  | ({
      for: "bridge";
      type: "A_GroupValue_Write.con" | "A_GroupValue_Response.con";
      destination: GroupAddress;
      value: GroupValue;
    } & Confirmation)
  | ({ for: "bridge" } & OwnValue)
  /** Airtime somebody used on the line: every frame seen, own and foreign, repetitions included. */
  | { for: "bridge"; type: "line.ind"; octets: number; own: boolean; at: number }
  /** `chip`: the one behind which it is. */
  | { for: "bridge"; type: "bus.ind"; online: true; chip?: ChipKind; at: number }
  | { for: "bridge"; type: "bus.ind"; online: false; reason: OfflineReason; at: number }
  /** The process begins, with what the last one kept. After the first `clock.ind`. */
  | { for: "bridge"; type: "start.ind"; restored: Restored; at: number }
  /** `version`: of the protocol, 4 is MQTT 3.1.1. */
  | { for: "bridge"; type: "broker.ind"; connected: boolean; version?: 4 | 5; at: number }
  /** The broker takes a look-back, so that what it keeps is coming now; or it refuses. */
  | { for: "bridge"; type: "look-back.con"; granted: boolean; at: number }
  | ({ for: "bridge"; type: "message.ind"; at: number } & Message)
  /** `epoch` + `at` = milliseconds since 1970 in UTC; sent at start and whenever the host clock was set. */
  | { for: "bridge"; type: "clock.ind"; epoch: number; at: number }
  /** The time zone as it is now; sent at start, once a day, and whenever the host clock was set. */
  | { for: "bridge"; type: "zone.ind"; zone: Zone; at: number }
  /** Whether another clock sets that of the host; null: nobody can tell. */
  | { for: "bridge"; type: "clock-sync.ind"; synchronised: boolean | null; at: number }
  /** Publish `bridge/health`, or with `ref` answer a request with it; the shell brings what only it can measure. */
  | {
      for: "bridge";
      type: "health.req";
      counters: Counters;
      process: ProcessFigures;
      host?: HostFigures;
      /** Publications that the broker has not acknowledged. */
      inFlight?: number;
      ref?: number;
      at: number;
    }
  | { for: "bridge"; type: "timeout"; timer: BridgeTimer; at: number }
  /** From now on this is our address. */
  | { for: "bridge"; type: "configure.req"; address: IndividualAddress; at: number }
  /** The objects that ETS has loaded; those of the configuration stay, and win where both have an address. */
  | { for: "bridge"; type: "objects.req"; objects: readonly ObjectConfig[]; at: number }
  /** Something of the device that people want to know. */
  | ({ for: "bridge"; type: "device.ind"; at: number } & DeviceNews)
  /** How a request ended that somebody else worked on. */
  | { for: "bridge"; type: "request.con"; ref: number; reply: Reply; at: number }
  /** How a procedure ended that the bridge has begun: its id is below 0. */
  | { for: "bridge"; type: "procedure.con"; id: number; result: ProcedureResult; at: number }
  /** A frame on the line, check octet included, while the bridge wants to see them. */
  | { for: "bridge"; type: "frame.ind"; octets: Octets; own: boolean; at: number }
  /** The chip was reset although nobody had asked for it, or because it did not work any more. */
  | { for: "bridge"; type: "chip-reset.ind"; why: "unasked" | "stuck"; at: number }
  /** A line of the log. */
  | ({ for: "bridge"; type: "log.ind"; at: number } & LogLine)
  /**
   * Another configuration, checked as a whole, with what needs a restart as it was. `groups`: what is acknowledged for it.
   * `reconnects`: the connection to the broker is to be made anew, and `broker.ind` follows. `imported`: what a project brought.
   */
  | {
      for: "bridge";
      type: "reload.req";
      config: BridgeConfig;
      groups: GroupSet;
      reconnects: boolean;
      hash: string;
      /** Keys of the file whose new values need a restart. */
      restartRequired: readonly string[];
      warnings: number;
      imported: Readonly<{ project: string; addresses: number }> | null;
      at: number;
    }
  /** A configuration with errors was refused: the one that runs goes on. */
  | { for: "bridge"; type: "reload-rejected.ind"; findings: readonly ConfigFinding[]; at: number }
  /** Orderly stop: say goodbye on MQTT. */
  | { for: "bridge"; type: "stop.req"; at: number }
>;

/** A download begins when the first loadable object of the device is being filled, and ends when none is any more. */
export type DeviceNews = Readonly<{
  what: "programming_mode" | "download" | "address_conflict";
  on: boolean;
}>;

export type Counters = Readonly<Partial<Record<Counter | DropReason, number>>>;

export type ProcessFigures = Readonly<{
  uptimeS: number;
  rssMb: number;
  cpuPercent: number;
  loopLagMs: number;
}>;

/** Of the machine; null is what it does not tell. */
export type HostFigures = Readonly<{
  load1: number | null;
  tempC: number | null;
  /** The processor is slowed down now, for whatever reason. */
  throttled: boolean | null;
  undervoltage: boolean | null;
  /** Where the state is kept. */
  diskFreeMb: number | null;
}>;

export type ProcedureResult = Readonly<
  { ok: true; value: JsonValue } | { ok: false; error: ProcedureError }
>;

export type LogLine = Readonly<{
  level: Note["level"];
  /** A layer, or `shell`. */
  module: string;
  message: string;
  fields: Note["fields"];
}>;

/** An MQTT message as it arrived. */
export type Message = Readonly<{
  topic: string;
  /** Decoded as UTF-8; empty when `size` is over the inbound limit. */
  payload: string;
  /** Octets of the payload as received. */
  size: number;
  retain: boolean;
  /** MQTT 5 only. */
  responseTopic?: string;
  /** MQTT 5 correlation data, opaque: what came in goes out. */
  correlation?: Octets;
  /** MQTT 5 message expiry. */
  expiryMs?: number;
}>;

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

// ── timers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `start` of a running timer restarts it; after `stop` no timeout of it arrives. */
export type DlTimer = Readonly<{
  for: "dl";
  /**
   * link: reset, identification, answer to a state request, next poll · frame: silence inside a frame ·
   * upload: next slice to the chip · confirmation: lack of progress of the frame with the chip
   */
  name: "link" | "frame" | "upload" | "confirmation";
}>;

/** due: the earliest of the bridge's own deadlines · grace: before `bridge/bus` says offline */
export type BridgeTimer = Readonly<{ for: "bridge"; name: "due" | "grace" }>;

/** Two for each connection. */
export type TlsmTimer = Readonly<{
  for: "tlsm";
  name: "connection" | "acknowledge";
  peer: IndividualAddress;
}>;

/** What a procedure waits for is overdue, or its pause is over. */
export type ClientTimer = Readonly<{ for: "client"; name: "step"; id: number }>;

/** initial-read: the next one is due · rate: the limit allows the next telegram */
export type ObjectsTimer = Readonly<{ for: "objects"; name: "initial-read" | "rate" }>;

/** One that the application declares, by its name there. */
export type ApplicationTimer = Readonly<{ for: "application"; name: string }>;

export type Timer =
  | DlTimer
  | TlsmTimer
  | ClientTimer
  | ObjectsTimer
  | ApplicationTimer
  | BridgeTimer;

/** One text for one timer, for whoever keeps them in a map. */
export const timerKey = (timer: Timer): string => {
  switch (timer.for) {
    case "tlsm":
      return `tlsm.${timer.name}.${timer.peer}`;
    case "client":
      return `client.${timer.name}.${timer.id}`;
    default:
      return `${timer.for}.${timer.name}`;
  }
};

/** What a timer becomes when its time has come. */
export const timeoutOf = (timer: Timer, at: number): Impulse => {
  switch (timer.for) {
    case "dl":
      return { for: "dl", type: "timeout", timer, at };
    case "tlsm":
      return { for: "tlsm", type: "timeout", timer, at };
    case "client":
      return { for: "client", type: "timeout", timer, at };
    case "objects":
      return { for: "objects", type: "timeout", timer, at };
    case "application":
      return { for: "application", type: "timeout", timer, at };
    case "bridge":
      return { for: "bridge", type: "timeout", timer, at };
  }
};

// ── effects ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What the shell does. Plain data: compared, printed, replayed.
 *
 * Order. The effects of one impulse are executed completely, first to last, before the next impulse is taken. Each layer
 * puts what the wire waits for before what only people wait for: an acknowledge octet is the only effect of the octet that
 * decides it, so it goes out before any frame is decoded, published, logged or written to disk.
 */
export type Effect = Readonly<
  | { for: "serial"; type: "write"; octets: Octets }
  /** Close the port and open it again: the chip has been mute for too long. */
  | { for: "serial"; type: "reopen" }
  | { for: "timer"; type: "start"; timer: Timer; ms: number }
  | { for: "timer"; type: "stop"; timer: Timer }
  /** `retained`: what the broker has kept is wanted too. */
  | { for: "mqtt"; type: "subscribe"; filters: readonly string[]; retained?: true }
  /** The same, but with what the broker has kept; answered with `look-back.con`, and undone with `unsubscribe`. */
  | { for: "mqtt"; type: "look-back" | "unsubscribe"; filters: readonly string[] }
  | ({ for: "mqtt"; type: "publish" } & Publication)
  | { for: "drops"; type: "drop"; reason: DropReason; octets: Octets }
  | { for: "counters"; type: "count"; counter: Counter; by: number }
  /** All of them begin at 0 again. */
  | { for: "counters"; type: "reset" }
  | { for: "transitions"; type: "transition"; transition: Transition }
  /** On the disk before the next effect: what follows promises that it will survive. */
  | { for: "store"; type: "save"; record: DeviceRecord }
  /** The same for one loadable object: before its content changes it is put down as not loaded, and loaded with its content. */
  | { for: "store"; type: "keep"; loadable: StoredLoadable }
  /** On the disk when there is time for it: nothing was promised to anybody. */
  | { for: "store"; type: "snapshot"; snapshot: Snapshot }
  | { for: "store"; type: "ledger"; ledger: KeptLedger }
  | ({ for: "control" } & ControlEffect)
  /** Nothing can be done any more: goodbye to everybody, without a word on MQTT. */
  | { for: "process"; type: "end"; why: "base_topic_in_use"; base: string; instance: string }
  /** The programming LED, or a digital output. `output`: its place among those that the application declares, from 0. */
  | { for: "gpio"; type: "led"; on: boolean }
  | { for: "gpio"; type: "output"; output: number; on: boolean }
  /**
   * Work for the shell; it answers with `request.con`, or `health.req` to `health`. Parameters may hold secrets: they are
   * not for the log.
   */
  | {
      for: "host";
      type: "request";
      ref: number;
      name: HostRequest;
      parameters: Readonly<{ [key: string]: JsonValue }>;
    }
  | { for: "log"; type: "note"; note: Note }
>;

export type HostRequest =
  | "health"
  | "log/level"
  | "config/get"
  | "config/validate"
  | "config/apply"
  | "config/reload"
  | "project/import"
  | "backup/create"
  | "restart";

/** A move of a state machine, a move to the same state included. */
export type Transition = Readonly<{
  /** The table it comes from. */
  machine: "tlsm" | "link" | "load" | "run";
  /** Which of several: the partner of a connection, the index of an interface object; empty where there is only one. */
  subject: string;
  state: string;
  event: string;
  action: string;
  next: string;
  at: number;
}>;

/** What the device must still know after a loss of power. */
export type DeviceRecord = Readonly<{
  address: IndividualAddress;
  /** Keys of the access levels 0, 1 and 2, 4 octets each; all FF: none. */
  keys: readonly Octets[];
  /** Properties that were written. */
  settings: Settings;
}>;

/** For those who asked over the control socket. */
export type ControlEffect = Readonly<
  | { type: "result"; id: number; value: JsonValue }
  | { type: "failure"; id: number; error: ProcedureError }
  | { type: "progress"; id: number; done: number; total: number }
  /** A frame on the line, for whoever watches. */
  | { type: "telegram"; octets: Octets; own: boolean; at: number }
  /** In busmonitor mode: what was on the line between two silences, and the octet that acknowledged it. */
  | { type: "raw"; octets: Octets; acknowledge: number | null; at: number }
  /** The chip listens only from now on, or works as usual again. */
  | { type: "busmonitor"; on: boolean; at: number }
>;

/** Plain JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type Publication = Readonly<{
  topic: string;
  payload: string;
  qos: 0 | 1;
  retain: boolean;
  /** The payload is JSON: MQTT 5 content type and payload format. */
  json: boolean;
  expiryS?: number;
  correlation?: Octets;
  /** MQTT 5 user properties. */
  user?: Readonly<Record<string, string>>;
}>;

/** Something an operator wants to read in the log: a fixed message and its fields, never prose built from values. */
export type Note = Readonly<{
  level: "debug" | "info" | "warn" | "error";
  layer: "dl" | "nl" | "tl" | "tlsm" | "al" | "device" | "client" | "application" | "bridge";
  message: string;
  fields: Readonly<Record<string, string | number | boolean | null>>;
}>;

/** The whole contract of a layer: (state, impulse) → [state, impulses], `out` in execution order. */
export type Step<S> = readonly [state: S, out: readonly (Impulse | Effect)[]];

/** Nothing follows. Shared, so that an octet in the middle of a frame allocates no list. */
export const NOTHING: readonly (Impulse | Effect)[] = [];
