/** The parts of the shell that can fail, and be started again, each for itself. */
export type ChildName =
  | "serial"
  | "mqtt"
  | "broker"
  | "store"
  | "web"
  | "control"
  | "gpio"
  | "notify"
  | "recorder";

/**
 * `starting`: trying to come up. `up`: works. `waiting`: failed, tried again after a pause. `failed`: too often, given up: tried again
 * seldom, and when somebody asks. `off`: not configured, or stopped.
 */
export const CHILD_STATES = ["off", "starting", "up", "waiting", "failed"] as const;
export type ChildState = (typeof CHILD_STATES)[number];

/** What one of them does now. */
export type ChildReport = Readonly<{
  name: ChildName;
  state: ChildState;
  /** Since when it works, or does not: pauses and tries in between change nothing. ms since 1970. */
  since: number;
  /** How long that has been so, ms, whatever the clock was set to meanwhile. */
  forMs: number;
  /** How often it was started again since the process began, tries that came to nothing included. */
  restarts: number;
  /** Why it last failed, in words for people; stays when it works again. */
  problem: string | null;
}>;
