import type { Octets } from "../../octets.ts";

/** Index of an interface object that can be loaded. `device-model.md` §1 */
export type Loadable = 1 | 2 | 3 | 4 | 5;

/** What is to stand in a device: tables and programs, as the engineering tool would load them. `device-model.md` §4, §7.2 */
export type Image = Readonly<{
  /** Object 4; without one it stays as it is. */
  application?: Program;
  /** Object 5, the interface program. */
  program2?: Program;
  /** Strictly ascending, each 1 … FFFF: the first one is TSAP 1. */
  groupAddresses: readonly number[];
  /** TSAP and group object number, both from 1; the first pair of an object is the one it sends to. */
  associations: readonly (readonly [tsap: number, asap: number])[];
  /** Descriptor words, of group object 1 first; a number without an object is 0. */
  groupObjects: readonly number[];
  /** What the product wants to have written besides, each one element. `device-model.md` §7.2, step 9 */
  properties?: readonly PropertyValue[];
  /** With A_MemoryExtended services, which the product has to declare: no verify mode then. */
  extended?: boolean;
  /** Only what differs from what stands in the device. */
  partial?: boolean;
  checks?: Readonly<{ hardwareType?: Octets; manufacturer?: number }>;
}>;

/** A program and its parameters. */
export type Program = Readonly<{
  octets: Octets;
  /** What the device fills the segment with before the first octet is written. */
  fill: number;
  /** PID_PROGRAM_VERSION, 5 octets. */
  programVersion: Octets;
  /** PID_PEI_TYPE, where the product has it written. */
  peiType?: number;
}>;

export type PropertyValue = Readonly<{ object: number; pid: number; octets: Octets }>;

/** Everything of a device that can be read back. */
export type Dump = Readonly<{
  version: 1;
  identity: Identity;
  /** Written properties that survive a restart. */
  properties: readonly PropertyValue[];
  objects: readonly DumpedObject[];
}>;

/** null: the device does not tell. */
export type Identity = Readonly<{
  mask: number;
  serial: Octets;
  manufacturer: number;
  orderInfo: Octets | null;
  hardwareType: Octets | null;
  version: Octets | null;
}>;

export type DumpedObject = Readonly<{
  index: Loadable;
  loadState: number;
  /** Where its segment begins; 0: it has none. */
  address: number;
  /** null: it is not loaded, or nobody knows how long its segment is. */
  octets: Octets | null;
  /** PID_MCB_TABLE, its first element. */
  stamp: Octets | null;
  programVersion: Octets | null;
  peiType: number | null;
}>;
