import type { Octets } from "../../core/octets.ts";

/*
 * cEMI: frames as ETS, KNXnet/IP and Wireshark know them.
 *
 *   message code | 00 | control 1 | control 2 | source (2) | destination (2) | length | TPDU          L_Data
 *   message code | length of what is added | type, length, octets … | octets as on the line         L_Busmon
 *
 *   control 1   bit 7  6  5  4  3  2  1  0     F 1: standard, 0: extended · R 0: repeated · B 1: no system broadcast
 *                   F  0  R  B  P  P  A  C     A acknowledge wanted · C 1: a confirmation that is an error
 *   control 2   bit 7  6  5  4  3  2  1  0     T 1: group address · E extended frame format
 *                   T  H  H  H  E  E  E  E
 *
 * KNX 03.06.03 EMI_IMI §4.1.
 */

/** L_Data.ind: of somebody else. L_Data.con: our own, `failed` when nobody has acknowledged it. */
export type CemiService = "L_Data.ind" | "L_Data.con";

/**
 * @param frame a whole TP1 frame, check octet included: what the link layer has found, so that its lengths are right
 * @returns the same as cEMI, which has no check octet
 */
export const encodeCemi = (service: CemiService, frame: Octets, failed = false): Octets => {
  const [control = 0, ...rest] = frame;
  const isStandard = (control & STANDARD) !== 0;
  // On the line the second control field follows the first in an extended frame, and shares its octet with the length in a standard one.
  const npci = (isStandard ? rest[4] : rest[0]) ?? 0;
  const addresses = isStandard ? rest.slice(0, 4) : rest.slice(1, 5);
  const length = isStandard ? npci & 0x0f : (rest[5] ?? 0);
  const tpdu = isStandard ? rest.slice(5, -1) : rest.slice(6, -1);
  return [
    CODES[service],
    NOTHING_ADDED,
    control | (failed ? CONFIRMATION_ERROR : 0),
    isStandard ? npci & 0xf0 : npci,
    ...addresses,
    length,
    ...tpdu,
  ];
};

/**
 * What a chip that only listens has heard.
 * @param octets as on the line: a frame with its check octet, an acknowledge, or anything else
 * @param number counts them, so that a reader sees what is missing: three bits are kept
 * @param at monotonic time in ms
 */
export const encodeBusmonitor = (octets: Octets, number: number, at: number): Octets => {
  const microseconds = Math.round(at * 1_000) % 2 ** 32;
  return [
    ...[BUSMONITOR, 9],
    ...[STATUS, 1, number & 0x07],
    ...[EXTENDED_TIMESTAMP, 4],
    ...[24, 16, 8, 0].map((shift) => (microseconds >>> shift) & 0xff),
    ...octets,
  ];
};

const STANDARD = 0x80;
const CONFIRMATION_ERROR = 0x01;
const CODES = { "L_Data.ind": 0x29, "L_Data.con": 0x2e } as const satisfies Record<
  CemiService,
  number
>;
const BUSMONITOR = 0x2b;
const NOTHING_ADDED = 0;
/** Additional information: error flags and sequence number of the bus monitor; time in microseconds. */
const STATUS = 0x03;
const EXTENDED_TIMESTAMP = 0x06;
