import type { Configured, StoredLoadable } from "../core/app/device/model/model.ts";
import { hopsOf, repetitionsOf } from "../core/app/device/model/settings.ts";
import type { StackConfig } from "../core/config.ts";
import type { DeviceRecord } from "../core/effect.ts";

/** What can be said in the configuration and over the bus. */
export type Contested = "address" | "hops" | "repetitions";

/**
 * The configuration with what the device was given over the bus. Of address, hop count and repetitions what was said last holds,
 * each for itself: that of the record, unless the configuration has been changed since the record was written.
 * @returns also what has been changed there
 */
export const withRecord = (
  stack: StackConfig,
  { record, configured }: Readonly<{ record: DeviceRecord; configured: Configured }>,
): Readonly<{ stack: StackConfig; changed: readonly Contested[] }> => {
  const { routingCount, maxRetryCount } = stack.device.settings;
  const isChanged = {
    address: configured.address !== stack.dl.address,
    hops: configured.routingCount !== routingCount,
    repetitions: configured.maxRetryCount !== maxRetryCount,
  } as const satisfies Record<Contested, boolean>;
  const address = isChanged.address ? stack.dl.address : record.address;
  const settings = {
    ...record.settings,
    ...(isChanged.hops && { routingCount }),
    ...(isChanged.repetitions && { maxRetryCount }),
  };
  return {
    stack: {
      ...stack,
      dl: { ...stack.dl, address, repetitions: repetitionsOf(settings) },
      nl: { ...stack.nl, hops: hopsOf(settings) },
      device: { ...stack.device, address, keys: record.keys, settings },
      bridge: { ...stack.bridge, address },
    },
    changed: CONTESTED.filter((one) => isChanged[one]),
  };
};

const CONTESTED: readonly Contested[] = ["address", "hops", "repetitions"];

/** The configuration with what ETS loaded, or with what the disk has left of it. */
export const withLoaded = (stack: StackConfig, loaded: readonly StoredLoadable[]): StackConfig => ({
  ...stack,
  device: { ...stack.device, loaded },
});
