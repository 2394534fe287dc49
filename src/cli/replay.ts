import { type Command, InvalidArgumentError } from "commander";
import { isoTime } from "../core/iso-time.ts";
import { isAfter, isBefore } from "../record/moment.ts";
import { type ReplayEvent, replay } from "../record/replay.ts";
import {
  divergenceInWords,
  isKind,
  NO_TALLY,
  reportLines,
  statusOf,
  type Tally,
  tally,
} from "../record/report.ts";
import { KINDS, type Kind, linesOf, machineLines, USUAL_KINDS } from "../record/show.ts";
import { type Clock, dateOf, timeOf } from "../record/words.ts";
import { examples } from "./examples.ts";
import {
  clockOf,
  linesOfFile,
  MOMENTS_HELP,
  UnusableFile,
  type Window,
  type WindowOptions,
  windowOf,
  windowOptions,
  withUsableFile,
} from "./recording.ts";
import { stepper } from "./replay-step.ts";
import { version } from "./version.ts";

type Options = WindowOptions &
  Readonly<{ show?: readonly Kind[]; summary?: true; step?: true; json?: true }>;

/** `knxpi replay` */
export const addReplay = (program: Command): void => {
  const command = program
    .command("replay")
    .description(
      "let the core take a recording once more: what happened, and whether it happens again",
    )
    .argument("<file>", "a recording (.knxrec)");
  for (const option of windowOptions()) command.addOption(option);
  command
    .option(
      "--show <what>",
      "what to show, with commas between: all, or words of the list below",
      kinds,
    )
    .option("--summary", "only what came out at the end")
    .option("--step", "stop after each impulse: Enter goes on, ? says what else is possible")
    .option("--json", "one JSON object per line, for machines")
    .addHelpText("after", HELP)
    .action((file: string, options: Options) =>
      withUsableFile(async () => {
        process.exitCode = await run(file, await windowOf(file, options), options);
      }),
    );
};

const HELP = `
Nothing is sent anywhere: no bus, no broker. The exit status is 0 when effects and states are those of the recording, 1 when they
differ (another version of knxpi, or a bug), 2 when the file cannot be used to its end.
${MOMENTS_HELP}

Shown, unless --show says otherwise: ${USUAL_KINDS.join(", ")}.
${Object.entries(KINDS)
  .map(([name, words]) => `  ${name.padEnd(10)} ${words}`)
  .join("\n")}
${examples(
  "knxpi replay house.knxrec --from 03:10 --until 03:15",
  "knxpi replay house.knxrec --from=-5m --show telegrams,octets",
  "knxpi replay house.knxrec --summary",
  "knxpi replay house.knxrec --from 03:12 --step",
)}`;

const kinds = (text: string): readonly Kind[] => {
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("all")) return Object.keys(KINDS).filter(isKind);
  const wrong = words.find((word) => !isKind(word));
  if (wrong !== undefined)
    throw new InvalidArgumentError(
      `"${wrong}" cannot be shown; these can: all, ${Object.keys(KINDS).join(", ")}`,
    );
  return words.filter(isKind);
};

const run = async (file: string, { from, until }: Window, options: Options): Promise<0 | 1 | 2> => {
  const clock = clockOf(options);
  const show = options.json ? jsonLines : textLines(options, clock);
  const step = options.step && !options.json ? stepper(process.stdin, console.log) : undefined;
  let known: Tally = NO_TALLY;
  let ended = false;
  let isEmpty = true;
  for await (const event of replay(linesOfFile(file))) {
    const next = tally(known, event);
    const utc = next.epoch + next.at;
    ended = until !== null && event.event === "impulse" && isAfter(until, event.at, utc);
    if (ended) break;
    known = next;
    if (event.event === "broken" && known.states === 0)
      throw new UnusableFile(`${file}: ${event.broken.problem}`);
    const isWanted = from === null || event.event === "divergence" || !isBefore(from, next.at, utc);
    if (options.summary || !isWanted) continue;
    const lines = show(event, next);
    for (const line of lines) console.log(line);
    isEmpty = isEmpty && lines.length === 0;
    if (step !== undefined && (await step.after(event)) === "quit") {
      ended = true;
      break;
    }
  }
  step?.close();
  const status = statusOf(known);
  if (options.json) console.log(JSON.stringify({ event: "result", status, ...resultOf(known) }));
  else {
    if (!options.summary) console.log(isEmpty ? "nothing of this kind happened\n" : "");
    const about = { clock, program: version(), until: ended };
    for (const line of reportLines(known, about)) console.log(line);
  }
  return status;
};

/** Lines of one event, with the time; a new day has a line of its own. */
const textLines = (options: Options, clock: Clock) => {
  const wanted = new Set(options.show ?? (options.step ? STEP_KINDS : USUAL_KINDS));
  let day = "";
  return (event: ReplayEvent, { epoch, at }: Tally): readonly string[] => {
    const lines = wordsOf(event, wanted);
    if (lines.length === 0) return lines;
    const today = dateOf(epoch + at, clock);
    const heading = today === day ? [] : [`${today}${clock === "utc" ? " UTC" : ""}`];
    day = today;
    const time = timeOf(epoch + at, clock);
    return [...heading, ...lines.map((line) => `${time} ${line}`)];
  };
};

/** Step by step even an octet is something. */
const STEP_KINDS = Object.keys(KINDS)
  .filter(isKind)
  .filter((kind) => kind !== "counters");

const wordsOf = (event: ReplayEvent, wanted: ReadonlySet<Kind>): readonly string[] => {
  switch (event.event) {
    case "begin":
    case "skipped":
    case "end":
    case "broken":
      return [];
    case "state":
      return wanted.has("states") ? machineLines(event.state) : [];
    case "impulse": {
      const lines = linesOf(event, wanted);
      if (event.threw !== null) return [...lines, `! error  ${event.threw}`];
      return event.recorded === null ? [...lines, "! error  recorded here"] : lines;
    }
    case "gap":
      return [`… ${event.impulses} impulses are not in the recording`];
    case "divergence":
      return [`! ${divergenceInWords(event)}`];
  }
};

const jsonLines = (event: ReplayEvent, { epoch, at }: Tally): readonly string[] => {
  const time = isoTime(epoch + at);
  switch (event.event) {
    case "impulse": {
      const { number, impulse, effects, threw } = event;
      const error = threw === null ? {} : { threw };
      return [JSON.stringify({ time, event: "impulse", number, at, impulse, effects, ...error })];
    }
    case "state":
      // megabytes in a large house
      return [JSON.stringify({ time, event: "state", at })];
    case "divergence":
      return [JSON.stringify({ time, ...divergenceOf(event) })];
    default:
      return [JSON.stringify({ time, ...event })];
  }
};

/** Without the states, which may have megabytes. */
const divergenceOf = (divergence: Extract<ReplayEvent, { event: "divergence" }>) => {
  switch (divergence.differs) {
    case "effects": {
      const { taken, ...rest } = divergence;
      return { ...rest, replayed: taken.effects };
    }
    case "hash": {
      const { state: _, ...rest } = divergence;
      return rest;
    }
    default:
      return divergence;
  }
};

const resultOf = ({ head, first, broken, crash, ...known }: Tally) => ({
  head,
  first: first && divergenceOf(first),
  broken,
  crash,
  ...{ impulses: known.impulses, skipped: known.skipped, lost: known.lost },
  ...{ telegrams: known.telegrams, drops: known.drops, states: known.states },
});
