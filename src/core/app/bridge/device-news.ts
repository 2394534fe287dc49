import type { BridgeImpulse } from "../../app-impulse.ts";
import { settled } from "./ledger/renew.ts";
import type { BridgeState } from "./state.ts";
import { publishBridgeEvent } from "./telegrams/publish.ts";
import type { Turn } from "./turn.ts";

type DeviceIndication = Extract<BridgeImpulse, { type: "device.ind" }>;

/** `programming_mode`, `ets_download_start`, `ets_download_end`, `address_conflict`: `mqtt-interface.md` §8.4. */
export const onDeviceNews = (state: BridgeState, { what, on, at }: DeviceIndication): Turn => {
  switch (what) {
    case "programming_mode":
      return publishBridgeEvent(withDevice(state, { programmingMode: on }), at, { type: what, on });
    case "download":
      // Only once it runs again are its objects those that stay.
      return publishBridgeEvent(settled(withDevice(state, { downloading: on }), at), at, {
        type: on ? "ets_download_start" : "ets_download_end",
      });
    case "address_conflict":
      return publishBridgeEvent(withDevice(state, { conflict: at }), at, { type: what });
  }
};

const withDevice = (
  state: BridgeState,
  device: Partial<BridgeState["features"]["device"]>,
): BridgeState => ({
  ...state,
  features: { ...state.features, device: { ...state.features.device, ...device } },
});
