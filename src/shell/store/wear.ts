import type { Logger } from "pino";

/** Warns when files are replaced so often that somebody must be doing it in a loop: memory cards wear. */
export const watchWear = (
  log: Logger,
  now: () => number = () => performance.now(),
): Readonly<{ written(): void }> => {
  let since = now();
  let writes = 0;
  return {
    written() {
      if (now() - since >= DAY_MS) {
        since = now();
        writes = 0;
      }
      writes += 1;
      if (writes === MANY) log.warn({ writes }, OFTEN);
    },
  };
};

const OFTEN =
  "the state directory is written unusually often: somebody programs this device in a loop";
const DAY_MS = 86_400_000;
/** More than 50 downloads of 16 to 20 files each in a day. */
const MANY = 1_000;
