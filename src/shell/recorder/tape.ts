import type { Effect } from "../../core/effect.ts";
import type { Impulse } from "../../core/impulse.ts";
import type { StackState } from "../../core/stack/stack.ts";
import { digestOf, encodeLine, linePieces } from "../../record/format.ts";
import type { Observer } from "../observer.ts";
import { createOpenPack } from "./open-pack.ts";
import type { Boundary, Pack, Start } from "./pack.ts";
import { createSlices, type Slices } from "./slices.ts";

/*
 * From impulses to packs. While an impulse is taken nothing happens but that it is remembered; text, digest and compression come later, in
 * slices. What is remembered is bounded: beyond, impulses are lost, are counted, and a new state follows.
 */

/** Whoever keeps what was recorded. */
export type Keeper = Readonly<{
  /** Wants to begin anew, at the next opportunity. */
  wantsStart(): boolean;
  /** @param last where what it has been given so far ends */
  start(start: Start, last: Boundary | undefined): void;
  take(pack: Pack): void;
}>;

type Looking = Required<Pick<Observer, "takes" | "done">>;

export type Tape = Readonly<{
  observer: Looking;
  join(keeper: Keeper): void;
  leave(keeper: Keeper): void;
  /**
   * Once all that has happened so far is with the keepers.
   * @param act is called then, before anything else is
   */
  atBoundary<T>(act: (last: Boundary | undefined) => T): Promise<T>;
  /** At once, when the process ends: what the keepers were not given yet. */
  rest(thrown?: Impulse): Rest;
}>;

export type Rest = Readonly<{
  octets: readonly Uint8Array[];
  impulses: number;
  /** What it begins with, as long as nothing was given to the keepers. */
  first: Boundary | undefined;
  /** The end of it; undefined: nothing has ever happened. */
  last: Boundary | undefined;
}>;

export type TapeOptions = Readonly<{
  /** Impulses were lost: more came than could be kept. */
  onGap(impulses: number): void;
  /** Impulses, and letters of their payloads, that may wait. */
  most?: Readonly<{ impulses: number; letters: number }>;
}>;

