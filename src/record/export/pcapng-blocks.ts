import type { Octets } from "../../core/octets.ts";

/*
 * Files for Wireshark: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng, sections 3 and 4. Blocks of 32-bit words, little endian:
 *
 *   type | length | body, padded | options: code (16), length (16), value, padded … 0 | length
 */

/** A packet: what it is for, so that Wireshark knows how to read it; what it is called in the column of the protocols. */
export type Packet = Readonly<{
  dissector: "cemi" | "data";
  protocol: string;
  octets: Octets;
  /** Microseconds since 1970. */
  microseconds: number;
  direction: "in" | "out" | "unknown";
  /** The octets do not close: flagged as a CRC error. */
  damaged: boolean;
  comment: string | null;
}>;

/** The blocks at the beginning: a section, and its only interface. */
export const pcapngHead = (about: Readonly<{ program: string; interface: string }>): Uint8Array =>
  joined([
    block(
      SECTION,
      [
        ...u32(BYTE_ORDER),
        ...u16(1),
        ...u16(0),
        // its length: not known
        ...new Array<number>(8).fill(0xff),
      ],
      [option(SHB_USERAPPL, text(about.program))],
    ),
    block(
      INTERFACE,
      [...u16(UPPER_PDU), ...u16(0), ...u32(0)],
      [option(IF_NAME, text(about.interface)), option(IF_TSRESOL, [6])],
    ),
  ]);

/** One packet as an enhanced packet block. */
export const pcapngPacket = (packet: Packet): Uint8Array => {
  const { microseconds, direction, damaged, comment } = packet;
  const data = upperPdu(packet);
  const flags = DIRECTIONS[direction] + (damaged ? CRC_ERROR : 0);
  return block(
    ENHANCED_PACKET,
    [
      ...u32(0),
      ...u32(Math.floor(microseconds / 2 ** 32)),
      ...u32(microseconds % 2 ** 32),
      ...u32(data.length),
      ...u32(data.length),
      ...padded(data),
    ],
    [...(comment === null ? [] : [option(COMMENT, text(comment))]), option(EPB_FLAGS, u32(flags))],
  );
};

/** Tags, big endian and padded, then the PDU: `wsutil/exported_pdu_tlvs.h` of Wireshark. */
const upperPdu = ({ dissector, protocol, octets }: Packet): readonly number[] => [
  ...tag(TAG_DISSECTOR, text(dissector)),
  ...tag(TAG_PROTOCOL_COLUMN, text(protocol)),
  ...tag(TAG_END, []),
  ...octets,
];

const tag = (code: number, value: readonly number[]): readonly number[] => {
  const all = padded(value);
  return [code >> 8, code & 0xff, all.length >> 8, all.length & 0xff, ...all];
};

const block = (
  type: number,
  body: readonly number[],
  options: readonly (readonly number[])[],
): Uint8Array => {
  const all = [...body, ...options.flat(), ...(options.length > 0 ? END_OF_OPTIONS : [])];
  const length = u32(all.length + 12);
  return Uint8Array.from([...u32(type), ...length, ...all, ...length]);
};

const option = (code: number, value: readonly number[]): readonly number[] => [
  ...u16(code),
  ...u16(value.length),
  ...padded(value),
];

const padded = (value: readonly number[]): readonly number[] => [
  ...value,
  ...new Array<number>(-value.length & 3).fill(0),
];

const u16 = (value: number): readonly number[] => [value & 0xff, (value >> 8) & 0xff];
const u32 = (value: number): readonly number[] =>
  [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
const text = (value: string): readonly number[] => [
  ...new TextEncoder().encode(value.slice(0, LONGEST_TEXT)),
];

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
/** LINKTYPE_WIRESHARK_UPPER_PDU: the packet says itself what it is. No link type is registered for KNX. */
const UPPER_PDU = 252;
const COMMENT = 1;
const EPB_FLAGS = 2;
const IF_NAME = 2;
const SHB_USERAPPL = 4;
/** A power of ten: 6 is microseconds. */
const IF_TSRESOL = 9;
const END_OF_OPTIONS = [0, 0, 0, 0];
const DIRECTIONS = { unknown: 0, in: 1, out: 2 } as const satisfies Record<
  Packet["direction"],
  number
>;
/** Bit 24 of the flags. */
const CRC_ERROR = 0x0100_0000;
const TAG_END = 0;
const TAG_DISSECTOR = 12;
const TAG_PROTOCOL_COLUMN = 33;
/** An option holds 65,535 octets, and three may be needed for one character. */
const LONGEST_TEXT = 20_000;
