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
  /** Arguments of the shell: one line of text for the level that is there, then one for each edge. */
  watchFromLevel(pin: Pin): readonly string[];
  /** Arguments of gpioset: holds the line until the program ends, because a line that nobody holds may change. */
  hold(pin: Pin, on: boolean): readonly string[];
  /** Arguments of gpioset: sets the line once. */
  set(pin: Pin, on: boolean): readonly string[];
}>;

export type Version = 1 | 2;

/**
 * How the programs of libgpiod are asked, by their major version: 1 up to Debian 12, 2 from Debian 13 on. Edges and values are
 * those of the active level, not of the voltage.
 *
 * A line has one user at a time, and gpiomon before 2.3 does not tell the level it finds: gpioget has to end before. The shell
 * follows it with gpiomon sooner than we could. The pull resistor, switched on by gpioget, needs some 100 µs until a long wire
 * follows: version 2 can be told to wait, with version 1 the first reading is not used.
 * @see libgpiod `tools/gpiomon.c`, `tools/gpioget.c`, `tools/gpioset.c` of v1.6 and v2.2
 */
export const TOOLS = {
  1: {
    watch: (pin) => [
      ...inputOf(pin),
      "--line-buffered",
      "--format=%e",
      ...[pin.chip, `${pin.line}`],
    ],
    watchFromLevel: (pin) => [
      "-c",
      'gpioget "$@" >/dev/null && gpioget "$@" && exec gpiomon --line-buffered --format=%e "$@"',
      ...["gpiomon", ...inputOf(pin), pin.chip, `${pin.line}`],
    ],
    // ends with its standard input, and so with us, even when we are killed
    hold: (pin, on) => [...levelOf(pin), "--mode=wait", pin.chip, assigned(pin, on)],
    set: (pin, on) => [...levelOf(pin), "--mode=exit", pin.chip, assigned(pin, on)],
  },
  2: {
    watch: (pin) => [...inputOf(pin), "--format=%E", `--chip=${pin.chip}`, `${pin.line}`],
    watchFromLevel: (pin) => [
      "-c",
      'gpioget --numeric --hold-period=5ms "$@" && exec gpiomon --format=%E "$@"',
      ...["gpiomon", ...inputOf(pin), `--chip=${pin.chip}`, `${pin.line}`],
    ],
    hold: (pin, on) => [...levelOf(pin), `--chip=${pin.chip}`, assigned(pin, on)],
    // the last period of a sequence, 0, ends it
    set: (pin, on) => [...levelOf(pin), "--toggle=0", `--chip=${pin.chip}`, assigned(pin, on)],
  },
} as const satisfies Record<Version, Tools>;

/**
 * A line of text of gpioget or gpiomon, of both versions.
 * @returns whether the line is active now; undefined: this says nothing about it
 */
export const activeIn = (text: string): boolean | undefined => {
  const word = text.trim();
  return ACTIVE.includes(word) ? true : INACTIVE.includes(word) ? false : undefined;
};

const ACTIVE = ["1", "rising"];
const INACTIVE = ["0", "falling"];

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

/** With the pull resistor towards the level of a button that nobody presses. */
const inputOf = (pin: Pin): readonly string[] => [
  ...levelOf(pin),
  `--bias=${pin.activeLow ? "pull-up" : "pull-down"}`,
];

const assigned = ({ line }: Pin, on: boolean): string => `${line}=${on ? 1 : 0}`;
