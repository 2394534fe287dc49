import type { Octets } from "../../../octets.ts";

/**
 * CRC-16/AUG-CCITT (also SPI-FUJITSU) of PID_MCB_TABLE: polynomial 1021, from 1D0F, nothing reflected, no final XOR.
 * @returns E5CC for the text 123456789, 1D0F for no octets
 * @see `device-model.md` §3.3
 */
export const crcOf = (octets: Octets): number => {
  let crc = 0x1d0f;
  for (let index = 0; index < octets.length; index++)
    crc = ((crc << 8) & 0xffff) ^ (STEPS[(crc >> 8) ^ (octets[index] ?? 0)] ?? 0);
  return crc;
};

/** What the eight shifts of one octet amount to. */
const STEPS: readonly number[] = Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  return crc;
});
