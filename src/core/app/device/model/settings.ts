import type { Settings } from "./model.ts";

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
