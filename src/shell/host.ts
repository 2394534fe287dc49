import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { type Failure, failure } from "../core/app/bridge/commands/errors.ts";
import type { Reply } from "../core/app/bridge/requests/state.ts";
import type { Effect, HostRequest, JsonValue } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { LOG_LEVELS, type Log, type LogLevel } from "./log.ts";

/** Requests that need a file, and whoever knows about it; one that is absent is `unsupported`. */
export type HostFunctions = Readonly<
  Partial<Record<FileRequest, (parameters: Parameters) => Promise<Reply>>>
>;

type FileRequest = Exclude<HostRequest, "health" | "log/level" | "restart">;
type Parameters = Readonly<{ [key: string]: JsonValue }>;
type HostEffect = Extract<Effect, { for: "host" }>;

export type HostOptions = Readonly<{
  functions: HostFunctions;
  /** Without it the level of the log stays as it is. */
  levels?: Log | undefined;
  /** Answers by itself. */
  health(ref: number): void;
  /** Orderly, and so that whoever supervises the process starts it again. */
  restart(): void;
  deliver(impulse: Impulse): void;
  log: Logger;
}>;

export type Host = Readonly<{
  execute(effect: HostEffect): void;
  /** What is to end by itself later ends now. */
  close(): void;
}>;

/** What the core cannot do by itself when somebody asks over MQTT. `mqtt-interface.md` §10 */
export const openHost = (options: HostOptions): Host => {
  const { functions, levels, deliver, log } = options;
  const temporary = new Map<string | null, NodeJS.Timeout>();

  const answer = (ref: number, reply: Reply): void =>
    deliver({ for: "bridge", type: "request.con", ref, reply, at: performance.now() });

  const work = async (name: FileRequest, ref: number, parameters: Parameters): Promise<void> => {
    const act = functions[name];
    if (act === undefined) {
      answer(ref, refused(failure("unsupported", `${name} is not possible here`)));
      return;
    }
    try {
      answer(ref, await act(parameters));
    } catch (error) {
      // The parameters may hold secrets: only the name is logged.
      const reference = randomBytes(4).toString("hex");
      log.error({ err: error, request: name, reference }, "a request failed");
      answer(ref, refused(failure("internal", `${name} failed; look for ${reference} in the log`)));
    }
  };

  const setLevel = ({ level, module, seconds }: Parameters): Reply => {
    if (levels === undefined) return refused(failure("unsupported", "the log cannot be changed"));
    const wanted = LOG_LEVELS.find((one) => one === WORDS[String(level)]);
    if (wanted === undefined) return wrong(`level must be one of ${Object.keys(WORDS).join(", ")}`);
    if (module !== undefined && module !== null && typeof module !== "string")
      return wrong("module must be a text");
    const time = seconds ?? 0;
    if (typeof time !== "number" || time < 0 || time > LONGEST_S)
      return wrong(`seconds must be a number from 0 to ${LONGEST_S}`);
    const which = module ?? null;
    if (which !== null && !MODULES.includes(which))
      return wrong(`module must be one of ${MODULES.join(", ")}`);
    const before = levels.level(which);
    const pending = temporary.get(which);
    clearTimeout(pending);
    temporary.delete(which);
    levels.setLevel(wanted, which);
    log.info({ level: wanted, module: which, seconds: time }, "log level set over MQTT");
    if (time > 0) temporary.set(which, setTimeout(restore, time * 1_000, which, before));
    return { ok: true, data: { level: wanted, module: which, seconds: time } };
  };

  const restore = (which: string | null, before: LogLevel | undefined): void => {
    temporary.delete(which);
    levels?.setLevel(before, which);
    log.info({ level: before ?? null, module: which }, "log level as before");
  };

  return {
    execute({ name, ref, parameters }) {
      switch (name) {
        case "health":
          options.health(ref);
          break;
        case "log/level":
          answer(ref, setLevel(parameters));
          break;
        case "restart":
          log.info({}, "restart requested over MQTT");
          options.restart();
          break;
        default:
          void work(name, ref, parameters);
      }
    },
    close() {
      for (const timer of temporary.values()) clearTimeout(timer);
    },
  };
};

/** What is really possible, for `bridge/info`. */
export const hostRequests = (
  functions: HostFunctions,
  levels: Log | undefined,
): readonly HostRequest[] =>
  ALL.filter((name) => {
    if (name === "log/level") return levels !== undefined;
    return name === "restart" || name === "health" || functions[name] !== undefined;
  });

const ALL: readonly HostRequest[] = [
  "health",
  "log/level",
  "config/get",
  "config/validate",
  "config/apply",
  "config/reload",
  "project/import",
  "backup/create",
  "restart",
];

const refused = (error: Failure): Reply => ({ ok: false, error });
const wrong = (message: string): Reply => refused(failure("invalid_value", message));

const WORDS: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  off: "silent",
  silent: "silent",
};
const MODULES: readonly string[] = [
  "dl",
  "nl",
  "tl",
  "tlsm",
  "al",
  "device",
  "client",
  "application",
  "bridge",
  "shell",
];
/** A day: debug lines fill disks. */
const LONGEST_S = 86_400;
