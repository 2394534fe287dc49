import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { never } from "../core/never.ts";
import { run, type StackState } from "../core/stack/stack.ts";
import { type Differences, differencesOf } from "./difference.ts";
import {
  digestOf,
  type EffectDigest,
  type RecordEnd,
  type RecordHead,
  type RecordLine,
  stateHash,
} from "./format.ts";
import type { Broken, ReadLine } from "./read.ts";

/** What comes of a recording when the core of this program takes it once more. `at` as in the recording. */
export type ReplayEvent = Readonly<
  | { event: "begin"; head: RecordHead }
  /** A state of the recording: it is compared with the replayed one, if there is one, and replay goes on from the recorded one. */
  | { event: "state"; at: number; state: StackState }
  | Taken
  /** An impulse that cannot be replayed: no state of the recording is known before it. */
  | { event: "skipped"; number: number; at: number; impulse: Impulse }
  | { event: "gap"; at: number; impulses: number }
  | Divergence
  | { event: "end"; at: number; end: RecordEnd; crash: Crash | null }
  /** The file ends otherwise. */
  | { event: "broken"; at: number; broken: Broken }
>;

/** An impulse that was replayed. `passed`: everything that travelled in the core because of it, the impulse itself first. */
export type Taken = Readonly<{
  event: "impulse";
  /** Counted from 1 over the whole recording. */
  number: number;
  at: number;
  impulse: Impulse;
  passed: readonly (Impulse | Effect)[];
  effects: readonly Effect[];
  /** null: it is recorded as one that threw. */
  recorded: EffectDigest;
  before: StackState;
  /** The same as before when it threw. */
  after: StackState;
  /** What the core threw. */
  threw: string | null;
}>;

/** Something is not as recorded. Of those between two states of the recording only the first: the others follow from it. */
export type Divergence = Readonly<{
  event: "divergence";
  /** Of the impulse that was replayed last. */
  number: number;
  at: number;
  impulse: Impulse | null;
}> &
  Readonly<
    | { differs: "effects"; recorded: EffectDigest; taken: Taken }
    /** `since`: the state that was equal last, by the number of its impulse. */
    | { differs: "state"; since: number; differences: Differences }
    | { differs: "hash"; since: number; recorded: string; replayed: string; state: StackState }
    /** An error on one side only, or another one; null is none. */
    | { differs: "error"; recorded: string | null; replayed: string | null }
  >;

/**
 * An error that ended the process, and what became of it here. One that was not thrown in the core, but by an effect or beside it, cannot
 * come again: that is `same`, too.
 */
export type Crash = Readonly<{
  recorded: string;
  replayed: string | null;
  ofCore: boolean;
  same: boolean;
}>;

export type Replaying = Readonly<{
  /** null: before the first state, after a gap, or after an error that nobody recorded. */
  state: StackState | null;
  at: number;
  /** Impulses so far. */
  number: number;
  impulse: Impulse | null;
  /** Of the last state of the recording. */
  since: number;
  /** Since the last state of the recording something has differed. */
  diverged: boolean;
  /** The last impulse is recorded as one that threw; and what it threw here. */
  crash: Readonly<{ replayed: string | null }> | null;
}>;

/** Before the first line. */
export const OPEN_REPLAY: Replaying = {
  state: null,
  at: 0,
  number: 0,
  impulse: null,
  since: 0,
  diverged: false,
  crash: null,
};

/** Replays a whole recording: pure, with the core of this program, and as fast as the lines come. */
export async function* replay(
  lines: AsyncIterable<ReadLine> | Iterable<ReadLine>,
): AsyncGenerator<ReplayEvent> {
  let replaying = OPEN_REPLAY;
  for await (const line of lines) {
    const [next, events] = replayLine(replaying, line);
    replaying = next;
    yield* events;
  }
}

/** The next line of a recording. */
export const replayLine = (
  before: Replaying,
  line: ReadLine,
): readonly [Replaying, readonly ReplayEvent[]] => {
  switch (line.line) {
    case "head":
      return [before, [{ event: "begin", head: line.head }]];
    case "state":
      return onState(before, line);
    case "impulse":
      return onImpulse(before, line.impulse, line.effects);
    case "gap":
      return [
        { ...before, state: null },
        [{ event: "gap", at: before.at, impulses: line.impulses }],
      ];
    case "end":
      return onEnd(before, line.end);
    case "broken":
      return [before, [{ event: "broken", at: before.at, broken: line }]];
    default:
      return never(line);
  }
};

