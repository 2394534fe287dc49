import { createDevice, type Device } from "./device.ts";
import type { Line } from "./line.ts";
import type { ManagementOptions } from "./management-options.ts";
import { bit } from "./telegram.ts";

export type LampGroups = Readonly<{ switch: string; state: string }>;

/** A switch actuator: reports its state when a telegram changed it, and when asked. */
export interface Lamp extends Device {
  readonly on: boolean;
}

export const createLamp = (
  line: Line,
  options: {
    name: string;
    address: string;
    groups: LampGroups;
    management?: ManagementOptions;
  },
): Lamp => {
  const { groups } = options;
  let on = false;
  const report = (): void => device.send(groups.state, "write", bit(on));
  const device = createDevice({
    line,
    ...options,
    objects: {
      [groups.switch]: {
        written: ([value = 0]) => {
          if (on === ((value & 1) === 1)) return;
          on = !on;
          device.later(RELAY_MS, report);
        },
      },
      [groups.state]: { read: () => bit(on) },
    },
  });
  return {
    ...device,
    get address() {
      return device.address;
    },
    get on() {
      return on;
    },
  };
};

/** Until the relay has moved. */
const RELAY_MS = 15;
