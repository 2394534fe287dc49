import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ChipKind } from "../../src/core/config.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { seededRandom } from "../../src/sim/random.ts";
import { openAccount, type Sums, showFrame } from "./account.ts";
import { createBroker } from "./broker.ts";
import { openClients } from "./clients.ts";
import { createDisk } from "./disk.ts";
import { type Finding, type Findings, openFindings } from "./findings.ts";
import type { Group, Scene } from "./incident.ts";
import { PEACEFUL_COMMANDS } from "./incidents-bus.ts";
import { BASE } from "./installation.ts";
import { brokenInvariants } from "./invariants.ts";
import { openJudge } from "./judge.ts";
import { programVersion } from "./life.ts";
import { frameReader, requestBook } from "./observe.ts";
import { openProcedures } from "./procedures.ts";
import { reconcile } from "./reconcile.ts";
import { type Sample, sample } from "./sample.ts";
import { openIncidents } from "./schedule.ts";
import { openSupervisor } from "./supervisor.ts";
import { openTape, type Replayed, replayTape, type Tape } from "./tape.ts";
import { openTool } from "./tool.ts";
import { openTurns } from "./turns.ts";
import type { Watch } from "./watch.ts";
import { openWorld } from "./world.ts";

export type CampaignOptions = Readonly<{
  seed: number;
  hours: number;
  groups: readonly Group[];
  /** For recordings and the configuration file. */
  folder: string;
  /** The recording of each life is kept. */
  keeps: boolean;
  progress(line: string): void;
  /** Everything between these two moments, ms, is said to `progress`. */
  trace?: readonly [from: number, to: number] | undefined;
}>;

export type CampaignResult = Readonly<{
  seed: number;
  hours: number;
  tookMs: number;
  chip: ChipKind;
  mqtt: 4 | 5;
  incidents: Readonly<Record<string, number>>;
  lives: ReturnType<ReturnType<typeof openSupervisor>["sums"]>;
  frames: Sums;
  commands: ReturnType<ReturnType<typeof openClients>["sums"]>;
  procedures: ReturnType<ReturnType<typeof openProcedures>["sums"]>;
  tool: ReturnType<ReturnType<typeof openTool>["sums"]>;
  reconciliations: Readonly<{ times: number; differed: number }>;
  impulses: number;
  replayed: Readonly<{ lives: number; impulses: number }>;
  /** Of the state at the end of the last life; the same seed gives the same. */
  hash: string;
  series: readonly Sample[];
  findings: readonly Finding[];
}>;

