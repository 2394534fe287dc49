import type { Step } from "../../../impulse.ts";
import type { Octets } from "../../../octets.ts";
import type { DeviceState } from "../state.ts";
import { fits, type Pdt } from "./pdt.ts";
import { RETURN } from "./return-code.ts";

/** A row of an interface object. Element 1 is the first; what `read` and `write` are asked for is there and may be had. */
export type Property = Readonly<{
  pid: number;
  pdt: Pdt;
  /** How many elements there can be. */
  max: number;
  readLevel: number;
  /** null: nobody writes it. */
  writeLevel: number | null;
  /** How many there are. */
  count: (state: DeviceState) => number;
  read: (state: DeviceState, start: number, count: number) => Octets;
  write: Write;
}>;

/** Start 0 is the number of elements. */
export type Write = (state: DeviceState, write: Written, at: number) => Step<DeviceState> | number;

export type Written = Readonly<{ start: number; count: number; octets: Octets }>;

/** Which elements, asked for by whom. */
export type Range = Readonly<{ level: number; start: number; count: number }>;

/**
 * Elements of an array; start 0 is their number, told in 2 octets, whatever `count` says.
 * @returns the octets, or the return code of the refusal
 * @see `device-model.md` §2.2; `layers.md` D.4
 */
export const readProperty = (
  state: DeviceState,
  property: Property,
  { level, start, count }: Range,
): Octets | number => {
  if (level > property.readLevel) return RETURN.accessDenied;
  if (count === 0) return RETURN.addressVoid;
  if (start === 0) return word(property.count(state));
  if (start + count - 1 > property.count(state)) return RETURN.addressVoid;
  return property.read(state, start, count);
};

/** @returns what follows, or the return code of the refusal */
export const writeProperty = (
  state: DeviceState,
  property: Property,
  { level, start, count }: Range,
  octets: Octets,
  at: number,
): Step<DeviceState> | number => {
  if (property.writeLevel === null) return RETURN.readOnly;
  if (level > property.writeLevel) return RETURN.accessDenied;
  if (count === 0 || start + count - 1 > property.max) return RETURN.addressVoid;
  if (start === 0 && property.max === 1) return RETURN.readOnly;
  const isRight =
    start === 0 ? count === 1 && octets.length === 2 : fits(property.pdt, count, octets.length);
  return isRight ? property.write(state, { start, count, octets }, at) : RETURN.typeConflict;
};

/** What nobody writes; how many elements there are does not change. */
export const constant = (
  pid: number,
  pdt: Pdt,
  read: (state: DeviceState) => Octets,
): Property => ({
  pid,
  pdt,
  max: 1,
  readLevel: ANYBODY,
  writeLevel: null,
  count: () => 1,
  read,
  write: () => RETURN.readOnly,
});

/** One element that is read by everybody, and written by who has this level. */
export const variable = (
  pid: number,
  pdt: Pdt,
  writeLevel: number,
  read: (state: DeviceState) => Octets,
  write: (state: DeviceState, octets: Octets, at: number) => Step<DeviceState> | number,
): Property => ({
  ...constant(pid, pdt, read),
  writeLevel,
  write: (state, { octets }, at) => write(state, octets, at),
});

/** Access levels by audience: the end user, who needs no right; who configures, which is ETS. `device-model.md` §2.3 */
export const ANYBODY = 3;
export const CONFIGURATION = 2;
export const SYSTEM = 0;

/** 16 bits, high octet first. */
export const word = (value: number): Octets => [value >> 8, value & 0xff];

/** 32 bits. */
export const long = (value: number): Octets => [
  ...word(Math.floor(value / 0x1_0000)),
  ...word(value & 0xffff),
];

/** @returns the first 16 bits */
export const wordOf = ([high = 0, low = 0]: Octets): number => (high << 8) | low;
