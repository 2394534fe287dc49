import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { type Failure, failure } from "../core/app/bridge/commands/errors.ts";
import type { Reply } from "../core/app/bridge/requests/state.ts";
import type { Effect, HostRequest, JsonValue } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import type { Log } from "./log.ts";

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

  const setLevel = (parameters: Parameters): Reply => {
    if (levels === undefined) return refused(failure("unsupported", "the log cannot be changed"));
    const change = levels.settings.set(parameters, "MQTT");
    if (!change.ok) return refused(failure("invalid_value", change.problem));
    const { level, module, seconds } = change;
    return { ok: true, data: { level, module, seconds } };
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
      levels?.settings.close();
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
