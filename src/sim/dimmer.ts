import { createDevice, type Device } from "./device.ts";
import type { Line } from "./line.ts";
import type { ManagementOptions } from "./management-options.ts";
import { octets } from "./telegram.ts";

export type DimmerGroups = Readonly<{ relative: string; level: string; state: string }>;

/** A dimming actuator: 5.001 sets the level, 3.007 steps it; reports where it arrived. */
export interface Dimmer extends Device {
  /** 0…255. */
  readonly level: number;
}

export const createDimmer = (
  line: Line,
  options: {
    name: string;
    address: string;
    groups: DimmerGroups;
    management?: ManagementOptions;
  },
): Dimmer => {
  const { groups } = options;
  let level = 0;
  const set = (to: number): void => {
    const wanted = Math.max(0, Math.min(255, to));
    if (wanted === level) return;
    level = wanted;
    device.later(RAMP_MS, () => device.send(groups.state, "write", octets(level)));
  };
  const device = createDevice({
    line,
    ...options,
    objects: {
      [groups.level]: { written: ([value = 0]) => set(value) },
      // 3.007: bit 3 is the direction, bits 2…0 say into how many intervals the whole range is divided; 0 stops.
      [groups.relative]: {
        written: ([value = 0]) => {
          const code = value & 0x07;
          if (code === 0) return;
          const step = Math.round(255 / 2 ** (code - 1));
          set(level + ((value & 0x08) === 0 ? -step : step));
        },
      },
      [groups.state]: { read: () => octets(level) },
    },
  });
  return {
    ...device,
    get address() {
      return device.address;
    },
    get level() {
      return level;
    },
  };
};

/** Until the new level is reached and reported. */
const RAMP_MS = 300;
