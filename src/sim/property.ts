import type { Octets } from "../core/octets.ts";
import { octetsOf } from "./frame.ts";

/** A property of an interface object. Level 0 may do most, 3 everybody. `device-model.md` 2. */
export interface Property {
  readonly pid: number;
  /** Property data type. */
  readonly pdt: number;
  /** Octets of one element, and how many elements there is room for. */
  readonly size: number;
  readonly max: number;
  readonly readLevel: number;
  /** Absent: nobody writes it. */
  readonly writeLevel?: number;
  /** All its elements, one after the other. */
  elements(): Octets;
  /** @returns false when it does not take these octets; `start` counts from 1, 0 sets the number of elements */
  write?(start: number, count: number, data: Octets): boolean;
  /** Back to what the factory gave it. */
  reset?(): void;
}

export type InterfaceObject = Readonly<{ type: number; properties: readonly Property[] }>;

/** Property data types, `device-model.md` 2.1. */
export const PDT = {
  control: 0x00,
  unsignedChar: 0x02,
  unsignedInt: 0x04,
  unsignedLong: 0x09,
  generic01: 0x11,
  generic02: 0x12,
  generic04: 0x14,
  generic05: 0x15,
  generic06: 0x16,
  generic08: 0x18,
  generic10: 0x1a,
  version: 0x30,
  bitset8: 0x33,
} as const;

const EVERYBODY = 3;

/** One element that nobody writes: constant, or what `elements` says at the moment. */
export const shown = (pid: number, pdt: number, elements: Octets | (() => Octets)): Property => {
  const current = typeof elements === "function" ? elements : () => elements;
  const size = current().length;
  return { pid, pdt, size, max: 1, readLevel: EVERYBODY, elements: current };
};

/** One element of one octet behind which something happens. */
export const switched = (
  pid: number,
  pdt: number,
  get: () => number,
  set: (octet: number) => void,
): Property => ({
  ...shown(pid, pdt, () => [get()]),
  writeLevel: EVERYBODY,
  write: (start, _, data) => {
    const [octet] = data;
    if (start !== 1 || octet === undefined || data.length !== 1) return false;
    set(octet);
    return true;
  },
});

/** Elements that are kept, as many as `first` has. */
export const kept = (options: {
  pid: number;
  pdt: number;
  first: Octets;
  size?: number;
  max?: number;
  readLevel?: number;
  writeLevel?: number;
}): Property => {
  const { pid, pdt, first, size = first.length, max = 1 } = options;
  const { readLevel = EVERYBODY, writeLevel = EVERYBODY } = options;
  let stored = [...first];
  return {
    pid,
    pdt,
    size,
    max,
    readLevel,
    writeLevel,
    elements: () => stored,
    write: (start, count, data) => {
      const present = stored.length / size;
      if (start === 0) {
        const [high = 0, low = 0] = data;
        const wanted = (high << 8) | low;
        if (data.length !== 2 || count !== 1 || wanted > max) return false;
        stored = Array.from({ length: wanted * size }, (_, index) => stored[index] ?? 0);
        return true;
      }
      if (data.length !== count * size || start - 1 > present || start - 1 + count > max)
        return false;
      stored.splice((start - 1) * size, data.length, ...data);
      return true;
    },
    reset: () => {
      stored = [...first];
    },
  };
};

/** Several elements of two octets that nobody writes. */
export const listed = (pid: number, words: readonly number[]): Property => ({
  pid,
  pdt: PDT.unsignedInt,
  size: 2,
  max: words.length,
  readLevel: EVERYBODY,
  elements: () => words.flatMap(octetsOf),
});
