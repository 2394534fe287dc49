import type { Boundary, Pack, Start } from "./pack.ts";

/*
 * What happened last, in memory: parts of a recording, oldest first, each beginning with the state it began in. The states are those of the
 * running stack, by reference: they share all that has not changed since with the present one.
 */

export type Ring = readonly Part[];
export type Part = Readonly<{ start: Start; packs: readonly Pack[]; octets: number }>;

export const EMPTY_RING: Ring = [];

/** @returns with a new part, which goes on from here */
export const ringStart = (ring: Ring, start: Start): Ring => [
  ...ring,
  { start, packs: [], octets: 0 },
];

/** @param limit octets of all; the oldest parts go */
export const ringTake = (ring: Ring, pack: Pack, limit: number): Ring => {
  const current = ring.at(-1);
  if (current === undefined) return ring;
  const octets = current.octets + pack.octets.length + PACK_OCTETS;
  const packs = [...current.packs, pack];
  return withinLimit([...ring.slice(0, -1), { ...current, packs, octets }], limit);
};

const withinLimit = (ring: Ring, limit: number): Ring => {
  const [, ...newer] = ring;
  return newer.length > 0 && ringOctets(ring) > limit ? withinLimit(newer, limit) : ring;
};

export const ringOctets = (ring: Ring): number => ring.reduce((sum, { octets }) => sum + octets, 0);

/** It is time for a new part: of few large ones much goes at once, of many small ones much memory into their states. */
export const ringIsDue = (ring: Ring, limit: number): boolean => {
  const current = ring.at(-1);
  return current === undefined || current.octets >= limit / PARTS;
};

/** @returns the parts from this time on, and what of the past is needed to begin there; undefined: all */
export const ringSince = (ring: Ring, at: number | undefined): Ring => {
  if (at === undefined) return ring;
  const first = ring.findLastIndex(({ start }) => start.at <= at);
  return ring.slice(Math.max(0, first));
};

/** @returns a boundary that is the beginning of the ring */
export const ringBegins = (ring: Ring): Boundary | undefined => ring[0]?.start;

const PARTS = 8;
/** What a pack takes beside its octets. */
const PACK_OCTETS = 200;
