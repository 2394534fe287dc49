import { type Logger, pino } from "pino";
import type { Note } from "../core/impulse.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Lines for people on a terminal, JSON for whatever collects it otherwise. Both are written at once, in order. */
export const openLog = async (level: LogLevel): Promise<Logger> => {
  const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  if (!process.stdout.isTTY) return pino(options);
  const { default: pretty } = await import("pino-pretty");
  return pino(
    options,
    pretty({ sync: true, singleLine: true, translateTime: "SYS:HH:MM:ss.l", ignore: "layer" }),
  );
};

/** A note of the core: its message and its fields, as they are. */
export const logNote = (log: Logger, { level, layer, message, fields }: Note): void => {
  if (log.isLevelEnabled(level)) log[level]({ layer, ...fields }, message);
};
