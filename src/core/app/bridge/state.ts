import type { GroupAddress, IndividualAddress } from "../../address.ts";
import type { BridgeConfig, ObjectConfig } from "../../config.ts";
import type { GroupValue, OfflineReason } from "../../impulse.ts";
import { EMPTY_TABLE, put, type Table } from "../../table.ts";
import { EMPTY_GATE, type ErrorGate } from "./commands/error-gate.ts";
import type { Tally } from "./commands/errors.ts";
import { EMPTY_RECENT, type Recent } from "./commands/recent.ts";
import { withEvents } from "./discovery/groups.ts";
import { type Features, openFeatures } from "./features.ts";
import { type Budget, openBudget } from "./queue/budget.ts";
import { type Load, openLoad } from "./queue/load.ts";
import { EMPTY_QUEUE, type Entry, type Queue } from "./queue/queue.ts";
import { EMPTY_READS, type Reads } from "./queue/reads.ts";
import { EMPTY_HISTORY, type History } from "./requests/past.ts";

/** Everything the bridge knows; one JSON value. What changes with every telegram is in small records of its own. */
export type BridgeState = Readonly<{
  config: BridgeConfig;
  /** The objects of the configuration, and those that ETS has loaded, by group address. */
  objects: Table<ObjectConfig>;
  /** What was last heard or confirmed, by group address. */
  held: Table<Held>;
  /** What provided objects answer with, by group address. */
  provided: Table<Provided>;
  /** `epoch` + `at` = ms since 1970. */
  epoch: number;
  bus: Bus;
  broker: Broker;
  queue: Queue;
  sender: Sender;
  budget: Budget;
  load: Load;
  reads: Reads;
  /** Commands of the last minute that had an id. */
  recent: Recent;
  inbound: Inbound;
  errors: ErrorGate;
  notices: Notices;
  counts: Counts;
  tallies: Tallies;
  features: Features;
  /** The last group telegrams. */
  history: History;
  /** What the `due` timer is set to; null while it is off. */
  due: number | null;
  /** Told to stop: from then on nothing is taken in and nothing put out. */
  stopped: boolean;
}>;

/** The last value of a group address: `mqtt-interface.md` §5.1. Times in ms since 1970. */
export type Held = Readonly<{
  value: GroupValue;
  service: "write" | "response";
  source: IndividualAddress;
  origin: Origin;
  ts: number;
  changed: number;
  /** Id of the command that caused it. */
  id: string | null;
  /** Connection to the broker on which this was published; 0: on none yet. */
  session: number;
  /** When anything was last published for this group address. */
  published: number;
  /** Not heard for too long, or only known from before the process began; `unknown`: no value any more, its source is silent. */
  stale: boolean | "unknown";
}>;

/** `restored`: from the snapshot file, or from what the broker has kept. */
export type Origin = "bus" | "mqtt" | "link" | "internal" | "restored";

export type Provided = Readonly<{
  value: GroupValue;
  /** The last one handed to the queue; null: none yet, or it is known to have failed. */
  transmitted: GroupValue | null;
  /** From before the process began: reads are answered with it, nothing is sent because of it. */
  restored?: true;
}>;

export type Bus = Readonly<{
  state: "online" | OfflineReason;
  /** What `bridge/bus` says. */
  announced: "online" | "offline";
  /** When it was last lost, monotonic ms; null: not yet. */
  since: number | null;
}>;

export type Broker = Readonly<{
  connected: boolean;
  /** Counts the connections; 0 before the first. */
  session: number;
  /** When the connection came about, ms since 1970. */
  since: number;
  /** Group addresses whose states are still to be published on this connection, next one first. */
  pending: readonly GroupAddress[];
  /** When the next of them may go; null once all have gone. */
  next: number | null;
  /** How many messages may go in a second until then. */
  rate: number;
  /** It has none of our retained messages any more, or we do not know: everything goes again, not only what changed. */
  forgot: boolean;
  /** The look at what it has kept, before anything is published. `connected` stays false meanwhile. */
  looking: Looking | null;
}>;

/** `mqtt-interface.md` §3. Times in monotonic ms. */
export type Looking = Readonly<{
  /** From the start of the process: states are looked at too. */
  first: boolean;
  /** It ends then, whatever came. */
  until: number;
  /** It ends then if nothing more comes; null as long as the broker has not begun. */
  quiet: number | null;
  /** `instance_id` of `bridge/info`; null while none has come. */
  instanceId: string | null;
  /** What `bridge/state` says; null while it has not come. */
  online: boolean | null;
  /** Another bridge uses our topics: not a word from us until it is gone. */
  blocked: boolean;
}>;

/** One own frame is with the transceiver at a time. */
export type Sender = Readonly<{
  flight: Flight | null;
  /** The next `ref`. */
  ref: number;
  /** Nothing is sent before, because the last frame could not be. */
  pause: number;
  /** When to look again; null while only something else can change the outcome. */
  due: number | null;
  /** Since when the budget holds something back; null while it does not. */
  throttled: number | null;
}>;

