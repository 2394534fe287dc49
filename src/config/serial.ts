import { createHash } from "node:crypto";
import type { Octets } from "../core/octets.ts";

/**
 * A serial number that stays the same for an instance on a machine, and differs from those of other machines.
 * @param machineId `/etc/machine-id`; it is confidential, so only its hash is shown to the bus
 */
export const defaultSerial = (machineId: string, instance: string): Octets => [
  ...MANUFACTURER,
  ...createHash("sha256").update(`${machineId.trim()}${instance}`).digest().subarray(0, 4),
];

/** Manufacturer code of devices that are home-made: `device-model.md`. */
const MANUFACTURER = [0x00, 0xfa];
