import { type Logger, pino } from "pino";
import type { LogLevel } from "../config/config.ts";
import type { LogModule } from "../config/log.ts";
import type { LogLine } from "../core/app-impulse.ts";
import type { Note } from "../core/effect.ts";
import { type LogLevels, openLogLevels } from "./log-levels.ts";

/** The log, and what can be changed of it while the process runs. */
export type Log = Readonly<{
  logger: Logger;
  /** What a part of the shell logs with. */
  of(part: LogModule): Logger;
  /**
   * From now on so much is written.
   * @param module only lines of this module; null: all that have no level of their own
   * @param level undefined: the module has no level of its own any more
   */
  setLevel(level: LogLevel | undefined, module: string | null): void;
  level(module: string | null): LogLevel | undefined;
  /** For those who may not set just anything. */
  settings: LogLevels;
  /**
   * Whoever wants to read along.
   * @param level at least this important, whatever is written
   */
  listen(level: LogLevel, see: (line: LogLine) => void): void;
  /** What this causes to be logged, whoever reads along does not see: it would go on for ever. */
  unseen(act: () => void): void;
}>;

/** Lines for people on a terminal, JSON for whatever collects it otherwise. Both are written at once, in order. */
export const openLog = async (level: LogLevel): Promise<Log> => {
  if (!process.stdout.isTTY) return createLog(level);
  const { default: pretty } = await import("pino-pretty");
  return createLog(
    level,
    pretty({ sync: true, singleLine: true, translateTime: "SYS:HH:MM:ss.l", ignore: "layer" }),
  );
};

/** @param stream where the lines go; without one to the standard output */
export const createLog = (level: LogLevel, stream?: pino.DestinationStream): Log => {
  let common = level;
  const own = new Map<string, LogLevel>();
  let heard: Readonly<{ level: LogLevel; see(line: LogLine): void }> | undefined;
  let deaf = false;
  /** Of the parts of the shell. They live as long as the process. */
  const children = new Map<Logger, string>();
  const unseen = (act: () => void): void => {
    const before = deaf;
    deaf = true;
    try {
      act();
    } finally {
      deaf = before;
    }
  };
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    hooks: {
      logMethod(parameters, method, rank) {
        const module = moduleOf(parameters[0]) ?? children.get(this) ?? "shell";
        if (rank >= RANK[own.get(module) ?? common]) method.apply(this, parameters);
        const listener = heard;
        if (listener === undefined || deaf || rank < RANK[listener.level]) return;
        unseen(() => listener.see(lineOf(rank, module, parameters)));
      },
    },
  };
  /** Notes of the core come through the first one, whatever their layer: as much as anybody wants. */
  const settle = (): void => {
    const listening = heard ? [heard.level] : [];
    logger.level = least([common, ...own.values(), ...listening]);
    for (const [child, module] of children)
      child.level = least([own.get(module) ?? common, ...listening]);
  };
  const onChild = (child: Logger): void => {
    children.set(child, moduleOf(child.bindings()) ?? "shell");
    settle();
  };
  const logger: Logger = stream
    ? pino({ ...options, onChild }, stream)
    : pino({ ...options, onChild });
  const log: Omit<Log, "settings"> = {
    logger,
    of: partLogs(logger),
    setLevel(wanted, module) {
      if (module === null) common = wanted ?? level;
      else if (wanted === undefined) own.delete(module);
      else own.set(module, wanted);
      settle();
    },
    level: (module) => (module === null ? common : own.get(module)),
    listen(wanted, see) {
      heard = { level: wanted, see };
      settle();
    },
    unseen,
  };
  return { ...log, settings: openLogLevels(log) };
};

/** A note of the core: its message and its fields, as they are. */
export const logNote = (log: Logger, { level, layer, message, fields }: Note): void => {
  if (log.isLevelEnabled(level)) log[level]({ layer, ...fields }, message);
};

/** What the parts of the shell log with: one for each, however often it is started. */
export const partLogs = (log: Logger): ((part: LogModule) => Logger) => {
  const made = new Map<LogModule, Logger>();
  return (layer) => {
    const child = made.get(layer) ?? log.child({ layer });
    made.set(layer, child);
    return child;
  };
};

/** The layer of a note, or the part of the shell that logs. */
const moduleOf = (fields: unknown): string | undefined =>
  typeof fields === "object" && fields !== null && "layer" in fields
    ? String(fields.layer)
    : undefined;

const lineOf = (rank: number, module: string, parameters: readonly unknown[]): LogLine => {
  const [first, second] = parameters;
  const level =
    rank >= RANK.error
      ? "error"
      : rank >= RANK.warn
        ? "warn"
        : rank >= RANK.info
          ? "info"
          : "debug";
  if (typeof first === "string") return { level, module, message: first, fields: {} };
  const fields = Object.entries(typeof first === "object" && first !== null ? first : {}).flatMap(
    ([name, value]) => {
      const plain = plainOf(value);
      return name === "layer" || plain === undefined ? [] : [[name, plain] as const];
    },
  );
  return {
    level,
    module,
    message: typeof second === "string" ? second : "",
    fields: Object.fromEntries(fields),
  };
};

const plainOf = (value: unknown): string | number | boolean | null | undefined => {
  if (value instanceof Error) return value.message.slice(0, LENGTH);
  if (typeof value === "string") return value.slice(0, LENGTH);
  // JSON has no word for infinity.
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return typeof value === "boolean" || value === null ? value : undefined;
};

const least = (levels: readonly LogLevel[]): LogLevel =>
  levels.reduce((found, each) => (RANK[each] < RANK[found] ? each : found));

/** As pino counts them. */
const RANK = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: Number.POSITIVE_INFINITY,
} as const satisfies Record<LogLevel, number>;
const LENGTH = 200;
