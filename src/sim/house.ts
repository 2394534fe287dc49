import type { ChipKind } from "../core/config.ts";
import { type SimulatedBinding, simulatedBinding } from "./binding.ts";
import { type Blind, createBlind } from "./blind.ts";
import { type Button, createButton } from "./button.ts";
import { type Chip, type ChipOptions, createChip } from "./chip.ts";
import { type Cancel, type Clock, realClock } from "./clock.ts";
import { createDevice, type Device } from "./device.ts";
import { createDimmer, type Dimmer } from "./dimmer.ts";
import { createFaults, type FaultRates, type Faults } from "./faults.ts";
import { createLamp, type Lamp } from "./lamp.ts";
import { createLine, type Line } from "./line.ts";
import type { Management } from "./management.ts";
import { PRODUCTS } from "./products.ts";
import { type Random, seededRandom } from "./random.ts";
import { bit, octets } from "./telegram.ts";
import { createThermometer, type Thermometer } from "./thermometer.ts";

/** A group address of the house, as a configuration wants to know it. */
export type HouseObject = Readonly<{
  ga: string;
  name: string;
  room: string;
  dpt: string;
  /** false: the device alone sends it. */
  writable: boolean;
  /** Group address on which the device reports what became of it. */
  state?: string;
}>;

// biome-ignore format: read by column
export const HOUSE_OBJECTS: readonly HouseObject[] = [
  { ga: "1/1/10", name: "Ceiling light",                dpt: "1.001", room: "Living room", writable: true, state: "1/4/10" },
  { ga: "1/4/10", name: "Ceiling light state",          dpt: "1.001", room: "Living room", writable: false },
  { ga: "1/2/10", name: "Dining light dim",             dpt: "3.007", room: "Dining room", writable: true },
  { ga: "1/3/10", name: "Dining light brightness",      dpt: "5.001", room: "Dining room", writable: true, state: "1/5/10" },
  { ga: "1/5/10", name: "Dining light brightness state", dpt: "5.001", room: "Dining room", writable: false },
  { ga: "2/1/1",  name: "Blind up/down",                dpt: "1.008", room: "Living room", writable: true },
  { ga: "2/1/2",  name: "Blind stop",                   dpt: "1.007", room: "Living room", writable: true },
  { ga: "2/1/3",  name: "Blind position",               dpt: "5.001", room: "Living room", writable: true, state: "2/1/4" },
  { ga: "2/1/4",  name: "Blind position state",         dpt: "5.001", room: "Living room", writable: false },
  { ga: "1/1/17", name: "Push button hall",             dpt: "1.001", room: "Hall",        writable: true },
  { ga: "4/0/1",  name: "Room temperature",             dpt: "9.001", room: "Living room", writable: false },
];

export type HouseOptions = Readonly<{
  /** The machine's time when left out. */
  clock?: Clock;
  /** Of the chip that knxpi is to use. */
  kind?: ChipKind;
  baud?: number;
  eightBit?: boolean;
  seed?: number;
  rates?: FaultRates;
  /** Somebody lives here: the button is pressed from time to time, the temperature wanders. */
  lively?: boolean;
}>;

/** The simulated house: a line, its devices, and a chip for knxpi. */
export interface House {
  readonly clock: Clock;
  readonly line: Line;
  readonly chip: Chip;
  readonly ports: SimulatedBinding;
  readonly binding: SimulatedBinding["binding"];
  readonly path: string;
  readonly faults: Faults;
  readonly lamp: Lamp;
  readonly dimmer: Dimmer;
  readonly blind: Blind;
  readonly button: Button;
  readonly thermometer: Thermometer;
  /** A device as whoever stands in front of it sees it, its programming button included. @throws RangeError: no such name */
  management(name: string): Management;
  /** One more transceiver on the same line, for one more host. */
  addChip(options: Omit<ChipOptions, "line">): Chip;
  /** Devices of their own that write to these group addresses in turn, at random moments. */
  talk(options: { perSecond: number; to?: readonly string[]; octets?: number }): Cancel;
  stop(): void;
}

