import type { Octets } from "../../octets.ts";

/**
 * CRC-16 of a segment as PID_MCB_TABLE has it: polynomial 1021, initial value 1D0F, nothing reflected or inverted.
 * @param from the CRC of what stands before these octets
 * @see `device-model.md` §3.3
 */
export const segmentCrc = (octets: Octets, from = INITIAL): number => {
  let crc = from;
  for (const octet of octets)
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ octet) & 0xff] ?? 0);
  return crc;
};

const INITIAL = 0x1d0f;

const TABLE: readonly number[] = Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 8;
  for (let bit = 0; bit < 8; bit++)
    crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021)) & 0xffff;
  return crc;
});
