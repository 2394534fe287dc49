import type { IndividualAddress } from "../../address.ts";
import type { DeviceConfig } from "../../config.ts";
import type { DeviceRecord, Partner } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";

/** What the device knows of itself. */
export type DeviceState = Readonly<{
  /** Device descriptor type 0, 2 octets. */
  descriptor: Octets;
  /** 6 octets. */
  serial: Octets;
  /** As it was saved last. */
  record: DeviceRecord;
  programmingMode: boolean;
  /** One for each connection that others have to this device; the transport layer bounds them. */
  access: readonly Access[];
  restart: PendingRestart | null;
}>;

/** What a partner may do until its connection ends: 0 everything … 3 what everybody may. */
export type Access = Readonly<{ peer: IndividualAddress; level: number }>;

/** A restart that waits until its response is out. */
export type PendingRestart = Readonly<{
  to: Partner;
  /** The address was reset: it is the new one only after the restart, because the response still needs the old one. */
  moves: boolean;
}>;

/** The device as it starts. */
export const openDevice = (config: DeviceConfig): DeviceState => ({
  descriptor: config.descriptor,
  serial: config.serial,
  record: { address: config.address, keys: config.keys },
  programmingMode: config.programmingMode,
  access: [],
  restart: null,
});
