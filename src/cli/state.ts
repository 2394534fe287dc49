import { statSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Logger } from "pino";
import { convertState, readState } from "../shell/store/convert-state.ts";
import { FORMAT, FORMATS, formatFor, formatOf } from "../shell/store/state-format.ts";
import { version } from "./version.ts";

type Options = Readonly<{ state: string; for?: string; format?: number }>;

/** `knxpi state` */
export const addState = (program: Command): void => {
  const state = program
    .command("state")
    .description("which format the state directory has, and converting it for another version")
    .addHelpText(
      "after",
      `
knxpi run converts an older state by itself. To go back to an older version: stop knxpi, let the newer one convert the state
for the older, then install the older. The Debian package does it when it is replaced by an older one.

Examples:
  knxpi state show
  knxpi state convert --for 0.1.0      the state as knxpi 0.1.0 knows it`,
    );
  state
    .command("show")
    .description("format and files of the state directory")
    .option("--state <dir>", "the state directory", DIRECTORY)
    .action(({ state: directory }: Options) => show(directory));
  state
    .command("convert")
    .description("write the state as another version knows it; knxpi must not be running")
    .option("--state <dir>", "the state directory", DIRECTORY)
    .option("--for <version>", "a version of knxpi")
    .option("--format <number>", "a format", wholeNumber)
    .action((options: Options, command: Command) => change(options, command));
};

/** @throws Error when there is none */
const checkThere = (directory: string): void => {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Error(
    `${directory}: there is no such directory; name the one of knxpi run with --state`,
  );
};

const show = (directory: string): void => {
  checkThere(directory);
  const read = readState(directory);
  if (!read.ok) throw new Error(read.problem);
  const known = formatOf(read.files);
  if (!known.ok) throw new Error(`${directory}: ${known.problem}`);
  const written = known.program === null ? "" : `, last used by knxpi ${known.program}`;
  console.log(`${directory}: format ${known.format}${written}; this program uses ${FORMAT}`);
  for (const [name, content] of Object.entries(read.files))
    console.log(`  ${name.padEnd(12)} ${String(content.length).padStart(8)} octets`);
  for (const problem of [...(read.half === undefined ? [] : [read.half]), ...read.unread])
    console.error(problem);
  if (read.half !== undefined || read.unread.length > 0) process.exitCode = 1;
};

const change = async (
  { state: directory, for: wanted, format }: Options,
  command: Command,
): Promise<void> => {
  const to = format ?? (wanted === undefined ? undefined : formatFor(wanted));
  if (to === undefined)
    command.error(
      wanted === undefined
        ? "error: which one? --for VERSION or --format NUMBER"
        : `error: no format is known for knxpi ${wanted}`,
    );
  checkThere(directory);
  const { whileLocked } = await import("../shell/store/lock.ts");
  const convert = () => convertState(directory, to, version());
  const result = await whileLocked(directory, convert, console.error);
  if (!result.ok) throw new Error(result.problem);
  const { from, changed, copies } = result;
  const what = from === to ? `has format ${to} already` : `format ${from} → ${to}`;
  console.log(`${directory}: ${what}`);
  for (const name of changed) console.log(`  changed ${name}`);
  for (const name of copies) console.log(`  as it was: ${join(directory, name)}`);
};

/**
 * The state directory as this program needs it, converted if it has to be.
 * @returns why it cannot be used
 */
export const stateReady = (directory: string | undefined, log: Logger): string | undefined => {
  if (directory === undefined) return undefined;
  const result = convertState(directory, FORMAT, version());
  if (result.ok) {
    const { from, to, copies } = result;
    if (from !== to) log.info({ from, to, copies }, "the state was converted for this version");
    return undefined;
  }
  if (result.why === "refused") return result.problem;
  // Every older format can be read: it is converted once the disk is mended.
  log.warn({ problem: result.problem }, "the state stays in its older format");
  return undefined;
};

const wholeNumber = (text: string): number => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (FORMATS.some(({ format }) => format === number)) return number;
  throw new InvalidArgumentError(`A format from 1 to ${FORMAT}.`);
};

const DIRECTORY = "/var/lib/knxpi";
