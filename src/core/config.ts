import type { GroupAddress, GroupStyle, IndividualAddress } from "./address.ts";
import type { Settings, StoredLoadable } from "./app/device/model/model.ts";
import type { GroupSet } from "./group-set.ts";
import type { Priority } from "./impulse.ts";
import type { Octets } from "./octets.ts";

/** What the core is told once: checked by the configuration loader, plain data, part of the state. */
export type StackConfig = Readonly<{
  dl: DlConfig;
  nl: NlConfig;
  tlsm: TlsmConfig;
  device: DeviceConfig;
  objects: ObjectsConfig;
  application: ApplicationConfig;
  bridge: BridgeConfig;
}>;

/** `ncn5120` stands for NCN5120, NCN5121 and NCN5130. Differences: `firmware-notes/chips.md`. */
export type ChipKind = "tpuart2" | "ncn5120" | "e981";

export type DlConfig = Readonly<{
  /** `auto`: asked from the chip after its reset. */
  chip: ChipKind | "auto";
  address: IndividualAddress;
  /** The group addresses that are acknowledged: exactly these. */
  groups: GroupSet;
  /**
   * `host`: this stack decides every acknowledge. `chip`: SetAddress lets the chip acknowledge on its own, for ports that
   * deliver octets too late; a TP-UART 2 then acknowledges every group address.
   */
  acknowledge: "host" | "chip";
  /** How often the chip repeats on its own, 0…7 each. */
  repetitions: Readonly<{ nak: number; busy: number }>;
  /** Of the host interface; with the character length it sets the pace of uploads. */
  baud: number;
}>;

export type NlConfig = Readonly<{
  /** Hop count of own frames, 0…7 (PID_ROUTING_COUNT). */
  hops: number;
}>;

export type TlsmConfig = Readonly<{
  /** Which of the standard's machines; they differ in how they recover from errors. */
  style: TlsmStyle;
  /** How many partners may have a connection to this device at a time, 1…16; more are refused. */
  connections: number;
}>;

/** KNX 03.03.04 Transport Layer §5: style 1, style 1 rationalised, style 3. */
export type TlsmStyle = "1" | "1r" | "3";

export type DeviceConfig = Readonly<{
  /** Device descriptor type 0 (mask version), 2 octets. */
  descriptor: Octets;
  /** 6 octets: manufacturer (2), number (4). */
  serial: Octets;
  /** Keys of the access levels 0, 1 and 2, 4 octets each; all FF: none. */
  keys: readonly Octets[];
  address: IndividualAddress;
  /** Programming mode at start. */
  programmingMode: boolean;
  /** PID_ORDER_INFO, 10 octets; PID_HARDWARE_TYPE, 6 octets; PID_FIRMWARE_REVISION. */
  orderInfo: Octets;
  hardwareType: Octets;
  firmwareRevision: number;
  /** PID_MAX_APDULENGTH: 15…254, what the transceiver can carry. */
  maxApduLength: number;
  settings: Settings;
  /** What the store gave back; an object that is not here was never loaded. */
  loaded: readonly StoredLoadable[];
}>;

export type ObjectsConfig = Readonly<{
  /** Where group objects come from: the configuration, what ETS loads, or both. */
  objectsFrom: "yaml" | "ets" | "both";
  /** The group addresses of the configuration; with `both` they are acknowledged beside those that ETS loads. */
  groups: GroupSet;
}>;

export type ApplicationConfig = Readonly<{
  /** Which application works with the objects that ETS loads. */
  name: "bridge" | "thermostat" | "gpio";
  /** Lines of the GPIO chip, in the order in which the application declares its inputs and outputs. */
  inputs: readonly number[];
  outputs: readonly number[];
}>;

/** The MQTT interface, `api: 1`. Sections are those of the MQTT interface document. */
export type BridgeConfig = Readonly<{
  /** Base topic without a slash at its end. */
  base: string;
  style: GroupStyle;
  /** Own address: `source` of own telegrams. */
  address: IndividualAddress;
  /** §5.1: what is published for a group address that is no object. */
  unknown: "event" | "state" | "ignore";
  /** §5.5: `raw` writes to group addresses that are no object. */
  allowUnknownWrite: boolean;
  /** false: for brokers without retained messages. */
  retain: boolean;
  payload: Readonly<{
    /** §5.1 `name` in states. */
    name: boolean;
    /** §5.2 bare value on `…/value`. */
    scalar: boolean;
  }>;
  bus: Readonly<{
    /** §13.3: own part of the airtime, 0.01…1; 0.35 fills 350 ms a second. */
    share: number;
    /** §13.3: reads a second. */
    readRate: number;
    /** §8.1: ms before `bridge/bus` says offline. */
    graceMs: number;
  }>;
  limits: Readonly<{
    /** Octets of an inbound payload; more is `too_large`. */
    payload: number;
    /** Inbound messages a second; more is `rate_limited`. */
    messages: number;
  }>;
  objects: readonly ObjectConfig[];
}>;

/** One group address that the configuration knows. */
export type ObjectConfig = Readonly<{
  ga: GroupAddress;
  name?: string;
  /** `9.001`; without one only `raw` is published and accepted. */
  dpt?: string;
  /** false: `set` is refused as `read_only`. */
  writable: boolean;
  /** Frame priority of own telegrams; `urgent` also means queue class 0 (§13.2). */
  priority: Exclude<Priority, "system">;
  /** Queue class 0 whatever the frame priority. */
  alarm: boolean;
  /** §15.1: the bridge owns the value and answers reads. */
  provide: boolean;
  /** §15.1: when a `set` of a provided object goes to the bus. */
  transmit: "changes" | "always";
  /** §5.3: publish every telegram as event. */
  events: boolean;
  /** §5.1: `changes` suppresses equal values. */
  publish: "always" | "changes";
}>;
