import type { IndividualAddress } from "../../../address.ts";

/** Topics of physical devices: `mqtt-interface.md` §9. */
export type DevicesConfig = Readonly<{
  topics: boolean;
  known: readonly DeviceConfig[];
}>;

/** What the configuration says of a device; without `expectedMs` it is learned. */
export type DeviceConfig = Readonly<{
  ia: IndividualAddress;
  name?: string;
  expectedMs?: number;
}>;
