/** A line of a GPIO chip. */
export type Pin = Readonly<{
  /** `gpiochip0`, or a path. */
  chip: string;
  /** On a Raspberry Pi the number of the GPIO, not of the pin of the header. */
  line: number;
  /** On, or pressed, is 0 V. */
  activeLow: boolean;
}>;

type Tools = Readonly<{
  /** Arguments of gpiomon: a line of text for each edge. */
  watch(pin: Pin): readonly string[];
  /** Arguments of gpioset: holds the line until the program ends, because a line that nobody holds may change. */
  hold(pin: Pin, on: boolean): readonly string[];
  /** Arguments of gpioset: sets the line once. */
  set(pin: Pin, on: boolean): readonly string[];
  /** What gpiomon prints when the line becomes active. */
  rising: string;
}>;

export type Version = 1 | 2;

/**
 * How the programs of libgpiod are asked, by their major version: 1 up to Debian 12, 2 from Debian 13 on. Edges and values are
 * those of the active level, not of the voltage.
 * @see libgpiod `tools/gpiomon.c`, `tools/gpioset.c` of v1.6 and v2.2
 */
export const TOOLS = {
  1: {
    watch: (pin) => [
      ...levelOf(pin),
      `--bias=${pullOf(pin)}`,
      "--line-buffered",
      "--format=%e",
      pin.chip,
      `${pin.line}`,
    ],
    // ends with its standard input, and so with us, even when we are killed
    hold: (pin, on) => [...levelOf(pin), "--mode=wait", pin.chip, assigned(pin, on)],
    set: (pin, on) => [...levelOf(pin), "--mode=exit", pin.chip, assigned(pin, on)],
    rising: "1",
  },
  2: {
    watch: (pin) => [
      ...levelOf(pin),
      `--bias=${pullOf(pin)}`,
      "--format=%E",
      `--chip=${pin.chip}`,
      `${pin.line}`,
    ],
    hold: (pin, on) => [...levelOf(pin), `--chip=${pin.chip}`, assigned(pin, on)],
    // the last period of a sequence, 0, ends it
    set: (pin, on) => [...levelOf(pin), "--toggle=0", `--chip=${pin.chip}`, assigned(pin, on)],
    rising: "rising",
  },
} as const satisfies Record<Version, Tools>;

/**
 * @param text what `gpiomon --version` prints: `gpiomon (libgpiod) v1.6.3`, `gpiomon v2.3 (libgpiod v2.3)`
 * @returns undefined when this is no version of libgpiod
 */
export const versionOf = (text: string): Version | undefined => {
  const [, major] = /libgpiod\)? v(\d+)\./.exec(text) ?? [];
  if (major === undefined) return undefined;
  return Number(major) < 2 ? 1 : 2;
};

/** Where the chip is in the file system. */
export const pathOf = ({ chip }: Pin): string => (chip.includes("/") ? chip : `/dev/${chip}`);

const levelOf = ({ activeLow }: Pin): readonly string[] => (activeLow ? ["--active-low"] : []);

/** Towards the level of a button that nobody presses. */
const pullOf = ({ activeLow }: Pin): string => (activeLow ? "pull-up" : "pull-down");

const assigned = ({ line }: Pin, on: boolean): string => `${line}=${on ? 1 : 0}`;