export const startHouse = (options: HouseOptions = {}): House => {
  const { kind = "tpuart2", baud = 19200, eightBit = false, seed = 1, rates, lively } = options;
  const ownClock = realClock();
  const clock = options.clock ?? ownClock;
  const random = seededRandom(seed);
  const faults = createFaults(seededRandom(seed + 1), rates);
  const line = createLine({ clock, faults });

  const lamp = createLamp(line, {
    name: "ceiling light",
    address: "1.1.10",
    groups: { switch: "1/1/10", state: "1/4/10" },
    management: PRODUCTS.ceilingLight,
  });
  const dimmer = createDimmer(line, {
    name: "dining light",
    address: "1.1.11",
    groups: { relative: "1/2/10", level: "1/3/10", state: "1/5/10" },
    management: PRODUCTS.diningLight,
  });
  const blind = createBlind(line, {
    name: "blind",
    address: "1.1.12",
    groups: { upDown: "2/1/1", stop: "2/1/2", position: "2/1/3", state: "2/1/4" },
    management: PRODUCTS.blind,
  });
  const button = createButton(line, {
    name: "push button",
    address: "1.1.13",
    groups: { press: "1/1/17" },
    management: PRODUCTS.pushButton,
  });
  const thermometer = createThermometer(line, {
    name: "thermometer",
    address: "1.1.14",
    groups: { temperature: "4/0/1" },
    management: PRODUCTS.thermometer,
  });

  const devices: readonly Device[] = [lamp, dimmer, blind, button, thermometer];

  const addChip: House["addChip"] = (chipOptions) => createChip({ line, faults, ...chipOptions });
  const chip = addChip({ kind, baud, eightBit, name: "knxpi" });
  const ports = simulatedBinding(clock);
  ports.add(PATH, chip);

  const talkers: Device[] = [];
  const talk: House["talk"] = ({ perSecond, to = ["1/1/17"], octets: length = 0 }) => {
    const count = Math.ceil(perSecond / EACH_PER_SECOND);
    const devices = Array.from({ length: count }, (_, index) => {
      const address = `1.1.${FIRST_TALKER + talkers.length + index}`;
      const device = createDevice({ line, name: `talker ${address}`, address });
      startTalking(device, random, { meanMs: (count * 1000) / perSecond, to, length });
      return device;
    });
    talkers.push(...devices);
    return () => {
      for (const device of devices) device.detach();
    };
  };
  const stopLiving = lively ? startLiving({ clock, random, button, thermometer }) : () => {};

  return {
    clock,
    line,
    chip,
    ports,
    binding: ports.binding,
    path: PATH,
    faults,
    lamp,
    dimmer,
    blind,
    button,
    thermometer,
    management: (name) => {
      const { management } = devices.find((device) => device.name === name) ?? {};
      if (management === undefined) throw new RangeError(`no device in this house: ${name}`);
      return management;
    },
    addChip,
    talk,
    stop: () => {
      stopLiving();
      for (const part of [...devices, chip, ...talkers]) part.detach();
      ownClock.stop();
    },
  };
};

const startTalking = (
  device: Device,
  random: Random,
  { meanMs, to, length }: { meanMs: number; to: readonly string[]; length: number },
): void => {
  let turn = 0;
  const speak = (): void => {
    const value =
      length === 0 ? bit(turn % 2 === 1) : octets(...new Array(length).fill(turn % 256));
    device.send(to[turn++ % to.length] ?? "1/1/17", "write", value);
    device.later(random.around(meanMs), speak);
  };
  device.later(random.around(meanMs), speak);
};

const startLiving = (house: {
  clock: Clock;
  random: Random;
  button: Button;
  thermometer: Thermometer;
}): Cancel => {
  const { clock, random, button, thermometer } = house;
  const press = (): void => {
    button.press();
    cancelPress = clock.after(random.around(PRESS_MS), press);
  };
  const wander = (): void => {
    const pull = (COMFORT - thermometer.celsius) * 0.05;
    thermometer.celsius += pull + (random.next() - 0.5) * 0.12;
    cancelWander = clock.after(WANDER_MS, wander);
  };
  let cancelPress = clock.after(FIRST_PRESS_MS, press);
  let cancelWander = clock.after(WANDER_MS, wander);
  return () => {
    cancelPress();
    cancelWander();
  };
};

const PATH = "sim:knxpi";
/** One device alone cannot fill the line. */
const EACH_PER_SECOND = 15;
const FIRST_TALKER = 20;
const COMFORT = 21.5;
const WANDER_MS = 2000;
const FIRST_PRESS_MS = 10_000;
const PRESS_MS = 45_000;
