import type { Logger } from "pino";
import type { LogModule } from "../config/log.ts";
import type { Transition } from "../core/effect.ts";

export type MachineName = Transition["machine"] | "child";

/** Of the core, or of a part of the shell: its subject is the name of the part. */
type Move = Omit<Transition, "machine"> & Readonly<{ machine: MachineName }>;

/** A transition as it is shown: with the time of day, and without the clock of the process. */
type RecordedTransition = Omit<Move, "at"> & Readonly<{ time: string }>;

export type TransitionBook = Readonly<{
  record(move: Move): void;
  /** The last ones, oldest first. */
  read(machine?: MachineName): readonly RecordedTransition[];
}>;

/** Keeps the last 200 moves of each machine, and logs every one. */
export const openTransitions = (log: Logger): TransitionBook => {
  const rings: Readonly<Record<MachineName, Ring>> = {
    tlsm: { items: [], next: 0 },
    link: { items: [], next: 0 },
    load: { items: [], next: 0 },
    run: { items: [], next: 0 },
    child: { items: [], next: 0 },
  };
  return {
    record(transition) {
      const ring = rings[transition.machine];
      ring.items[ring.next] = transition;
      ring.next = (ring.next + 1) % KEPT;
      if (!log.isLevelEnabled("debug")) return;
      const { machine, subject, state, event, action, next } = transition;
      const who = machine === "child" ? { child: subject } : { connection: subject };
      log.debug(
        { layer: LAYERS[machine], machine, ...who, state, event, action, next },
        "transition",
      );
    },
    read: (machine) =>
      (machine === undefined ? MACHINES : [machine])
        .flatMap((name) => inOrder(rings[name]))
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, ...transition }) => ({ time: timeOf(at), ...transition })),
  };
};

/** `next` is where the oldest stands once the ring is full. */
type Ring = { readonly items: Move[]; next: number };

const KEPT = 200;

export const MACHINES = [
  "link",
  "tlsm",
  "load",
  "run",
  "child",
] as const satisfies readonly MachineName[];

/** Whose lines they are in the log. */
const LAYERS = {
  link: "dl",
  tlsm: "tlsm",
  load: "device",
  run: "device",
  child: "shell",
} as const satisfies Record<MachineName, LogModule>;

const inOrder = ({ items, next }: Ring): readonly Move[] => [
  ...items.slice(next),
  ...items.slice(0, next),
];

/** Monotonic time of this process → UTC. */
export const timeOf = (at: number): string =>
  new Date(Date.now() - performance.now() + at).toISOString();