export const openTape = ({ onGap, most = MOST }: TapeOptions): Tape => {
  let waiting = emptyBatch();
  /** Since there was no room. */
  let lost = 0;
  /** Before the next start. */
  let missed = 0;
  let needsStart = true;
  /** Before the impulse that is being taken, or was last. */
  let before: StackState | undefined;
  const keepers = new Set<Keeper>();
  let visits: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isWorking = false;
  /** What is being written: so many of its impulses have been begun, and this is what is left of the line of the last. */
  let work = emptyBatch();
  let next = 0;
  let line: Iterator<string> | undefined;
  const open = createOpenPack();
  /** The end of what is written, and where it began as long as nobody has been given anything. */
  let last: Boundary | undefined;
  let first: Boundary | undefined;

  const wake = (ms: number): void => {
    if (isWorking || timer !== undefined) return;
    timer = setTimeout(go, ms);
    timer.unref();
  };
  const go = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (isWorking) return;
    isWorking = true;
    drain()
      .catch(abandon)
      .finally(() => {
        isWorking = false;
        if (visits.length > 0) go();
        else if (waiting.impulses.length > 0) wake(0);
      });
  };

  const observer: Looking = {
    takes(impulse, state) {
      before = state;
      if (!needsStart || lost > 0) return;
      needsStart = false;
      waiting.start = { at: atOf(impulse) ?? last?.at ?? 0, state, gap: missed };
      missed = 0;
    },
    done(impulse, effects, state) {
      const { impulses, letters } = waiting;
      if (needsStart || impulses.length >= most.impulses || letters >= most.letters) {
        lost += 1;
        needsStart = true;
        wake(DELAY_MS);
        return;
      }
      impulses.push(impulse);
      waiting.effects.push(effects);
      waiting.state = state;
      if (impulse.type === "message.ind") waiting.letters += impulse.payload.length;
      if (impulses.length === MANY) go();
      else wake(DELAY_MS);
    },
  };

  const drain = async (): Promise<void> => {
    const slices = createSlices();
    do {
      // Never in the turn of an octet.
      await slices.rest();
      [work, next, waiting] = [waiting, 0, emptyBatch()];
      // From here on there is room, and the next impulse comes with its state.
      [missed, lost] = [missed + lost, 0];
      const visiting = visits;
      visits = [];
      if (work.start !== undefined) await begin(work.start);
      else if (open.isEmpty() && work.impulses.length > 0) offerStart();
      while (next < work.impulses.length) {
        await write(slices);
        if (slices.isOver()) await slices.rest();
      }
      finish(work);
      if (open.isFull() || visiting.length > 0) await seal();
      for (const visit of visiting) visit();
    } while (waiting.impulses.length > 0 || visits.length > 0);
  };

  const begin = async (start: Start): Promise<void> => {
    await seal();
    work.start = undefined;
    if (start.gap > 0) onGap(start.gap);
    for (const keeper of keepers) keeper.start(start, last);
    last = start;
  };

  const offerStart = (): void => {
    if (last === undefined) return;
    const [impulse] = work.impulses;
    const at = (impulse && atOf(impulse)) ?? last.at;
    for (const keeper of keepers)
      if (keeper.wantsStart()) keeper.start({ at, state: last.state, gap: 0 }, last);
  };

  const write = async (slices: Slices): Promise<void> => {
    line = nextLine();
    for (let piece = line.next(); !piece.done; piece = line.next()) {
      open.add(piece.value);
      if (open.isLong()) await open.squeeze();
      if (slices.isOver()) await slices.rest();
    }
    line = undefined;
  };

  /** The next of the batch, in pieces. */
  function* nextLine(): Generator<string> {
    const impulse = work.impulses[next];
    const effects = work.effects[next] ?? [];
    next += 1;
    if (impulse === undefined) return;
    yield* linePieces({ line: "impulse", impulse, effects: digestOf(effects) });
    yield "\n";
    open.count(atOf(impulse) ?? last?.at ?? 0);
  }

  /** Between batches nothing is kept of states but the last. */
  const finish = ({ impulses, state }: Batch): void => {
    const impulse = impulses.at(-1);
    if (impulse !== undefined && state !== undefined)
      last = { at: atOf(impulse) ?? last?.at ?? 0, state };
    [work, next] = [emptyBatch(), 0];
  };

  const seal = async (): Promise<void> => {
    if (open.isEmpty()) return;
    const pack = await open.close();
    for (const keeper of keepers) keeper.take(pack);
  };

  /** Something is wrong with us, and the bridge goes on: what was being written is lost. */
  const abandon = (): void => {
    line = undefined;
    lost += open.drop() + work.impulses.length - next + waiting.impulses.length;
    [work, next, waiting, needsStart] = [emptyBatch(), 0, emptyBatch(), true];
  };

  /** What is left of everything that was remembered, here and now. */
  const finishNow = (): void => {
    for (let piece = line?.next(); piece && !piece.done; piece = line?.next())
      open.add(piece.value);
    for (const batch of [work, waiting]) {
      if (batch !== work) [work, next] = [batch, 0];
      if (work.start !== undefined) addStart(work.start);
      while (next < work.impulses.length) for (const piece of nextLine()) open.add(piece);
      finish(batch);
    }
    waiting = emptyBatch();
  };
  const addStart = ({ gap, at, state }: Start): void => {
    const isFirst = last === undefined;
    last = { at, state };
    first ??= last;
    // With nobody yet, and what the file begins with.
    if (isFirst) return;
    if (gap > 0) open.add(`${encodeLine({ line: "gap", impulses: gap })}\n`);
    open.add(`${encodeLine({ line: "state", at, state })}\n`);
  };

  return {
    observer,
    join: (keeper) => void keepers.add(keeper),
    leave: (keeper) => void keepers.delete(keeper),
    atBoundary: (act) =>
      new Promise((resolve, reject) => {
        visits.push(() => {
          try {
            resolve(act(last));
          } catch (error) {
            reject(error);
          }
        });
        go();
      }),
    rest(thrown) {
      finishNow();
      const at = (thrown && atOf(thrown)) ?? last?.at ?? 0;
      if (before !== undefined && lost > 0) addStart({ gap: lost, at, state: before });
      if (thrown !== undefined) {
        open.add(`${encodeLine({ line: "impulse", impulse: thrown, effects: null })}\n`);
        open.count(at);
      }
      return { ...open.rest(), first, last: last && { ...last, at } };
    },
  };
};

/** Impulses in a row, the effects of each, the state after the last, and where they begin if that is not where others end. */
type Batch = {
  start: Start | undefined;
  readonly impulses: Impulse[];
  readonly effects: (readonly Effect[])[];
  state: StackState | undefined;
  letters: number;
};

const emptyBatch = (): Batch => ({
  start: undefined,
  impulses: [],
  effects: [],
  state: undefined,
  letters: 0,
});

const atOf = (impulse: Impulse): number | undefined =>
  "at" in impulse && typeof impulse.at === "number" ? impulse.at : undefined;

/** Ten seconds of a bus that is busy all the time; and letters of messages, which may be long. */
const MOST = { impulses: 20_000, letters: 8 * 1024 * 1024 };
/** Until what was remembered is written: a part of a second of the bus at a time. */
const DELAY_MS = 250;
/** With so many waiting it is written at once. */
const MANY = 512;
