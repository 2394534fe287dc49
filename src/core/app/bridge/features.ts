import type { BridgeConfig, ObjectConfig } from "../../config.ts";
import { type Agenda, openAgenda } from "./agenda.ts";
import { type Batches, EMPTY_BATCHES } from "./commands/batches.ts";
import { type Devices, openDevices } from "./devices/state.ts";
import { type Entities, openEntities, reopenEntities } from "./entities/state.ts";
import { EMPTY_GATE, type Gate } from "./gate.ts";
import { type Info, openInfo } from "./info/state.ts";
import { type Ledger, openLedger } from "./ledger/state.ts";
import { type Links, openLinks, reopenLinks } from "./links/state.ts";
import { type Loops, openLoops } from "./loops/state.ts";
import { type Names, openNames } from "./names.ts";
import { openSending, type Sending } from "./provided/state.ts";
import { openReading, type Reading } from "./reading/state.ts";
import {
  type Configuration,
  openConfiguration,
  openRepublication,
  type Republication,
} from "./reload/state.ts";
import { EMPTY_UNKNOWN, type Unknown } from "./requests/sighting.ts";
import { EMPTY_REQUESTS, type Requests } from "./requests/state.ts";
import { openRestart, type Restart } from "./restart/state.ts";
import { type Clock, openClock, reopenClock } from "./time/state.ts";

/** What the parts of the bridge remember that are not on the way of every telegram. */
export type Features = Readonly<{
  agenda: Agenda;
  requests: Requests;
  unknown: Unknown;
  devices: Devices;
  info: Info;
  /** Of `bridge/log`. */
  log: Gate;
  batches: Batches;
  entities: Entities;
  reading: Reading;
  sending: Sending;
  links: Links;
  loops: Loops;
  clock: Clock;
  restart: Restart;
  names: Names;
  ledger: Ledger;
  configuration: Configuration;
  republication: Republication;
  /** The objects that ETS has loaded. */
  loaded: readonly ObjectConfig[];
  /** Of the device that this bridge is. `conflict`: when its address was last said to be in use elsewhere, monotonic ms. */
  device: Readonly<{ programmingMode: boolean; downloading: boolean; conflict: number | null }>;
}>;

export const openFeatures = (config: BridgeConfig): Features => ({
  agenda: openAgenda(0),
  requests: EMPTY_REQUESTS,
  unknown: EMPTY_UNKNOWN,
  devices: openDevices(config.devices),
  info: openInfo(),
  log: EMPTY_GATE,
  batches: EMPTY_BATCHES,
  entities: openEntities(config.entities),
  reading: openReading(),
  sending: openSending(),
  links: openLinks(config.links),
  loops: openLoops(),
  clock: openClock(),
  restart: openRestart(),
  names: openNames(config),
  ledger: openLedger(config),
  configuration: openConfiguration(),
  republication: openRepublication(),
  loaded: [],
  device: { programmingMode: false, downloading: false, conflict: null },
});

/** The configuration is another one: what was made from it is made anew, what still means something is kept. */
export const reopenFeatures = (
  features: Features,
  before: BridgeConfig,
  config: BridgeConfig,
): Features => ({
  ...features,
  entities: reopenEntities(features.entities, before.entities, config.entities),
  links: reopenLinks(features.links, before.links, config.links),
  devices: { ...features.devices, known: openDevices(config.devices).known },
  clock: reopenClock(features.clock, before.time, config.time),
  // What went to and fro has another chance.
  loops: { ...openLoops(), dropped: features.loops.dropped },
});