export type Flight = Readonly<{
  entry: Entry;
  /** Octets of the frame, for the airtime of its repetitions. */
  octets: number;
  sent: number;
  /** Without a confirmation it is given up then. */
  until: number;
}>;

/** Messages from the broker within the current second. */
export type Inbound = Readonly<{ since: number; count: number }>;

/** When a `bridge/event` was last published, by group address. */
export type Notices = Readonly<Record<Notice, Table<number>>>;
export type Notice = "dpt_mismatch" | "no_ack" | "unknown_ga" | "two_answers";

/** Counted with (nearly) every telegram. */
export type Counts = Readonly<{
  /** Group telegrams since start, own ones included. */
  seq: number;
  lastTelegram: number | null;
  unknownGa: number;
  mismatches: number;
  received: number;
  published: number;
  coalesced: number;
  eventsDropped: number;
}>;

/** Counted now and then. */
export type Tallies = Readonly<{
  depthMax: number;
  /** Last waiting times in ms, newest last. */
  waited: readonly number[];
  merged: number;
  expired: number;
  overflow: number;
  offline: number;
  /** Taken out of the queue by hand. */
  cleared: number;
  throttledMs: number;
  rejected: Tally;
  failed: Tally;
  reads: Readonly<{ sent: number; answered: number; timeout: number; byBridge: number }>;
}>;

export const EMPTY_TALLIES: Tallies = {
  depthMax: 0,
  waited: [],
  merged: 0,
  expired: 0,
  overflow: 0,
  offline: 0,
  cleared: 0,
  throttledMs: 0,
  rejected: {},
  failed: {},
  reads: { sent: 0, answered: 0, timeout: 0, byBridge: 0 },
};

/** @param config checked by the configuration loader */
export const openBridge = (config: BridgeConfig): BridgeState => ({
  config,
  objects: objectTable(withEvents(config, config.objects)),
  held: EMPTY_TABLE,
  provided: EMPTY_TABLE,
  epoch: 0,
  bus: { state: "starting", announced: "offline", since: null },
  broker: OFF,
  queue: EMPTY_QUEUE,
  sender: { flight: null, ref: 1, pause: 0, due: null, throttled: null },
  budget: openBudget(config.bus.share, 0),
  load: openLoad(0),
  reads: EMPTY_READS,
  recent: EMPTY_RECENT,
  inbound: { since: 0, count: 0 },
  errors: EMPTY_GATE,
  notices: {
    dpt_mismatch: EMPTY_TABLE,
    no_ack: EMPTY_TABLE,
    unknown_ga: EMPTY_TABLE,
    two_answers: EMPTY_TABLE,
  },
  counts: {
    seq: 0,
    lastTelegram: null,
    unknownGa: 0,
    mismatches: 0,
    received: 0,
    published: 0,
    coalesced: 0,
    eventsDropped: 0,
  },
  tallies: EMPTY_TALLIES,
  features: openFeatures(config),
  history: EMPTY_HISTORY,
  due: null,
  stopped: false,
});

const OFF: Broker = {
  connected: false,
  session: 0,
  since: 0,
  pending: [],
  next: null,
  rate: 0,
  forgot: false,
  looking: null,
};

/** By group address; of several with one address the last. */
export const objectTable = (objects: readonly ObjectConfig[]): Table<ObjectConfig> =>
  objects.reduce<Table<ObjectConfig>>(
    (table, object) => put(table, object.ga, object),
    EMPTY_TABLE,
  );

/**
 * The same state with what changes at every telegram. Written out, here and in the other records of a telegram: a spread of
 * so many fields takes longer than all the rest that a telegram causes (V8 11).
 */
export const renewed = (
  state: BridgeState,
  held: BridgeState["held"],
  counts: Counts,
  load: Load,
): BridgeState => ({
  config: state.config,
  objects: state.objects,
  held,
  provided: state.provided,
  epoch: state.epoch,
  bus: state.bus,
  broker: state.broker,
  queue: state.queue,
  sender: state.sender,
  budget: state.budget,
  load,
  reads: state.reads,
  recent: state.recent,
  inbound: state.inbound,
  errors: state.errors,
  notices: state.notices,
  counts,
  tallies: state.tallies,
  features: state.features,
  history: state.history,
  due: state.due,
  stopped: state.stopped,
});

/** The same counts after something was published, or could not be. */
export const countedPublish = (counts: Counts, published: number, dropped: number): Counts => ({
  seq: counts.seq,
  lastTelegram: counts.lastTelegram,
  unknownGa: counts.unknownGa,
  mismatches: counts.mismatches,
  received: counts.received,
  published: counts.published + published,
  coalesced: counts.coalesced,
  eventsDropped: counts.eventsDropped + dropped,
});

/** Now, in ms since 1970. */
export const utc = ({ epoch }: BridgeState, at: number): number => Math.floor(epoch + at);