/** One seed, from the start of the house to its end: the same each time. */
export const runCampaign = async (options: CampaignOptions): Promise<CampaignResult> => {
  const { seed, folder, progress } = options;
  const begun = performance.now();
  const clock = virtualClock();
  const random = seededRandom(seed);
  const chipKind = CHIPS[random.below(CHIPS.length)] ?? "tpuart2";
  const version = random.chance(0.3) ? 4 : 5;
  const [from, to] = options.trace ?? [0, -1];
  const trace = (text: () => string): void => {
    if (clock.now() >= from && clock.now() <= to) progress(`${clock.now().toFixed(1)} ${text()}`);
  };
  const turns = openTurns(clock);
  const findings = openFindings(clock.now);
  const world = openWorld(clock, seed + 1, chipKind);
  const broker = createBroker(clock, BASE);
  const disk = createDisk(seededRandom(seed + 2), turns);
  const clients = openClients(clock, seededRandom(seed + 3), broker);
  const account = openAccount(clock);
  const judge = openJudge(clock, broker, findings);
  const tool = openTool(clock, world.house);
  const procedures = openProcedures(clock, findings);
  const machine = { wallOffset: EPOCH, synchronised: true, plugged: true, twin: false };
  const wall = (): number => clock.now() + machine.wallOffset;
  const tapes: Tape[] = [];
  let impulses = 0;
  let hash = "";

  const watch = (number: number): Watch => {
    let tape: Tape | undefined;
    const reader = frameReader(account);
    const book = requestBook();
    let count = 0;
    return {
      begins(first, epoch) {
        checkLoaded(first.device.model.loadables[4], findings);
        judge.begins(disk.read("snapshot") ?? disk.read("snapshot.1"));
        tape = openTape(join(folder, `life-${number}.knxrec`), {
          program: programVersion(),
          epoch,
          first,
        });
        account.anew();
        account.deaf("no process", false);
        account.deaf("port closed", true);
      },
      seen(item) {
        // The answer may come to stand inside a frame, and be what its check octet is.
        if (isQuestion(item)) account.disturbed(ANSWER_MS);
        reader.see(item);
        book.see(item);
        judge.seen(item);
        procedures.see(item);
      },
      takes: () => reader.close(),
      done(impulse, effects, state) {
        reader.close();
        tape?.impulse(impulse, effects, state);
        impulses++;
        if (count++ % LOOK_EVERY !== 0) return;
        const runner = supervisor.life()?.runner;
        if (runner === undefined) return;
        for (const broken of brokenInvariants(state, runner.timers()))
          findings.add("invariant", broken);
        const { waiting, current } = state.dl.tx;
        const open = waiting.length + (current === null ? 0 : 1);
        if (book.requested() !== book.confirmed() + open)
          findings.add(
            "requests and confirmations",
            `${book.requested()} requested, ${JSON.stringify(book.outcomes())}, ${open} under way`,
          );
      },
      received(message) {
        trace(() => `← ${message.topic} ${message.payload.slice(0, 120)}`);
        clients.received(message);
      },
      published(publication) {
        trace(() => `→ ${publication.topic} ${publication.payload.slice(0, 120)}`);
        clients.published(publication);
        judge.published(publication);
      },
      dropped: ({ reason, octets }) => {
        trace(() => `${reason} ${Buffer.from([...octets]).toString("hex")}`);
        if (reason.startsWith("dl.") && !NO_EXCUSE.has(reason)) account.dropped(reason, octets);
      },
      counted: () => clients.settle(),
      portClosed: (closed) => account.deaf("port closed", closed),
      threw(impulse, error) {
        const stack = error instanceof Error ? error.stack : String(error);
        findings.add("threw", `${impulse.for} ${impulse.type}: ${stack?.slice(0, 600)}`);
      },
      ended(how) {
        reader.close();
        clients.interrupted();
        procedures.interrupted();
        account.deaf("port closed", false);
        account.deaf("no process", true);
        if (how === EX_TEMPFAIL && !machine.twin && !isAsked) findings.add("ended", "75, unasked");
        hash = tape?.end(how === EX_SOFTWARE ? "crash" : "stopped", clock.now()) ?? "";
        if (tape !== undefined) tapes.push(tape);
      },
    };
  };
  let isAsked = false;

  const supervisor = openSupervisor({
    clock,
    folder,
    around: {
      clock,
      turns,
      random: seededRandom(seed + 4),
      chip: world.house.chip,
      broker,
      disk,
      version: () => version,
      wall,
      isSynchronised: () => machine.synchronised,
      isPlugged: () => machine.plugged,
    },
    watch,
    refused(problem) {
      // A damaged record is never guessed at: somebody puts it aside.
      if (problem.includes("damaged")) disk.remove("device.json");
    },
  });

  // ── what looks on from outside ─────────────────────────────────────────────────────────────────────────────────────

  let resets = 0;
  let wasConnected = false;
  world.onFrame((frame) => {
    const { tally } = world.house.chip;
    if (tally.resets !== resets) account.missed("chip resets");
    resets = tally.resets;
    trace(() => showFrame(frame));
    account.frame(frame);
    judge.frame(frame);
  });
  const chipReset = world.house.chip.onOctets(() => {
    const { tally } = world.house.chip;
    if (tally.resets === resets) return;
    resets = tally.resets;
    account.missed("chip resets");
  });
  account.onFate((frame, fate) => {
    if (fate === "received") judge.received(frame);
  });
  const lookOn = (): void => {
    const is = supervisor.life()?.isConnected() ?? false;
    if (wasConnected && !is) clients.interrupted();
    wasConnected = is;
    clock.after(500, lookOn);
  };
  lookOn();

  const scene: Scene = {
    clock,
    random,
    world,
    broker,
    disk,
    clients,
    tool,
    supervisor,
    account,
    disturbed() {
      judge.disturbed();
      account.disturbed(DISTURBED_MS);
    },
    judge,
    machine,
    ask: () => procedures.begin(supervisor.life(), random),
  };
  const incidents = openIncidents(scene, options.groups, (text) => trace(() => text));
  const series: Sample[] = [];
  const replayed = { lives: 0, impulses: 0 };
  const reconciliations = { times: 0, differed: 0 };

  const settleTapes = async (): Promise<void> => {
    for (const done of tapes.splice(0)) {
      const { path } = done;
      const { differs, impulses: count }: Replayed = await replayTape(done);
      replayed.lives += 1;
      replayed.impulses += count;
      for (const text of differs) findings.add("replay", `${path}: ${text}`);
      if (!options.keeps) rmSync(path);
    }
  };

  account.deaf("no process", true);
  supervisor.start();
  clients.pace(PEACEFUL_COMMANDS);
  await turns.advance(WARM_UP_MS);
  const end = options.hours * HOUR_MS;
  while (clock.now() < end) {
    incidents.go();
    const stop = Math.min(end - QUIET_MS, clock.now() + RECONCILE_MS);
    while (clock.now() < stop) {
      await turns.advance(Math.min(HOUR_MS, stop - clock.now()));
      await settleTapes();
      clients.settle();
      procedures.settle();
    }
    incidents.pause();
    await turns.advance(QUIET_MS);
    const well = await reconcile(scene, turns, findings);
    if (well !== undefined) {
      reconciliations.times += 1;
      reconciliations.differed += well.differed;
      series.push(sample(clock.now(), well.state.length, broker.retained().size));
    }
    progress(
      `seed ${seed}: ${(clock.now() / HOUR_MS).toFixed(0)} h in ${((performance.now() - begun) / 1_000).toFixed(0)} s`,
    );
  }
  clients.stop();
  isAsked = true;
  supervisor.life()?.stop(0);
  await turns.advance(1_000);
  supervisor.life()?.kill("killed");
  await settleTapes();
  clients.settle(true);
  procedures.settle(true);
  account.settle(true);
  chipReset();
  world.stop();
  const frames = account.sums();
  const commands = clients.sums();
  const sum = [...Object.values(frames.dropped), ...Object.values(frames.unheard)].reduce(
    (all, count) => all + count,
    frames.received + frames.lost,
  );
  if (sum !== frames.frames) findings.add("sum of telegrams", `${sum} of ${frames.frames}`);
  for (const text of frames.unaccounted) findings.add("telegram unaccounted for", text);
  for (const text of frames.twice) findings.add("telegram twice", text);
  for (const text of commands.unanswered) findings.add("command without a result", text);
  for (const text of commands.twice) findings.add("command with several results", text);
  return {
    seed,
    hours: options.hours,
    tookMs: performance.now() - begun,
    chip: chipKind,
    mqtt: version,
    incidents: incidents.counts(),
    lives: supervisor.sums(),
    frames,
    commands,
    procedures: procedures.sums(),
    tool: tool.sums(),
    reconciliations,
    impulses,
    replayed,
    hash,
    series,
    findings: findings.all(),
  };
};

