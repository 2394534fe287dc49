/**
 * What a mask version says about a device, without asking it. Bits 15 … 12: medium; the others: its kind.
 * @see `device-model.md` §1
 */
export type Kind = Readonly<{
  name: string;
  /** It has interface objects, so it can be asked for properties. */
  objects: boolean;
  /** Where programming mode is: PID 54 of the device object, or bit 0 of the octet at 0060 with its parity in bit 7. */
  programmingMode: "property" | "memory";
  /** The fixed places in the memory of a bus coupling unit: maker 0104, program 0105 … 0107, PEI type 0109. */
  fixedMemory: boolean;
}>;

/** @returns a kind without a name of its own for masks nobody wrote down: these are asked as the standard says */
export const kindOf = (mask: number): Kind => KINDS[mask & 0x0fff] ?? OTHER;

/** Couplers built on it included. */
export const isSystemB = (mask: number): boolean => kindOf(mask).name.includes("System B");

/** `07B0`. */
export const maskText = (mask: number): string => mask.toString(16).toUpperCase().padStart(4, "0");

/** The medium of a mask, undefined where the standard names none. */
export const mediumOf = (mask: number): string | undefined => MEDIA[mask >> 12];

const MEDIA: Readonly<Record<number, string>> = { 0: "TP1", 1: "PL110", 2: "RF", 5: "IP" };

const OTHER: Kind = {
  name: "unknown",
  objects: true,
  programmingMode: "property",
  fixedMemory: false,
};
const SYSTEM_1: Kind = {
  name: "System 1",
  objects: false,
  programmingMode: "memory",
  fixedMemory: true,
};
const SYSTEM_2: Kind = {
  name: "System 2",
  objects: true,
  programmingMode: "memory",
  fixedMemory: true,
};
const SYSTEM_7: Kind = {
  name: "System 7",
  objects: true,
  programmingMode: "memory",
  fixedMemory: false,
};

const KINDS: Readonly<Record<number, Kind>> = {
  16: SYSTEM_1,
  17: SYSTEM_1,
  18: SYSTEM_1,
  19: SYSTEM_1,
  32: SYSTEM_2,
  33: SYSTEM_2,
  37: SYSTEM_2,
  768: { ...OTHER, name: "System 300" },
  1792: SYSTEM_7,
  1793: SYSTEM_7,
  1797: SYSTEM_7,
  1968: { ...OTHER, name: "System B" },
  2322: { ...OTHER, name: "coupler" },
  2330: { ...OTHER, name: "coupler (System B)" },
  2336: { ...OTHER, name: "coupler (System B)" },
};
