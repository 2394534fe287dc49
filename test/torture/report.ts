import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import type { CampaignResult } from "./campaign.ts";
import { programVersion } from "./life.ts";
import type { RealResult } from "./real.ts";
import { slopeOf } from "./slope.ts";
import type { SoakResult } from "./soak.ts";

export type Run = Readonly<{
  date: string;
  commands: readonly string[];
  campaigns: readonly CampaignResult[];
  soak: SoakResult | undefined;
  real: RealResult | undefined;
}>;

/** Several runs as one; of soaks and runs of real processes the last. */
export const merged = (runs: readonly Run[]): Run => ({
  date: runs.at(-1)?.date ?? "",
  commands: runs
    .flatMap(({ commands }) => commands)
    .map((text) => text.replace(/ --(json|report)( \S+)?/g, ""))
    .filter((text) => !text.startsWith("--merge")),
  campaigns: runs.flatMap(({ campaigns }) => campaigns),
  soak: runs.findLast(({ soak }) => soak !== undefined)?.soak,
  real: runs.findLast(({ real }) => real !== undefined)?.real,
});

/** What one seed came to, in a few lines. */
export const describeRun = (result: CampaignResult): readonly string[] => {
  const { frames, commands, lives, replayed } = result;
  return [
    `  ${result.chip}, MQTT ${result.mqtt}: ${hoursPerSecond(result)} h/s, ${total(result.incidents)} incidents, ${lives.lives} lives ${JSON.stringify(lives.endings)}`,
    `  telegrams ${frames.frames} = ${frames.received} received + ${total(frames.dropped)} dropped + ${total(frames.unheard)} unheard + ${frames.lost} unaccounted for`,
    `  commands ${commands.delivered} = ${commands.answered} answered + ${commands.excused} excused + ${commands.unanswered.length + commands.twice.length}`,
    `  replayed ${replayed.lives} lives, ${replayed.impulses} impulses; hash ${result.hash}`,
    ...result.findings.flatMap(({ kind, count, examples }) => [
      `  FOUND ${kind}: ${count}`,
      ...examples.map((text) => `    ${text}`),
    ]),
  ];
};

/** Whatever should not be; empty when all is well. */
export const failures = ({ campaigns, soak, real }: Run): readonly string[] => [
  ...campaigns.flatMap(({ seed, findings }) =>
    findings.map(({ kind, count, examples }) => `seed ${seed}: ${kind} (${count}): ${examples[0]}`),
  ),
  ...(soak === undefined
    ? []
    : [
        ...soak.sums
          .filter(([, line, bridge]) => line !== bridge)
          .map(([what, line, bridge]) => `soak: ${what}: ${line} and ${bridge}`),
        ...(soak.flat
          ? []
          : [`soak: memory grows: ${soak.slope.toFixed(2)} MB a million telegrams`]),
      ]),
  ...(real?.findings ?? []).map(
    ({ kind, count, examples }) => `real: ${kind} (${count}): ${examples[0]}`,
  ),
];

/** The report as it stands in `firmware-notes/`. */
export const markdown = (run: Run): string =>
  [
    ...head(run),
    ...(run.campaigns.length > 0 ? campaignPart(run.campaigns) : []),
    ...(run.soak ? soakPart(run.soak) : []),
    ...(run.real ? realPart(run.real) : []),
    "",
    "## Findings",
    "",
    ...found(run),
    "",
  ].join("\n");

