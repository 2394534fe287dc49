import { createHash, type Hash } from "node:crypto";
import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { never } from "../core/never.ts";
import type { StackState } from "../core/stack/stack.ts";
import { jsonPieces } from "./pieces.ts";

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
export const encodeLine = (line: RecordLine): string => [...linePieces(line)].join("");

/** The same in pieces: some lines are long. */
export function* linePieces(line: RecordLine): Generator<string> {
  switch (line.line) {
    case "head":
      yield JSON.stringify({ knxpi: "recording", ...line.head });
      break;
    case "state":
      yield `{"at":${line.at},"state":`;
      yield* jsonPieces(line.state);
      yield "}";
      break;
    case "impulse": {
      const { impulse, effects } = line;
      const digest = effects === 0 ? "" : `${effects}`;
      if (impulse.for === "dl" && impulse.type === "octet.ind") {
        const { at, octet, behind } = impulse;
        yield `[${at},${octet},${behind}${digest && `,${digest}`}]`;
        break;
      }
      yield '{"impulse":';
      yield* jsonPieces(impulse);
      yield `${digest && `,"effects":${digest}`}}`;
      break;
    }
    case "gap":
      yield JSON.stringify({ gap: line.impulses });
      break;
    case "end":
      yield JSON.stringify({ end: line.end });
      break;
    default:
      never(line);
  }
}

/**
 * A 32-bit number that two different lists of effects share by chance only: FNV-1a of their JSON. Of what goes on the disk when there is
 * time only that it goes: it is a part of the state, and may be megabytes.
 */
export const digestOf = (effects: readonly Effect[]): number => {
  if (effects.length === 0) return 0;
  const text = JSON.stringify(effects.some(isPartOfState) ? effects.map(brief) : effects);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0 || 1;
};

const isPartOfState = (effect: Effect): boolean =>
  effect.for === "store" && (effect.type === "snapshot" || effect.type === "ledger");

const brief = (effect: Effect): unknown =>
  isPartOfState(effect) ? { for: effect.for, type: effect.type } : effect;

/** Equal for equal states: the beginning of the SHA-256 of their JSON, in hex. */
export const stateHash = (state: StackState): string => {
  const hash = createHash("sha256");
  for (const piece of jsonPieces(state)) hash.update(piece);
  return hashText(hash);
};

/** What `stateHash` says of everything that went in. */
export const hashText = (hash: Hash): string => hash.digest("hex").slice(0, HASH_DIGITS);

const HASH_DIGITS = 16;
