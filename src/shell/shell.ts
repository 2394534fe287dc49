import type { Logger } from "pino";
import type { ConfigFinding } from "../core/app/bridge/reload/state.ts";
import { NOTHING_KEPT, type Restored } from "../core/app/bridge/restart/snapshot.ts";
import { configuredOf } from "../core/app/device/model/settings.ts";
import { openingNotes } from "../core/app/device/model/stored.ts";
import type { BridgeConfig, StackConfig } from "../core/config.ts";
import type { Counter } from "../core/counter.ts";
import type { Effect, HostRequest, Publication } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { never } from "../core/never.ts";
import { openStack, run } from "../core/stack/stack.ts";
import { watchClock } from "./clock.ts";
import { watchSync } from "./clock-sync.ts";
import { type Control, openControl } from "./control/control.ts";
import type { About } from "./control/status.ts";
import { openCounters } from "./counters.ts";
import { type GpioOptions, openGpio } from "./gpio.ts";
import { watchHealth } from "./health.ts";
import { type HostFunctions, hostRequests, openHost } from "./host.ts";
import { type Log, logNote } from "./log.ts";
import { connectMqtt } from "./mqtt.ts";
import type { MqttOptions } from "./mqtt-options.ts";
import { allOf, type Observer } from "./observer.ts";
import { openSerial } from "./serial.ts";
import type { SerialOptions } from "./serial-port.ts";
import { openLedgers } from "./store/ledger.ts";
import { openSnapshots } from "./store/snapshot.ts";
import { openStore, type StoreOptions } from "./store/store.ts";
import { createTimers } from "./timers.ts";
import { openTransitions } from "./transitions.ts";
import { withoutSecrets } from "./without-secrets.ts";
import { zoneAt } from "./zone.ts";

export type ShellOptions = Readonly<{
  config: StackConfig;
  about: About;
  serial: SerialOptions;
  /** Without it the stack serves its control alone. */
  mqtt?: MqttOptions;
  /** Directory for what must survive a restart, and what the configuration says. */
  state?: Pick<StoreOptions, "directory" | "configured">;
  /** Without it there is no programming button and no LED. */
  gpio?: GpioOptions;
  /** What the last process kept. */
  restored?: Restored;
  log: Logger;
  /** Whose lines can be read along on MQTT, and whose level can be set there. */
  levels?: Log;
  /** What can be asked of us over MQTT that needs a file. */
  host?: HostFunctions;
  /** Look on. */
  observers?: readonly Observer[];
}>;

export type Shell = Readonly<{
  /** For people and programs on this machine. */
  control: Control;
  /** Counts what happened outside of it. */
  count(counter: Counter): void;
  /**
   * From now on another configuration, with what needs a restart as it was.
   * @param broker the connection is made anew with these options; undefined: it stays
   */
  reload(reload: Reload, broker?: Omit<MqttOptions, "lookBack">): void;
  /** A configuration was offered that has errors. */
  rejectReload(findings: readonly ConfigFinding[]): void;
  /** Closes the connections of procedures, says goodbye on MQTT, closes the port, and ends the shell with 0. */
  stop(): Promise<void>;
  /**
   * How the shell ended: 0; 70 (EX_SOFTWARE) after a throw of the core or of one of its effects; 74 (EX_IOERR); 75 (EX_TEMPFAIL)
   * when another bridge uses the base topic, or when a restart was asked for.
   */
  ended: Promise<number>;
}>;

/** What the core is told of another configuration. */
export type Reload = Omit<
  Extract<Impulse, { type: "reload.req" }>,
  "for" | "type" | "reconnects" | "at"
>;

