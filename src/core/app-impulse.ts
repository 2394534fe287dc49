import type { GroupAddress, IndividualAddress } from "./address.ts";
import type { ConfigFinding } from "./app/bridge/reload/state.ts";
import type { Reply } from "./app/bridge/requests/state.ts";
import type { Restored } from "./app/bridge/restart/snapshot.ts";
import type { Zone } from "./app/bridge/time/state.ts";
import type { Procedure, ProcedureError } from "./app/client/procedure.ts";
import type { Image } from "./app/device/model/image.ts";
import type { RateLimit } from "./app/device/model/model.ts";
import type { Asap } from "./app/group-objects/access-point.ts";
import type { BridgeConfig, ChipKind, ObjectConfig } from "./config.ts";
import type { Counter } from "./counter.ts";
import type { DropReason } from "./drop.ts";
import type { JsonValue, Note } from "./effect.ts";
import type { GroupSet } from "./group-set.ts";
import type {
  Confirmation,
  ConnectedOutcome,
  Destination,
  GroupValue,
  Mode,
  OfflineReason,
  Outcome,
  Partner,
  Priority,
  Reception,
  Ref,
} from "./impulse.ts";
import type { Octets } from "./octets.ts";
import type { Apdu } from "./stack/7-al/apdu.ts";
import type { ApplicationTimer, BridgeTimer, ClientTimer, ObjectsTimer } from "./timer.ts";

/* What the users of the application layer take: device, client, group objects, application and bridge. */

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
