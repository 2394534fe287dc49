import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { isoTime } from "../core/iso-time.ts";
import type { About } from "../record/export/format.ts";
import { FORMATS, type FormatName } from "../record/export/formats.ts";
import { isAfter, isBefore } from "../record/moment.ts";
import type { Broken } from "../record/read.ts";
import { replay } from "../record/replay.ts";
import { divergenceInWords } from "../record/report.ts";
import { listen, OPEN_LISTENING, type Traffic } from "../record/traffic.ts";
import { counted } from "../record/words.ts";
import { examples } from "./examples.ts";
import {
  clockOf,
  linesOfFile,
  MOMENTS_HELP,
  UNUSABLE,
  UnusableFile,
  type Window,
  type WindowOptions,
  windowOf,
  windowOptions,
  withUsableFile,
} from "./recording.ts";

type Options = WindowOptions & Readonly<{ to: FormatName; out?: string }>;

/** `knxpi export` */
export const addExport = (program: Command): void => {
  const command = program
    .command("export")
    .description("the telegrams of a recording for other programs: Wireshark, ETS, people, scripts")
    .argument("<file>", "a recording (.knxrec)")
    .addOption(
      new Option("--to <format>", "what for").choices(Object.keys(FORMATS)).makeOptionMandatory(),
    )
    .option("--out <file>", "write there instead of to standard output");
  for (const option of windowOptions()) command.addOption(option);
  command.addHelpText("after", HELP).action((file: string, options: Options) => {
    if (options.to === "pcapng" && options.out === undefined && process.stdout.isTTY)
      throw new Error("pcapng is not for a terminal: name a file with --out, or use a pipe");
    return withUsableFile(async () => run(file, await windowOf(file, options), options));
  });
};

const HELP = `
  pcapng    Wireshark and tshark decode it as it is; comments say how a telegram was acknowledged, and what was dropped
  ets-xml   a log that the group monitor of ETS opens
  text      one line for each telegram
  json      one object for each, with the fields of knxpi monitor --json

Own telegrams are those that were seen on the line. The exit status is 2 when the file cannot be used to its end, or does
not replay as it was recorded, so that telegrams may be missing or others: what can be had is written, and what is wrong is said.
${MOMENTS_HELP}
${examples(
  "knxpi export house.knxrec --to pcapng --out house.pcapng",
  "knxpi export house.knxrec --to ets-xml --out house.xml --from 03:10 --until 03:15",
  "knxpi export house.knxrec --to pcapng | tshark -r - -Y 'cemi.da == 0x0a03'",
  "knxpi export house.knxrec --to json | jq -c 'select(.destination == \"1/2/3\")'",
)}`;

const run = async (file: string, window: Window, options: Options): Promise<void> => {
  const trouble: Trouble = { skipped: 0 };
  const source = recorded(file, window, trouble);
  const first = await source.next();
  if (first.done || "kind" in first.value) {
    const why = trouble.broken?.problem ?? "it has no state to begin with";
    throw new UnusableFile(`${file}: ${why}`);
  }
  const about: About = { ...first.value, clock: clockOf(options) };
  const count = await written(FORMATS[options.to](about, traffic(source)), options.out);
  if (options.out !== undefined) console.error(`${options.out}: ${count} octets written`);
  for (const line of troubleLines(trouble)) console.error(`${file}: ${line}`);
  const { broken, diverged, skipped } = trouble;
  if ((broken && broken.kind !== "cut") || diverged || skipped > 0) process.exitCode = UNUSABLE;
};

/** Why telegrams are missing, or may not be those of then. */
type Trouble = {
  broken?: Broken;
  /** The first one. */
  diverged?: string;
  /** Impulses. */
  skipped: number;
};

const troubleLines = ({ broken, diverged, skipped }: Trouble): readonly string[] => [
  ...(diverged === undefined ? [] : [diverged]),
  ...(skipped > 0
    ? [`${counted(skipped, "impulse")} could not be replayed: telegrams are missing`]
    : []),
  ...(broken === undefined ? [] : [`${broken.kind}: ${broken.problem}`]),
];

type Begin = Omit<About, "clock">;

/** First what the recording says of itself, then what was on the line in this part of it. */
async function* recorded(
  file: string,
  { from, until }: Window,
  trouble: Trouble,
): AsyncGenerator<Begin | Traffic> {
  let listening = OPEN_LISTENING;
  let head: Omit<Begin, "begin"> | undefined;
  const isEarly = (at: number, utc = listening.epoch + at): boolean =>
    from !== null && isBefore(from, at, utc);
  const isLate = (at: number, utc = listening.epoch + at): boolean =>
    until !== null && isAfter(until, at, utc);
  for await (const event of replay(linesOfFile(file))) {
    const [next, traffic] = listen(listening, event);
    listening = next;
    if (event.event === "begin")
      head = { program: event.head.program, instance: event.head.instance };
    if (event.event === "broken") trouble.broken = event.broken;
    if (event.event === "divergence" && !isLate(event.at))
      trouble.diverged ??= `${divergenceInWords(event)} (${isoTime(listening.epoch + event.at)}); another version or a bug, knxpi replay shows it`;
    if (event.event === "skipped" && !isEarly(event.at) && !isLate(event.at)) trouble.skipped += 1;
    if (event.event === "state" && head !== undefined) {
      const begin = listening.epoch + event.at;
      const place = from && (from.on === "utc" ? from.ms : listening.epoch + from.ms);
      yield { ...head, begin: Math.max(begin, place ?? begin) };
      head = undefined;
    }
    for (const one of traffic) if (!isEarly(one.at, one.utc) && !isLate(one.at, one.utc)) yield one;
    // an own telegram may still wait for its confirmation
    if ("at" in event && isLate(event.at - AFTERMATH_MS)) return;
  }
}

const AFTERMATH_MS = 5_000;

async function* traffic(source: AsyncGenerator<Begin | Traffic>): AsyncGenerator<Traffic> {
  for await (const one of source) if ("kind" in one) yield one;
}

/** Complete or not at all: a file of this name is replaced when everything is written. */
const written = async (
  pieces: AsyncIterable<string | Uint8Array>,
  out: string | undefined,
): Promise<number> => {
  let octets = 0;
  const measured = async function* (): AsyncGenerator<string | Uint8Array> {
    for await (const piece of pieces) {
      octets += Buffer.byteLength(piece);
      yield piece;
    }
  };
  if (out === undefined) {
    await pipeline(measured, process.stdout, { end: false });
    return octets;
  }
  const path = `${out}.part`;
  try {
    await pipeline(measured, createWriteStream(path));
    await rename(path, out);
    return octets;
  } catch (error) {
    await rm(path, { force: true });
    if (!(error instanceof Error) || error instanceof UnusableFile) throw error;
    throw "syscall" in error ? new Error(`${out}: ${error.message}`) : error;
  }
};
