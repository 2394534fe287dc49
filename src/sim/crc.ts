import type { ChipKind } from "../core/config.ts";
import type { Octets } from "../core/octets.ts";

/**
 * The two octets a chip appends to a frame in CRC mode: polynomial 1021 over the whole frame. Siemens starts with 1D0F and
 * sends the high octet first, onsemi starts with FFFF and sends the low octet first. `tp-uart.md` 2.
 */
export const crcOctets = (kind: ChipKind, frame: Octets): readonly [number, number] => {
  let crc = kind === "ncn5120" ? 0xffff : 0x1d0f;
  for (const octet of frame) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021)) & 0xffff;
  }
  return kind === "ncn5120" ? [crc & 0xff, crc >> 8] : [crc >> 8, crc & 0xff];
};
