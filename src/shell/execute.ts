import type { Effect, Publication } from "../core/effect.ts";
import { never } from "../core/never.ts";
import type { Control } from "./control/control.ts";
import type { CounterBook } from "./counters.ts";
import type { Gpio } from "./gpio.ts";
import type { Host } from "./host.ts";
import { type Log, logNote } from "./log.ts";
import type { Mqtt } from "./mqtt.ts";
import type { Serial } from "./serial.ts";
import type { Keeping } from "./store/keeping.ts";
import type { ChildName } from "./supervise/report.ts";
import type { Timers } from "./timers.ts";
import type { TransitionBook } from "./transitions.ts";

/** Everything that effects are for. */
export type Parts = Readonly<{
  serial: Serial;
  timers: Timers;
  mqtt: Mqtt | undefined;
  counters: CounterBook;
  host: Host;
  transitions: TransitionBook;
  keeping: Keeping;
  control: Pick<Control, "execute">;
  gpio: Pick<Gpio, "execute"> | undefined;
  levels: Log | undefined;
  logger: Log["logger"];
  /** Nothing can be done any more. */
  end(effect: Extract<Effect, { for: "process" }>): void;
}>;

/** Does what the core wants, at once. Throws whatever the part throws. */
export const executeWith = (parts: Parts): ((effect: Effect) => void) => {
  const { serial, timers, mqtt, counters, host, transitions, keeping, control, gpio } = parts;
  const { levels, logger } = parts;

  const publish = (publication: Publication): void => {
    const send = (): void => mqtt?.publish(publication);
    if (levels !== undefined && publication.topic.endsWith("/bridge/log")) levels.unseen(send);
    else send();
  };

  return (effect) => {
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
        if (effect.type === "publish") publish(effect);
        else if (effect.type === "subscribe") mqtt?.subscribe(effect.filters, effect.retained);
        else if (effect.type === "look-back") mqtt?.lookBack(effect.filters);
        else mqtt?.unsubscribe(effect.filters);
        break;
      case "drops":
        counters.drop(effect.reason, effect.octets);
        break;
      case "counters":
        if (effect.type === "reset") counters.reset();
        else counters.count(effect.counter, effect.by);
        break;
      case "host":
        host.execute(effect);
        break;
      case "transitions":
        transitions.record(effect.transition);
        break;
      case "store":
        keeping.execute(effect);
        break;
      case "control":
        control.execute(effect);
        break;
      case "process":
        parts.end(effect);
        break;
      case "gpio":
        gpio?.execute(effect);
        break;
      case "log":
        logNote(logger, effect.note);
        break;
      default:
        never(effect);
    }
  };
};

/**
 * Whose failure it is when executing an effect throws.
 * @returns undefined: what the core relies on, so the process cannot go on
 */
export const ownerOf = (effect: Effect): ChildName | undefined => {
  switch (effect.for) {
    case "serial":
    case "mqtt":
    case "control":
    case "gpio":
      return effect.for;
    case "store":
      // Those that were not promised to anybody.
      return effect.type === "snapshot" || effect.type === "ledger" ? "store" : undefined;
    default:
      return undefined;
  }
};
