import { toHex } from "../../core/octets.ts";
import type { Traffic } from "../traffic.ts";
import {
  acknowledgeInWords,
  dateAndTimeOf,
  meaning,
  reasonInWords,
  reception,
  unsentInWords,
} from "../words.ts";
import type { Format } from "./format.ts";

/** One line each: time, direction, octets, meaning, and what became of it. */
export const textLines: Format = async function* ({ clock }, traffic) {
  for await (const one of traffic) yield `${dateAndTimeOf(one.utc, clock)}  ${trafficLine(one)}\n`;
};

/** The line without its time. `→` is what we have sent. */
export const trafficLine = (one: Traffic): string => {
  switch (one.kind) {
    case "telegram":
      return parts(one.own ? "→" : "←", toHex(one.octets), meaning(one.means), reception(one));
    case "raw":
      return parts("←", toHex(one.octets), meaning(one.means), acknowledgeInWords(one.acknowledge));
    case "damaged":
      return parts("←", toHex(one.octets), reasonInWords(one.reason));
    case "unsent":
      return parts("×", toHex(one.octets), meaning(one.means), unsentInWords(one.outcome));
    case "gap":
      return `… ${one.impulses} impulses are not in the recording`;
  }
};

const parts = (direction: string, octets: string, ...words: readonly string[]): string =>
  `${direction} ${[octets.padEnd(OCTETS), ...words.filter((word) => word !== "")].join("   ")}`.trimEnd();

/** Room for a frame of 9 octets in hex: most telegrams are so long. */
const OCTETS = 26;
