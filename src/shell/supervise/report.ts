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
 * `starting`: trying to come up. `up`: works. `waiting`: failed, tried again after a pause. `failed`: too often, given up until somebody asks. `off`: not
 * configured, or stopped.
 */
export type ChildState = "off" | "starting" | "up" | "waiting" | "failed";

/** What one of them does now. */
export type ChildReport = Readonly<{
  name: ChildName;
  state: ChildState;
  /** Since when, ms since 1970. */
  since: number;
  /** How often it was started again since the process began. */
  restarts: number;
  /** Why it last failed. */
  problem: string | null;
}>;
