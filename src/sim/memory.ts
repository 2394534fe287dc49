import type { Octets } from "../core/octets.ts";

/** What the memory services get at. A range that is missing or protected even in part is refused as a whole. */
export interface Memory {
  read(address: number, length: number): Octets | undefined;
  write(address: number, data: Octets): "ok" | "missing" | "protected";
  /** What the device does with a segment that it gives away; nothing is protected from that. */
  fill(address: number, length: number, octet: number): void;
  /** All 0 again. */
  clear(): void;
}

/** A single octet that is no memory but a part of the device behind an address. */
export type Register = Readonly<{
  address: number;
  get: () => number;
  /** @returns false: not this value */
  set: (octet: number) => boolean;
}>;

/**
 * 4000 … 47FF, of which the last 16 octets are never written, and 123400 … 1234FF, which only the extended services reach.
 * @param far octets from 200000 on, for long segments
 */
export const createMemory = (register?: Register, far = 0): Memory => {
  const areas = [...AREAS, { from: FAR, length: far, writable: far }].map((area) => ({
    ...area,
    octets: new Uint8Array(area.length),
  }));
  const find = (address: number, length: number) =>
    areas.find(({ from, octets }) => address >= from && address + length <= from + octets.length);

  return {
    read: (address, length) => {
      if (address === register?.address && length === 1) return [register.get()];
      const area = find(address, length);
      return area && [...area.octets.subarray(address - area.from, address - area.from + length)];
    },
    write: (address, data) => {
      const [octet = 0] = data;
      if (address === register?.address && data.length === 1)
        return register.set(octet) ? "ok" : "protected";
      const area = find(address, data.length);
      if (area === undefined) return "missing";
      const index = address - area.from;
      if (index + data.length > area.writable) return "protected";
      area.octets.set([...data], index);
      return "ok";
    },
    fill: (address, length, octet) => {
      const area = find(address, length);
      const index = address - (area?.from ?? 0);
      area?.octets.fill(octet, index, index + length);
    },
    clear: () => {
      for (const { octets } of areas) octets.fill(0);
    },
  };
};

export const FAR = 0x20_0000;

const AREAS = [
  { from: 0x4000, length: 0x800, writable: 0x7f0 },
  { from: 0x123400, length: 0x100, writable: 0x100 },
] as const;
