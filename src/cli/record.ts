import { Buffer } from "node:buffer";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { JsonValue } from "../core/effect.ts";
import { SUFFIX } from "../record/format.ts";
import { timeSpan } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { withStation } from "./station/command.ts";
import type { Station } from "./station/station.ts";

type Where = Readonly<{ socket?: string; instance?: string; json?: true }>;
type RecordOptions = Where & Readonly<{ out?: string; last?: number; follow?: true; for?: number }>;

/** `knxpi record` */
export const addRecord = (program: Command): void => {
  const record = addWhere(program.command("record"))
    .description(
      "what has happened in the running knxpi, or happens from now on, as a file to replay",
    )
    .option("-o, --out <file>", "where to; without it a name with the time, here")
    .option("--last <time>", "only so much of the past, such as 10m; or a little more", timeSpan)
    .option("--follow", "from now on until Ctrl-C; with --last also from the past")
    .option("--for <time>", "the same for so long, such as 60s", timeSpan)
    .addHelpText(
      "after",
      `
A recording holds everything: values, messages, passwords in messages, keys of devices, the configuration. Its file is for its owner
alone; give it only to whom you would give those. knxpi replay takes it, and knxpi export turns it into what other programs read.
How far back it goes depends on the traffic and on recorder.flight_mb; recorder.disk keeps days.
${examples(
  "knxpi record                          all that is still in memory",
  "knxpi record --last 10m --out odd.knxrec",
  "knxpi record --for 60s                and press the button that does nothing meanwhile",
  "knxpi record list                     what is on the disk",
)}`,
    )
    .action((options: RecordOptions) => fetchRecording(options));
  addWhere(record.command("list"))
    .description("the recordings that the running knxpi has on its disk")
    .action((_: Where, command: Command) =>
      ask(command.optsWithGlobals(), { method: "record.list", params: {}, lines: listed }),
    );
};

const addWhere = (command: Command): Command =>
  command
    .option("--json", "print JSON, for machines")
    .option("--socket <path>", "control socket of the running knxpi")
    .option("--instance <name>", "which running knxpi, when there are several");

const fetchRecording = (options: RecordOptions): Promise<void> =>
  withStation(options, async (station, signal) => {
    const path = options.out ?? `knxpi-${stampOf(new Date())}${SUFFIX}`;
    const follow = options.follow === true || options.for !== undefined;
    const last = options.last ?? (follow ? 0 : undefined);
    await station.request("record.start", given({ last, follow }));
    const file = await openPart(path);
    const over = new AbortController();
    const stopping = follow
      ? untilOver(options.for, signal, over.signal).then(() => station.request("record.stop"))
      : undefined;
    stopping?.catch(() => undefined);
    try {
      const { from, to, impulses } = await receive(station, file, follow ? undefined : signal);
      const octets = await file.finish();
      if (options.json) console.log(JSON.stringify({ file: path, from, to, impulses, octets }));
      else for (const line of said({ path, from, to, impulses, octets })) console.log(line);
    } catch (error) {
      const octets = await file.give(follow);
      if (octets === 0 || !(error instanceof Error)) throw error;
      throw new Error(`${error.message}; what came until then is in ${path}`);
    } finally {
      over.abort();
    }
  });

type Part = Readonly<{ from: JsonValue; to: JsonValue; impulses: JsonValue }>;

/** Part by part, to its end. */
const receive = async (
  station: Station,
  file: PartFile,
  signal: AbortSignal | undefined,
): Promise<Part> => {
  for (;;) {
    signal?.throwIfAborted();
    const answer = await station.request("record.read");
    const {
      part,
      done,
      from,
      to,
      impulses,
    }: Partial<Record<keyof Part | "part" | "done", JsonValue>> = Object(answer);
    await file.add(Buffer.from(String(part), "base64"));
    if (done === true) return { from: from ?? null, to: to ?? null, impulses: impulses ?? 0 };
  }
};

/** Until Ctrl-C, until so many seconds have passed, or until it does not matter any more. */
const untilOver = async (
  seconds: number | undefined,
  interrupted: AbortSignal,
  over: AbortSignal,
): Promise<void> => {
  const signal = AbortSignal.any([interrupted, over]);
  const ms = seconds === undefined ? LONGEST_MS : Math.min(seconds * 1_000, LONGEST_MS);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  over.throwIfAborted();
};

type PartFile = Readonly<{
  add(octets: Uint8Array): Promise<void>;
  /** Under its name, on the disk. @returns its octets */
  finish(): Promise<number>;
  /** The same with what there is of it, if there is anything and it is wanted. */
  give(wanted: boolean): Promise<number>;
}>;

/** A file that has its name only when it is whole. @throws Error in words for people */
const openPart = async (path: string): Promise<PartFile> => {
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const file = await openFor(path, unfinished);
  let octets = 0;
  const finish = async (): Promise<number> => {
    await file.sync();
    await file.close();
    await rename(unfinished, path);
    return octets;
  };
  return {
    async add(more) {
      await file.appendFile(more);
      octets += more.length;
    },
    finish,
    async give(wanted) {
      if (wanted && octets > 0) return finish();
      await file.close();
      await rm(unfinished, { force: true });
      return 0;
    },
  };
};

const openFor = async (path: string, unfinished: string): Promise<FileHandle> => {
  try {
    return await open(unfinished, "wx", 0o600);
  } catch (error) {
    throw new Error(`${path} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
};

const said = ({
  path,
  from,
  to,
  impulses,
  octets,
}: Part & Readonly<{ path: string; octets: number }>): readonly string[] => [
  `${path}: ${impulses} impulses in ${octets} octets`,
  `from ${from ?? "now"} to ${to ?? "now"}`,
  `It holds everything, secrets included. knxpi replay ${path} takes it once more.`,
];

const listed = (result: JsonValue): readonly string[] => {
  const { folder, files }: { folder?: JsonValue; files?: JsonValue } = Object(result);
  if (!Array.isArray(files) || files.length === 0) return [`none in ${folder}`];
  return [
    `in ${folder}:`,
    ...files.map((file: JsonValue) => {
      const { name, octets, until }: Readonly<Record<string, JsonValue>> = Object(file);
      return `${String(octets).padStart(11)}  until ${until}  ${name}`;
    }),
  ];
};

const stampOf = (time: Date): string =>
  time.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");

/** What a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;
