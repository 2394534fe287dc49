import type { Logger } from "pino";
import { openingNotes } from "../core/app/device/model/stored.ts";
import type { StackConfig } from "../core/config.ts";
import type { Effect, Impulse } from "../core/impulse.ts";
import { never } from "../core/never.ts";
import { openStack, run } from "../core/stack/stack.ts";
import { watchClock } from "./clock.ts";
import { type Control, openControl } from "./control/control.ts";
import type { About } from "./control/status.ts";
import { openCounters } from "./counters.ts";
import { type GpioOptions, openGpio } from "./gpio.ts";
import { watchHealth } from "./health.ts";
import { logNote } from "./log.ts";
import { connectMqtt, type MqttOptions } from "./mqtt.ts";
import { openSerial } from "./serial.ts";
import type { SerialOptions } from "./serial-port.ts";
import { openStore, type StoreOptions } from "./store/store.ts";
import { createTimers } from "./timers.ts";
import { openTransitions } from "./transitions.ts";

export type ShellOptions = Readonly<{
  config: StackConfig;
  about: About;
  serial: SerialOptions;
  /** Without it the stack serves its control alone. */
  mqtt?: MqttOptions;
  /** Directory for what must survive a restart, and the address that the configuration says. */
  state?: Pick<StoreOptions, "directory" | "configured">;
  /** Without it there is no programming button and no LED. */
  gpio?: GpioOptions;
  log: Logger;
}>;

export type Shell = Readonly<{
  /** For people and programs on this machine. */
  control: Control;
  /** Closes the connections of procedures, says goodbye on MQTT, closes the port, and ends the shell with 0. */
  stop(): Promise<void>;
  /** How the shell ended: 0; 70 (EX_SOFTWARE) after a throw of the core or of one of its effects; 74 (EX_IOERR). */
  ended: Promise<number>;
}>;

/** The one place with a state: the world's impulses go into the core, its effects go out into the world. */
export const openShell = (options: ShellOptions): Shell => {
  const { config, about, serial: port, mqtt: broker, log } = options;
  let state = openStack(config);
  let busy = false;
  let over = false;
  const waiting: Impulse[] = [];
  let resolveEnded: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    resolveEnded = resolve;
  });
  const end = (code: number): void => {
    over = true;
    void gpio?.close();
    resolveEnded(code);
  };

  /** Every impulse passes here, one at a time: one caused by an effect is taken when all effects are executed. */
  const deliver = (impulse: Impulse): void => {
    if (busy) {
      waiting.push(impulse);
      return;
    }
    busy = true;
    for (let next: Impulse | undefined = impulse; next && !over; next = waiting.shift()) take(next);
    busy = false;
  };

  const take = (impulse: Impulse): void => {
    let effect: Effect | undefined;
    try {
      const [after, effects] = run(state, impulse);
      state = after;
      for (effect of effects) {
        execute(effect);
        // What could not be kept must not be promised by the effects after it.
        if (over) return;
      }
    } catch (error) {
      // One that was being executed threw; without one, the core did.
      log.fatal({ err: error, impulse, effect }, BUG);
      end(EX_SOFTWARE);
    }
  };

  const execute = (effect: Effect): void => {
    switch (effect.for) {
      case "serial":
        if (effect.type === "write") serial.write(effect.octets);
        else serial.reopen();
        break;
      case "timer":
        if (effect.type === "start") timers.start(effect.timer, effect.ms);
        else timers.stop(effect.timer);
        break;
      case "mqtt":
        if (effect.type === "publish") mqtt?.publish(effect);
        else mqtt?.subscribe(effect.filters);
        break;
      case "drops":
        counters.drop(effect.reason, effect.octets);
        break;
      case "counters":
        counters.count(effect.counter, effect.by);
        break;
      case "transitions":
        transitions.record(effect.transition);
        break;
      case "store": {
        const problem =
          effect.type === "save" ? store.save(effect.record) : store.keep(effect.loadable);
        if (problem === undefined) break;
        log.fatal({ problem }, NOT_KEPT);
        end(EX_IOERR);
        break;
      }
      case "control":
        control.execute(effect);
        break;
      case "gpio":
        gpio?.execute(effect);
        break;
      case "log":
        logNote(log, effect.note);
        break;
      default:
        never(effect);
    }
  };

  const timers = createTimers(deliver);
  const counters = openCounters(log);
  const transitions = openTransitions(log);
  const store = openStore({
    configured: config.dl.address,
    hardwareType: config.device.hardwareType,
    ...options.state,
    log,
    count: counters.count,
  });
  const control = openControl({
    config,
    about,
    deliver,
    look: () => state,
    counters: counters.read,
    transitions,
  });
  const gpio = options.gpio && openGpio(options.gpio, config.device.programmingMode, deliver, log);
  const health = broker && watchHealth(counters.read, deliver);
  const serial = openSerial(port, deliver, log);
  const mqtt =
    broker &&
    connectMqtt(
      broker,
      (impulse) => {
        deliver(impulse);
        if (impulse.type === "broker.ind" && impulse.connected) health?.soon();
      },
      log,
    );
  const stopClock = watchClock(deliver);
  for (const note of openingNotes(config.device.loaded)) logNote(log, note);
  deliver({ for: "device", type: "start.ind", at: performance.now() });

  const stop = async (): Promise<void> => {
    await control.close();
    deliver({ for: "bridge", type: "stop.req", at: performance.now() });
    stopClock();
    health?.close();
    await mqtt?.end();
    over = true;
    timers.close();
    counters.close();
    await Promise.all([serial.close(), gpio?.close()]);
    end(0);
  };
  return { control, stop, ended };
};

const BUG = "knxpi threw: a bug, please report it with this line";
const NOT_KEPT =
  "what was promised to survive cannot be kept; mend the --state directory, then start again";
/** sysexits.h: an internal error was found. */
export const EX_SOFTWARE = 70;
/** sysexits.h: input or output failed. */
const EX_IOERR = 74;
