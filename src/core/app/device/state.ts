import type { IndividualAddress } from "../../address.ts";
import type { DeviceConfig } from "../../config.ts";
import type { DeviceRecord } from "../../effect.ts";
import type { Partner } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import type { Model } from "./model/model.ts";
import { openModel } from "./model/stored.ts";

/** What the device knows of itself. */
export type DeviceState = Readonly<{
  /** Device descriptor type 0, 2 octets. */
  descriptor: Octets;
  /** 6 octets. */
  serial: Octets;
  /** PID_ORDER_INFO, 10 octets; PID_HARDWARE_TYPE, 6 octets; PID_FIRMWARE_REVISION. */
  orderInfo: Octets;
  hardwareType: Octets;
  firmwareRevision: number;
  /** PID_MAX_APDULENGTH: 15…254. */
  maxApduLength: number;
  /** As it was saved last. */
  record: DeviceRecord;
  /** What tools load. */
  model: Model;
  programmingMode: boolean;
  /** Since the start somebody else was heard with our address: last, and when a note last said so. */
  conflict: Readonly<{ seenAt: number; notedAt: number }> | null;
  /** One for each connection that others have to this device; the transport layer bounds them. */
  access: readonly Access[];
  restart: PendingRestart | null;
}>;

/** What a partner may do until its connection ends: 0 everything … 3 what everybody may. */
export type Access = Readonly<{ peer: IndividualAddress; level: number }>;

/** A restart that waits until its response is out. */
export type PendingRestart = Readonly<{
  to: Partner;
  /**
   * Address, hop count or repetitions were reset: they are the new ones only after the restart, because the response still needs
   * the old ones.
   */
  moves: boolean;
}>;

/** The device as it starts. */
export const openDevice = (config: DeviceConfig): DeviceState => ({
  descriptor: config.descriptor,
  serial: config.serial,
  orderInfo: config.orderInfo,
  hardwareType: config.hardwareType,
  firmwareRevision: config.firmwareRevision,
  maxApduLength: config.maxApduLength,
  record: { address: config.address, keys: config.keys, settings: config.settings },
  model: openModel(config.loaded),
  programmingMode: config.programmingMode,
  conflict: null,
  access: [],
  restart: null,
});
