import { FORMAT, type RecordEnd, type RecordHead, type RecordLine } from "./format.ts";
import { gzipMembers } from "./members.ts";

/**
 * What a file gives, in order. A file that does not end as it should gives one `broken` last: everything before it is as it was
 * recorded, for a line counts once the checksum of its gzip member holds. Only the last member of a file that was cut short has none:
 * its complete lines are given too. One that is no recording gives `broken` with nothing before it.
 */
export type ReadLine = RecordLine | Broken;

/**
 * `cut`: no end was written, because power or disk failed, or because knxpi is still writing. `damaged`: something is wrong inside.
 * `foreign`: no recording at all. `newer`: of a format this program does not know.
 */
export type Broken = Readonly<{
  line: "broken";
  kind: "cut" | "damaged" | "foreign" | "newer";
  /** What is wrong, where, and what to do about it. */
  problem: string;
}>;

/**
 * The lines of a recording, one by one: it may be far larger than the memory.
 * @param chunks octets of the file in order, however they are cut: `createReadStream(path)`, or `[buffer]`
 * @returns never throws because of what the file says; passes on what reading it throws
 */
export async function* readRecording(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<ReadLine> {
  const counts = { lines: 0 };
  let hasEnded = false;
  for await (const part of textLines(chunks, counts)) {
    if (typeof part !== "string") {
      yield part;
      return;
    }
    counts.lines += 1;
    const line = decodeLine(part);
    if (typeof line === "string") {
      yield broken(
        counts.lines === 1 ? "foreign" : "damaged",
        counts.lines === 1
          ? `${NO_RECORDING}: its first line is ${shown(part)}`
          : `line ${counts.lines}: ${line}: ${shown(part)}${GOOD}`,
      );
      return;
    }
    if (counts.lines === 1 && line.line !== "head") {
      yield broken("foreign", `${NO_RECORDING}: it does not begin with a head`);
      return;
    }
    if (line.line === "head" && line.head.format > FORMAT) {
      yield broken(
        "newer",
        `it is of format ${line.head.format} and this program knows ${FORMAT}: use knxpi ${line.head.program} or newer`,
      );
      return;
    }
    hasEnded = line.line === "end";
    yield line;
  }
  if (hasEnded) return;
  yield counts.lines === 0
    ? broken("foreign", `${NO_RECORDING}: it has no line that is complete`)
    : broken("cut", `${CUT} ${counts.lines}, and everything before can be used`);
}

/** @returns the line, or what is wrong with it */
export const decodeLine = (text: string): RecordLine | string => {
  const value = jsonOf(text);
  if (Array.isArray(value)) return octetLine(value);
  if (typeof value !== "object" || value === null) return "no line of a recording";
  const { impulse, effects = 0, at, state, gap, end, knxpi, ...rest }: Fields = value;
  if (impulse !== undefined)
    return isImpulse(impulse) && isDigest(effects)
      ? { line: "impulse", impulse, effects }
      : "not an impulse";
  if (state !== undefined)
    return typeof at === "number" && isState(state) ? { line: "state", at, state } : "not a state";
  if (gap !== undefined)
    return typeof gap === "number" ? { line: "gap", impulses: gap } : "not a gap";
  if (end !== undefined) return isEnd(end) ? { line: "end", end } : "not an end";
  if (knxpi === "recording") return isHead(rest) ? { line: "head", head: rest } : "not a head";
  return "no line of a recording";
};

type Fields = Partial<
  Record<"impulse" | "effects" | "at" | "state" | "gap" | "end" | "knxpi", unknown>
>;

const octetLine = ([at, octet, behind, effects = 0]: readonly unknown[]): RecordLine | string =>
  typeof at === "number" &&
  typeof octet === "number" &&
  typeof behind === "number" &&
  isDigest(effects)
    ? { line: "impulse", impulse: { for: "dl", type: "octet.ind", octet, behind, at }, effects }
    : "not an octet";

type Impulse = Extract<RecordLine, { line: "impulse" }>["impulse"];
type State = Extract<RecordLine, { line: "state" }>["state"];

/*
 * A recording is written by this program alone, and what its impulses and states hold is checked by replaying them, not here: only so
 * much is looked at that a damaged file is noticed.
 */
const isImpulse = (value: unknown): value is Impulse =>
  hasFields(value, { for: "string", type: "string" });
const isState = (value: unknown): value is State =>
  hasFields(value, { dl: "object", nl: "object", tlsm: "object", device: "object" }) &&
  hasFields(value, { client: "object", objects: "object", application: "object" }) &&
  hasFields(value, { bridge: "object" });
const isHead = (value: unknown): value is RecordHead =>
  hasFields(value, { format: "number", program: "string", instance: "string", epoch: "number" });
const isEnd = (value: unknown): value is RecordEnd =>
  hasFields(value, { at: "number", hash: "string", why: "string" });
const isDigest = (value: unknown): value is number | null =>
  typeof value === "number" || value === null;

const hasFields = (value: unknown, kinds: Readonly<Record<string, string>>): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(kinds).every(([name, kind]) => {
    const field: unknown = Reflect.get(value, name);
    return typeof field === kind && field !== null;
  });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Complete lines of text, and last, if it is so, what is wrong with the compression. */
async function* textLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  counts: Readonly<{ lines: number }>,
): AsyncGenerator<string | Broken> {
  const lines = lineCutter();
  const damaged = (at: number, problem: string): Broken =>
    broken(
      "damaged",
      `it is damaged behind octet ${at}, after line ${counts.lines} (${problem})${GOOD}`,
    );
  for await (const member of gzipMembers(chunks)) {
    if (!("content" in member)) {
      yield member.is === "none" && member.at === 0
        ? broken("foreign", `${NO_RECORDING}: it is ${member.problem}`)
        : damaged(member.at, member.problem);
      return;
    }
    for (const piece of member.content) {
      yield* lines.of(piece);
      if (lines.held() > LONGEST) {
        yield damaged(member.at, "a line longer than any that knxpi writes");
        return;
      }
    }
  }
}

/** A line may be longer than any piece: a state is one. */
const lineCutter = () => {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let letters = 0;
  function* of(piece: Uint8Array): Generator<string> {
    const parts = decoder.decode(piece, { stream: true }).split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      const line = rest.length === 0 ? part : [...rest, part].join("");
      [rest, letters] = [[], 0];
      yield line;
    }
    if (last !== "") rest.push(last);
    letters += last.length;
  }
  /** Letters of a line that has no end yet. */
  const held = (): number => letters;
  return { of, held };
};

/** Letters of a line: a state of 60,000 objects has 20 million, and what JSON.parse makes of a line has to fit beside it. */
const LONGEST = 64 * 1024 * 1024;

const broken = (kind: Broken["kind"], problem: string): Broken => ({
  line: "broken",
  kind,
  problem,
});

const shown = (text: string): string =>
  JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

const SHOWN = 60;
const NO_RECORDING =
  "this is no recording of knxpi, which ends with .knxrec and comes from knxpi record";
const GOOD = "; everything before can be used, for the rest look for another copy of the file";
const CUT =
  "the recording was cut short (power or disk failed, or knxpi is still writing it): it ends after line";
