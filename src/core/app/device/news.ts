import type { DeviceNews } from "../../app-impulse.ts";
import type { Impulse } from "../../impulse.ts";
import type { Model } from "./model/model.ts";
import type { DeviceState } from "./state.ts";

/** What others want to know of a move of the device, however it came about: the bridge tells it on MQTT. */
export const newsOf = (before: DeviceState, after: DeviceState, at: number): readonly Impulse[] => {
  if (before === after) return NONE;
  const news: DeviceNews[] = [];
  if (before.programmingMode !== after.programmingMode)
    news.push({ what: "programming_mode", on: after.programmingMode });
  if (before.model !== after.model) {
    const on = isLoading(after.model);
    if (isLoading(before.model) !== on) news.push({ what: "download", on });
  }
  if (after.conflict !== null && after.conflict.notedAt !== before.conflict?.notedAt)
    news.push({ what: "address_conflict", on: true });
  return news.map((each) => ({ for: "bridge", type: "device.ind", ...each, at }));
};

/** As it is when the process begins. */
export const firstNews = ({ programmingMode }: DeviceState, at: number): readonly Impulse[] =>
  programmingMode
    ? [{ for: "bridge", type: "device.ind", what: "programming_mode", on: true, at }]
    : NONE;

const isLoading = ({ loadables }: Model): boolean =>
  Object.values(loadables).some(({ state }) => state === "loading");

const NONE: readonly Impulse[] = [];
