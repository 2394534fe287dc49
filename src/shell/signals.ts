import type { Logger } from "pino";
import type { Shell } from "./shell.ts";

/**
 * Lets the shell run until it ends or the process is told to stop (SIGTERM, Ctrl-C). Told a second time, it goes at once.
 * @returns the exit code
 */
export const untilEnded = async (shell: Shell, log: Logger): Promise<number> => {
  let told = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (told) process.exit(1);
    told = true;
    log.info({ signal }, "stopping");
    shell.stop().catch((error: unknown) => {
      log.error({ err: error }, "stopping failed");
      process.exit(1);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return shell.ended;
};
