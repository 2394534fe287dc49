import { createDevice, type Device } from "./device.ts";
import type { Line } from "./line.ts";
import type { ManagementOptions } from "./management-options.ts";
import { octets, type Value } from "./telegram.ts";

/** A room temperature sensor: sends when it became 0.2 K warmer or colder, from time to time, and when asked. */
export interface Thermometer extends Device {
  celsius: number;
}

export const createThermometer = (
  line: Line,
  options: {
    name: string;
    address: string;
    groups: Readonly<{ temperature: string }>;
    management?: ManagementOptions;
  },
): Thermometer => {
  const ga = options.groups.temperature;
  let celsius = 21;
  let sent = celsius;
  const send = (): void => {
    sent = celsius;
    device.send(ga, "write", halfFloat(celsius));
  };
  const sendCyclically = (): void => {
    send();
    device.later(CYCLE_MS, sendCyclically);
  };
  const device = createDevice({
    line,
    ...options,
    objects: { [ga]: { read: () => halfFloat(celsius) } },
    powered: () => device.later(FIRST_MS, sendCyclically),
  });
  device.later(FIRST_MS, sendCyclically);
  return {
    ...device,
    get address() {
      return device.address;
    },
    get celsius() {
      return celsius;
    },
    set celsius(value: number) {
      celsius = value;
      if (Math.abs(celsius - sent) >= CHANGE_K - 1e-6) send();
    },
  };
};

/** 9.001: 0.01 · M · 2^E, sign, four bits of exponent, eleven of mantissa in two's complement. */
export const halfFloat = (value: number): Value => {
  let mantissa = Math.round(value * 100);
  let exponent = 0;
  while (mantissa < -2048 || mantissa > 2047) {
    mantissa = Math.round(mantissa / 2);
    exponent++;
  }
  const sign = mantissa < 0 ? 0x80 : 0;
  return octets(sign | (exponent << 3) | ((mantissa >> 8) & 0x07), mantissa & 0xff);
};

const CHANGE_K = 0.2;
const CYCLE_MS = 10 * 60_000;
/** After start, so that not every device of a house speaks at once. */
const FIRST_MS = 1500;
