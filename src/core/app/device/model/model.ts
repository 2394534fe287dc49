import type { IndividualAddress } from "../../../address.ts";
import type { Octets } from "../../../octets.ts";
import type { Image } from "./image.ts";
import type { LoadState } from "./load-table.ts";
import type { RunState } from "./run-table.ts";

/*
 * What ETS loads into a System B device: five objects with a load state machine each, in the order that the mask fixes. The
 * working copies are here; what must survive a loss of power goes to the store before the answer that promises it.
 */

/** Index of the interface objects that can be loaded. `device-model.md` §1: object type 9 stands at 3, type 3 at 4, type 4 at 5. */
export type LoadableIndex = 1 | 2 | 3 | 4 | 5;

/** 1 group address table · 2 association table · 3 group object table · 4 application program · 5 interface program */
export type Loadable = Readonly<{
  state: LoadState;
  /** PID_ERROR_CODE (DPT 20.011): 0 but in the state error. */
  error: number;
  /** null: nothing allocated. It keeps its address and content over a new start of loading. */
  segment: Segment | null;
  /** PID_PROGRAM_VERSION, 5 octets; of the objects 4 and 5. */
  programVersion: Octets;
  /** Of the objects 4 and 5; the others stay halted. Volatile. */
  run: RunState;
}>;

/** Memory that belongs to one object: where it begins in the address space of 24 bits, and what stands in it. */
export type Segment = Readonly<{ address: number; image: Image }>;

/** Properties that are written and survive. */
export type Settings = Readonly<{
  /** PID_ROUTING_COUNT: hop count in bits 6…4; 60h unless written. */
  routingCount: number;
  /** PID_MAX_RETRY_COUNT: busy in the high, NAK in the low nibble; 33h unless written. */
  maxRetryCount: number;
  /** PID_GROUP_TELEGR_RATE_LIMIT_TIME_BASE and _NO_OF_TELEGR; 0: no limit. */
  rateTimeBase: number;
  rateTelegrams: number;
  /** PID_DOWNLOAD_COUNTER, 16 bits, wraps. */
  downloads: number;
  /** PID_PEI_TYPE of the objects 4 and 5. */
  peiTypes: readonly [number, number];
}>;

/** What can be said by the configuration and over the bus; of each what was said last holds. */
export type Configured = Readonly<{ address: IndividualAddress }> &
  Pick<Settings, "routingCount" | "maxRetryCount">;

/** At most so many telegrams of the group objects within any so many ms; 0 in one of them: no limit. */
export type RateLimit = Readonly<{ ms: number; telegrams: number }>;

export type Model = Readonly<{
  /** By index, 1…5. */
  loadables: Readonly<Record<LoadableIndex, Loadable>>;
  /** PID_DEVICE_CONTROL; volatile. Bit 2: verify mode. */
  control: number;
}>;

/**
 * An object as the store keeps it: `loaded` with its content, or anything else without. What the disk could not give back whole
 * comes as `damaged`, and the device starts with this object in the state error.
 */
export type StoredLoadable = Readonly<
  | {
      index: LoadableIndex;
      state: "loaded";
      address: number;
      octets: Octets;
      programVersion: Octets;
    }
  | { index: LoadableIndex; state: "unloaded" | "loading" | "error" | "damaged" }
>;
