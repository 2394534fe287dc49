import { type Octets, parseHex, toHex } from "../../src/core/octets.ts";
import { type Chip, type ChipOptions, createChip } from "../../src/sim/chip.ts";
import { type VirtualClock, virtualClock } from "../../src/sim/clock.ts";
import { createLine, type Line, type Port, type SeenFrame } from "../../src/sim/line.ts";
import { ACK, checkOctet } from "../../src/sim/tp1.ts";

export const hex = (text: string): Octets => {
  const octets = parseHex(text);
  if (octets === undefined) throw new Error(`no hex: ${text}`);
  return octets;
};

/** The octets with the check octet that closes them. */
export const closed = (text: string): Octets => [...hex(text), checkOctet(hex(text))];

/** A standard frame of `length` octets from 1.1.20 to 1/2/3. */
export const frameOf = (length: number): Octets =>
  length <= 23
    ? closed(`bc 11 14 0a 03 ${(0xe0 + length - 8).toString(16)} 00 ${"80 ".repeat(length - 8)}`)
    : closed(`3c e0 11 14 0a 03 ${toHex([length - 9])} 00 ${"80 ".repeat(length - 9)}`);

export type Listener = Port & { readonly heard: number[]; answers: number | undefined };

/** A station that hears everything and gives always the same acknowledge. */
export const listener = (line: Line, name = "listener", answers?: number): Listener => {
  const heard: number[] = [];
  const station = { heard, answers };
  const port = line.attach({
    name,
    octet: (octet) => heard.push(octet),
    acknowledge: () => station.answers,
    frameEnd: () => {},
    power: () => {},
  });
  return Object.assign(station, {
    send: port.send,
    abort: port.abort,
    detach: port.detach,
    active: false,
  });
};

export type Desk = {
  readonly clock: VirtualClock;
  readonly line: Line;
  readonly chip: Chip;
  /** Everything the chip told its host since it was last looked at. */
  told(): string;
  /** When the octets of `told` arrived. */
  readonly times: number[];
  readonly frames: SeenFrame[];
  /** Writes, and gives the chip and the line all the time they may need. */
  write(text: string): void;
  readonly other: Listener;
};

/** One chip with its reset behind it, and one other station that acknowledges everything. */
export const desk = (
  options: Omit<ChipOptions, "line"> & { answers?: number | undefined },
): Desk => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const frames: SeenFrame[] = [];
  line.onFrame((frame) => frames.push(frame));
  const other = listener(line, "other", "answers" in options ? options.answers : ACK);
  const chip = createChip({ line, ...options });
  const octets: number[] = [];
  const times: number[] = [];
  chip.onOctets((arrived) => {
    octets.push(...arrived);
    times.push(clock.now());
  });
  clock.advance(100);
  octets.length = 0;
  times.length = 0;
  return {
    clock,
    line,
    chip,
    times,
    frames,
    other,
    told: () => {
      const text = toHex(octets);
      octets.length = 0;
      return text;
    },
    write: (text) => {
      chip.write(hex(text));
      clock.advance(ENOUGH_MS);
    },
  };
};

/** In real time: the chip has said its Reset.ind, and will not say another. */
export const ready = ({ chip }: { chip: Chip }): Promise<void> =>
  new Promise((resolve) => {
    const forget = chip.onOctets(([octet]) => {
      if (octet !== 0x03) return;
      forget();
      resolve();
    });
    chip.reset();
  });

/** Longer than the upload and four attempts of any frame here take. */
const ENOUGH_MS = 1500;
