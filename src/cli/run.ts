import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { type Command, Option } from "commander";
import type { Logger } from "pino";
import type { Config, LogLevel, MqttConfig } from "../config/config.ts";
import type { Restored } from "../core/app/bridge/restart/snapshot.ts";
import { configuredOf } from "../core/app/device/model/settings.ts";
import type { StackConfig } from "../core/config.ts";
import type { Project } from "../project/project.ts";
import type { Broker, HouseOptions } from "../shell/broker.ts";
import type { Log } from "../shell/log.ts";
import type { Shell } from "../shell/shell.ts";
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

Ends with 0 after an orderly stop, 1 if the configuration has errors, 2 after a wrong command line,
70 after an internal error, 74 when --state cannot be written, 75 while another bridge uses the base topic,
while the embedded broker cannot listen where mqtt.listen says, or when a restart was asked for over MQTT. A missing serial port or broker never ends it.

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
  if (!loaded.ok) return FAILURE;
  if (options.state !== undefined && !(await makeState(options.state, say))) return FAILURE;

  const [{ openLog }, { endOnThrow }] = await Promise.all([
    import("../shell/log.ts"),
    import("../shell/signals.ts"),
  ]);
  const levels = await openLog(options.logLevel ?? loaded.config.log.level);
  const log = levels.logger;
  const { withKept } = await import("./kept.ts");
  const kept = withKept(loaded.config.stack, options.state, log);
  if (!kept.ok) {
    say(kept.problem);
    return FAILURE;
  }
  const { readSnapshot } = await import("../shell/store/snapshot.ts");
  const { readLedger } = await import("../shell/store/ledger.ts");
  const ledger = readLedger(options.state, log);
  const restored = { ...readSnapshot(options.state, log), ...(ledger && { ledger }) };
  return serve(loaded, kept.stack, restored, options, levels).catch(endOnThrow(log));
};

/** @param stack as configured, with what was kept */
const serve = async (
  { config, project }: Readonly<{ config: Config; project?: Project }>,
  stack: StackConfig,
  restored: Restored,
  options: RunOptions,
  levels: Log,
): Promise<number> => {
  const log = levels.logger;
  const { instance, port, gpio, mqtt, control } = config;
  const [{ openShell }, { onHangup, untilEnded }, { offerControl }, { openConfiguration }] =
    await Promise.all([
      import("../shell/shell.ts"),
      import("../shell/signals.ts"),
      import("./serve-control.ts"),
      import("./configuration.ts"),
    ]);
  log.info({ instance, port: port.path }, "knxpi starts");
  const broker =
    mqtt.url === undefined
      ? await openOwnBroker(config, log, (counter) => shell.count(counter))
      : undefined;
  if (broker === null) return EX_TEMPFAIL;
  const { withMachine } = await import("./machine.ts");
  const toBroker = (own: MqttConfig) => ({
    ...own,
    url: broker?.url ?? own.url ?? "",
    version: broker?.version ?? own.version,
    ...broker?.login,
    payloadLimit: stack.bridge.limits.payload,
  });
  const configuration = openConfiguration({
    path: options.config,
    running: config,
    project,
    shell: () => shell,
    broker: (other) => toBroker(other.mqtt),
    setLevel: (level) => {
      if (options.logLevel === undefined) levels.setLevel(level, null);
    },
    log,
  });
  const shell: Shell = openShell({
    config: {
      ...withMachine(stack, readFileSync(options.config, "utf8")),
      device: {
        ...stack.device,
        programmingMode: options.programmingMode ?? stack.device.programmingMode,
      },
    },
    about: { version: version(), instance },
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
  });
  const ended = untilEnded(shell, log);
  const ignoreHangup = onHangup(configuration.reload, log);
  const server = await offerControl(shell.control, control, instance, log).catch(
    async (error: unknown) => {
      log.fatal({ error: error instanceof Error ? error.message : error }, "no control socket");
      await shell.stop();
      return null;
    },
  );
  const code = (await ended) || (server === null ? FAILURE : 0);
  ignoreHangup();
  await server?.close();
  await broker?.close();
  return code;
};

/** @returns null when it cannot listen where it should, of which the log tells */
const openOwnBroker = async (
  { instance, mqtt: { base, clientId, discovery, listen } }: Config,
  log: Logger,
  count: HouseOptions["count"],
): Promise<Broker | null> => {
  const { openBroker } = await import("../shell/broker.ts");
  try {
    return await openBroker(log, {
      base,
      ...(listen && { house: { listen, clientId, instance, discovery, count } }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    log.fatal({ error: why, host: listen?.host, port: listen?.port }, NO_BROKER);
    return null;
  }
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

const FAILURE = 1;
/** sysexits.h: something that may be over later: a port in use, an address that is not there yet. */
const EX_TEMPFAIL = 75;
const NO_BROKER =
  "the embedded broker cannot listen there: choose another mqtt.listen.host or port, or stop whoever has it";
/**
 * For memory: prefer less of it to speed; collect when the heap has grown by a fifth, where V8 would let it double first; and do not optimise the few
 * longest functions, whose compilation takes 5 MB that are never given back.
 */
const LEAN = [
  "--optimize-for-size",
  "--heap-growing-percent=20",
  "--max-optimized-bytecode-size=1000",
];
