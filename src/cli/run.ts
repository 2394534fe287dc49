import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { type Command, Option } from "commander";
import type { Logger } from "pino";
import type { Config, LogLevel, MqttConfig } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import type { Restored } from "../core/app/bridge/restart/snapshot.ts";
import { configuredOf } from "../core/app/device/model/settings.ts";
import type { StackConfig } from "../core/config.ts";
import type { Project } from "../project/project.ts";
import type { HouseOptions } from "../shell/broker.ts";
import type { BrokerPart } from "../shell/broker-part.ts";
import type { About } from "../shell/control/status.ts";
import type { Log } from "../shell/log.ts";
import type { Recorder } from "../shell/recorder/recorder.ts";
import type { Shell } from "../shell/shell.ts";
import type { Locked } from "../shell/store/lock.ts";
import { version } from "./version.ts";

export type RunOptions = Readonly<{
  config: string;
  state?: string;
  logLevel?: LogLevel;
  programmingMode?: true;
}>;

/** `knxpi run` */
export const addRun = (program: Command): void => {
  program
    .command("run")
    .description("run the bridge on the bus until it is told to stop")
    .requiredOption("-c, --config <file>", "configuration (YAML); try it with knxpi check first")
    .option("--state <directory>", "where to keep what must survive a restart; made if missing")
    .addOption(
      new Option("--log-level <level>", "how much to log; wins over log.level of the file").choices(
        ["trace", "debug", "info", "warn", "error", "silent"],
      ),
    )
    .option("--programming-mode", "start in programming mode, as if its button had been pressed")
    .addHelpText(
      "after",
      `
Without mqtt.url in the configuration a broker of its own listens on 127.0.0.1:1883, or where mqtt.listen says.
The log is for people on a terminal and JSON otherwise. SIGTERM or Ctrl-C stops in order. SIGHUP reads the configuration again:
all of it holds from then on, or nothing if it has errors; keys that need a restart are said in the log.

Started by systemd it says when it is ready, and feeds the watchdog while the way from the chip works.

Ends with 0 after an orderly stop, 1 if configuration or state cannot be used (78 when systemd started it), 2 after a wrong command line,
70 after an internal error, 74 when --state cannot be written, 75 while another bridge uses the base topic,
or when a restart was asked for over MQTT. A missing serial port or broker, a port that is taken, or a part that fails never ends it:
knxpi status shows its parts. Only another knxpi with the same --state or control socket does, with 1.

Examples:
  knxpi run --config /etc/knxpi/house.yaml --state /var/lib/knxpi
  knxpi run -c house.yaml --log-level debug`,
    )
    .action(async (options: RunOptions) => {
      process.exit(await run(options));
    });
};

/**
 * @param say takes what is wrong with the configuration, line by line
 * @returns the exit code, once the bridge has ended
 */
export const run = async (
  options: RunOptions,
  say: (line: string) => void = console.error,
): Promise<number> => {
  for (const flag of LEAN) setFlagsFromString(flag);
  const [{ loadConfigFile }, { formatFinding }] = await Promise.all([
    import("../config/file.ts"),
    import("../config/finding.ts"),
  ]);
  const loaded = await loadConfigFile(options.config);
  for (const finding of [...loaded.warnings, ...(loaded.ok ? [] : loaded.errors)])
    say(formatFinding(options.config, finding));
  if (!loaded.ok) return isService() ? EX_CONFIG : FAILURE;
  if (options.state !== undefined && !(await makeState(options.state, say))) return FAILURE;

  const { openLog } = await import("../shell/log.ts");
  const { level, modules } = loaded.config.log;
  const levels = await openLog(options.logLevel ?? level);
  levels.settings.configure(options.logLevel ?? level, modules);
  const lock = await locked(options.state);
  try {
    if (lock?.ok === false) {
      if (lock.why === "running") {
        say(lock.problem);
        return FAILURE;
      }
      // It runs without: where nothing can be written a second one writes nothing either.
      levels.of("store").warn({ problem: lock.problem }, NOT_LOCKED);
    }
    return await runWithState(loaded, options, levels, say);
  } finally {
    if (lock?.ok) lock.release();
  }
};

/** With what the state directory keeps, which nobody else works with. */
const runWithState = async (
  loaded: Loaded & { readonly ok: true },
  options: RunOptions,
  levels: Log,
  say: (line: string) => void,
): Promise<number> => {
  const [{ withKept }, { stateReady }, { endOnThrow }] = await Promise.all([
    import("./kept.ts"),
    import("./state.ts"),
    import("../shell/signals.ts"),
  ]);
  const refused = isService() ? EX_CONFIG : FAILURE;
  const storeLog = levels.of("store");
  const unusable = stateReady(options.state, storeLog);
  if (unusable !== undefined) {
    say(unusable);
    return refused;
  }
  const kept = withKept(loaded.config.stack, options.state, storeLog);
  if (!kept.ok) {
    say(kept.problem);
    return refused;
  }
  const { readSnapshot } = await import("../shell/store/snapshot.ts");
  const { readLedger } = await import("../shell/store/ledger.ts");
  const ledger = readLedger(options.state, storeLog);
  const restored = { ...readSnapshot(options.state, storeLog), ...(ledger && { ledger }) };
  let recorder: Recorder | undefined;
  const opened = (one: Recorder | undefined): void => {
    recorder = one;
  };
  return serve(loaded, kept.stack, restored, { ...options, opened }, levels).catch(
    endOnThrow(levels.logger, (error) => recorder?.crash(error)),
  );
};

