import { createReadStream } from "node:fs";
import { Option } from "commander";
import { MOMENT_FORMS, type Moment, type Place, parseMoment, placeOf } from "../record/moment.ts";
import { type ReadLine, readRecording } from "../record/read.ts";
import { withClock } from "../record/traffic.ts";
import { type Clock, dateAndTimeOf } from "../record/words.ts";

/** What replay and export have in common: a file, and a part of it. */
export type WindowOptions = Readonly<{ from?: string; until?: string; utc?: true }>;

export const windowOptions = (): readonly Option[] => [
  new Option("--from <time>", "begin there: 03:12, 2026-11-24T03:12, +90s or -5m (before the end)"),
  new Option("--until <time>", "end there, inclusive: the same"),
  new Option("--utc", "times in UTC instead of those of this machine"),
];

export const MOMENTS_HELP = `
Times: 03:12, 03:12:07.5      the first one in the recording, or after --from
       2026-11-24T03:12       of this machine, unless it ends with Z or +01:00
       +90s, +5m, +1h         after the begin of the recording
       -90s, -5m, -1h         before its end (--from=-5m works as well)`;

export const clockOf = ({ utc }: WindowOptions): Clock => (utc ? "utc" : "local");

/** What cannot be used is said in one line, and the exit status is 2. */
export const withUsableFile = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = UNUSABLE;
  }
};

export const UNUSABLE = 2;

export class UnusableFile extends Error {}

/**
 * The lines of a file.
 * @throws UnusableFile that says what is wrong with the path
 */
export const linesOfFile = async function* (path: string): AsyncGenerator<ReadLine> {
  const stream = createReadStream(path);
  try {
    yield* readRecording(stream);
  } catch (error) {
    throw new UnusableFile(inWords(path, error));
  } finally {
    stream.destroy();
  }
};

const inWords = (path: string, error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return `${path}: ${why}`;
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; knxpi record list says what is on the disk of the running knxpi",
  EISDIR: "this is a directory; name one recording (.knxrec) in it",
  EACCES: "it may not be read by this user; try sudo",
};

/** A part of a recording. */
export type Window = Readonly<{ from: Place | null; until: Place | null }>;

const WHOLE: Window = { from: null, until: null };

/**
 * Where the part begins and ends; the file is read through once for it.
 * @throws UnusableFile that has no such part
 */
export const windowOf = async (path: string, options: WindowOptions): Promise<Window> => {
  const window = await windowIn(linesOfFile(path), options);
  if (typeof window === "string") throw new UnusableFile(window);
  return window;
};

const windowIn = async (
  lines: AsyncIterable<ReadLine>,
  options: WindowOptions,
): Promise<Window | string> => {
  const clock = clockOf(options);
  const [from, until] = [momentOf(options.from, clock), momentOf(options.until, clock)];
  if (from === undefined) return `--from ${options.from} is no moment; ${MOMENT_FORMS}`;
  if (until === undefined) return `--until ${options.until} is no moment; ${MOMENT_FORMS}`;
  if (from === null && until === null) return WHOLE;
  const span = await spanOf(lines);
  // What is wrong with the file is said by who reads it next.
  if (span === undefined) return WHOLE;
  const begin = from && placeOf(from, span, clock);
  const utcOf = (place: Place): number => (place.on === "utc" ? place.ms : span.epoch + place.ms);
  const end = until && placeOf(until, span, clock, begin === null ? span.utc : utcOf(begin));
  const shown = (place: Place): string => dateAndTimeOf(utcOf(place), clock);
  const last = span.lastEpoch + span.end;
  const runs = `the recording runs from ${dateAndTimeOf(span.utc, clock)} to ${dateAndTimeOf(last, clock)}`;
  if (begin !== null && (begin.on === "utc" ? begin.ms > last : begin.ms > span.end))
    return `--from ${options.from} is ${shown(begin)}, and ${runs}`;
  if (end !== null && (end.on === "utc" ? end.ms < span.utc : end.ms < span.at))
    return `--until ${options.until} is ${shown(end)}, and ${runs}`;
  if (begin !== null && end !== null && utcOf(end) < utcOf(begin))
    return `--until ${options.until} is ${shown(end)}, before --from ${options.from}: ${shown(begin)}`;
  return { from: begin, until: end };
};

const momentOf = (text: string | undefined, clock: Clock): Moment | null | undefined =>
  text === undefined ? null : parseMoment(text, clock);

type WholeSpan = Readonly<{
  at: number;
  utc: number;
  end: number;
  epoch: number;
  lastEpoch: number;
}>;

const spanOf = async (lines: AsyncIterable<ReadLine>): Promise<WholeSpan | undefined> => {
  let known = { epoch: 0 };
  let first: Readonly<{ at: number; epoch: number }> | undefined;
  let end = 0;
  for await (const line of lines) {
    if (line.line === "head") known = { epoch: line.head.epoch };
    if (line.line === "impulse") {
      known = withClock(known, line.impulse);
      if ("at" in line.impulse) end = line.impulse.at;
    }
    if (line.line === "end") end = line.end.at;
    if (line.line !== "state") continue;
    first ??= { at: line.at, epoch: known.epoch };
    end = line.at;
  }
  if (first === undefined) return undefined;
  const { at, epoch } = first;
  return { at, utc: epoch + at, end, epoch, lastEpoch: known.epoch };
};
