/**
 * Property data types, those that occur here: code, and octets of one element. A CONTROL is written with 10 octets and read
 * with 1.
 * @see `device-model.md` §2.1
 */
export const PDT = {
  control: { code: 0x00, size: 1 },
  unsignedChar: { code: 0x02, size: 1 },
  unsignedInt: { code: 0x04, size: 2 },
  unsignedLong: { code: 0x09, size: 4 },
  generic01: { code: 0x11, size: 1 },
  generic02: { code: 0x12, size: 2 },
  generic04: { code: 0x14, size: 4 },
  generic05: { code: 0x15, size: 5 },
  generic06: { code: 0x16, size: 6 },
  generic08: { code: 0x18, size: 8 },
  generic10: { code: 0x1a, size: 10 },
  version: { code: 0x30, size: 2 },
  bitset8: { code: 0x33, size: 1 },
} as const satisfies Record<string, Readonly<{ code: number; size: number }>>;

export type Pdt = keyof typeof PDT;

/** @returns whether so many octets can be written into so many elements */
export const fits = (pdt: Pdt, count: number, octets: number): boolean =>
  pdt === "control"
    ? count === 1 && (octets === 1 || octets === CONTROL_WRITTEN)
    : octets === count * PDT[pdt].size;

/** Event and nine octets of what belongs to it. */
export const CONTROL_WRITTEN = 10;
