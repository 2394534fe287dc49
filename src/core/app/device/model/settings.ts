import type { Repetitions, StackConfig } from "../../../config.ts";
import type { Configured, RateLimit, Settings } from "./model.ts";

/** As the device leaves the factory. `device-model.md` §2.5. */
export const FACTORY_SETTINGS: Settings = {
  routingCount: 0x60,
  maxRetryCount: 0x33,
  rateTimeBase: 0,
  rateTelegrams: 0,
  downloads: 0,
  peiTypes: [0, 0],
};

/** One more change of what is loaded. */
export const countDownload = (settings: Settings): Settings => ({
  ...settings,
  downloads: (settings.downloads + 1) & 0xffff,
});

/** The hop count of own frames, 0…7. */
export const hopsOf = ({ routingCount }: Settings): number => (routingCount >> 4) & 0x07;

/** What the chip does, which counts to 7: PID_MAX_RETRY_COUNT has room for 15. */
export const repetitionsOf = ({ maxRetryCount }: Settings): Repetitions => ({
  busy: Math.min(7, maxRetryCount >> 4),
  nak: Math.min(7, maxRetryCount & 0x0f),
});

/** @param stack as the configuration says, before what was kept is put into it */
export const configuredOf = ({ device: { address, settings } }: StackConfig): Configured => {
  const { routingCount, maxRetryCount } = settings;
  return { address, routingCount, maxRetryCount };
};

/** No published source says what the unit of the time base is; ms fits the one product whose values are known. */
export const rateLimitOf = ({ rateTimeBase, rateTelegrams }: Settings): RateLimit => ({
  ms: rateTimeBase,
  telegrams: rateTelegrams,
});