const head = ({ date, commands }: Run): readonly string[] => [
  "# Torture",
  "",
  "Written by `npm run torture -- --report`. Simulated line, chip, broker, disk and clock fail in every way they can; what the bridge makes of",
  "it is compared with what was on the line. The same seed gives the same run: `npm run torture -- --days N --seed S`.",
  "",
  `| | |`,
  `|---|---|`,
  `| date | ${date.slice(0, 16).replace("T", " ")} UTC |`,
  `| version | ${programVersion()}, ${commit()} |`,
  `| machine | ${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Node ${process.versions.node} |`,
  `| run | ${commands.map((text) => `\`npm run torture -- ${text}\``).join(", ")} |`,
];

const commit = (): string => {
  try {
    const git = (...words: string[]): string =>
      execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const changed = git("status", "--porcelain").split("\n").filter(Boolean).length;
    return `commit ${git("rev-parse", "--short", "HEAD")}${changed > 0 ? ` and ${changed} changed files` : ""}`;
  } catch {
    return "no commit";
  }
};

const campaignPart = (all: readonly CampaignResult[]): readonly string[] => {
  const hours = sum(all.map((one) => one.hours));
  const ms = sum(all.map((one) => one.tookMs));
  return [
    "",
    `## Campaign: ${thousands(hours / 24)} simulated days`,
    "",
    `${thousands(hours)} hours in ${thousands(ms / 60_000)} minutes, ${thousands(hours / (ms / 60_000))} simulated hours a minute, every impulse recorded and replayed.`,
    "",
    "| seed | chip, MQTT | days | lives | telegrams | received | dropped | unheard | unaccounted | commands | answered | excused | replayed impulses | end |",
    "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ...all.map(({ frames, commands, ...one }) =>
      row([
        one.seed,
        `${one.chip}, ${one.mqtt}`,
        (one.hours / 24).toFixed(1),
        one.lives.lives,
        frames.frames,
        frames.received,
        total(frames.dropped),
        total(frames.unheard),
        frames.lost,
        commands.delivered,
        commands.answered,
        commands.excused,
        one.replayed.impulses,
        `\`${one.hash}\``,
      ]),
    ),
    "",
    "Telegrams are frames of others on the line, repetitions included: each was received, dropped for a counted reason, or not heard because nobody",
    "could hear (no process, no port, chip mute). Commands are those with an id that reached the process: each has exactly one result, unless process or",
    "broker went away meanwhile, or more than 1,000 messages came in a second (excused).",
    "",
    "| dropped because of | telegrams | | unheard because of | telegrams |",
    "|---|---:|---|---|---:|",
    ...beside(
      added(all.map(({ frames }) => frames.dropped)),
      added(all.map(({ frames }) => frames.unheard)),
    ),
    "",
    "| what happened | times | | what happened | times |",
    "|---|---:|---|---|---:|",
    ...halves(added(all.map(({ incidents }) => incidents))),
    "",
    `Processes ended: ${shown(added(all.map(({ lives }) => lives.endings)))} (74: the disk did not keep what was promised; 75: another bridge, or a restart was asked for). Starts refused`,
    `because of the disk: ${thousands(sum(all.map(({ lives }) => lives.refusedStarts)))}. Own procedures: ${shown(added(all.map(({ procedures }) => procedures)))}. A tool in us: ${shown(added(all.map(({ tool }) => tool)))}.`,
    `Repetitions so late that they are news: ${thousands(sum(all.map(({ frames }) => frames.again)))}. After ${thousands(sum(all.map((one) => one.reconciliations.times)))} quiet times the broker showed what the bus had said last, but for`,
    `${thousands(sum(all.map((one) => one.reconciliations.differed)))} values that the bridge could not know; said again, it showed those as well.`,
    "",
    "What no bridge can tell, counted and not a finding: two octets altered on the way to the host so that the check octet closes all the same; an answer of",
    "the chip that stands inside a frame and is what its check octet is (one telegram in 500,000 on a quiet line); a repetition that comes more than 200 ms",
    "after its original, on a line that is full and busy; one that follows another whose octets were altered so that its check octet closes.",
    "",
    "Checked all the while: no timer of a closed connection, none missing of an open one; queues within their bounds; requests to the link layer = confirmations +",
    "those under way; at most one indication of a telegram and its repetitions; own airtime; `confirmed` only after an acknowledged telegram; procedures end once; what is",
    "said to be loaded is one download as a whole; the state is plain JSON; nothing throws. Each life was recorded and replayed: same effects, same state hash.",
    "",
    "| seed | hour | state, kB | retained topics | RSS of the whole simulation, MB | descriptors |",
    "|---:|---:|---:|---:|---:|---:|",
    ...all.flatMap(({ seed, series }) =>
      thinned(series, Math.max(2, Math.ceil(24 / all.length))).map((one) =>
        row([
          seed,
          one.hour,
          one.stateKb.toFixed(0),
          one.topics,
          one.rssMb.toFixed(0),
          one.descriptors,
        ]),
      ),
    ),
    "",
    `Growth of the state by least squares: ${all.map((one) => `${slopeOf(one.series.map(({ hour, stateKb }) => ({ at: hour / 24, value: stateKb }))).toFixed(2)} kB a day (seed ${one.seed})`).join(", ")}.`,
  ];
};

