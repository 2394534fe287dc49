import type { IndividualAddress } from "./address.ts";
import type { KeptLedger } from "./app/bridge/ledger/kept.ts";
import type { Snapshot } from "./app/bridge/restart/snapshot.ts";
import type { ProcedureError } from "./app/client/procedure.ts";
import type { Settings, StoredLoadable } from "./app/device/model/model.ts";
import type { Counter } from "./counter.ts";
import type { DropReason } from "./drop.ts";
import type { Octets } from "./octets.ts";
import type { Timer } from "./timer.ts";

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
