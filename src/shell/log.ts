import { type Logger, pino } from "pino";
import type { LogLine } from "../core/app-impulse.ts";
import type { Note } from "../core/effect.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log, and what can be changed of it while the process runs. */
export type Log = Readonly<{
  logger: Logger;
  /**
   * From now on so much is written.
   * @param module only lines of this layer, or of the `shell`; null: all that have no level of their own
   * @param level undefined: the module has no level of its own any more
   */
  setLevel(level: LogLevel | undefined, module: string | null): void;
  level(module: string | null): LogLevel | undefined;
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
        const module = moduleOf(parameters[0]);
        if (rank >= RANK[own.get(module) ?? common]) method.apply(this, parameters);
        const listener = heard;
        if (listener === undefined || deaf || rank < RANK[listener.level]) return;
        unseen(() => listener.see(lineOf(rank, module, parameters)));
      },
    },
  };
  const logger = stream ? pino(options, stream) : pino(options);
  /** As much as anybody wants. */
  const settle = (): void => {
    const wanted = [common, ...own.values(), ...(heard ? [heard.level] : [])];
    logger.level = wanted.reduce((least, each) => (RANK[each] < RANK[least] ? each : least));
  };
  return {
    logger,
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
};

/** A note of the core: its message and its fields, as they are. */
export const logNote = (log: Logger, { level, layer, message, fields }: Note): void => {
  if (log.isLevelEnabled(level)) log[level]({ layer, ...fields }, message);
};

/** The layer of a note; whatever else is logged is of the shell. */
const moduleOf = (fields: unknown): string =>
  typeof fields === "object" && fields !== null && "layer" in fields
    ? String(fields.layer)
    : "shell";

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
  return typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : undefined;
};

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
