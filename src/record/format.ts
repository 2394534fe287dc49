import { createHash } from "node:crypto";
import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import type { StackState } from "../core/stack/stack.ts";

/*
 * A recording (`.knxrec`): lines of JSON, gzipped, any number of gzip members one after the other, so that whatever is there of a file
 * that was cut short can be read.
 *
 *   head      which program, which instance, when
 *   state     the whole state of the stack as it was before the next impulse: replay can begin here
 *   impulse   what the core took, in order, with a digest of the effects it gave back; an octet of the port has a short form
 *   gap       impulses that are not in the recording; the next line is a state
 *   end       the state after the last impulse as a hash, and why the recording ends
 *
 * Times (`at`) are those of the impulses: monotonic ms of the recorded process, exactly as the core saw them.
 */
export type RecordLine = Readonly<
  | { line: "head"; head: RecordHead }
  | { line: "state"; at: number; state: StackState }
  | { line: "impulse"; impulse: Impulse; effects: EffectDigest }
  | { line: "gap"; impulses: number }
  | { line: "end"; end: RecordEnd }
>;

export type RecordHead = Readonly<{
  /** Of this format. A reader refuses a newer one. */
  format: typeof FORMAT;
  /** Version of knxpi that recorded. */
  program: string;
  instance: string;
  /** `epoch` + `at` = milliseconds since 1970 in UTC, when the recording began. */
  epoch: number;
}>;

export type RecordEnd = Readonly<{
  at: number;
  /** `stateHash` after the last impulse; after a crash that of the state before it. */
  hash: string;
  /** `full`: another file goes on. `crash`: the last impulse made the core, or one of its effects, throw. */
  why: "asked" | "stopped" | "full" | "crash";
  error?: string;
}>;

/** `digestOf` the effects; 0 is none; null is unknown, because the impulse threw. */
export type EffectDigest = number | null;

export const FORMAT = 1;
/** Ending of the names of recordings. */
export const SUFFIX = ".knxrec";

/** @returns one line of a recording, without its end of line */
export const encodeLine = (line: RecordLine): string => {
  switch (line.line) {
    case "head":
      return JSON.stringify({ knxpi: "recording", ...line.head });
    case "state":
      return JSON.stringify({ at: line.at, state: line.state });
    case "impulse": {
      const { impulse, effects } = line;
      if (impulse.for !== "dl" || impulse.type !== "octet.ind")
        return JSON.stringify(effects === 0 ? { impulse } : { impulse, effects });
      const { at, octet, behind } = impulse;
      return JSON.stringify(effects === 0 ? [at, octet, behind] : [at, octet, behind, effects]);
    }
    case "gap":
      return JSON.stringify({ gap: line.impulses });
    case "end":
      return JSON.stringify({ end: line.end });
  }
};

/** A 32-bit number that two different lists of effects share by chance only: FNV-1a of their JSON. */
export const digestOf = (effects: readonly Effect[]): number => {
  if (effects.length === 0) return 0;
  const text = JSON.stringify(effects);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0 || 1;
};

/** Equal for equal states: the beginning of the SHA-256 of their JSON, in hex. */
export const stateHash = (state: StackState): string =>
  createHash("sha256").update(JSON.stringify(state)).digest("hex").slice(0, 16);
