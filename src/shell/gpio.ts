import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { Logger } from "pino";
import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { type Child, type ChildOptions, keepRunning } from "./gpio-child.ts";
import { createDebounce } from "./gpio-debounce.ts";
import { activeIn, type Pin, pathOf, TOOLS, type Version, versionOf } from "./gpio-tools.ts";

export type GpioOptions = Readonly<{
  /** The programming button. */
  button?: InputPin;
  /** The programming LED. */
  led?: Pin;
  /** Of the application, in the order in which it declares them. */
  inputs?: readonly InputPin[];
  outputs?: readonly Pin[];
  /** Of the programs of libgpiod: where they are looked for. */
  env?: NodeJS.ProcessEnv;
  /** Before a program that ended is started again for the first time. */
  firstWaitMs?: number;
}>;

type InputPin = Pin & Readonly<{ debounceMs: number }>;

export type GpioEffect = Extract<Effect, { for: "gpio" }>;

export type Gpio = Readonly<{
  execute(effect: GpioEffect): void;
  /** Why none of the pins can be used; undefined: at least one can. */
  opened: Promise<string | undefined>;
  /** Nothing is told any more, and what is on is switched off. */
  close(): Promise<void>;
}>;

/**
 * Button, LED, inputs and outputs on lines of a GPIO chip, driven by gpioget, gpiomon and gpioset (decision 0018). Nobody waits
 * for them: a machine without GPIO or without these programs gets a line in the log, and everything else works.
 * @param ledOn the LED at start
 * @param known the problem that the log has already
 */
export const openGpio = (
  options: GpioOptions,
  ledOn: boolean,
  deliver: (impulse: Impulse) => void,
  log: Logger,
  known?: string,
): Gpio => {
  const wanted = new Map<string, boolean>([[LED, ledOn]]);
  let outputs: ReadonlyMap<string, Output> = new Map();
  let watched: readonly Child[] = [];
  let closing: Promise<unknown> | undefined;

  const start = (version: Version): void => {
    const { button, led, inputs = [], env = process.env, firstWaitMs } = options;
    const common = { env, log, ...(firstWaitMs !== undefined && { firstWaitMs }) };
    const pins = [...(led ? [[LED, led] as const] : []), ...(options.outputs ?? []).map(named)];
    outputs = new Map(
      pins
        .filter(([, pin]) => isThere(pin))
        .map(([name, pin]) => [name, openOutput(pin, wanted.get(name) ?? false, version, common)]),
    );
    const press = (on: boolean): void => {
      if (on) deliver({ for: "device", type: "button.ind", at: performance.now() });
    };
    const level = (input: number) => (on: boolean) =>
      deliver({ for: "application", type: "gpio.ind", input, on, at: performance.now() });
    const { watch, watchFromLevel } = TOOLS[version];
    watched = [
      ...(button && isThere(button)
        ? [watchInput(button, press, { ...common, program: "gpiomon", args: watch(button) })]
        : []),
      ...inputs.flatMap((pin, input) =>
        isThere(pin)
          ? [watchInput(pin, level(input), { ...common, program: SH, args: watchFromLevel(pin) })]
          : [],
      ),
    ];
  };

  const opened = whichTools(options).then(({ version, problem, fields }) => {
    if (problem !== undefined && problem !== known) log.warn(fields, problem);
    if (version !== undefined && closing === undefined) start(version);
    return version === undefined ? problem : undefined;
  });
  return {
    opened,
    execute(effect) {
      const name = effect.type === "led" ? LED : `${effect.output}`;
      wanted.set(name, effect.on);
      outputs.get(name)?.set(effect.on);
    },
    async close() {
      closing ??= Promise.all([
        opened,
        ...[...watched, ...outputs.values()].map((one) => one.close()),
      ]);
      await closing;
    },
  };
};

const LED = "led";
const SH = "/bin/sh";
const named = (pin: Pin, output: number) => [`${output}`, pin] as const;
const isThere = (pin: Pin): boolean => existsSync(pathOf(pin));

type Found = Readonly<{ version?: Version; problem?: string; fields?: object }>;

/** Without a version there is nothing to do, or nothing to do it with. */
const whichTools = async (options: GpioOptions): Promise<Found> => {
  const { button, led, inputs = [], outputs = [], env = process.env } = options;
  const pins = [...(button ? [button] : []), ...(led ? [led] : []), ...inputs, ...outputs];
  const missing = [...new Set(pins.filter((pin) => !isThere(pin)).map(pathOf))];
  const noChip = missing.length > 0 ? { problem: NO_CHIP, fields: { missing } } : {};
  if (!pins.some(isThere)) return noChip;
  const { text, problem } = await textOf("gpiomon", ["--version"], env);
  const version = versionOf(text);
  if (version !== undefined) return { ...noChip, version };
  return { problem: NO_TOOLS, fields: { problem: problem ?? text.split("\n")[0] } };
};

const NO_CHIP =
  "this machine does not have the GPIO chip of the configuration, its pins are not used";
const NO_TOOLS = "GPIO pins are not used: gpiomon and gpioset are needed (apt-get install gpiod)";

/** What a program prints until it ends, and why it could not. */
const textOf = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Readonly<{ text: string; problem?: string }>> =>
  new Promise((resolve) => {
    execFile(program, args, { env, timeout: ANSWER_MS }, (error, text) =>
      resolve(error === null ? { text } : { text, problem: error.message }),
    );
  });

/** A program that only has to say something, or to set a line. */
const ANSWER_MS = 2_000;

type Common = Readonly<{ env: NodeJS.ProcessEnv; log: Logger; firstWaitMs?: number }>;

/** @param onLevel takes every level that is another than before, and the first after each start of the program */
const watchInput = (
  { debounceMs }: InputPin,
  onLevel: (on: boolean) => void,
  program: Common & Pick<ChildOptions, "program" | "args">,
): Child => {
  const debounce = createDebounce(debounceMs, onLevel);
  let over = false;
  const child = keepRunning({
    ...program,
    onStart: debounce.reset,
    onLine: (line) => {
      const active = activeIn(line);
      if (active !== undefined && !over) debounce.edge(active);
    },
  });
  return {
    ...child,
    close() {
      over = true;
      debounce.reset();
      return child.close();
    },
  };
};

type Output = Readonly<{ set(on: boolean): void; close(): Promise<void> }>;

const openOutput = (pin: Pin, first: boolean, version: Version, common: Common): Output => {
  const { hold, set } = TOOLS[version];
  let on = first;
  const child = keepRunning({ ...common, program: "gpioset", args: hold(pin, on) });
  return {
    set(next) {
      if (next === on) return;
      on = next;
      child.change(hold(pin, on));
    },
    async close() {
      await child.close();
      // some chips leave a line as it was when nobody holds it any more
      if (on) await textOf("gpioset", set(pin, false), common.env);
    },
  };
};