const soakPart = (soak: SoakResult): readonly string[] => [
  "",
  `## Soak: ${thousands(soak.telegrams)} telegrams`,
  "",
  `A full line for ${thousands(soak.hours)} simulated hours: simulated line and chip to the octet, whole stack, recorder in memory (4 MB) and on the disk (50 MB), every value`,
  `published. ${thousands(soak.tookMs / 1_000)} s, ${thousands((1_000 * soak.telegrams) / soak.tookMs)} telegrams a second; ${thousands(soak.recorded.impulses)} impulses recorded, ${thousands(soak.recorded.lost)} lost by the recorder.`,
  "",
  "| | on the line | at the bridge |",
  "|---|---:|---:|",
  ...soak.sums.map(([what, line, bridge]) => row([what, line, bridge])),
  "",
  "| telegrams | RSS, MB | heap, MB | state, kB |",
  "|---:|---:|---:|---:|",
  ...thinned(soak.series, 12).map((one) =>
    row([one.telegrams, one.rssMb.toFixed(1), one.heapMb.toFixed(1), one.stateKb.toFixed(0)]),
  ),
  "",
  `RSS over the second half: ${soak.slope.toFixed(2)} MB a million telegrams by least squares; last quarter ${soak.growth.toFixed(1)} MB above the third. Limit 3 MB: ${soak.flat ? "flat" : "NOT flat"}.`,
];

const realPart = (real: RealResult): readonly string[] => [
  "",
  `## Real processes: ${real.minutes} minutes`,
  "",
  real.skipped === undefined
    ? `\`knxpi run\` on a pty, mosquitto, ${real.disk}. ${shown(real.incidents)}.`
    : `Skipped: ${real.skipped}.`,
  ...(real.skipped === undefined
    ? [
        "",
        ...(real.left.length > 0 ? [`Left out: ${real.left.join("; ")}.`, ""] : []),
        `Lives: ${real.lives}. Commands: ${shown(real.commands)}. ${real.sums}`,
        "",
        "| s | RSS, MB | descriptors | threads |",
        "|---:|---:|---:|---:|",
        ...thinned(real.series, 12).map((one) =>
          row([one.second, one.rssMb.toFixed(1), one.descriptors, one.threads]),
        ),
        "",
        real.flatness,
      ]
    : []),
];

const found = (run: Run): readonly string[] => {
  const all = failures(run);
  return all.length === 0
    ? ["None in this run."]
    : all.map((text) => `- ${text.replaceAll("\n", " ")}`);
};

const row = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => (typeof cell === "number" ? thousands(cell) : cell)).join(" | ")} |`;
const thousands = (value: number): string => Math.round(value).toLocaleString("en");
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const total = (counts: Readonly<Record<string, number>>): number => sum(Object.values(counts));
const hoursPerSecond = ({ hours, tookMs }: CampaignResult): string =>
  (hours / (tookMs / 1_000)).toFixed(2);
const shown = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${thousands(count)}`)
    .join(", ") || "none";

type Counts = Readonly<Record<string, number>>;
const added = (all: readonly Counts[]): Counts => {
  const together: Record<string, number> = {};
  for (const one of all)
    for (const [name, count] of Object.entries(one)) together[name] = (together[name] ?? 0) + count;
  return together;
};
const beside = (left: Counts, right: Counts): readonly string[] => {
  const [a, b] = [Object.entries(left), Object.entries(right)];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) =>
    row([...(a[index] ?? ["", ""]), "", ...(b[index] ?? ["", ""])]),
  );
};
const halves = (counts: Counts): readonly string[] => {
  const all = Object.entries(counts).toSorted(([a], [b]) => a.localeCompare(b));
  const half = Math.ceil(all.length / 2);
  return beside(Object.fromEntries(all.slice(0, half)), Object.fromEntries(all.slice(half)));
};
/** At most so many, evenly, with the last one. */
const thinned = <T>(series: readonly T[], most: number): readonly T[] => {
  const step = Math.ceil(series.length / most);
  return series.filter((_, index) => (series.length - 1 - index) % step === 0);
};
