import type { Logger } from "pino";
import type { Impulse } from "../core/impulse.ts";
import { type Gpio, type GpioEffect, type GpioOptions, openGpio } from "./gpio.ts";
import { describe } from "./serial-fault.ts";
import { HELPER } from "./supervise/strategy.ts";
import type { Supervisor } from "./supervise/supervisor.ts";

/**
 * The pins as a part of the shell. Started again, it switches on what was on.
 * @param ledOn the LED at start
 */
export const superviseGpio = (
  options: GpioOptions,
  ledOn: boolean,
  deliver: (impulse: Impulse) => void,
  log: Logger,
  supervisor: Supervisor,
): Pick<Gpio, "execute"> => {
  const wanted = new Map<string, GpioEffect>();
  let gpio: Gpio | undefined;
  let said: string | undefined;
  // A device with a bridge alone has none.
  if (hasPins(options))
    supervisor.add({
      name: "gpio",
      strategy: HELPER,
      async start(life) {
        const opened = openGpio(options, ledOn, deliver, log, said);
        gpio = opened;
        for (const effect of wanted.values()) opened.execute(effect);
        const problem = await opened.opened;
        if (problem === undefined) life.up();
        else life.broke(problem);
        return opened.close;
      },
      tell(error) {
        // A text is in the log already, with what is missing.
        if (typeof error !== "string") log.warn({ problem: describe(error) }, FAILED);
        said = describe(error);
        return said;
      },
    });
  return {
    execute(effect) {
      wanted.set(effect.type === "led" ? "led" : `${effect.output}`, effect);
      gpio?.execute(effect);
    },
  };
};

const hasPins = ({ button, led, inputs = [], outputs = [] }: GpioOptions): boolean =>
  button !== undefined || led !== undefined || inputs.length > 0 || outputs.length > 0;

const FAILED = "the GPIO pins failed, they are tried again";
