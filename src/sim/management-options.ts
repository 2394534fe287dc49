import type { Octets } from "../core/octets.ts";

export type ManagementOptions = Readonly<{
  /** 6 octets, the first two of them the manufacturer. */
  serialNumber: Octets;
  /** Device descriptor 0: 07B0 (System B) when left out. 001x has neither interface objects nor keys. */
  mask?: number;
  /** Up to 10 characters. */
  orderInfo?: string;
  /** 5 octets: manufacturer (2), application number (2), version. */
  programVersion?: Octets;
  /** 6 octets. */
  hardwareType?: Octets;
  /** Longest APDU, without its first octet: 15 takes standard frames only. 55 when left out. */
  maxApduLength?: number;
  /** Where segments are: 4000 … 47EF when left out, or beyond FFFF with room for the longest tables. */
  segments?: "near" | "far";
  /** Keys of 4 octets for the levels 0, 1 and 2; a level that is left out is everybody's. */
  keys?: readonly Octets[];
  /** What one conversion of a channel gives; others do not exist. Channel 1 is the bus voltage. */
  adc?: Readonly<Record<number, number>>;
}>;

/** What changes while the device runs. */
export type Live = {
  address: number;
  programmingMode: boolean;
  /** PID 14; bit 2 is the verify mode. */
  deviceControl: number;
  /** Access level that the partner's key opened, until the connection ends. */
  granted: number | undefined;
};

export const SYSTEM_B = 0x07b0;
/** The low 12 bits, whatever the medium. */
export const isSystemB = (mask: number): boolean => (mask & 0x0fff) === SYSTEM_B;
export const hasObjects = (mask: number): boolean => (mask & 0x0ff0) !== 0x0010;
