import type { IndividualAddress } from "../core/address.ts";
import type { StackConfig } from "../core/config.ts";
import type { DeviceRecord } from "../core/impulse.ts";

/**
 * The configuration with what the device was given over the bus. The address that was said last holds: the one of the record,
 * unless the configuration has been changed since the record was written.
 * @param configured what the configuration said when the record was written
 */
export const withRecord = (
  stack: StackConfig,
  { record, configured }: Readonly<{ record: DeviceRecord; configured: IndividualAddress }>,
): Readonly<{ stack: StackConfig; from: "record" | "configuration" }> => {
  const changed = configured !== stack.dl.address;
  const address = changed ? stack.dl.address : record.address;
  return {
    stack: {
      ...stack,
      dl: { ...stack.dl, address },
      device: { ...stack.device, address, keys: record.keys },
      bridge: { ...stack.bridge, address },
    },
    from: changed ? "configuration" : "record",
  };
};
