import type { Logger } from "pino";
import type { ConfigFinding } from "../core/app/bridge/reload/state.ts";
import { NOTHING_KEPT, type Restored } from "../core/app/bridge/restart/snapshot.ts";
import { configuredOf } from "../core/app/device/model/settings.ts";
import { openingNotes } from "../core/app/device/model/stored.ts";
import type { BridgeConfig, StackConfig } from "../core/config.ts";
import type { Counter } from "../core/counter.ts";
import type { Effect, HostRequest } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { openStack, run } from "../core/stack/stack.ts";
import { type Control, openControl } from "./control/control.ts";
import type { About } from "./control/status.ts";
import { openCounters } from "./counters.ts";
import { executeWith, ownerOf } from "./execute.ts";
import type { GpioOptions } from "./gpio.ts";
import { superviseGpio } from "./gpio-part.ts";
import { watchHealth } from "./health.ts";
import { type HostFunctions, hostRequests, openHost } from "./host.ts";
import { type Log, logNote, partLogs } from "./log.ts";
import { connectMqtt } from "./mqtt.ts";
import type { MqttOptions } from "./mqtt-options.ts";
import { allOf, type Observer } from "./observer.ts";
import { watchOutside } from "./outside.ts";
import type { Recorder } from "./recorder/recorder.ts";
import { openSerial } from "./serial.ts";
import type { SerialOptions } from "./serial-port.ts";
import { openKeeping } from "./store/keeping.ts";
import type { StoreOptions } from "./store/store.ts";
import type { Child, ChildSpec } from "./supervise/child.ts";
import type { ChildReport } from "./supervise/report.ts";
import { openSupervisor } from "./supervise/supervisor.ts";
import { createTimers } from "./timers.ts";
import { openTransitions } from "./transitions.ts";
import type { Look } from "./web/view.ts";
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
  /** Looks on too, and what it has can be fetched over the control. */
  recorder?: Recorder | undefined;
}>;

export type Shell = Readonly<{
  /** For people and programs on this machine. */
  control: Control;
  /** Counts what happened outside of it. */
  count(counter: Counter, by?: number): void;
  /** What runs, since when, how often started again: serial, mqtt, store and gpio as configured, and whatever was added. */
  children(): readonly ChildReport[];
  /** How everything stands; changes nothing. */
  look(): Look;
  /** One part more, that may fail alone; started at once. How to write one: `supervise/child.ts`. */
  supervise(spec: ChildSpec): Child;
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
   * How the shell ended: 0; 70 (EX_SOFTWARE) after a throw of the core, or of what it relies on; 74 (EX_IOERR); 75 (EX_TEMPFAIL)
   * when another bridge uses the base topic, or when a restart was asked for; or what a child ended it with.
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
  const logOf = levels?.of ?? partLogs(log);
  let state = openStack(config);
  const looking = [
    ...(options.observers ?? []),
    ...(options.recorder ? [options.recorder.observer] : []),
  ];
  const observer = allOf(looking, (error) => log.error({ err: error }, BLIND));
  let busy = false;
  let over = false;
  const waiting: Impulse[] = [];
  let resolveEnded: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    resolveEnded = resolve;
  });
  /** Without a goodbye on MQTT: the broker publishes our will. */
  const end = (code: number): void => {
    over = true;
    void supervisor.stop(["serial", "mqtt"]).then(() => resolveEnded(code));
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
        perform(effect, impulse);
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

  /** A part that throws fails alone, unless the core relies on it. */
  const perform = (effect: Effect, impulse: Impulse): void => {
    try {
      execute(effect);
    } catch (error) {
      const owner = ownerOf(effect);
      const told = { impulse: withoutSecrets(impulse), effect: withoutSecrets(effect) };
      if (owner === undefined || !supervisor.threw(owner, error, told)) throw error;
    }
  };

  const timers = createTimers(deliver);
  const counters = openCounters(log);
  const transitions = openTransitions(log);
  const supervisor = openSupervisor({
    log,
    end(code, child, error) {
      if (code === EX_SOFTWARE) log.fatal({ err: error, child }, BUG);
      if (AT_ONCE.includes(code)) end(code);
      else void stopWith(code);
    },
    mended(child, error) {
      counters.count("children.thrown", 1);
      observer.mended(child, error);
    },
    moved: ({ name, ...move }) =>
      transitions.record({ machine: "child", subject: name, ...move, at: performance.now() }),
  });
  const keeping = openKeeping(
    {
      configured: configuredOf(config),
      hardwareType: config.device.hardwareType,
      ...options.state,
      log: logOf("store"),
      count: counters.count,
    },
    supervisor,
  );
  const control = openControl({
    config,
    about,
    deliver,
    look: () => state,
    counters: counters.read,
    transitions,
    children: supervisor.children,
    recorder: options.recorder,
    levels,
  });
  const gpio =
    options.gpio &&
    superviseGpio(options.gpio, config.device.programmingMode, deliver, logOf("gpio"), supervisor);
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
  const serial = openSerial(port, deliver, logOf("serial"), supervisor);
  const mqtt =
    broker &&
    connectMqtt(
      { ...broker, lookBack: config.bridge.lookBack },
      (impulse) => {
        deliver(impulse);
        if (impulse.type === "broker.ind" && impulse.connected) health?.soon();
      },
      logOf("mqtt"),
      supervisor,
    );
  const execute = executeWith({
    ...{ serial, timers, mqtt, counters, host, transitions, keeping, control, gpio, levels },
    logger: log,
    end({ why, base, instance }) {
      log.fatal({ base, instance }, ENDS[why]);
      over = true;
      // Without a goodbye the broker would publish our will on topics that are not ours.
      void Promise.resolve(mqtt?.end()).finally(() => end(EX_TEMPFAIL));
    },
  });
  const watchFor = (wanted: BridgeConfig) => watchOutside(wanted, deliver, log, levels);
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
    await Promise.all([serial.close(), keeping.settled()]);
    await supervisor.stop();
    resolveEnded(code);
  };
  const stop = (): Promise<void> => stopWith(0);
  const reload: Shell["reload"] = (next, options) => {
    const reconnects = options !== undefined;
    deliver({ for: "bridge", type: "reload.req", ...next, reconnects, at: performance.now() });
    stopWatching();
    stopWatching = watchFor(next.config);
    if (reconnects) mqtt?.reconnect({ ...options, lookBack: next.config.lookBack });
    supervisor.ask();
  };
  const rejectReload: Shell["rejectReload"] = (findings) =>
    deliver({ for: "bridge", type: "reload-rejected.ind", findings, at: performance.now() });
  const count = (counter: Counter, by = 1): void => counters.count(counter, by);
  const { children, add: supervise } = supervisor;
  const look = (): Look => ({
    state,
    counters: counters.read(),
    inFlight: mqtt?.inFlight() ?? 0,
    children: children(),
  });
  return { control, count, children, look, supervise, reload, rejectReload, stop, ended };
};

const withHost = (config: StackConfig, host: readonly HostRequest[]): StackConfig => ({
  ...config,
  bridge: { ...config.bridge, about: { ...config.bridge.about, host } },
});

const BUG = "knxpi threw: a bug, please report it with this line";
const BLIND = "an observer threw and is not asked any more: a bug, please report it with this line";
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
/** Nobody can be told anything in order any more. */
const AT_ONCE = [EX_SOFTWARE, EX_IOERR];
