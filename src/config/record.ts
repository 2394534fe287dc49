import type { IndividualAddress } from "../core/address.ts";
import type { Settings, StoredLoadable } from "../core/app/device/model/model.ts";
import { hopsOf } from "../core/app/device/model/settings.ts";
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
  const { keys, settings } = record;
  return {
    stack: {
      ...stack,
      dl: { ...stack.dl, address, repetitions: repetitionsOf(settings) },
      nl: { ...stack.nl, hops: hopsOf(settings) },
      device: { ...stack.device, address, keys, settings },
      bridge: { ...stack.bridge, address },
    },
    from: changed ? "configuration" : "record",
  };
};

/** PID_MAX_RETRY_COUNT: the chips count to 7. */
const repetitionsOf = ({ maxRetryCount }: Settings): StackConfig["dl"]["repetitions"] => ({
  busy: Math.min(7, maxRetryCount >> 4),
  nak: Math.min(7, maxRetryCount & 0x0f),
});

/** The configuration with what ETS loaded, or with what the disk has left of it. */
export const withLoaded = (stack: StackConfig, loaded: readonly StoredLoadable[]): StackConfig => ({
  ...stack,
  device: { ...stack.device, loaded },
});
