import type { Cancel } from "./clock.ts";
import { createDevice, type Device } from "./device.ts";
import type { Line } from "./line.ts";
import type { ManagementOptions } from "./management-options.ts";
import { octets } from "./telegram.ts";

export type BlindGroups = Readonly<{
  upDown: string;
  stop: string;
  position: string;
  state: string;
}>;

/** A blind actuator: 0 is open, 255 closed. It takes its time, and reports on the way and where it stops. */
export interface Blind extends Device {
  /** 0…255. */
  readonly position: number;
  readonly moving: boolean;
}

export const createBlind = (
  line: Line,
  options: {
    name: string;
    address: string;
    groups: BlindGroups;
    management?: ManagementOptions;
  },
): Blind => {
  const { groups } = options;
  let position = 0;
  let target = 0;
  let steps = 0;
  let cancelStep: Cancel = () => {};

  const report = (): void => device.send(groups.state, "write", octets(position));
  const step = (): void => {
    position += Math.sign(target - position) * Math.min(STEP, Math.abs(target - position));
    steps++;
    if (position === target || steps % STEPS_BETWEEN_REPORTS === 0) report();
    if (position !== target) cancelStep = device.later(STEP_MS, step);
  };
  const moveTo = (to: number): void => {
    cancelStep();
    target = to;
    steps = 0;
    if (position !== target) cancelStep = device.later(STEP_MS, step);
  };
  const halt = (): void => {
    if (position === target) return;
    cancelStep();
    target = position;
    report();
  };

  const device = createDevice({
    line,
    ...options,
    objects: {
      [groups.upDown]: { written: ([value = 0]) => moveTo((value & 1) === 0 ? 0 : 255) },
      [groups.stop]: { written: halt },
      [groups.position]: { written: ([value = 0]) => moveTo(value) },
      [groups.state]: { read: () => octets(position) },
    },
    powered: () => {
      target = position;
    },
  });
  return {
    ...device,
    get address() {
      return device.address;
    },
    get position() {
      return position;
    },
    get moving() {
      return position !== target;
    },
  };
};

/** The whole way takes 255 / 5 steps of a fifth of a second: about ten seconds. */
const STEP = 5;
const STEP_MS = 200;
const STEPS_BETWEEN_REPORTS = 10;
