import type { Octets } from "../core/octets.ts";
import type { Cancel, Clock } from "./clock.ts";
import { BIT_MS } from "./tp1.ts";

/** What the line between host and chip does to an octet: none, one or two of them arrive. */
export type OctetFault = (octet: number) => readonly number[];

type HostLinkOptions = Readonly<{
  clock: Clock;
  characterMs: number;
  fault: OctetFault | undefined;
  /** Whether the chip hears and speaks. */
  alive: () => boolean;
  heard: (octet: number) => void;
}>;

/** The asynchronous serial line between a host and its chip, both directions. */
export const createHostLink = ({ clock, characterMs, fault, alive, heard }: HostLinkOptions) => {
  const listeners = new Set<(octets: Octets) => void>();
  const fromHost = createWire({ clock, characterMs, fault }, (octet) => {
    if (alive()) heard(octet);
  });
  const toHost = createWire({ clock, characterMs, fault }, (octet) => {
    if (alive()) for (const listener of listeners) listener([octet]);
  });
  return {
    write: fromHost.push,
    /** Until the last octet written has reached the chip. */
    busyMs: fromHost.busyMs,
    say: (...octets: readonly number[]): void => {
      if (alive()) toHost.push(octets);
    },
    onOctets: (listener: (octets: Octets) => void): Cancel => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** What the chip was saying breaks off. */
    clear: toHost.clear,
  };
};

/** One direction: characters queue behind each other and arrive one by one. */
const createWire = (
  { clock, characterMs, fault }: Pick<HostLinkOptions, "clock" | "characterMs" | "fault">,
  arrive: (octet: number) => void,
) => {
  let freeAt = 0;
  let cleared = 0;
  return {
    push: (octets: Octets): void => {
      const push = cleared;
      for (const octet of octets) {
        freeAt = Math.max(freeAt, clock.now()) + characterMs;
        clock.at(freeAt + BUFFER_MS, () => {
          if (push !== cleared) return;
          for (const arrived of fault?.(octet) ?? [octet]) arrive(arrived);
        });
      }
    },
    busyMs: (): number => Math.max(0, freeAt + BUFFER_MS - clock.now()),
    clear: (): void => {
      cleared++;
      freeAt = 0;
    },
  };
};

/** The chip passes each octet on one bus bit after it has it. `tp-uart.md` 5.2. */
const BUFFER_MS = BIT_MS;
