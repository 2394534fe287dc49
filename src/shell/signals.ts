import { constants } from "node:os";
import type { Logger } from "pino";
import { EX_SOFTWARE, type Shell } from "./shell.ts";

/**
 * Lets the shell run until it ends or the process is told to stop (SIGTERM, Ctrl-C). Told a second time, it goes at once.
 * @returns the exit code
 */
export const untilEnded = async (shell: Shell, log: Logger): Promise<number> => {
  let told = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (told) process.exit(128 + constants.signals[signal]);
    told = true;
    log.info({ signal }, "stopping");
    shell.stop().catch((error: unknown) => {
      log.error({ err: error }, "stopping failed");
      process.exit(EX_SOFTWARE);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const code = await shell.ended;
  process.off("SIGTERM", stop);
  process.off("SIGINT", stop);
  return code;
};

/**
 * The service manager, or somebody at a terminal, wants the configuration to be read again.
 * @returns from then on nobody listens any more
 */
export const onHangup = (reload: () => Promise<unknown>, log: Logger): (() => void) => {
  const again = (): void => {
    log.info({}, "SIGHUP: the configuration is read again");
    reload().catch((error: unknown) => log.error({ err: error }, "reading it failed"));
  };
  process.on("SIGHUP", again);
  return () => process.off("SIGHUP", again);
};

/**
 * What nobody caught, thrown or rejected, ends the process with 70: 1 would mean a wrong configuration, after which a
 * service manager does not try again.
 * @param first is told before
 * @returns ends it the same way, for what was caught and should not have been
 */
export const endOnThrow = (
  log: Logger,
  first: (error: unknown) => void = () => undefined,
): ((error: unknown) => never) => {
  const fail = (error: unknown): never => {
    log.fatal({ err: error }, "unexpected error: a bug, please report it with this line");
    first(error);
    process.exit(EX_SOFTWARE);
  };
  process.on("uncaughtException", fail);
  return fail;
};
