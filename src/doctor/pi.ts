/** What of a Raspberry Pi matters here. */
export type Pi = Readonly<{
  /** `4B` */
  name: string;
  /** Type in the revision code; null when only the name is known. */
  type: number | null;
  /** Sections of `config.txt` that hold for it, without their brackets. */
  filters: readonly string[];
  /** `bcm`: PL011 and mini UART share pins 8 and 10 and Bluetooth. `rp1`: the pins have a UART of their own, off as delivered. */
  uarts: "bcm" | "rp1";
  /** Power saving, under-voltage and the like come from its firmware. */
  memoryMb: number | null;
}>;

/** @param model as the device tree says it; @param revision as `/proc/cpuinfo` says it. @returns null when it is no Pi */
export const piOf = (model: string | null, revision: number | null): Pi | null => {
  if (revision !== null && (revision & NEW_STYLE) !== 0) {
    const type = (revision >> 4) & 0xff;
    const row = TYPES.get(type);
    const memoryMb = 256 << ((revision >> 20) & 0x7);
    if (row !== undefined) return pi(row, type, memoryMb);
  }
  if (model === null || !model.startsWith("Raspberry Pi")) return null;
  const found = [...TYPES].find(([, [, , pattern]]) => pattern.test(model));
  if (found !== undefined) return pi(found[1], found[0], null);
  // One that is newer than this program has its pins at the RP1, as all since the 5.
  return { name: model.slice(13), type: null, filters: [], uarts: "rp1", memoryMb: null };
};

type Row = readonly [name: string, filters: readonly string[], model: RegExp];

const pi = ([name, filters]: Row, type: number, memoryMb: number | null): Pi => ({
  name,
  type,
  filters,
  uarts: filters.includes("pi5") ? "rp1" : "bcm",
  memoryMb,
});

/** Bit 23 of the revision code; codes without it are those of the first boards. */
const NEW_STYLE = 1 << 23;

/** Types of the revision code; the most telling model names first. Sections of `config.txt`: documentation of Raspberry Pi. */
// biome-ignore format: read by column
const TYPES: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x18, ["CM5",      ["pi5", "cm5"],            /Compute Module 5 Rev/]],
  [0x1a, ["CM5 Lite", ["pi5", "cm5"],            /Compute Module 5 Lite/]],
  [0x19, ["500",      ["pi5", "pi500"],          /Pi 500/]],
  [0x17, ["5",        ["pi5"],                   /Pi 5 /]],
  [0x15, ["CM4S",     ["pi4", "cm4s"],           /Compute Module 4S/]],
  [0x14, ["CM4",      ["pi4", "cm4"],            /Compute Module 4/]],
  [0x13, ["400",      ["pi4", "pi400"],          /Pi 400/]],
  [0x11, ["4B",       ["pi4"],                   /Pi 4 /]],
  [0x10, ["CM3+",     ["pi3", "pi3+", "cm3", "cm3+"], /Compute Module 3 Plus/]],
  [0x0a, ["CM3",      ["pi3", "cm3"],            /Compute Module 3/]],
  [0x0d, ["3B+",      ["pi3", "pi3+"],           /Pi 3 Model B Plus/]],
  [0x0e, ["3A+",      ["pi3", "pi3+"],           /Pi 3 Model A Plus/]],
  [0x08, ["3B",       ["pi3"],                   /Pi 3 Model B/]],
  [0x12, ["Zero 2 W", ["pi0", "pi0w", "pi02"],   /Zero 2/]],
  [0x0c, ["Zero W",   ["pi0", "pi0w"],           /Zero W/]],
  [0x09, ["Zero",     ["pi0"],                   /Zero/]],
  [0x04, ["2B",       ["pi2"],                   /Pi 2/]],
  [0x06, ["CM1",      ["pi1", "cm1"],            /Compute Module/]],
  [0x03, ["1B+",      ["pi1"],                   /Pi Model B Plus/]],
  [0x02, ["1A+",      ["pi1"],                   /Pi Model A Plus/]],
  [0x01, ["1B",       ["pi1"],                   /Pi Model B/]],
  [0x00, ["1A",       ["pi1"],                   /Pi Model A/]],
]);
