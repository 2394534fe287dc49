import type { Octets } from "../../../octets.ts";
import { emptyImage } from "./image.ts";
import type { LoadableIndex, Model, Segment } from "./model.ts";

/** A relative data allocation. `device-model.md` §3.2, subtype 0B. */
export type Allocation = Readonly<{
  /** In octets. */
  size: number;
  /** Whatever stands in the segment is replaced by `fill`; otherwise it may stay. */
  cleared: boolean;
  fill: number;
}>;

/**
 * 03, 0B, size (4), mode, fill, 0, 0
 * @returns undefined for a load control of another kind
 */
export const allocationOf = (control: Octets): Allocation | undefined => {
  const [event, kind, a = 0, b = 0, c = 0, d = 0, mode = 0, fill = 0] = control;
  if (event !== 0x03 || kind !== 0x0b || control.length !== 10) return undefined;
  const size = a * 2 ** 24 + (b << 16) + (c << 8) + d;
  return { size, cleared: (mode & 0x01) !== 0, fill };
};

/**
 * First fit, where nothing of another object stands. A segment of the same size stays where it is, and keeps its content
 * unless that is to be cleared.
 * @returns undefined when there is no room
 */
export const allocate = (
  { loadables }: Model,
  index: LoadableIndex,
  { size, cleared, fill }: Allocation,
): Segment | undefined => {
  const own = loadables[index].segment;
  if (own?.image.size === size)
    return cleared ? { address: own.address, image: emptyImage(size, fill) } : own;
  if (size > LONGEST_SEGMENT) return undefined;
  const taken = INDICES.filter((other) => other !== index)
    .flatMap((other) => loadables[other].segment ?? [])
    .sort((a, b) => a.address - b.address);
  const address =
    firstFit(taken, size, FIRST_ADDRESS, FAR_ADDRESS) ??
    firstFit(taken, size, FAR_ADDRESS, END_ADDRESS);
  return address === undefined ? undefined : { address, image: emptyImage(size, fill) };
};

/** @returns whether this one can stand beside those, inside the address space */
export const hasRoom = (segment: Segment, others: readonly Segment[]): boolean =>
  segment.image.size <= LONGEST_SEGMENT &&
  segment.address > 0 &&
  endOf(segment) <= END_ADDRESS &&
  others.every((other) => endOf(segment) <= other.address || endOf(other) <= segment.address);

/** Every object that can be loaded. */
export const INDICES: readonly LoadableIndex[] = [1, 2, 3, 4, 5];

/**
 * A_Memory_* and the coders of both ends count in 16 bits: what fits below 10000 stands there, and nothing reaches across.
 * Address 0 means that nothing is allocated.
 */
const FIRST_ADDRESS = 0x0100;
const FAR_ADDRESS = 0x1_0000;
/** Of A_MemoryExtended_*: 24 bits. */
const END_ADDRESS = 0x100_0000;
/** Segments begin at a multiple of this. */
const ALIGNMENT = 0x100;
/** The longest table there can be: 65,535 associations, 262,142 octets. */
const LONGEST_SEGMENT = 0x4_0000;

/** @param taken in the order of their addresses */
const firstFit = (
  taken: readonly Segment[],
  size: number,
  from: number,
  to: number,
): number | undefined => {
  let at = from;
  for (const segment of taken) {
    if (at + Math.max(size, 1) <= segment.address) break;
    at = Math.max(at, Math.ceil(endOf(segment) / ALIGNMENT) * ALIGNMENT);
  }
  return at + size <= to && at < to ? at : undefined;
};

/** A segment without octets still has an address of its own. */
const endOf = ({ address, image }: Segment): number => address + Math.max(image.size, 1);
