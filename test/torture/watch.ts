import type { Loaded } from "../../src/config/load.ts";
import type { Counters } from "../../src/core/app-impulse.ts";
import type { StackConfig } from "../../src/core/config.ts";
import type { Effect, Publication } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import type { StackState } from "../../src/core/stack/stack.ts";
import type { Chip } from "../../src/sim/chip.ts";
import type { Clock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Broker, Delivery } from "./broker.ts";
import type { Disk } from "./disk.ts";
import type { Runner } from "./runner.ts";
import type { Turns } from "./turns.ts";

/** What becomes of a life: killed, by a loss of power, by its own decision with this code, or by a bug. */
export type Ending = "killed" | "power" | number;

/** One process of the bridge, from its start to its end, in virtual time. */
export type Life = Readonly<{
  runner: Runner;
  /** What it was given at its start. */
  stack: StackConfig;
  counters(): Counters;
  isConnected(): boolean;
  /** The port vanishes, or is there again. */
  unplug(): void;
  plug(): void;
  isOpen(): boolean;
  /** SIGHUP. */
  reload(): void;
  /** SIGTERM, or a request. @param code with which it ends */
  stop(code: number): void;
  kill(how: "killed" | "power"): void;
}>;

/** Who looks on. */
export type Watch = Readonly<{
  begins(state: StackState, epoch: number): void;
  seen(item: Impulse | Effect): void;
  takes(impulse: Impulse): void;
  done(impulse: Impulse, effects: readonly Effect[], state: StackState): void;
  /** A message reaches the process. */
  received(message: Delivery): void;
  published(publication: Publication): void;
  dropped(effect: Extract<Effect, { for: "drops" }>): void;
  counted(counters: Counters): void;
  portClosed(closed: boolean): void;
  threw(impulse: Impulse, error: unknown): void;
  ended(how: Ending): void;
}>;

export type Surroundings = Readonly<{
  clock: Clock;
  turns: Turns;
  random: Random;
  chip: Chip;
  broker: Broker;
  disk: Disk;
  version: 4 | 5;
  /** The configuration file, and what it says. */
  path: string;
  loaded: Extract<Loaded, { ok: true }>;
  /** ms since 1970, as the clock of the machine stands. */
  wall(): number;
  isSynchronised(): boolean;
  isPlugged(): boolean;
  watch: Watch;
}>;

export type Started = Readonly<{ ok: true; life: Life } | { ok: false; problem: string }>;
