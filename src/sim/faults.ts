import type { Chip } from "./chip.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { OctetFault } from "./host-link.ts";
import type { Line, LineFaults } from "./line.ts";
import type { Random } from "./random.ts";
import { BUSY, NAK } from "./tp1.ts";

/** Probabilities, 0…1. */
export type FaultRates = Readonly<{
  /** Of each octet between host and chip, in both directions: gone, one bit turned over, there twice. */
  hostLost?: number;
  hostFlipped?: number;
  hostDoubled?: number;
  /** Of each frame on the bus: somebody disturbs one octet, answers NAK, answers BUSY. */
  busDamaged?: number;
  /** Of each octet on the bus; the longer a frame, the likelier. */
  busOctetDamaged?: number;
  nak?: number;
  busy?: number;
}>;

/** Seeded faults for a line and its chips: the same seed and the same traffic give the same faults. */
export interface Faults extends LineFaults {
  readonly host: OctetFault;
  /** From now on these, and no others. */
  set(rates: FaultRates): void;
}

export const createFaults = (random: Random, initial: FaultRates = {}): Faults => {
  let rates = initial;
  const happens = (rate: number | undefined): boolean => random.chance(rate ?? 0);
  return {
    set: (next) => {
      rates = next;
    },
    host: (octet) => {
      if (happens(rates.hostLost)) return [];
      const arrived = happens(rates.hostFlipped) ? octet ^ (1 << random.below(8)) : octet;
      return happens(rates.hostDoubled) ? [arrived, arrived] : [arrived];
    },
    damage: (length) =>
      happens(rates.busDamaged) ||
      (rates.busOctetDamaged !== undefined && happens(1 - (1 - rates.busOctetDamaged) ** length))
        ? { index: random.below(length), mask: 1 << random.below(8) }
        : undefined,
    answer: () => (happens(rates.nak) ? NAK : happens(rates.busy) ? BUSY : undefined),
  };
};

/** What befalls the whole chip or the whole line, at random moments: mean times between, in ms. */
export const troubles = (options: {
  clock: Clock;
  random: Random;
  line?: Line;
  chip?: Chip;
  everyMs: Readonly<{
    /** The chip falls silent for a while. */
    mute?: number;
    /** The chip resets by itself. */
    reset?: number;
    /** The line loses its power for a while. */
    power?: number;
  }>;
  /** How long silence and outage last; 3 s when left out. */
  lastingMs?: number;
}): Cancel => {
  const { clock, random, line, chip, everyMs, lastingMs = 3000 } = options;
  const pending = new Set<Cancel>();
  let stopped = false;

  const later = (ms: number, run: () => void): void => {
    const cancel = clock.after(ms, () => {
      pending.delete(cancel);
      run();
    });
    pending.add(cancel);
  };
  const again = (meanMs: number | undefined, begin: () => void, end: () => void): void => {
    if (meanMs === undefined) return;
    const plan = (): void =>
      later(random.around(meanMs), () => {
        begin();
        later(lastingMs, () => {
          end();
          if (!stopped) plan();
        });
      });
    plan();
  };

  again(
    everyMs.mute,
    () => chip?.mute(true),
    () => chip?.mute(false),
  );
  again(
    everyMs.reset,
    () => chip?.reset(),
    () => {},
  );
  again(
    everyMs.power,
    () => line?.power(false),
    () => line?.power(true),
  );
  return () => {
    stopped = true;
    for (const cancel of pending) cancel();
    chip?.mute(false);
    line?.power(true);
  };
};
