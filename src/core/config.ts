import type { GroupAddress, GroupStyle, IndividualAddress } from "./address.ts";
import type { DevicesConfig } from "./app/bridge/devices/config.ts";
import type { DiscoveryConfig } from "./app/bridge/discovery/config.ts";
import type { EntityConfig } from "./app/bridge/entities/config.ts";
import type { About } from "./app/bridge/info/about.ts";
import type { LinkConfig } from "./app/bridge/links/config.ts";
import type { TimeConfig } from "./app/bridge/time/config.ts";
import type { Settings, StoredLoadable } from "./app/device/model/model.ts";
import type { JsonValue, Note } from "./effect.ts";
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
  repetitions: Repetitions;
  /** Of the host interface; with the character length it sets the pace of uploads. */
  baud: number;
}>;

/** How often the chip repeats on its own, 0…7 each: after NAK or silence, after BUSY. */
export type Repetitions = Readonly<{ nak: number; busy: number }>;

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
}>;

/** The MQTT interface, `api: 1`. Sections are those of the MQTT interface document. */
export type BridgeConfig = Readonly<{
  /** Part of ids on MQTT: `[a-z0-9_-]{1,24}`. */
  instance: string;
  /** §8.2 `instance_id`, which no other bridge has: the serial number of the device, `00fa:1a2b3c4d`. */
  instanceId: string;
  /** Base topic without a slash at its end. */
  base: string;
  style: GroupStyle;
  /** Own address: `source` of own telegrams. */
  address: IndividualAddress;
  /** §5.1: what is published for a group address that is no object. */
  unknown: "event" | "state" | "ignore";
  /** §5.5: `raw` writes to group addresses that are no object. */
  allowUnknownWrite: boolean;
  /** §20: patterns of group addresses that MQTT may command; null: all. `deny` goes first. */
  allow: readonly string[] | null;
  deny: readonly string[];
  /** false: for brokers without retained messages. */
  retain: boolean;
  /** §4: where the topics of an object with a name are. */
  topics: "address" | "name" | "both";
  /** §10: which requests are taken. */
  requests: "off" | "basic" | "admin";
  payload: Readonly<{
    /** §5.1 `name` in states. */
    name: boolean;
    /** §5.2 bare value on `…/value`. */
    scalar: boolean;
    /** §5.1: the only fields of a state beside `ga`, `value` and `ts`; null: all. */
    fields: readonly string[] | null;
  }>;
  /** §3: `ga`, `dpt`, `source`, `service` as MQTT 5 user properties of states and events. */
  userProperties: boolean;
  /** §16.1: events that nobody could take are published once the broker is back. */
  eventsAfterReconnect: boolean;
  /** §21: retained topics of another `base` or `instance` are cleared. */
  cleanup: boolean;
  /** §3: read what is retained before anything is published. Of no use with a broker that forgets with us. */
  lookBack: boolean;
  /** §8.5: what goes to `bridge/log`. */
  log: "off" | Note["level"];
  bus: Readonly<{
    /** §13.3: own part of the airtime, 0.01…1; 0.35 fills 350 ms a second. */
    share: number;
    /** §13.3: reads a second. */
    readRate: number;
    /** §8.1: ms before `bridge/bus` says offline. */
    graceMs: number;
    /** §16.2: an outage of so many ms makes states stale. */
    staleMs: number;
  }>;
  limits: Readonly<{
    /** Octets of an inbound payload; more is `too_large`. */
    payload: number;
    /** Inbound messages a second; more is `rate_limited`. */
    messages: number;
  }>;
  objects: readonly ObjectConfig[];
  /** §7: functions that span several group addresses. */
  entities: readonly EntityConfig[];
  /** §18: what Home Assistant is told. */
  discovery: DiscoveryConfig;
  /** §9: topics of physical devices. */
  devices: DevicesConfig;
  /** §10 `telegrams/history`: how many telegrams are kept in memory, 0…65,536. */
  history: number;
  /** §8.2: what only the outside knows. */
  about: About;
  /** §15.2: topics of others. */
  links: readonly LinkConfig[];
  /** §15.3; null: the bus is not told the time. */
  time: TimeConfig | null;
}>;

/** One group address that the configuration knows. What is left out is off. */
export type ObjectConfig = Readonly<{
  ga: GroupAddress;
  name?: string;
  /** Names of its main and middle group, as the project has them. */
  main?: string;
  middle?: string;
  room?: string;
  description?: string;
  /** `9.001`; without one only `raw` is published and accepted. */
  dpt?: string;
  /** KNX letters, of an object that ETS has loaded or the project knows; otherwise they follow from the rest. */
  flags?: string;
  /** Number of the group object, of an object that ETS has loaded. */
  groupObject?: number;
  /** §4: instead of the path below `<base>/name/`. */
  alias?: string;
  /** §18.1: the group address of the feedback. */
  stateGa?: GroupAddress;
  /** Number of a scene, 1…64 → its name. */
  scenes?: Readonly<Record<string, string>>;
  /** false: `set` is refused as `read_only`. */
  writable: boolean;
  /** §20: a write must repeat the group address. */
  confirmWrite?: boolean;
  /** Limits of a `set` that are narrower than the type's. */
  min?: number;
  max?: number;
  /** §6: a text that is too long is cut instead of refused. */
  truncate?: boolean;
  /** §17: a `set` that is equal to the last value is dropped. */
  dedupe?: boolean;
  /** Frame priority of own telegrams; `urgent` also means queue class 0 (§13.2). */
  priority: Exclude<Priority, "system">;
  /** Queue class 0 whatever the frame priority. */
  alarm: boolean;
  /** §15.1: the bridge owns the value and answers reads. */
  provide: boolean;
  /** §15.1: when a `set` of a provided object goes to the bus. */
  transmit: "changes" | "always";
  /** §15.1, all in ms. */
  minIntervalMs?: number;
  hysteresis?: Readonly<{ of: "value" | "percent"; amount: number }>;
  cyclicMs?: number;
  sendOnBusReturn?: boolean;
  sendOnStart?: boolean;
  answerRestored?: boolean;
  /** §5.3: publish every telegram as event. */
  events: boolean;
  /** §5.1: `changes` suppresses equal values, but for one each `heartbeatMs`. */
  publish: "always" | "changes";
  heartbeatMs?: number;
  /** §14: flag I. */
  readOnInit?: boolean;
  expireAfterMs?: number;
  refresh?: boolean;
  pollMs?: number;
  /** §18.1: what Home Assistant is told instead; false: nothing. */
  ha?: false | Readonly<{ [key: string]: JsonValue }>;
}>;
