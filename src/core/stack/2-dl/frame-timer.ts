import type { Effect } from "../../effect.ts";
import type { DlTimer } from "../../timer.ts";
import { FRAME_SILENCE_MS } from "./assemble.ts";

/** While anything is incomplete, silence has to be noticed: the timer runs from the first octet of it to its end. */
export const frameTimer = (was: boolean, is: boolean): readonly Effect[] => {
  if (was === is) return NONE;
  return is ? START_FRAME_TIMER : STOP_FRAME_TIMER;
};

/**
 * The timer has ended, `lastAt` is when the last octet came.
 * @returns undefined when the line has been silent for long enough, otherwise what waits for the rest
 */
export const waitOn = (lastAt: number, at: number): readonly Effect[] | undefined => {
  const left = FRAME_SILENCE_MS - (at - lastAt);
  return left > 0
    ? [{ for: "timer", type: "start", timer: FRAME_TIMER, ms: Math.ceil(left) }]
    : undefined;
};

const FRAME_TIMER: DlTimer = { for: "dl", name: "frame" };
const NONE: readonly Effect[] = [];
const START_FRAME_TIMER: readonly Effect[] = [
  { for: "timer", type: "start", timer: FRAME_TIMER, ms: FRAME_SILENCE_MS },
];
const STOP_FRAME_TIMER: readonly Effect[] = [{ for: "timer", type: "stop", timer: FRAME_TIMER }];
