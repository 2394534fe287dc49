import { appendFileSync, createReadStream, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import type { StackState } from "../../src/core/stack/stack.ts";
import {
  digestOf,
  encodeLine,
  FORMAT,
  type RecordEnd,
  type RecordLine,
  stateHash,
} from "../../src/record/format.ts";
import { decodeLine, type ReadLine, readRecording } from "../../src/record/read.ts";
import { replay } from "../../src/record/replay.ts";

/** A recording of one life, complete from its first impulse to its last. */
export type Tape = Readonly<{
  path: string;
  /** Octets of each gzip member, for who wants to read it at once. */
  members(): readonly number[];
  impulse(impulse: Impulse, effects: readonly Effect[], state: StackState): void;
  /** @returns the hash of the state at the end */
  end(why: RecordEnd["why"], at: number): string;
}>;

export const openTape = (
  path: string,
  { program, epoch, first }: Readonly<{ program: string; epoch: number; first: StackState }>,
): Tape => {
  let text: string[] = [];
  let size = 0;
  let state = first;
  const members: number[] = [];
  writeFileSync(path, "");
  const flush = (): void => {
    const member = gzipSync(text.join(""), { level: 1 });
    appendFileSync(path, member);
    members.push(member.length);
    text = [];
    size = 0;
  };
  const put = (line: RecordLine): void => {
    const piece = `${encodeLine(line)}\n`;
    text.push(piece);
    size += piece.length;
    if (size > PIECE) flush();
  };
  put({ line: "head", head: { format: FORMAT, program, instance: "torture", epoch } });
  put({ line: "state", at: 0, state: first });
  return {
    path,
    members: () => members,
    impulse(impulse, effects, after) {
      put({ line: "impulse", impulse, effects: digestOf(effects) });
      state = after;
    },
    end(why, at) {
      const hash = stateHash(state);
      put({ line: "end", end: { at, hash, why } });
      flush();
      return hash;
    },
  };
};

/** What came of a recording when it was replayed: impulses, and everything that was not as recorded. */
export type Replayed = Readonly<{ impulses: number; hash: string; differs: readonly string[] }>;

/** Small ones are read as `knxpi replay` reads them, member by member takes a tenth of the time. */
export const replayTape = async ({ path, members }: Tape): Promise<Replayed> => {
  const lines =
    members().length === 1 ? readRecording(createReadStream(path)) : linesOf(path, members());
  let impulses = 0;
  let hash = "";
  let last: StackState | undefined;
  const differs: string[] = [];
  for await (const event of replay(lines)) {
    if (event.event === "impulse") {
      impulses += 1;
      last = event.after;
    } else if (event.event === "end") {
      hash = last === undefined ? "" : stateHash(last);
      if (hash !== event.end.hash) differs.push(`hash ${event.end.hash}, replayed ${hash}`);
    } else if (event.event === "divergence")
      differs.push(`${event.differs} at impulse ${event.number}`);
    else if (event.event === "broken" || event.event === "gap" || event.event === "skipped")
      differs.push(event.event);
  }
  if (hash === "") differs.push("no end");
  return { impulses, hash, differs };
};

function* linesOf(path: string, members: readonly number[]): Generator<ReadLine> {
  const octets = readFileSync(path);
  let from = 0;
  for (const length of members) {
    const text = gunzipSync(octets.subarray(from, from + length)).toString();
    from += length;
    for (const piece of text.split("\n")) {
      if (piece === "") continue;
      const line = decodeLine(piece);
      yield typeof line === "string" ? { line: "broken", kind: "damaged", problem: line } : line;
    }
  }
}

/** Characters in one gzip member. */
const PIECE = 1_000_000;
