import { isoTime } from "../core/iso-time.ts";
import { digestOf, type RecordHead } from "./format.ts";
import type { Broken } from "./read.ts";
import type { Crash, Divergence, ReplayEvent } from "./replay.ts";
import { KINDS, type Kind, linesOf } from "./show.ts";
import { withClock } from "./traffic.ts";
import { type Clock, counted, dateAndTimeOf, dateOf, duration, timeOf } from "./words.ts";

/** What is known of a replay so far. */
export type Tally = Readonly<{
  head: RecordHead | null;
  /** As the clock of the host was set last. */
  epoch: number;
  begin: number | null;
  at: number;
  impulses: number;
  skipped: number;
  telegrams: number;
  drops: number;
  /** Recorded states, the first one included. */
  states: number;
  lost: number;
  first: Placed | null;
  /** Where the first one was seen in a state, if it was seen in something else. */
  consequence: Placed | null;
  divergences: number;
  end: Extract<ReplayEvent, { event: "end" }> | null;
  crash: Crash | null;
  broken: Broken | null;
}>;

/** `utc`: ms since 1970. */
type Placed = Divergence & Readonly<{ utc: number }>;

export const NO_TALLY: Tally = {
  head: null,
  epoch: 0,
  begin: null,
  at: 0,
  impulses: 0,
  skipped: 0,
  telegrams: 0,
  drops: 0,
  states: 0,
  lost: 0,
  first: null,
  consequence: null,
  divergences: 0,
  end: null,
  crash: null,
  broken: null,
};

export const tally = (before: Tally, event: ReplayEvent): Tally => {
  switch (event.event) {
    case "begin":
      return { ...before, head: event.head, epoch: event.head.epoch };
    case "state":
      return {
        ...before,
        states: before.states + 1,
        at: event.at,
        begin: before.begin ?? event.at,
      };
    case "impulse": {
      const { at, impulse, passed } = event;
      const known = withClock(before, impulse);
      const next = { ...known, at, impulses: before.impulses + 1 };
      // most octets cause nothing at all
      if (passed.length === 1) return next;
      const telegrams = passed.filter((one) => one.for === "bridge" && one.type === "line.ind");
      const drops = passed.filter((one) => one.for === "drops");
      return {
        ...next,
        telegrams: before.telegrams + telegrams.length,
        drops: before.drops + drops.length,
      };
    }
    case "skipped": {
      const { at, impulse } = event;
      return { ...withClock(before, impulse), at, skipped: before.skipped + 1 };
    }
    case "gap":
      return { ...before, lost: before.lost + event.impulses };
    case "divergence":
      return withDivergence(before, { ...event, utc: before.epoch + event.at });
    case "end":
      return { ...before, end: event, crash: event.crash, at: event.at };
    case "broken":
      return { ...before, broken: event.broken };
  }
};

const withDivergence = (before: Tally, placed: Placed): Tally => {
  const { first, consequence, divergences } = before;
  if (first === null) return { ...before, first: placed, divergences: 1 };
  const isConsequence =
    consequence === null &&
    divergences === 1 &&
    (placed.differs === "state" || placed.differs === "hash") &&
    placed.since < first.number;
  return isConsequence
    ? { ...before, consequence: placed }
    : { ...before, divergences: divergences + 1 };
};

/** 0: as recorded · 1: diverged · 2: the file cannot be used, or not to its end. */
export const statusOf = ({ first, broken, states }: Tally): 0 | 1 | 2 => {
  if (first !== null) return 1;
  return states === 0 || (broken !== null && broken.kind !== "cut") ? 2 : 0;
};

/** What comes after everything else. @param program version of this program @param until replay was ended there */
export const reportLines = (
  known: Tally,
  { clock, program, until }: Readonly<{ clock: Clock; program: string; until: boolean }>,
): readonly string[] => {
  const { head, begin, at, epoch, impulses, skipped, telegrams, drops, states, lost } = known;
  const about = head === null ? [] : [`${head.instance}, knxpi ${head.program}`];
  const span =
    begin === null ? [] : [`${period(epoch + begin, epoch + at, clock)} (${duration(at - begin)})`];
  const counts = [
    counted(impulses, "impulse"),
    counted(telegrams, "telegram"),
    counted(drops, "drop"),
    ...(states > 1 ? [`${counted(states - 1, "state")} compared`] : []),
    ...(lost > 0 ? [`${counted(lost, "impulse")} not in the recording`] : []),
    ...(skipped > 0 ? [`${counted(skipped, "impulse")} without a state to begin with`] : []),
  ];
  return [
    field("recording", [...about, ...span].join(", ")),
    field("replayed", counts.join(", ")),
    ...endLines(known, until),
    ...verdictLines(known, until),
    ...(head !== null && head.program !== program && known.first !== null
      ? [field("versions", `recorded by ${head.program}, replayed by ${program}`)]
      : []),
  ];
};

