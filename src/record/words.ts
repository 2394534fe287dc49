import { DROP_REASONS, type DropReason } from "../core/drop.ts";
import type { Explanation } from "../core/explain.ts";
import type { Outcome } from "../core/impulse.ts";
import { isoTime } from "../core/iso-time.ts";
import type { OnLine } from "./traffic.ts";

/* How recordings are spoken of, wherever they are shown. */

/** `1.1.20 → 1/2/3  A_GroupValue_Write  01  1.001 = true`; for what is no frame the reason. */
export const meaning = (means: Explanation): string => {
  if (!means.ok) return means.reason;
  const { source, destination, tpci, sequence, apci, number, data, dpt, value } = means;
  const tpdu = sequence === undefined ? tpci : `${tpci} #${sequence}`;
  return [
    `${source} → ${destination}`,
    // of a service its TPDU says nothing new, unless it is numbered
    apci === null || sequence !== undefined ? tpdu : "",
    apci === null ? "" : number === undefined ? apci : `${apci} ${number}`,
    data,
    dpt === undefined ? "" : `${dpt} = ${JSON.stringify(value)}`,
    means.priority === "low" ? "" : means.priority,
    means.repeated ? "repeated" : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
};

/** How a telegram was received; empty where nobody can tell. */
export const reception = ({ acknowledged, dropped, own, unheard }: OnLine): string =>
  [
    ACKNOWLEDGED[acknowledged],
    unheard ? "not heard on the line" : "",
    dropped === null ? "" : `dropped: ${reasonInWords(dropped)}`,
    own && acknowledged === "unknown" ? "not confirmed" : "",
  ]
    .filter((part) => part !== "")
    .join(", ");

const ACKNOWLEDGED = {
  us: "acknowledged by us",
  yes: "acknowledged",
  no: "not acknowledged",
  unknown: "",
} as const satisfies Record<OnLine["acknowledged"], string>;

/** `dl.check-octet: the check octet does not close the frame` */
export const reasonInWords = (reason: DropReason): string => `${reason}: ${DROP_REASONS[reason]}`;

/** Why an own telegram was never on the line. */
export const unsentInWords = (outcome: Outcome): string => `not sent: ${outcome}`;

/** KNX 03.02.02 Communication Medium TP1: short acknowledgement frames; null: silence. */
export const acknowledgeInWords = (octet: number | null): string => {
  switch (octet) {
    case null:
      return "no acknowledge";
    case 0xcc:
      return "ACK";
    case 0x0c:
      return "NAK";
    case 0xc0:
      return "BUSY";
    case 0x00:
      return "NAK+BUSY";
    default:
      return `damaged acknowledge ${octet.toString(16).padStart(2, "0")}`;
  }
};

/** Whether times are shown as clocks show them here, or in UTC. */
export type Clock = "local" | "utc";

/** `2026-11-24` */
export const dateOf = (utc: number, clock: Clock): string => shown(utc, clock).slice(0, 10);

/** `03:12:07.123` */
export const timeOf = (utc: number, clock: Clock): string => shown(utc, clock).slice(11, 23);

/** `2026-11-24 03:12:07.123` */
export const dateAndTimeOf = (utc: number, clock: Clock): string =>
  `${dateOf(utc, clock)} ${timeOf(utc, clock)}`;

const shown = (utc: number, clock: Clock): string =>
  isoTime(clock === "utc" ? utc : utc - new Date(utc).getTimezoneOffset() * 60_000);

/** `2 h 5 min`, `12.3 s` */
export const duration = (ms: number): string => {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** `1 telegram`, `2 telegrams` */
export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;
