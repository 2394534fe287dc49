import { join } from "node:path";
import type { Logger } from "pino";
import type { ControlConfig } from "../config/config.ts";
import type { Control } from "../shell/control/control.ts";
import type { ControlServer } from "../shell/control/server.ts";
import { prepareFolder, runtimeFolder, socketName } from "../shell/control/socket-file.ts";
import { surroundings } from "./station/surroundings.ts";

/**
 * Offers the control socket as configured.
 * @returns undefined when there is none: not wanted, or no folder for it that nobody asked for
 * @throws Error when somebody else has it, or when a path was asked for that cannot be had
 */
export const offerControl = async (
  control: Control,
  config: ControlConfig | null,
  instance: string,
  log: Logger,
): Promise<ControlServer | undefined> => {
  if (config === null) return undefined;
  const { serveControl } = await import("../shell/control/server.ts");
  const { socket, mode } = config;
  if (socket !== undefined) return serveControl(control, { path: socket, mode }, log);
  const around = surroundings();
  const folder = runtimeFolder(around);
  try {
    prepareFolder(folder, around.uid);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn(
      { folder: folder.path, why },
      "no control socket: set control.socket, or control: false",
    );
    return undefined;
  }
  return serveControl(control, { path: join(folder.path, socketName(instance)), mode }, log);
};