type Step = readonly [Replaying, readonly ReplayEvent[]];

const onState = (
  before: Replaying,
  { at, state }: Extract<RecordLine, { line: "state" }>,
): Step => {
  const after: Replaying = { ...before, state, at, since: before.number, diverged: false };
  const told: ReplayEvent = { event: "state", at, state };
  if (before.state === null) return [after, [told]];
  const differences = differencesOf(state, before.state);
  if (differences.count === 0) return [after, [told]];
  const { number, impulse, since } = before;
  const divergence: Divergence = {
    event: "divergence",
    ...{ number, at, impulse, differs: "state", since, differences },
  };
  return [after, [divergence, told]];
};

const onImpulse = (before: Replaying, impulse: Impulse, recorded: EffectDigest): Step => {
  const at = "at" in impulse ? impulse.at : before.at;
  const number = before.number + 1;
  const { state } = before;
  if (state === null)
    return [{ ...before, number, at, impulse }, [{ event: "skipped", number, at, impulse }]];
  const passed: (Impulse | Effect)[] = [];
  const [after, effects, threw] = attempt(state, impulse, passed);
  const taken: Taken = {
    event: "impulse",
    ...{ number, at, impulse, passed, effects, recorded, before: state, after, threw },
  };
  if (recorded === null)
    // The process ended here, and the state that was recorded last is the one before.
    return [{ ...before, number, at, impulse, crash: { replayed: threw } }, [taken]];
  if (threw !== null) {
    const next = { ...before, state: null, number, at, impulse };
    return [next, [taken, ...unlessKnown(before, thrownHere(number, at, impulse, threw))]];
  }
  if (digestOf(effects) === recorded)
    return [
      {
        ...{ state: after, at, number, impulse },
        ...{ since: before.since, diverged: before.diverged, crash: null },
      },
      [taken],
    ];
  const divergence: Divergence = {
    event: "divergence",
    ...{ number, at, impulse, differs: "effects", recorded, taken },
  };
  return [
    { ...before, state: after, number, at, impulse, diverged: true },
    [taken, ...unlessKnown(before, divergence)],
  ];
};

/** The one place where a throw of the core is caught: it is what somebody wants to see here. */
const attempt = (
  state: StackState,
  impulse: Impulse,
  passed: (Impulse | Effect)[],
): readonly [StackState, readonly Effect[], threw: string | null] => {
  try {
    const [after, effects] = run(state, impulse, (one) => passed.push(one));
    return [after, effects, null];
  } catch (error) {
    return [state, [], error instanceof Error ? error.message : String(error)];
  }
};

const thrownHere = (
  number: number,
  at: number,
  impulse: Impulse,
  replayed: string,
): Divergence => ({
  event: "divergence",
  ...{ number, at, impulse, differs: "error", recorded: null, replayed },
});

const onEnd = (before: Replaying, end: RecordEnd): Step => {
  const { number, impulse, since, state } = before;
  const crash = before.crash === null ? null : crashOf(end.error ?? UNKNOWN, before.crash.replayed);
  const events: ReplayEvent[] = [];
  const where = { event: "divergence", number, at: end.at, impulse } as const;
  if (crash !== null && !crash.same)
    events.push(
      ...unlessKnown(before, {
        ...where,
        ...{ differs: "error", recorded: crash.recorded, replayed: crash.replayed },
      }),
    );
  if (state !== null) {
    const replayed = stateHash(state);
    if (replayed !== end.hash)
      events.push({ ...where, differs: "hash", since, recorded: end.hash, replayed, state });
  }
  events.push({ event: "end", at: end.at, end, crash });
  return [{ ...before, at: end.at }, events];
};

/** What was recorded has the name of the error before its message, and its stack behind it. */
const crashOf = (recorded: string, replayed: string | null): Crash => {
  const [first = ""] = recorded.split("\n");
  const ofCore = replayed !== null || IN_CORE.test(recorded);
  const same = replayed === null ? !ofCore : recorded.replace(NAME, "").startsWith(replayed);
  return { recorded: first, replayed, ofCore, same };
};

/** The runner of the core in a stack. */
const IN_CORE = /core[/\\]stack[/\\]stack\.[jt]s/;
const NAME = /^\w+: /;
const UNKNOWN = "an error that the recording does not name";

const unlessKnown = ({ diverged }: Replaying, divergence: Divergence): readonly Divergence[] =>
  diverged ? [] : [divergence];
