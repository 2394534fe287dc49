import type { DeviceConfig } from "../config.ts";
import type { DeviceImpulse, Step } from "../impulse.ts";
import { never } from "../never.ts";
import { NO_OCTETS } from "../octets.ts";

/** What the device answers for itself, connectionless. */
export type DeviceState = Readonly<{ config: DeviceConfig; programmingMode: boolean }>;

/** The device as it starts. */
export const openDevice = (config: DeviceConfig): DeviceState => ({
  config,
  programmingMode: config.programmingMode,
});

/**
 * Device descriptor and individual address. Answers take the priority of the question.
 * @see KNX 03.03.07 Application Layer; `layers.md` D.7, D.9; `device-model.md` §1
 */
export const device = (state: DeviceState, impulse: DeviceImpulse): Step<DeviceState> => {
  switch (impulse.type) {
    case "A_DeviceDescriptor_Read.ind": {
      const { source, priority, descriptorType, at } = impulse;
      const known = descriptorType === 0;
      return [
        state,
        [
          {
            for: "al",
            type: "A_DeviceDescriptor_Response.req",
            destination: source,
            priority,
            descriptorType: known ? 0 : UNSUPPORTED_DESCRIPTOR,
            descriptor: known ? state.config.descriptor : NO_OCTETS,
            ref: 0,
            at,
          },
        ],
      ];
    }
    case "A_IndividualAddress_Read.ind": {
      const { priority, at } = impulse;
      return state.programmingMode
        ? [state, [{ for: "al", type: "A_IndividualAddress_Response.req", priority, ref: 0, at }]]
        : [
            state,
            [
              {
                for: "drops",
                type: "drop",
                reason: "device.not-in-programming-mode",
                octets: NO_OCTETS,
              },
            ],
          ];
    }
    case "programming-mode.req":
      return [{ ...state, programmingMode: impulse.on }, []];
    default:
      return never(impulse);
  }
};

/** Descriptor type of an answer to a question for a type this device does not have. */
const UNSUPPORTED_DESCRIPTOR = 0x3f;
