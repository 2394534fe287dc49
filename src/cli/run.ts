import { setFlagsFromString } from "node:v8";
import { type Command, Option } from "commander";
import type { Logger } from "pino";
import type { Config, LogLevel } from "../config/config.ts";
import type { StackConfig } from "../core/config.ts";
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
Without mqtt.url in the configuration a broker of its own listens on 127.0.0.1:1883.
The log is for people on a terminal and JSON otherwise. SIGTERM or Ctrl-C stops in order.

Ends with 0 after an orderly stop, 1 if the configuration has errors, 2 after a wrong command line,
70 after an internal error, 74 when --state cannot be written. A missing serial port or broker never ends it.

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
  const loaded = loadConfigFile(options.config);
  for (const finding of [...loaded.warnings, ...(loaded.ok ? [] : loaded.errors)])
    say(formatFinding(options.config, finding));
  if (!loaded.ok) return FAILURE;
  if (options.state !== undefined && !(await makeState(options.state, say))) return FAILURE;

  const [{ openLog }, { endOnThrow }] = await Promise.all([
    import("../shell/log.ts"),
    import("../shell/signals.ts"),
  ]);
  const log = await openLog(options.logLevel ?? loaded.config.log.level);
  const { withKept } = await import("./kept.ts");
  const kept = withKept(loaded.config.stack, options.state, log);
  if (!kept.ok) {
    say(kept.problem);
    return FAILURE;
  }
  return serve(loaded.config, kept.stack, options, log).catch(endOnThrow(log));
};

/** @param stack as configured, with what was kept */
const serve = async (
  config: Config,
  stack: StackConfig,
  options: RunOptions,
  log: Logger,
): Promise<number> => {
  const { instance, port, gpio, mqtt, control } = config;
  const [{ openShell }, { untilEnded }, { offerControl }] = await Promise.all([
    import("../shell/shell.ts"),
    import("../shell/signals.ts"),
    import("./serve-control.ts"),
  ]);
  log.info({ instance, port: port.path }, "knxpi starts");
  const broker =
    mqtt.url === undefined
      ? await (await import("../shell/broker.ts")).openBroker(log, mqtt.base)
      : undefined;
  const shell = openShell({
    config: {
      ...stack,
      device: {
        ...stack.device,
        programmingMode: options.programmingMode ?? stack.device.programmingMode,
      },
    },
    about: { version: version(), instance },
    serial: port,
    gpio,
    state: {
      configured: config.stack.dl.address,
      ...(options.state !== undefined && { directory: options.state }),
    },
    mqtt: {
      ...mqtt,
      url: broker?.url ?? mqtt.url ?? "",
      version: broker?.version ?? mqtt.version,
      payloadLimit: stack.bridge.limits.payload,
    },
    log,
  });
  const ended = untilEnded(shell, log);
  const server = await offerControl(shell.control, control, instance, log).catch(
    async (error: unknown) => {
      log.fatal({ error: error instanceof Error ? error.message : error }, "no control socket");
      await shell.stop();
      return null;
    },
  );
  const code = (await ended) || (server === null ? FAILURE : 0);
  await server?.close();
  await broker?.close();
  return code;
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
/**
 * For memory: prefer less of it to speed; collect when the heap has grown by a fifth, where V8 would let it double first; and do not optimise the few
 * longest functions, whose compilation takes 5 MB that are never given back.
 */
const LEAN = [
  "--optimize-for-size",
  "--heap-growing-percent=20",
  "--max-optimized-bytecode-size=1000",
];
