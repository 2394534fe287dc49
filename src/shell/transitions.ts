import type { Logger } from "pino";
import type { Transition } from "../core/effect.ts";

/** A transition as it is shown: with the time of day, and without the clock of the process. */
export type RecordedTransition = Omit<Transition, "at"> & Readonly<{ time: string }>;

export type TransitionBook = Readonly<{
  record(transition: Transition): void;
  /** The last ones, oldest first. */
  read(machine?: Transition["machine"]): readonly RecordedTransition[];
}>;

/** Keeps the last 200 moves of each machine, and logs every one. */
export const openTransitions = (log: Logger): TransitionBook => {
  const rings: Readonly<Record<Transition["machine"], Ring>> = {
    tlsm: { items: [], next: 0 },
    link: { items: [], next: 0 },
    load: { items: [], next: 0 },
    run: { items: [], next: 0 },
  };
  return {
    record(transition) {
      const ring = rings[transition.machine];
      ring.items[ring.next] = transition;
      ring.next = (ring.next + 1) % KEPT;
      if (!log.isLevelEnabled("debug")) return;
      const { machine, subject, state, event, action, next } = transition;
      log.debug({ machine, connection: subject, state, event, action, next }, "transition");
    },
    read: (machine) =>
      (machine === undefined ? MACHINES : [machine])
        .flatMap((name) => inOrder(rings[name]))
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, ...transition }) => ({ time: timeOf(at), ...transition })),
  };
};

/** `next` is where the oldest stands once the ring is full. */
type Ring = { readonly items: Transition[]; next: number };

const KEPT = 200;

export const MACHINES = [
  "link",
  "tlsm",
  "load",
  "run",
] as const satisfies readonly Transition["machine"][];

const inOrder = ({ items, next }: Ring): readonly Transition[] => [
  ...items.slice(next),
  ...items.slice(0, next),
];

/** Monotonic time of this process → UTC. */
export const timeOf = (at: number): string =>
  new Date(Date.now() - performance.now() + at).toISOString();
