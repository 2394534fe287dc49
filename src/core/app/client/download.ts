import type { Octets } from "../../octets.ts";
import type { Result, Session, Steps } from "./ask.ts";
import { persist } from "./persist.ts";
import type { Load } from "./plan.ts";
import type { Target } from "./session.ts";

/** Where a download stands, so that it can go on from there: plain data. */
export type Download = Readonly<{
  /** Over: the checks; what stands in the device is read; everything is allocated; everything is written. */
  after: "checks" | "reading" | "allocating" | "writing";
  /** CRC of each segment, in the order of the loads. */
  crcs: readonly number[];
  /** What can stay as it is, for as many loads as it is known of. */
  found: readonly Found[];
  /** Loads that are written, and the one under way. */
  written: number;
  current: Readonly<{ address: number; at: number }> | null;
  /** Octets sent so far. */
  sent: number;
}>;

/** Of a segment that stands in the device before a partial download. */
export type Found = Readonly<
  | { is: "new" }
  /** Same size and CRC: nothing is to be done. */
  | { is: "same" }
  /** Same size. */
  | { is: "changed"; address: number; octets: Octets }
>;

/** What the parts of a download have in common. */
export type Job = Readonly<{
  target: Target;
  session: Session;
  loads: readonly Load[];
  /** Octets of one telegram. */
  most: number;
  extended: boolean;
  partial: boolean;
}>;

/** The steps of `device-model.md` §7.2 a load has, as they are numbered there. */
export const STEPS = {
  5: { name: "interface program", allocate: 7, reference: 13, write: 15 },
  4: { name: "application program", allocate: 8, reference: 16, write: 16 },
  3: { name: "group object table", allocate: 10, reference: 17, write: 17 },
  2: { name: "association table", allocate: 12, reference: 18, write: 18 },
  1: { name: "group address table", allocate: 11, reference: 19, write: 19 },
} as const;

/** The same steps, over a new connection where the old one was lost, and an error that says at which step of the script. */
export function* atStep<T>(
  target: Target,
  number: number,
  doing: string,
  steps: () => Steps<Result<T>>,
): Steps<Result<T>> {
  return named(number, doing, yield* persist(target, steps));
}

export const named = <T>(number: number, doing: string, result: Result<T>): Result<T> => {
  if (result.ok) return result;
  const { code, message } = result.error;
  return { ok: false, error: { code, message: `Step ${number}, ${doing}: ${message}` } };
};

/** Octets of the first `count` segments. */
export const octetsBefore = ({ loads }: Job, count: number): number =>
  loads.slice(0, count).reduce((sum, { segment }) => sum + segment.length, 0);

/** Of the progress: a partial download reads first, and then writes. */
export const totalOf = (job: Job): number =>
  octetsBefore(job, job.loads.length) * (job.partial ? 2 : 1);
