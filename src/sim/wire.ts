import type { Octets } from "../core/octets.ts";
import type { Clock } from "./clock.ts";
import { BIT_MS } from "./tp1.ts";

/** What the line between host and chip does to an octet: none, one or two of them arrive. */
export type OctetFault = (octet: number) => readonly number[];

/** One direction of an asynchronous serial line: characters queue behind each other and arrive one by one. */
export interface Wire {
  push(octets: Octets): void;
  /** Until the last character pushed has arrived. */
  busyMs(): number;
  /** What has not arrived yet never will. */
  clear(): void;
}

export const createWire = (options: {
  clock: Clock;
  characterMs: number;
  arrive: (octet: number) => void;
  fault?: OctetFault | undefined;
}): Wire => {
  const { clock, characterMs, arrive, fault } = options;
  let freeAt = 0;
  let cleared = 0;

  return {
    push: (octets) => {
      const push = cleared;
      for (const octet of octets) {
        freeAt = Math.max(freeAt, clock.now()) + characterMs;
        clock.after(freeAt + BUFFER_MS - clock.now(), () => {
          if (push !== cleared) return;
          for (const arrived of fault?.(octet) ?? [octet]) arrive(arrived);
        });
      }
    },
    busyMs: () => Math.max(0, freeAt + BUFFER_MS - clock.now()),
    clear: () => {
      cleared++;
      freeAt = 0;
    },
  };
};

/** The chip passes each octet on one bus bit after it has it. `tp-uart.md` 5.2. */
const BUFFER_MS = BIT_MS;
