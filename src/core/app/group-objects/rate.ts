import type { Effect } from "../../effect.ts";
import type { ObjectsTimer } from "../../timer.ts";
import type { Rate } from "./state.ts";

/*
 * How fast group objects may send: PID_GROUP_TELEGR_RATE_LIMIT of the device object. Optional in the standard, and no limit as the
 * device leaves the factory. Writes, reads and answers count alike; what has to wait is not lost. `device-model.md` §5.4
 */

/**
 * Whether a telegram may go at this moment: so many at most within any window of that length.
 * @returns 0, or how long it has to wait, ms
 */
export const rateWait = ({ limit, sends }: Rate, at: number): number => {
  if (!isLimited({ limit, sends })) return 0;
  const first = sends.at(-limit.telegrams);
  return first === undefined ? 0 : Math.max(0, first + limit.ms - at);
};

/** A telegram goes. What has left the window is forgotten: a line carries 50 telegrams a second, a window has 65 s at most. */
export const noteSend = (rate: Rate, at: number): Rate => {
  const { limit, sends } = rate;
  if (!isLimited(rate)) return sends.length === 0 ? rate : { limit, sends: [] };
  const counting = sends.filter((sent) => sent + limit.ms > at);
  return { limit, sends: [...counting, at].slice(-limit.telegrams) };
};

/** Time comes back as a timeout of its own, after which what waits goes. */
export const rateTimer = (ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: TIMER,
  ms: Math.max(1, Math.ceil(ms)),
});

const isLimited = ({ limit }: Rate): boolean => limit.ms > 0 && limit.telegrams > 0;

const TIMER: ObjectsTimer = { for: "objects", name: "rate" };