/** What is said to be loaded is one download, as a whole: each fills the program with a number of its own. */
const checkLoaded = (
  program: Readonly<{
    state: string;
    segment: Readonly<{
      image: { pages: readonly (readonly number[] | null)[]; size: number };
    }> | null;
  }>,
  findings: Findings,
): void => {
  if (program.state !== "loaded" || program.segment === null) return;
  const { pages, size } = program.segment.image;
  const octets = pages.flatMap((page) => page ?? []).slice(0, size);
  if (new Set(octets).size !== 1 || size !== 60 + (octets[0] ?? 0))
    findings.add("loaded by half", `${size} octets: ${[...new Set(octets)].join()}`);
};

/** The chip is asked for its state. */
const isQuestion = (item: Impulse | Effect): boolean =>
  item.for === "serial" &&
  item.type === "write" &&
  item.octets.length === 1 &&
  (item.octets[0] === 0x02 || item.octets[0] === 0x0d);

/** Drops that say nothing about a frame of somebody else. */
const NO_EXCUSE: ReadonlySet<string> = new Set([
  "dl.repeated",
  "dl.offline",
  "dl.busmonitor",
  "dl.queue-full",
  "dl.too-long",
  "dl.unexpected-confirmation",
]);
const CHIPS: readonly ChipKind[] = ["tpuart2", "ncn5120", "e981"];
/** 31 January 2026. */
const EPOCH = 1_769_850_000_000;
const HOUR_MS = 3_600_000;
const WARM_UP_MS = 600_000;
/** Between two quiet times. */
const RECONCILE_MS = 6 * HOUR_MS;
const QUIET_MS = 15 * 60_000;
const DISTURBED_MS = 2_000;
/** With the longest standard frame that it may stand in. */
const ANSWER_MS = 50;
const LOOK_EVERY = 97;
const EX_SOFTWARE = 70;
const EX_TEMPFAIL = 75;
