import { createDevice, type Device } from "./device.ts";
import type { Line } from "./line.ts";
import type { ManagementOptions } from "./management-options.ts";
import { bit } from "./telegram.ts";

/** A push button: sends the other value each time. */
export interface Button extends Device {
  press(): void;
}

export const createButton = (
  line: Line,
  options: {
    name: string;
    address: string;
    groups: Readonly<{ press: string }>;
    management?: ManagementOptions;
  },
): Button => {
  let on = false;
  const device = createDevice({ line, ...options });
  return {
    ...device,
    get address() {
      return device.address;
    },
    press: () => {
      on = !on;
      device.send(options.groups.press, "write", bit(on));
    },
  };
};
