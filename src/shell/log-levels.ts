import type { LogLevel } from "../config/config.ts";
import { isLevelWord, isLogModule, LEVEL_WORDS, LOG_MODULES } from "../config/log.ts";
import type { JsonValue } from "../core/effect.ts";
import type { Log } from "./log.ts";

/** How much is written of which module, whoever asks: the configuration, somebody over MQTT, or on the command line. */
export type LogLevels = Readonly<{
  /**
   * Checks, and then sets. Without `seconds`, or with 0, it holds until the next start or reload.
   * @param how `level`, a word or `default`; `module`, null for all without a level of their own; `seconds`
   */
  set(how: Readonly<{ [key: string]: JsonValue }>, by: Setter): LevelChange;
  /** What the configuration says holds from now on; what was set for a time goes on until that is over. */
  configure(level: LogLevel, modules: Readonly<Record<string, LogLevel>>): void;
  read(): LevelsNow;
  /** What is to end by itself later ends now. */
  close(): void;
}>;

export type Setter = "MQTT" | "the control socket";

export type LevelChange = Readonly<
  | { ok: true; level: string; module: string | null; seconds: number }
  | { ok: false; problem: string }
>;

export type LevelsNow = Readonly<{
  level: LogLevel;
  /** Those with a level of their own, and whatever was set for a time: null is the level of all others. */
  own: readonly Readonly<{ module: string | null; level: LogLevel; secondsLeft: number | null }>[];
  modules: readonly string[];
}>;

export const openLogLevels = (log: Pick<Log, "logger" | "setLevel" | "level">): LogLevels => {
  /** What holds but for what was set for a time. */
  const lasting = new Map<string | null, LogLevel>([[null, log.level(null) ?? "info"]]);
  const temporary = new Map<string | null, Temporary>();

  const settle = (module: string | null): void =>
    log.setLevel(temporary.get(module)?.level ?? lasting.get(module), module);

  const end = (module: string | null): void => {
    clearTimeout(temporary.get(module)?.timer);
    temporary.delete(module);
  };

  const over = (module: string | null): void => {
    end(module);
    settle(module);
    log.logger.info({ level: log.level(module) ?? null, module }, "log level as before");
  };

  return {
    set(how, by) {
      const checked = checkLevel(how);
      if (typeof checked === "string") return { ok: false, problem: checked };
      const { word, level, module, seconds } = checked;
      end(module);
      if (seconds > 0 && level !== undefined) {
        const timer = setTimeout(over, seconds * 1_000, module);
        temporary.set(module, { level, timer, until: performance.now() + seconds * 1_000 });
      } else if (level === undefined) lasting.delete(module);
      else lasting.set(module, level);
      settle(module);
      log.logger.info({ level: level ?? word, module, seconds }, `log level set over ${by}`);
      return { ok: true, level: level ?? word, module, seconds };
    },
    configure(level, modules) {
      const before = [...lasting.keys()];
      lasting.clear();
      lasting.set(null, level);
      for (const [module, one] of Object.entries(modules)) lasting.set(module, one);
      for (const module of new Set([...before, ...lasting.keys()])) settle(module);
    },
    read() {
      const names = new Set([...lasting.keys(), ...temporary.keys()]);
      return {
        level: log.level(null) ?? "info",
        own: [...names].flatMap((module) => {
          const level = log.level(module);
          const until = temporary.get(module)?.until;
          if (level === undefined || (module === null && until === undefined)) return [];
          const secondsLeft =
            until === undefined ? null : Math.ceil((until - performance.now()) / 1_000);
          return [{ module, level, secondsLeft }];
        }),
        modules: LOG_MODULES,
      };
    },
    close() {
      for (const module of [...temporary.keys()]) end(module);
    },
  };
};

type Temporary = Readonly<{ level: LogLevel; timer: NodeJS.Timeout; until: number }>;

type Checked = Readonly<{
  word: string;
  /** undefined: none of its own any more. */
  level: LogLevel | undefined;
  module: string | null;
  seconds: number;
}>;

/** @returns what is wrong with it, otherwise what is meant */
const checkLevel = ({
  level,
  module = null,
  seconds,
}: Readonly<{ [key: string]: JsonValue }>): Checked | string => {
  const word = String(level);
  if (!isLevelWord(word) && word !== DEFAULT)
    return `level must be one of ${[...Object.keys(LEVEL_WORDS), DEFAULT].join(", ")}`;
  if (module !== null && typeof module !== "string") return "module must be a text";
  if (module !== null && !isLogModule(module))
    return `module must be one of ${LOG_MODULES.join(", ")}`;
  const time = seconds ?? 0;
  if (typeof time !== "number" || !(time >= 0 && time <= LONGEST_S))
    return `seconds must be a number from 0 to ${LONGEST_S}`;
  if (!isLevelWord(word)) {
    if (module === null) return `${DEFAULT} is for a module: it follows the common level again`;
    return time > 0
      ? `${DEFAULT} is not for a time`
      : { word, level: undefined, module, seconds: 0 };
  }
  return { word, level: LEVEL_WORDS[word], module, seconds: time };
};

/** The module has no level of its own any more. */
const DEFAULT = "default";
/** A day: debug lines fill disks. */
const LONGEST_S = 86_400;
