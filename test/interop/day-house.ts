import { join } from "node:path";
import { toHex } from "../../src/core/octets.ts";
import { createChip } from "../../src/sim/chip.ts";
import { type Cancel, realClock } from "../../src/sim/clock.ts";
import { createDevice, type Device } from "../../src/sim/device.ts";
import { createLine, type Line } from "../../src/sim/line.ts";
import { offerOnPty } from "../../src/sim/pty.ts";
import { seededRandom } from "../../src/sim/random.ts";
import { readTelegram, type Value } from "../../src/sim/telegram.ts";
import { atEnd } from "./cleanup.ts";
import { showOnFailure } from "./evidence.ts";
import { goFirst, type Heard } from "./house.ts";
import { createJournal, type Journal } from "./journal.ts";

/** A group address of the house with its type, as a configuration wants to know it, and the octets it may have. */
export type DayObject = Readonly<{ ga: string; name: string; dpt: string; room: string }>;

/** A house of 300 group addresses in 30 devices, on a pty, in real time. */
export type DayHouse = Readonly<{
  line: Line;
  frames: Journal<Heard>;
  path: string;
  objects: readonly DayObject[];
  /** The devices write to their addresses in turn, each time something else, about so often. */
  talk(perSecond: number): Cancel;
  /** Something that a command may say to this address, as JSON. */
  wish(object: DayObject): boolean | number;
  /** Until nothing has been on the line for so long. */
  silence(ms: number): Promise<void>;
  /** When the simulation says `ms`, in ms since 1970. */
  wall(ms: number): number;
}>;

export const openDayHouse = async (folder: string): Promise<DayHouse> => {
  goFirst();
  const clock = realClock();
  atEnd(clock.stop);
  const line = createLine({ clock });
  const random = seededRandom(300);
  const values = new Map<string, Value>();
  const randomValue = (dpt: string): Value => VALUES[dpt]?.(random.below) ?? bitValue(0);

  const owners = new Map<string, Device>();
  for (let device = 0; device < DEVICES; device++) {
    const own = OBJECTS.slice(device * EACH, (device + 1) * EACH);
    const made = createDevice({
      line,
      name: `device ${device + 1}`,
      address: `1.1.${20 + device}`,
      objects: Object.fromEntries(
        own.map(({ ga, dpt }) => [
          ga,
          {
            read: () => values.get(ga) ?? randomValue(dpt),
            written: (data) => values.set(ga, { data, short: dpt === "1.001" }),
          },
        ]),
      ),
    });
    atEnd(made.detach);
    for (const { ga, dpt } of own) {
      owners.set(ga, made);
      values.set(ga, randomValue(dpt));
    }
  }
  // It shows everything, so that somebody acknowledges while the bridge is away.
  const panel = Object.fromEntries(OBJECTS.map(({ ga }) => [ga, {}]));
  atEnd(createDevice({ line, name: "panel", address: "1.1.19", objects: panel }).detach);

  const frames = createJournal<Heard>(
    ({ end, octets, from }) => `${end.toFixed(1)} ${from.join()}: ${toHex(octets)}`,
  );
  showOnFailure("frames on the line", frames);
  line.onFrame((frame) => frames.push({ ...frame, telegram: readTelegram(frame.octets) }));
  const chip = createChip({ line, kind: "tpuart2", name: "knxpi" });
  atEnd(chip.detach);
  const pty = await offerOnPty(chip, join(folder, "chip"));
  atEnd(pty.close);
  const offset = Date.now() - clock.now();

  let turn = 0;
  const speak = (): void => {
    const object = OBJECTS[turn++ % OBJECTS.length];
    if (object === undefined) return;
    const value = randomValue(object.dpt);
    values.set(object.ga, value);
    owners.get(object.ga)?.send(object.ga, "write", value);
  };
  return {
    line,
    frames,
    path: pty.path,
    objects: OBJECTS,
    talk: (perSecond) => {
      let cancel: Cancel = () => {};
      const next = (): void => {
        speak();
        cancel = clock.after(random.around(1_000 / perSecond), next);
      };
      next();
      return () => cancel();
    },
    wish: ({ dpt }) => (dpt === "1.001" ? random.chance(0.5) : random.below(100)),
    silence: async (ms) => {
      for (let count = -1; count !== frames.now(); ) {
        count = frames.now();
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    },
    wall: (ms) => ms + offset,
  };
};

const bitValue = (value: number): Value => ({ data: [value], short: true });
const octetsOf = (...data: readonly number[]): Value => ({ data, short: false });

/** Any value of a type, by a random number below n. */
const VALUES: Readonly<Record<string, (below: (n: number) => number) => Value>> = {
  "1.001": (below) => bitValue(below(2)),
  "5.010": (below) => octetsOf(below(256)),
  // Positive, exponents 0 to 3: no 7FFF.
  "9.001": (below) => octetsOf((below(4) << 3) | below(8), below(256)),
  "12.001": (below) => octetsOf(below(256), below(256), below(256), below(256)),
};

/** What the octets of these types mean: `datapoint-types.md`. */
export const meaning = (dpt: string, octets: readonly number[]): boolean | number => {
  const [first = 0, second = 0] = octets;
  switch (dpt) {
    case "1.001":
      return first === 1;
    case "9.001":
      return Math.round(((first & 0x07) * 256 + second) * 2 ** ((first >> 3) & 0x0f)) / 100;
    default:
      return octets.reduce((sum, octet) => sum * 256 + octet, 0);
  }
};

const DEVICES = 30;
const EACH = 10;
const TYPES = Object.keys(VALUES);

const OBJECTS: readonly DayObject[] = Array.from({ length: DEVICES * EACH }, (_, index) => {
  const device = Math.floor(index / EACH);
  return {
    ga: `${1 + Math.floor(device / 8)}/${device % 8}/${1 + (index % EACH)}`,
    name: `Object ${index}`,
    dpt: TYPES[index % TYPES.length] ?? "1.001",
    room: `Room ${1 + (device % 9)}`,
  };
});
