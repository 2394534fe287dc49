import type { Octets } from "../core/octets.ts";
import { createObjects, FAR_OCTETS } from "./interface-objects.ts";
import {
  hasObjects,
  isSystemB,
  type Live,
  type ManagementOptions,
  SYSTEM_B,
} from "./management-options.ts";
import { createMemory, type Memory, type Register } from "./memory.ts";
import type { InterfaceObject } from "./property.ts";

/** What the management services of a device see and change. */
export interface Model {
  readonly mask: number;
  readonly serialNumber: Octets;
  readonly maxApduLength: number;
  readonly adc: Readonly<Record<number, number>>;
  /** Of the levels 0, 1 and 2. */
  readonly keys: Octets[];
  readonly objects: readonly InterfaceObject[];
  readonly memory: Memory;
  readonly live: Live;
  /** Hop count of whatever the device sends. */
  readonly hops: number;
  /** A restart ends programming mode, device control and access level, and leaves everything else. */
  forget(): void;
  /** Erases for a master reset; codes of `layers.md` D.6. */
  erase(code: number): void;
}

export const createModel = (options: ManagementOptions, address: number): Model => {
  const {
    serialNumber,
    mask = SYSTEM_B,
    maxApduLength = 55,
    keys = [],
    adc = BUS_VOLTAGE,
  } = options;
  const live: Live = { address, programmingMode: false, deviceControl: 0, granted: undefined };
  const memory = createMemory(
    isSystemB(mask) ? undefined : stateRegister(live),
    options.segments === "far" ? FAR_OCTETS : 0,
  );
  const objects = createObjects(options, live, memory);
  const held = [0, 1, 2].map((level) => keys[level] ?? NO_KEY);

  const forgetParameters = (): void => {
    for (const { properties } of objects.all) for (const property of properties) property.reset?.();
    memory.clear();
  };

  return {
    mask,
    serialNumber,
    maxApduLength,
    adc,
    keys: held,
    objects: hasObjects(mask) ? objects.all : [],
    memory,
    live,
    get hops() {
      return ((objects.routingCount.elements()[0] ?? 0) >> 4) & 0x07;
    },
    forget: () => {
      live.programmingMode = false;
      live.deviceControl = 0;
      live.granted = undefined;
    },
    erase: (code) => {
      const everything = code === ERASE.all || code === ERASE.allButAddress;
      if (code === ERASE.all || code === ERASE.address) live.address = EX_FACTORY;
      if (everything) held.fill(NO_KEY);
      if (everything || code === ERASE.program)
        for (const program of objects.programs) program.unload();
      if (everything || code === ERASE.links) for (const table of objects.links) table.unload();
      if (everything || code === ERASE.parameters) forgetParameters();
    },
  };
};

/** Whoever shows it has what nobody locked. */
export const NO_KEY: Octets = [0xff, 0xff, 0xff, 0xff];

const ERASE = {
  all: 2,
  address: 3,
  program: 4,
  parameters: 5,
  links: 6,
  allButAddress: 7,
} as const;

/** 15.15.255. */
const EX_FACTORY = 0xffff;
const BUS_VOLTAGE = { 1: 0x00c5 };

/**
 * System state of masks older than System B, at 0060: bit 0 is the programming mode, bit 7 makes the parity of all bits even,
 * the others say that the device runs.
 */
const stateRegister = (live: Live): Register => ({
  address: 0x0060,
  get: () => (live.programmingMode ? 0xaf : 0x2e),
  set: (octet) => {
    if (!hasEvenParity(octet)) return false;
    live.programmingMode = (octet & 1) === 1;
    return true;
  },
});

const hasEvenParity = (octet: number): boolean => {
  let parity = 0;
  for (let rest = octet; rest !== 0; rest >>= 1) parity ^= rest & 1;
  return parity === 0;
};
