import * as z from "zod";
import type { BridgeConfig } from "../core/config.ts";
import type { LogConfig, LogLevel } from "./config.ts";
import { section } from "./section.ts";

/*
 * `log:`, how much is written, and of what.
 */

/** Whoever writes a line: the layers of the core, in the order of a telegram; the parts of the shell; `shell` for the rest of it. */
// biome-ignore format: three lists
export const LOG_MODULES = [
  "dl", "nl", "tl", "tlsm", "al", "device", "client", "objects", "application", "bridge",
  "serial", "mqtt", "broker", "store", "web", "control", "gpio", "notify", "recorder", "config",
  "shell",
] as const;
export type LogModule = (typeof LOG_MODULES)[number];

export const isLogModule = (name: string): name is LogModule =>
  LOG_MODULES.some((one) => one === name);

/** Levels by every word people use for them. */
export const LEVEL_WORDS = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  silent: "silent",
  off: "silent",
} as const satisfies Readonly<Record<string, LogLevel>>;

export const isLevelWord = (word: string): word is keyof typeof LEVEL_WORDS =>
  Object.hasOwn(LEVEL_WORDS, word);

const level = z.enum(Object.keys(LEVEL_WORDS).filter(isLevelWord));

export const LOG = section({
  level: level.default("info"),
  mqtt: level.default("off"),
  modules: z
    .record(
      z.string().refine((name): boolean => isLogModule(name), {
        error: `modules are ${LOG_MODULES.join(", ")}`,
      }),
      level,
    )
    .default({})
    .describe("Levels of single modules, which win over level"),
});

export const toLogConfig = (log: z.output<typeof LOG>): LogConfig => ({
  level: LEVEL_WORDS[log.level],
  modules: Object.fromEntries(
    Object.entries(log.modules).map(([name, word]) => [name, LEVEL_WORDS[word]]),
  ),
});

/** What goes to `bridge/log`: notes of the core have no finer level than debug. */
export const toMqttLevel = (log: z.output<typeof LOG>): BridgeConfig["log"] => {
  const wanted = LEVEL_WORDS[log.mqtt];
  if (wanted === "silent") return "off";
  return wanted === "trace" ? "debug" : wanted;
};
