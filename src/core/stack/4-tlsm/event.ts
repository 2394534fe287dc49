import type { TlsmStyle } from "../../config.ts";
import type { TlsmImpulse } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionEvent } from "./table.ts";

/** max_rep_count: at most four transmissions of a T_Data_Connected. `layers.md` C.1 */
export const MAX_REPETITIONS = 3;

/** Whatever names an event; a restart ends connections without one. */
export type Happening = Exclude<TlsmImpulse, { type: "restart.req" }>;

/**
 * Names what happened, in the words of the standard.
 * @param connection the one with the partner of the impulse; null: there is none, so it came from another
 * @see KNX 03.03.04 Transport Layer §5.2; `layers.md` C.2
 */
export const eventOf = (
  style: TlsmStyle,
  connection: Connection | null,
  impulse: Happening,
): ConnectionEvent => {
  switch (impulse.type) {
    case "tpdu.ind":
      return received(style, connection, impulse.tpdu);
    case "tpdu.con":
      return confirmed(connection, impulse);
    case "T_Data_Connected.req":
      return "E15 data request";
    case "T_Connect.req":
      return "E25 connect request";
    case "T_Disconnect.req":
      return "E26 disconnect request";
    case "timeout":
      if (impulse.timer.name === "connection") return "E16 connection timeout";
      return triesLeft(connection)
        ? "E17 ack timeout, tries left"
        : "E18 ack timeout, tries used up";
    default:
      return never(impulse);
  }
};

const received = (
  style: TlsmStyle,
  connection: Connection | null,
  tpdu: Extract<TlsmImpulse, { type: "tpdu.ind" }>["tpdu"],
): ConnectionEvent => {
  const own = connection !== null;
  switch (tpdu.kind) {
    case "T_Connect":
      return own ? "E00 connect from partner" : "E01 connect from another";
    case "T_Disconnect":
      return own ? "E02 disconnect from partner" : "E03 disconnect from another";
    case "T_Data_Connected":
      if (!own) return "E07 data from another";
      if (tpdu.sequence === connection.receive) return "E04 data, expected number";
      return tpdu.sequence === ((connection.receive - 1) & 0x0f)
        ? "E05 data, previous number"
        : "E06 data, wrong number";
    case "T_ACK":
      if (!own) return "E10 ack from another";
      return tpdu.sequence === connection.send ? "E08 ack, right number" : "E09 ack, wrong number";
    case "T_NAK":
      if (!own) return "E14 nak from another";
      if (style === "1r") return "E11b nak, any number";
      if (tpdu.sequence !== connection.send) return "E11 nak, wrong number";
      return triesLeft(connection) ? "E12 nak, tries left" : "E13 nak, tries used up";
    default:
      return never(tpdu);
  }
};

/** The local confirmation of a TPDU. That of a T_Connect counts only for the connection it was sent for. */
const confirmed = (
  connection: Connection | null,
  { tpdu, ref, outcome }: Extract<TlsmImpulse, { type: "tpdu.con" }>,
): ConnectionEvent => {
  switch (tpdu.kind) {
    case "T_Connect":
      if (connection === null || connection.connect !== ref) return "E27 anything else";
      return outcome === "ok" ? "E19 connect confirmed" : "E20 connect not confirmed";
    case "T_Disconnect":
      return "E21 disconnect sent";
    case "T_Data_Connected":
      return "E22 data sent";
    case "T_ACK":
      return "E23 ack sent";
    case "T_NAK":
      return "E24 nak sent";
    default:
      return never(tpdu);
  }
};

const triesLeft = (connection: Connection | null): boolean =>
  connection?.state !== "openWait" || connection.repetitions < MAX_REPETITIONS;
