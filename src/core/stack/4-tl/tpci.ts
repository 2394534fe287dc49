import { bad, type Decoded, ok } from "../../decoded.ts";
import type { ConnectionTpdu, Priority } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";

/** How the frame travelled: the TPCI octet means different things in each. */
export type Mode = "group" | "broadcast" | "individual";

/** A transport layer PDU. `apdu` begins with the octet that also holds the TPCI, whose upper six bits are then 0. */
export type Tpdu = Readonly<
  | { kind: "T_Data_Group"; apdu: Octets }
  | { kind: "T_Data_Tag_Group"; apdu: Octets }
  | { kind: "T_Data_Broadcast"; apdu: Octets }
  | { kind: "T_Data_Individual"; apdu: Octets }
  | ConnectionTpdu
>;

/*
 * TPCI octet                         bit 7  6  5  4  3  2  1  0
 *                                        C  N  s  s  s  s  x  x     C control · N numbered · s sequence number
 *                                                                   x upper two bits of the APCI, or the control code
 */
const CONTROL = 0x80;
const NUMBERED = 0x40;
const SEQUENCE = 0x3c;

/**
 * @param tpdu 1…255 octets
 * @param priority of the frame, kept in T_Data_Connected because its answer takes it over
 * @returns `tl.tpci` for every combination the standard does not define, `tl.length` when a control TPDU carries data or a
 * data TPDU has less than its two octets
 * @see KNX 03.03.04 Transport Layer §2; `layers.md` B
 */
export const decodeTpdu = (tpdu: Octets, mode: Mode, priority: Priority): Decoded<Tpdu> => {
  const tpci = tpdu[0];
  if (tpci === undefined) return bad("tl.length");
  const sequence = (tpci & SEQUENCE) >> 2;
  if ((tpci & (CONTROL | NUMBERED)) === 0) return decodeData(tpdu, sequence, mode);
  if (mode !== "individual") return bad("tl.tpci");
  if ((tpci & CONTROL) === 0)
    return tpdu.length < 2
      ? bad("tl.length")
      : ok({ kind: "T_Data_Connected", sequence, apdu: apduOf(tpdu), priority });
  const control = decodeControl(tpci, sequence);
  if (control === undefined) return bad("tl.tpci");
  return tpdu.length === 1 ? ok(control) : bad("tl.length");
};

/** The TPDU as octets. */
export const encodeTpdu = (tpdu: Tpdu): Octets => {
  switch (tpdu.kind) {
    case "T_Data_Group":
    case "T_Data_Broadcast":
    case "T_Data_Individual":
      return tpdu.apdu;
    case "T_Data_Tag_Group":
      return withTpci(tpdu.apdu, 0x04);
    case "T_Data_Connected":
      return withTpci(tpdu.apdu, NUMBERED | (tpdu.sequence << 2));
    case "T_Connect":
      return [0x80];
    case "T_Disconnect":
      return [0x81];
    case "T_ACK":
      return [0xc2 | (tpdu.sequence << 2)];
    case "T_NAK":
      return [0xc3 | (tpdu.sequence << 2)];
  }
};

const decodeData = (tpdu: Octets, sequence: number, mode: Mode): Decoded<Tpdu> => {
  const tagged = sequence === 1 && mode === "group";
  if (sequence !== 0 && !tagged) return bad("tl.tpci");
  if (tpdu.length < 2) return bad("tl.length");
  const apdu = tagged ? apduOf(tpdu) : tpdu;
  switch (mode) {
    case "group":
      return ok({ kind: tagged ? "T_Data_Tag_Group" : "T_Data_Group", apdu });
    case "broadcast":
      return ok({ kind: "T_Data_Broadcast", apdu });
    case "individual":
      return ok({ kind: "T_Data_Individual", apdu });
  }
};

const decodeControl = (tpci: number, sequence: number): ConnectionTpdu | undefined => {
  switch (tpci & ~SEQUENCE) {
    case 0x80:
      return sequence === 0 ? { kind: "T_Connect" } : undefined;
    case 0x81:
      return sequence === 0 ? { kind: "T_Disconnect" } : undefined;
    case 0xc2:
      return { kind: "T_ACK", sequence };
    case 0xc3:
      return { kind: "T_NAK", sequence };
    default:
      return undefined;
  }
};

const apduOf = (tpdu: Octets): Octets => [(tpdu[0] ?? 0) & 0x03, ...tpdu.slice(1)];

const withTpci = (apdu: Octets, tpci: number): Octets => [
  tpci | ((apdu[0] ?? 0) & 0x03),
  ...apdu.slice(1),
];
