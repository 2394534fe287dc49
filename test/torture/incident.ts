import type { VirtualClock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Account } from "./account.ts";
import type { Broker } from "./broker.ts";
import type { Clients } from "./clients.ts";
import type { Disk } from "./disk.ts";
import type { Judge } from "./judge.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Tool } from "./tool.ts";
import type { World } from "./world.ts";

/** Where faults come from; `--faults` names them. */
export const GROUPS = [
  "line",
  "port",
  "chip",
  "disk",
  "broker",
  "clock",
  "memory",
  "process",
  "peers",
  "config",
  "traffic",
] as const;
export type Group = (typeof GROUPS)[number];

/** Everything that something can happen to. */
export type Scene = Readonly<{
  clock: VirtualClock;
  random: Random;
  world: World;
  broker: Broker;
  disk: Disk;
  clients: Clients;
  tool: Tool;
  supervisor: Supervisor;
  account: Account;
  judge: Judge;
  /** What the chip says is not what arrives. */
  disturbed(): void;
  /** What the machine is like. */
  machine: { wallOffset: number; synchronised: boolean; plugged: boolean; twin: boolean };
  /** A procedure of the bridge itself. */
  ask(): void;
}>;

export type Incident = Readonly<{
  group: Group;
  /** Mean time between two, hours. */
  everyH: number;
}> &
  (Moment | Lasting);
type Moment = Readonly<{ happens(scene: Scene): void }>;
type Lasting = Readonly<{
  /** How long, s: from … to. */
  lastsS: readonly [from: number, to: number];
  /** @returns what ends it */
  begin(scene: Scene): () => void;
}>;

export const within = (random: Random, from: number, to: number): number =>
  from + random.next() * (to - from);
export const life = ({ supervisor }: Scene) => supervisor.life();
