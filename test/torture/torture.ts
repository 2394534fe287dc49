import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type CampaignResult, runCampaign } from "./campaign.ts";
import { GROUPS, type Group } from "./incident.ts";
import { type RealResult, runReal } from "./real.ts";
import { describeRun, failures, markdown, merged, type Run } from "./report.ts";
import { runSoak, type SoakResult } from "./soak.ts";

/*
 * npm run torture -- [--days N] [--seed N,N|random] [--faults line,disk,…] [--soak TELEGRAMS] [--real MINUTES] [--report [FILE]]
 * Status 1 when anything was found. The same seed and the same hours are the same run.
 */

type Options = Readonly<{
  days?: number;
  hours?: number;
  seed: readonly number[];
  faults: readonly Group[];
  keep?: string;
  trace?: readonly [number, number];
  soak?: number;
  real?: number;
  report?: string | true;
  json?: string;
  merge?: readonly string[];
}>;

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("it must be a number above 0");
  return value;
};
const seeds = (text: string): readonly number[] =>
  text.split(",").map((one) => {
    const seed = one === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(one);
    if (!Number.isInteger(seed)) throw new InvalidArgumentError("a whole number, or random");
    return seed;
  });
const groups = (text: string): readonly Group[] => {
  const words = text === "none" ? [] : text.split(",");
  const wrong = words.filter((word) => !GROUPS.some((group) => group === word));
  if (wrong.length > 0)
    throw new InvalidArgumentError(`there are ${GROUPS.join(", ")}, and none; not ${wrong.join()}`);
  return GROUPS.filter((group) => words.includes(group));
};
const moments = (text: string): readonly [number, number] => {
  const [from = Number.NaN, to = Number.NaN] = text.split("-").map(Number);
  if (!(from <= to)) throw new InvalidArgumentError("FROM-TO, in hours of simulated time");
  return [from * HOUR_MS, to * HOUR_MS];
};

const HOUR_MS = 3_600_000;
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const torture = async (options: Options): Promise<number> => {
  const { days, soak: telegrams, real: minutes } = options;
  const hours = options.hours ?? (days ?? 1) * 24;
  const wantsCampaign = days !== undefined || options.hours !== undefined;
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), "knxpi-torture-"));
  mkdirSync(folder, { recursive: true });
  const campaigns: CampaignResult[] = [];
  let soak: SoakResult | undefined;
  let real: RealResult | undefined;
  try {
    if (
      wantsCampaign ||
      (telegrams === undefined && minutes === undefined && options.merge === undefined)
    )
      for (const seed of options.seed) {
        say(`seed ${seed}, ${hours} h, ${options.faults.join() || "no faults"}`);
        const result = await runCampaign({
          seed,
          hours,
          groups: options.faults,
          folder,
          keeps: options.keep !== undefined,
          progress: say,
          trace: options.trace,
        });
        for (const line of describeRun(result)) say(line);
        campaigns.push(result);
      }
    if (telegrams !== undefined) soak = await runSoak({ telegrams, folder, progress: say });
    if (minutes !== undefined)
      real = await runReal({ minutes, seed: options.seed[0] ?? 1, folder, progress: say });
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
  const command = process.argv.slice(2).join(" ");
  const own: Run = { date: new Date().toISOString(), commands: [command], campaigns, soak, real };
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(own));
  return report(own, options);
};

/** One report of this run, and of those that others have left. */
const report = (own: Run, options: Options): number => {
  const others = (options.merge ?? []).map((file): Run => JSON.parse(readFileSync(file, "utf8")));
  const run = merged([...others, own]);
  const text = markdown(run);
  if (options.report === undefined) say(text);
  else writeFileSync(options.report === true ? REPORT : options.report, text);
  const found = failures(run);
  for (const line of found) say(`FOUND ${line}`);
  say(found.length === 0 ? "nothing found" : `${found.length} kinds of findings`);
  return found.length === 0 ? 0 : 1;
};

const REPORT = "firmware-notes/torture.md";

const program = new Command("torture")
  .description(
    "hours of simulated time a minute, with faults of every kind; at the end everything is accounted for",
  )
  .addOption(new Option("--days <number>", "simulated days of each seed; 1").argParser(number))
  .addOption(new Option("--hours <number>", "in place of --days").argParser(number))
  .addOption(
    new Option("--seed <numbers>", "one or several, separated by commas; or random")
      .argParser(seeds)
      .default([1]),
  )
  .addOption(
    new Option("--faults <groups>", `of ${GROUPS.join()}; or none`)
      .argParser(groups)
      .default(GROUPS),
  )
  .option("--keep <directory>", "keep the recording of every life there")
  .addOption(
    new Option("--trace <hours>", "FROM-TO: frames, drops and incidents in between").argParser(
      moments,
    ),
  )
  .addOption(
    new Option("--soak <telegrams>", "a full line for so many telegrams").argParser(number),
  )
  .addOption(
    new Option("--real <minutes>", "the built program, with real processes").argParser(number),
  )
  .option("--report [file]", `write the report there; ${REPORT}`)
  .option("--json <file>", "write the figures there, for --merge")
  .addOption(
    new Option("--merge <files>", "figures of other runs that go into the same report").argParser(
      (text: string) => text.split(","),
    ),
  )
  .action(async (options: Options) => {
    process.exitCode = await torture(options);
  });
await program.parseAsync();