const endLines = ({ end, crash, broken }: Tally, until: boolean): readonly string[] => {
  if (broken !== null) return [field("ends", `${broken.kind}: ${broken.problem}`)];
  if (end === null) return until ? [] : [field("ends", "without saying why")];
  if (crash === null) return [field("ends", ENDS[end.end.why])];
  const { recorded, replayed, ofCore, same } = crash;
  const verdict = same
    ? ofCore
      ? "the same is thrown here"
      : "it was not thrown in the core, but by what an effect does, or beside it: it cannot come again here"
    : replayed === null
      ? "nothing is thrown here"
      : `here it is: ${replayed}`;
  return [field("ends", `crash: ${recorded}`), field("", verdict)];
};

const ENDS = {
  asked: "as asked for",
  stopped: "knxpi was stopped",
  full: "the file was full: another one goes on",
  crash: "crash",
} as const;

const verdictLines = (known: Tally, until: boolean): readonly string[] => {
  const { first, consequence, divergences, states } = known;
  if (states === 0) return [field("result", "nothing: the file has no state to begin with")];
  if (first === null)
    return [field("result", `equal${until ? " so far" : ""}: effects and states as recorded`)];
  return [
    field("result", `DIVERGED at impulse ${first.number}, ${moment(first)}`),
    ...divergenceLines(first).map((line) => `  ${line}`),
    ...(consequence === null
      ? []
      : [
          `  then, at impulse ${consequence.number}, ${moment(consequence)}`,
          ...differenceLines(consequence).map((line) => `  ${line}`),
        ]),
    ...(divergences > 1 ? [field("", `${divergences - 1} more between later states`)] : []),
  ];
};

/** `DIVERGED at impulse 9: other effects than recorded` */
export const divergenceInWords = ({ number, differs }: Divergence): string =>
  `DIVERGED at impulse ${number}: ${DIFFERS[differs]}`;

const DIFFERS = {
  effects: "other effects than recorded",
  state: "another state than recorded",
  hash: "another state at the end than recorded",
  error: "an error on one side only, or another one",
} as const satisfies Record<Divergence["differs"], string>;

/** What differs, in lines. */
export const divergenceLines = (divergence: Divergence): readonly string[] => {
  switch (divergence.differs) {
    case "effects": {
      const { recorded, taken } = divergence;
      const lines = linesOf(taken, ALL);
      return [
        field("impulse", lines[0] ?? ""),
        field("recorded", `effects with the digest ${recorded ?? "unknown"}`),
        field(
          "replayed",
          `${counted(taken.effects.length, "effect")} with the digest ${digestOf(taken.effects)}`,
        ),
        ...lines.slice(1).map((line) => field("", line)),
      ];
    }
    case "error":
      return [
        field("impulse", JSON.stringify(divergence.impulse)),
        field("recorded", divergence.recorded ?? "no error"),
        field("replayed", divergence.replayed ?? "no error"),
      ];
    case "state":
    case "hash":
      return differenceLines(divergence);
  }
};

const differenceLines = (divergence: Divergence): readonly string[] => {
  switch (divergence.differs) {
    case "state": {
      const { first, count } = divergence.differences;
      return [
        field(
          "state",
          `${counted(count, "place")} not the same; it was equal last at impulse ${divergence.since}`,
        ),
        ...first.map(({ path, recorded, replayed }) =>
          field("", `${path}: recorded ${value(recorded)}, replayed ${value(replayed)}`),
        ),
        ...(count > first.length ? [field("", `and ${count - first.length} more`)] : []),
      ];
    }
    case "hash": {
      const { recorded, replayed, since } = divergence;
      return [
        field("state", `at the end another one; it was equal last at impulse ${since}`),
        field("recorded", recorded),
        field("replayed", replayed),
      ];
    }
    default:
      return [];
  }
};

const ALL: ReadonlySet<Kind> = new Set(Object.keys(KINDS).filter(isKind));

/** The word is one of those that say what can be shown. */
export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

const moment = ({ utc, at }: Placed): string => `${isoTime(utc)} (${at.toFixed(1)} ms)`;

/** The date of the end only where it is another one. */
const period = (from: number, to: number, clock: Clock): string =>
  `${dateAndTimeOf(from, clock)} to ${
    dateOf(from, clock) === dateOf(to, clock) ? timeOf(to, clock) : dateAndTimeOf(to, clock)
  }`;

const value = (part: unknown): string => {
  const text = JSON.stringify(part) ?? "nothing";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

const field = (name: string, text: string): string => `${name.padEnd(NAME)}${text}`;
const NAME = 11;
const LONGEST = 120;
