import { encodeLine, linePieces, type RecordHead } from "../../record/format.ts";
import { type Boundary, hashInSlices, type Pack, packed, packedPieces } from "./pack.ts";
import { type Part, type Ring, ringBegins, ringSince } from "./ring.ts";
import type { Keeper, Tape } from "./tape.ts";

/** What somebody wants to have of what was, or will be, recorded. */
export type Wanted = Readonly<{
  /** How far back, ms; 0: from now on; undefined: as far as there is anything. */
  lastMs?: number | undefined;
  /** It goes on until `stop`. */
  follow: boolean;
}>;

/** A recording that is being fetched, part by part. */
export type Download = Readonly<{
  /**
   * The next octets of the file: none when there are none yet.
   * @throws Error when it cannot go on, in words for people
   */
  read(): Promise<Uint8Array>;
  /** So far. `ended`: all of it has been read. */
  look(): Readonly<{ impulses: number; from: number | null; to: number | null; ended: boolean }>;
  /** No more is added; what there is can be read to its end. */
  stop(): void;
  /** Nobody wants it any more. */
  close(): void;
}>;

export type DownloadHost = Readonly<{
  tape: Tape;
  ring(): Ring;
  head(): RecordHead;
  now(): number;
  /** Longest that a `read` waits. */
  patienceMs?: number | undefined;
}>;

export const openDownload = (
  { tape, ring, head, now, patienceMs = PATIENCE_MS }: DownloadHost,
  { lastMs, follow }: Wanted,
): Download => {
  /** What is to be read, in the order in which it is made; a piece may still have to be made. */
  const pieces: (Uint8Array | AsyncIterable<Uint8Array>)[] = [];
  let held = 0;
  let current: AsyncIterator<Uint8Array> | undefined;
  let impulses = 0;
  let from: number | null = null;
  let to: number | null = null;
  let isStopped = false;
  let hasEnd = false;
  let isClosed = false;
  let problem: string | undefined;
  let wake: () => void = () => undefined;

  const add = (piece: Uint8Array | AsyncIterable<Uint8Array>): void => {
    pieces.push(piece);
    wake();
  };
  const addText = (text: string): void => add(lazily(() => packed(text)));
  const addState = ({ at, state }: Boundary): void => {
    from ??= at;
    to = Math.max(to ?? at, at);
    add(packedPieces(linePieces({ line: "state", at, state })));
    addText("\n");
  };
  const addPack = (pack: Pack): void => {
    impulses += pack.impulses;
    to = pack.to;
    held += pack.octets.length;
    add(pack.octets);
  };
  /** What was there at the beginning, and so much more. */
  let most = MOST_HELD;
  const addPart = ({ start, packs }: Part, index: number): void => {
    if (start.gap > 0) addText(`${encodeLine({ line: "gap", impulses: start.gap })}\n`);
    // Of parts that follow each other one state is enough.
    if (start.gap > 0 || index === 0) addState(start);
    for (const pack of packs) addPack(pack);
  };

  const keeper: Keeper = {
    wantsStart: () => false,
    start(start) {
      if (start.gap > 0 || from === null) addPart({ start, packs: [], octets: 0 }, 0);
    },
    take(pack) {
      if (from === null) return;
      if (held + pack.octets.length > most) {
        problem = TOO_SLOW;
        tape.leave(keeper);
        wake();
      } else addPack(pack);
    },
  };

  const finish = (last: Boundary | undefined): void => {
    tape.leave(keeper);
    if (last !== undefined)
      add(
        lazily(async () => {
          const hash = await hashInSlices(last.state);
          return packed(
            `${encodeLine({ line: "end", end: { at: last.at, hash, why: "asked" } })}\n`,
          );
        }),
      );
    hasEnd = true;
    wake();
  };

  addText(`${encodeLine({ line: "head", head: head() })}\n`);
  void tape.atBoundary((last) => {
    if (isClosed) return;
    const parts =
      lastMs === 0 ? [] : ringSince(ring(), lastMs === undefined ? undefined : now() - lastMs);
    parts.forEach(addPart);
    most += held;
    if (ringBegins(parts) === undefined && last !== undefined) addState(last);
    if (follow && !isStopped) tape.join(keeper);
    else finish(last);
  });

  const next = async (): Promise<Uint8Array | undefined> => {
    if (current !== undefined) {
      const { value, done } = await current.next();
      if (!done) return value;
      current = undefined;
    }
    const piece = pieces.shift();
    if (piece === undefined) return undefined;
    if (piece instanceof Uint8Array) {
      held -= piece.length;
      return piece;
    }
    current = piece[Symbol.asyncIterator]();
    return next();
  };

  /** Until there is something new to read, or for so long. */
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(end, patienceMs);
      wake = end;
    });

  return {
    async read() {
      for (const isLast of [false, true]) {
        const octets = await next();
        if (octets !== undefined) return octets;
        if (problem !== undefined) throw new Error(problem);
        if (hasEnd || isLast) break;
        await news();
      }
      return NONE;
    },
    look: () => ({
      impulses,
      from,
      to,
      ended: hasEnd && pieces.length === 0 && current === undefined,
    }),
    stop() {
      if (isStopped) return;
      isStopped = true;
      if (follow) void tape.atBoundary(finish);
    },
    close() {
      isClosed = true;
      tape.leave(keeper);
      pieces.length = 0;
      wake();
    },
  };
};

/** Made when it is wanted. */
async function* lazily(make: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await make();
}

const NONE = new Uint8Array(0);
const TOO_SLOW =
  "the recording is read too slowly: more comes in than goes out; try it on this machine, or a shorter one";
/** Octets that wait to be read. */
const MOST_HELD = 16 * 1024 * 1024;
const PATIENCE_MS = 2_000;
