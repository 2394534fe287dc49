import { isAcknowledge } from "../../core/stack/2-dl/tpuart.ts";
import type { Observer } from "../observer.ts";
import { type Distribution, openHistogram } from "./histogram.ts";

/** How quick we are, in seconds from the reading of the octet that decides, and how many octets came together. */
export type Latencies = Readonly<{
  /** Measures; to be the first observer, so that the others are not part of it. */
  observer: Observer;
  read(): LatencyFigures;
}>;

export type LatencyFigures = Readonly<{
  /** To the write of the acknowledge to the port. */
  acknowledge: Distribution;
  /** Of the last octet of a telegram, until all that is published of it was given to the MQTT client. */
  publish: Distribution;
  /** Octets that had been read with one, and waited behind it. */
  behind: Distribution;
}>;

/** @param now monotonic ms, on the clock of `octet.ind` */
export const measureLatencies = (now: () => number = () => performance.now()): Latencies => {
  const acknowledge = openHistogram(ACKNOWLEDGE_S);
  const publish = openHistogram(PUBLISH_S);
  const behind = openHistogram(BEHIND_OCTETS);
  return {
    observer: {
      done(impulse, effects) {
        if (impulse.for !== "dl" || impulse.type !== "octet.ind") return;
        behind.add(impulse.behind);
        for (let index = 0; index < effects.length; index++) {
          const effect = effects[index];
          if (effect?.for === "serial" && effect.type === "write") {
            if (!isAcknowledge(effect.octets)) continue;
            acknowledge.add((now() - impulse.at) / 1_000);
            return;
          }
          if (effect?.for === "mqtt" && effect.type === "publish") {
            publish.add((now() - impulse.at) / 1_000);
            return;
          }
        }
      },
    },
    read: () => ({
      acknowledge: acknowledge.read(),
      publish: publish.read(),
      behind: behind.read(),
    }),
  };
};

/** Around what chips allow, `tp-uart.md` §5.2: 1.7 ms is the strictest quoted, 2.8 ms the next, and a character takes 0.57 ms at 19200 Bd. */
export const ACKNOWLEDGE_S = [
  0.00005, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.0013, 0.0017, 0.0022, 0.0028,
  0.004, 0.01,
];
export const PUBLISH_S = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5];
/** 2 are the rest of the shortest frame: with as many its acknowledge is too late. */
export const BEHIND_OCTETS = [0, 1, 2, 3, 4, 8, 16, 32, 64];
