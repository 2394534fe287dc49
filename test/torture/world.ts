import type { ChipKind } from "../../src/core/config.ts";
import type { Cancel, Clock } from "../../src/sim/clock.ts";
import { createDevice, type Device } from "../../src/sim/device.ts";
import type { FaultRates } from "../../src/sim/faults.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import type { Port, SeenFrame } from "../../src/sim/line.ts";
import { type Random, seededRandom } from "../../src/sim/random.ts";
import type { Value } from "../../src/sim/telegram.ts";
import { ALL_ADDRESSES, SENSORS } from "./installation.ts";

/** The simulated house with more devices in it, and somebody who puts whatever he likes on the line. */
export type World = Readonly<{
  house: House;
  /** A frame as it stands here, right or wrong, without waiting for an acknowledge. */
  shout(octets: readonly number[]): void;
  onFrame(listener: (frame: SeenFrame) => void): void;
  /** What goes wrong on the way, from now on; `bus` and `host` each for itself. */
  disturb(where: "bus" | "host", rates: FaultRates): void;
  /** Devices say something, about so often; on top of what they say in peace. */
  talk(perSecond: number): Cancel;
  /** Somebody says what this address had last, in a telegram of his own. */
  say(ga: string, value: Value): void;
  stop(): void;
}>;

/** The name of the chip of the bridge on the line. */
export const BRIDGE = "knxpi";

export const openWorld = (clock: Clock, seed: number, kind: ChipKind): World => {
  const house = startHouse({ clock, kind, seed, lively: true });
  const { line } = house;
  const random = seededRandom(seed ^ 0x5eed);
  const values = new Map<string, Value>();
  const sensors: Device[] = [];
  const owners = new Map<string, Device>();

  for (let device = 0; device < SENSORS.length / 4; device++) {
    const own = SENSORS.slice(device * 4, device * 4 + 4);
    for (const { ga, dpt } of own) values.set(ga, randomValue(dpt, random));
    const made = createDevice({
      line,
      name: `sensor ${device}`,
      address: `1.1.${30 + device}`,
      objects: Object.fromEntries(
        own.map(({ ga, dpt }) => [
          ga,
          {
            read: () => values.get(ga) ?? randomValue(dpt, random),
            written: (data) => values.set(ga, { data, short: dpt === "1.001" }),
          },
        ]),
      ),
    });
    sensors.push(made);
    for (const { ga } of own) owners.set(ga, made);
  }
  // It shows everything, so that whatever is sent to a group is acknowledged.
  const panel = createDevice({
    line,
    name: "panel",
    address: "1.1.19",
    objects: Object.fromEntries(ALL_ADDRESSES.map((ga) => [ga, {}])),
  });
  const port: Port = line.attach({
    name: "stranger",
    octet: () => {},
    acknowledge: () => undefined,
    frameEnd: () => {},
    power: () => {},
  });

  const speak = (): void => {
    const object = SENSORS[random.below(SENSORS.length)];
    if (object === undefined) return;
    const value = randomValue(object.dpt, random);
    values.set(object.ga, value);
    owners.get(object.ga)?.send(object.ga, "write", value);
  };
  const talk = (perSecond: number): Cancel => {
    let cancel: Cancel = () => {};
    const next = (): void => {
      speak();
      cancel = clock.after(random.around(1_000 / perSecond), next);
    };
    cancel = clock.after(random.around(1_000 / perSecond), next);
    return () => cancel();
  };
  const disturbances: Record<"bus" | "host", FaultRates> = { bus: {}, host: {} };
  const hush = talk(PEACE_PER_SECOND);

  return {
    house,
    shout: (octets) => port.send({ octets, repetitions: { nak: 0, busy: 0 } }),
    onFrame: line.onFrame,
    disturb(where, rates) {
      disturbances[where] = rates;
      house.faults.set({ ...disturbances.bus, ...disturbances.host });
    },
    talk,
    say: (ga, value) => panel.send(ga, "write", value),
    stop() {
      hush();
      for (const one of [...sensors, panel]) one.detach();
      port.detach();
      house.stop();
    },
  };
};

/** Positive, exponents 0 to 3: no 7FFF. */
const randomValue = (dpt: string, random: Random): Value => {
  const octet = (): number => random.below(256);
  switch (dpt) {
    case "1.001":
      return { data: [random.below(2)], short: true };
    case "5.010":
      return { data: [octet()], short: false };
    case "9.001":
      return { data: [(random.below(4) << 3) | random.below(8), octet()], short: false };
    default:
      return { data: [octet(), octet(), octet(), octet()], short: false };
  }
};

/** 48 sensors that speak every eight minutes or so. */
const PEACE_PER_SECOND = 0.1;
