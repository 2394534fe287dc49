import { join } from "node:path";
import type { Logger } from "pino";
import type { ControlConfig } from "../config/config.ts";
import type { Control } from "../shell/control/control.ts";
import { IN_USE, prepareFolder, runtimeFolder, socketName } from "../shell/control/socket-file.ts";
import type { ChildSpec } from "../shell/supervise/child.ts";
import { HELPER } from "../shell/supervise/strategy.ts";
import { surroundings } from "./station/surroundings.ts";

export type ControlOptions = Readonly<{
  control: Control;
  config: ControlConfig;
  instance: string;
  /** When somebody answers there already: the process ends with this code; undefined: it does without. */
  whenTaken?: number;
  log: Logger;
}>;

export type ControlPart = Readonly<{
  child: ChildSpec;
  /** It is known whether it is there, for the first time. */
  tried: Promise<void>;
}>;

/**
 * The control socket as a part of the shell. Whoever answers there when we start is a bridge of the same instance, so probably on
 * the same bus with the same address: that we do not join. Later it is the other one that came too late.
 */
export const openControlPart = (options: ControlOptions): ControlPart => {
  const { control, config, instance, whenTaken, log } = options;
  let hasTried: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => {
    hasTried = resolve;
  });
  let isFirst = true;
  let told: string | undefined;
  const child: ChildSpec = {
    name: "control",
    strategy: HELPER,
    async start(life) {
      const decides = isFirst;
      isFirst = false;
      const { serveControl } = await import("../shell/control/server.ts");
      try {
        const path = config.socket ?? pathFor(instance);
        const server = await serveControl(control, { path, mode: config.mode }, log, life);
        told = undefined;
        life.up();
        return server.close;
      } catch (error) {
        if (!decides || whenTaken === undefined || !isTaken(error)) throw error;
        log.fatal({ error: say(error) }, NONE);
        life.fatal(whenTaken, error);
        return undefined;
      } finally {
        hasTried();
      }
    },
    tell(error) {
      const problem = `${NONE}: ${say(error)}`;
      const level = config.socket === undefined ? "warn" : "error";
      if (problem !== told) log[level]({ error: say(error) }, WITHOUT);
      told = problem;
      return problem;
    },
  };
  return { child, tried };
};

/** @throws Error when its folder is not there, or not ours alone */
const pathFor = (instance: string): string => {
  const around = surroundings();
  const folder = runtimeFolder(around);
  prepareFolder(folder, around.uid);
  return join(folder.path, socketName(instance));
};

const isTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === IN_USE;

const say = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const NONE = "no control socket";
const WITHOUT =
  "no control socket, so no knxpi status and device commands: set control.socket, or control: false; it is tried again, and the bridge works without it";