const locked = async (state: string | undefined): Promise<Locked | undefined> =>
  state === undefined ? undefined : (await import("../shell/store/lock.ts")).lockState(state);

/** @param stack as configured, with what was kept */
const serve = async (
  { config, project }: Readonly<{ config: Config; project?: Project }>,
  stack: StackConfig,
  restored: Restored,
  options: RunOptions & Readonly<{ opened(recorder: Recorder | undefined): void }>,
  levels: Log,
): Promise<number> => {
  const log = levels.logger;
  const { instance, port, gpio, mqtt, control } = config;
  const [
    { openShell },
    { onHangup, untilEnded },
    { openControlPart },
    { openConfiguration },
    { openNotify },
    { recorderFor },
    { openWeb },
  ] = await Promise.all([
    import("../shell/shell.ts"),
    import("../shell/signals.ts"),
    import("./serve-control.ts"),
    import("./configuration.ts"),
    import("../shell/notify/notify.ts"),
    import("./recorder.ts"),
    import("./serve-web.ts"),
  ]);
  const about: About = { version: version(), instance };
  log.info({ instance, port: port.path }, "knxpi starts");
  const broker =
    mqtt.url === undefined
      ? await ownBroker(config, levels.of("broker"), (counter) => shell.count(counter))
      : undefined;
  const { withMachine } = await import("./machine.ts");
  const toBroker = (own: MqttConfig) => ({
    ...own,
    url: own.url ?? "",
    ...(broker && { door: broker.door }),
    payloadLimit: stack.bridge.limits.payload,
  });
  const configuration = openConfiguration({
    path: options.config,
    state: options.state,
    running: config,
    project,
    shell: () => shell,
    broker: (other) => toBroker(other.mqtt),
    setLevels: ({ level, modules }) =>
      levels.settings.configure(options.logLevel ?? level, modules),
    log: levels.of("config"),
  });
  const web = await openWeb(config, about, options.state, levels.of("web"));
  const notify = openNotify({ env: process.env, children: () => shell.children() });
  const recorder = recorderFor(config.recorder, {
    about: { version: version(), instance },
    directory: options.state,
    log: levels.of("recorder"),
    count: (counter, by) => shell.count(counter, by),
  });
  options.opened(recorder);
  const shell: Shell = openShell({
    config: {
      ...withMachine(stack, readFileSync(options.config, "utf8")),
      device: {
        ...stack.device,
        programmingMode: options.programmingMode ?? stack.device.programmingMode,
      },
    },
    about,
    serial: port,
    gpio,
    state: {
      configured: configuredOf(config.stack),
      ...(options.state !== undefined && { directory: options.state }),
    },
    mqtt: toBroker(mqtt),
    host: configuration.requests,
    restored,
    log,
    levels,
    // The first of them measures: what the others do is not part of it.
    observers: [web, notify].flatMap((part) => (part ? [part.observer] : [])),
    recorder,
  });
  if (broker !== undefined) shell.supervise(broker.child);
  if (notify !== undefined) shell.supervise(notify.child);
  if (recorder?.child) shell.supervise(recorder.child);
  if (web) shell.supervise(web.child(shell.look));
  const ended = untilEnded(shell, log);
  const { reload } = configuration;
  const ignoreHangup = onHangup(notify === undefined ? reload : () => notify.reload(reload), log);
  if (control !== null) {
    const options = {
      control: shell.control,
      config: control,
      instance,
      whenTaken: FAILURE,
      log: levels.of("control"),
    };
    const { child, tried } = openControlPart(options);
    shell.supervise(child);
    await tried;
  }
  notify?.ready();
  const code = await ended;
  ignoreHangup();
  notify?.close();
  await recorder?.close();
  return code;
};

const ownBroker = async (
  { instance, mqtt: { base, clientId, discovery, listen } }: Config,
  log: Logger,
  count: HouseOptions["count"],
): Promise<BrokerPart> => {
  // What it needs is loaded before the bus is there: later it would keep octets waiting.
  const [{ openBrokerPart }] = await Promise.all([
    import("../shell/broker-part.ts"),
    import("aedes"),
  ]);
  const house = listen && { house: { listen, clientId, instance, discovery, count } };
  return openBrokerPart({ base, ...house }, log);
};

const makeState = async (path: string, say: (line: string) => void): Promise<boolean> => {
  const { makeDirectory } = await import("../shell/store/files.ts");
  try {
    makeDirectory(path);
    return true;
  } catch (error) {
    say(`--state ${path}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
};

/** A service manager waits for what we say of ourselves. */
const isService = (): boolean => process.env["NOTIFY_SOCKET"] !== undefined;

const NOT_LOCKED = "a second knxpi with this state would not be noticed";
const FAILURE = 1;
/**
 * sysexits.h: a configuration, or a state, that trying again does not mend. 1 is also what Node says when the card does not give its files: that is worth another try,
 * so a service manager must be able to tell them apart.
 */
const EX_CONFIG = 78;
/**
 * For memory: prefer less of it to speed; collect when the heap has grown by a fifth, where V8 would let it double first; and do not optimise the few
 * longest functions, whose compilation takes 5 MB that are never given back.
 */
const LEAN = [
  "--optimize-for-size",
  "--heap-growing-percent=20",
  "--max-optimized-bytecode-size=1000",
];