/** The one place with a state: the world's impulses go into the core, its effects go out into the world. */
export const openShell = (options: ShellOptions): Shell => {
  const { about, serial: port, mqtt: broker, log, levels, host: functions = {} } = options;
  const config = withHost(options.config, hostRequests(functions, levels));
  let state = openStack(config);
  const observer = allOf(options.observers ?? []);
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
    observer.takes(impulse, state);
    try {
      const [after, effects] = run(state, impulse);
      state = after;
      for (effect of effects) {
        execute(effect);
        // What could not be kept must not be promised by the effects after it.
        if (over) return;
      }
      observer.done(impulse, effects, state);
    } catch (error) {
      observer.threw(impulse, error);
      // One that was being executed threw; without one, the core did.
      const told = { impulse: withoutSecrets(impulse), effect: withoutSecrets(effect) };
      log.fatal({ err: error, ...told }, BUG);
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
      case "store": {
        if (effect.type === "snapshot") {
          snapshots.keep(effect.snapshot);
          break;
        }
        if (effect.type === "ledger") {
          ledgers.keep(effect.ledger);
          break;
        }
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
      case "process":
        log.fatal({ base: effect.base, instance: effect.instance }, ENDS[effect.why]);
        over = true;
        // Without a goodbye the broker would publish our will on topics that are not ours.
        void Promise.resolve(mqtt?.end()).finally(() => end(EX_TEMPFAIL));
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

  const publish = (publication: Publication): void => {
    const send = (): void => mqtt?.publish(publication);
    if (levels !== undefined && publication.topic.endsWith("/bridge/log")) levels.unseen(send);
    else send();
  };

  const timers = createTimers(deliver);
  const counters = openCounters(log);
  const transitions = openTransitions(log);
  const store = openStore({
    configured: configuredOf(config),
    hardwareType: config.device.hardwareType,
    ...options.state,
    log,
    count: counters.count,
  });
  const snapshots = openSnapshots({ ...options.state, log, count: counters.count });
  const ledgers = openLedgers({ ...options.state, log, count: counters.count });
  const control = openControl({
    config,
    about,
    deliver,
    look: () => state,
    counters: counters.read,
    transitions,
  });
  const gpio = options.gpio && openGpio(options.gpio, config.device.programmingMode, deliver, log);
  const health =
    broker &&
    watchHealth({
      counters: counters.read,
      inFlight: () => mqtt?.inFlight() ?? 0,
      directory: options.state?.directory,
      deliver,
    });
  const host = openHost({
    functions,
    levels,
    health: (ref) => health?.answer(ref),
    // Not before the answer that was given to it is on its way.
    restart: () => setImmediate(() => void stopWith(EX_TEMPFAIL)),
    deliver,
    log,
  });
  // The first look at the time zones loads them, for longer than octets of the port may wait.
  zoneAt(config.bridge.time?.timezone ?? null, Date.now());
  const serial = openSerial(port, deliver, log);
  const mqtt =
    broker &&
    connectMqtt(
      { ...broker, lookBack: config.bridge.lookBack },
      (impulse) => {
        deliver(impulse);
        if (impulse.type === "broker.ind" && impulse.connected) health?.soon();
      },
      log,
    );
  /** What the configuration of the bridge asks of the outside. */
  const watchFor = ({ time, log: wanted }: BridgeConfig): (() => void) => {
    const stopClock = watchClock(deliver, time?.timezone ?? null);
    const stopSync = watchSync(deliver, log, time?.onlyIfSynced === true);
    levels?.listen(wanted === "off" ? "silent" : wanted, (line) =>
      deliver({ for: "bridge", type: "log.ind", ...line, at: performance.now() }),
    );
    return () => {
      stopClock();
      stopSync();
    };
  };
  let stopWatching = watchFor(config.bridge);
  for (const note of openingNotes(config.device.loaded)) logNote(log, note);
  deliver({ for: "device", type: "start.ind", at: performance.now() });
  // The objects that ETS has loaded are known now.
  const restored = options.restored ?? NOTHING_KEPT;
  deliver({ for: "bridge", type: "start.ind", restored, at: performance.now() });

  let stopping: Promise<void> | undefined;
  const stopWith = (code: number): Promise<void> => {
    stopping ??= stopOnce(code);
    return stopping;
  };
  const stopOnce = async (code: number): Promise<void> => {
    await control.close();
    deliver({ for: "bridge", type: "stop.req", at: performance.now() });
    stopWatching();
    health?.close();
    host.close();
    await mqtt?.end();
    over = true;
    timers.close();
    counters.close();
    await Promise.all([serial.close(), gpio?.close(), snapshots.settled(), ledgers.settled()]);
    end(code);
  };
  const stop = (): Promise<void> => stopWith(0);
  const reload: Shell["reload"] = (next, options) => {
    const reconnects = options !== undefined;
    deliver({ for: "bridge", type: "reload.req", ...next, reconnects, at: performance.now() });
    stopWatching();
    stopWatching = watchFor(next.config);
    if (reconnects) void mqtt?.reconnect({ ...options, lookBack: next.config.lookBack });
  };
  const rejectReload: Shell["rejectReload"] = (findings) =>
    deliver({ for: "bridge", type: "reload-rejected.ind", findings, at: performance.now() });
  const count = (counter: Counter): void => counters.count(counter, 1);
  return { control, count, reload, rejectReload, stop, ended };
};

const withHost = (config: StackConfig, host: readonly HostRequest[]): StackConfig => ({
  ...config,
  bridge: { ...config.bridge, about: { ...config.bridge.about, host } },
});

const BUG = "knxpi threw: a bug, please report it with this line";
const NOT_KEPT =
  "what was promised to survive cannot be kept; mend the --state directory, then start again";
/** Why the program cannot go on. */
const ENDS = {
  base_topic_in_use:
    "base_topic_in_use: another bridge is at work on this base topic; choose another mqtt.base, or stop that bridge",
} as const satisfies Record<Extract<Effect, { for: "process" }>["why"], string>;
/** sysexits.h: something that may be over later. */
const EX_TEMPFAIL = 75;
/** sysexits.h: an internal error was found. */
export const EX_SOFTWARE = 70;
/** sysexits.h: input or output failed. */
const EX_IOERR = 74;
