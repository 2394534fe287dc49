import type { DropReason } from "../../drop.ts";
import type { Octets } from "../../octets.ts";
import type { ServiceKind } from "./tpuart.ts";

/**
 * Where the receiver stands in the stream of octets.
 *
 * boundary: the next octet begins a frame or is a service of the chip · frame: inside a frame whose start was proven ·
 * poll: inside an L_Poll_Data frame · service: inside a service of two octets · search: the place in the stream is lost; only
 * a whole frame whose check octet closes, a service that stands alone, or long silence gives it back.
 */
export type Rx = Readonly<
  | { mode: "boundary"; lastAt: number }
  | {
      mode: "frame";
      octets: readonly number[];
      /** Octets of the whole frame; 0 until its length field is there. */
      need: number;
      /** Index before which the line seemed silent; 0 when it never did. */
      gap: number;
      /** How long it seemed so, ms. */
      quiet: number;
      /** Every octet came in a read of its own, so silence on the line would have been seen. */
      single: boolean;
      lastAt: number;
    }
  | { mode: "poll"; octets: readonly number[]; lastAt: number }
  | { mode: "service"; kind: ServiceKind; first: number; lastAt: number }
  | {
      mode: "search";
      octets: readonly number[];
      /** How many of them were already part of a drop. */
      reported: number;
      /** Index before which the line seemed silent last; −1 when it never did. */
      gap: number;
      lastAt: number;
    }
>;

/** What the assembler found. */
export type RxEvent = Readonly<
  /** The header is complete: the moment to decide the acknowledge. `missing` octets are still to come. */
  | { found: "header"; octets: Octets; missing: number; behind: number }
  /** A whole frame whose check octet closes. */
  | { found: "frame"; octets: Octets; at: number }
  | { found: "service"; kind: ServiceKind; octets: Octets }
  | { found: "drop"; reason: DropReason; octets: Octets }
  | { found: "resync" }
>;

/** @param at when the stream began, or the place in it is known again; monotonic ms */
export const openRx = (at: number): Rx => ({ mode: "boundary", lastAt: at });

/** An octet and how it arrived; see `octet.ind`. */
export type Arrival = Readonly<{ octet: number; behind: number; at: number }>;
