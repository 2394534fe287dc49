import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { About } from "../shell/control/status.ts";
import type { WebPart } from "../shell/web/part.ts";

/**
 * Metrics and health as configured, loaded only when they are wanted.
 * @param directory where the state is kept
 */
export const openWeb = async (
  { http }: Pick<Config, "http">,
  about: About,
  directory: string | undefined,
  log: Logger,
): Promise<WebPart | undefined> => {
  if (http === null) return undefined;
  const { openWebPart } = await import("../shell/web/part.ts");
  return openWebPart(http, about, directory, log);
};
