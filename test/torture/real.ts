import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseGroupAddress } from "../../src/core/address.ts";
import { realClock } from "../../src/sim/clock.ts";
import { offerOnPty } from "../../src/sim/pty.ts";
import { seededRandom } from "../../src/sim/random.ts";
import { freePort } from "../free-port.ts";
import { type Finding, openFindings } from "./findings.ts";
import { ALL_ADDRESSES, BASE, editionText } from "./installation.ts";
import { openJudge } from "./judge.ts";
import { openRealClients } from "./real-clients.ts";
import { KILLS, realIncidents } from "./real-incidents.ts";
import { type Figures, figuresOf, isInstalled, openSmallDisk } from "./real-machine.ts";
import { keepRunning } from "./real-program.ts";
import { median, slopeOf } from "./slope.ts";
import { BRIDGE, openWorld } from "./world.ts";

export type RealResult = Readonly<{
  minutes: number;
  skipped?: string;
  disk: string;
  /** What could not be done on this machine. */
  left: readonly string[];
  incidents: Readonly<Record<string, number>>;
  lives: number;
  commands: Readonly<Record<string, number>>;
  sums: string;
  series: readonly (Figures & Readonly<{ second: number }>)[];
  flatness: string;
  findings: readonly Finding[];
}>;

type Options = Readonly<{
  minutes: number;
  seed: number;
  folder: string;
  progress(line: string): void;
}>;

/** The built program on a pty and a broker, in real time, with everything that can be done to it from outside. */
export const runReal = async (options: Options): Promise<RealResult> => {
  const missing = ["mosquitto", "socat"].filter((program) => !isInstalled(program));
  if (missing.length > 0) return skipped(options.minutes, `${missing.join(" and ")} not installed`);
  if (!existsSync(PROGRAM)) return skipped(options.minutes, `${PROGRAM} is not built`);
  return scenario(options);
};

const scenario = async ({ minutes, seed, folder, progress }: Options): Promise<RealResult> => {
  const random = seededRandom(seed);
  const clock = realClock();
  const begun = performance.now();
  const second = (): number => (performance.now() - begun) / 1_000;
  const findings = openFindings(() => performance.now() - begun);
  const world = openWorld(clock, seed + 1, "tpuart2");
  let kept: ReadonlyMap<string, string> = new Map();
  const judge = openJudge(clock, { retained: () => kept }, findings);
  const counted = { frames: 0 };
  world.onFrame((frame) => {
    judge.frame(frame);
    if (!frame.from.includes(BRIDGE)) counted.frames += 1;
  });
  const disk = openSmallDisk(folder);
  const pty = await offerOnPty(world.house.chip, join(folder, "tty"));
  const port = await freePort();
  const conf = join(folder, "mosquitto.conf");
  writeFileSync(
    conf,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n`,
  );
  const broker = keepRunning({
    command: "mosquitto",
    parameters: ["-c", conf],
    restartMs: 500,
    ended: () => undefined,
  });
  const file = join(folder, "real.yaml");
  const write = (text: string): void =>
    writeFileSync(
      file,
      text
        .replaceAll("sim:knxpi", pty.path)
        .replaceAll("mqtt://broker:1883", `mqtt://127.0.0.1:${port}`),
    );
  write(editionText(0));
  let stopping = false;
  let killed = false;
  const bridge = keepRunning({
    command: process.execPath,
    parameters: [
      PROGRAM,
      "run",
      "--config",
      file,
      "--state",
      disk.directory,
      "--log-level",
      "warn",
    ],
    restartMs: 1_000,
    ended(how) {
      clients.away(true);
      // 74: the disk did not keep what was promised.
      if (!killed && !stopping && how !== 74)
        findings.add(
          "the program ended",
          `with ${how}: ${bridge.said().slice(-3).join(" ").slice(0, 600)}`,
        );
      killed = false;
    },
  });
  const clients = openRealClients(port, random);
  // Until it has connected for the first time.
  clients.away(true);
  clients.onResult((topic, payload) => {
    if (topic === `${BASE}/bridge/event` && payload.includes('"connected"')) clients.away(false);
  });

  const incidents: Record<string, number> = {};
  let deck: string[] = [];
  const happenings = realIncidents({
    random,
    world,
    clients,
    broker,
    bridge,
    pty,
    disk,
    write,
    kill: () => {
      killed = true;
      bridge.kill("SIGKILL");
    },
  });
  const series: (Figures & { second: number })[] = [];
  let watched: number | undefined;
  const look = setInterval(() => {
    const pid = bridge.pid();
    const figures = pid === undefined ? undefined : figuresOf(pid);
    if (figures === undefined) return;
    // Of one process only.
    if (pid !== watched) series.length = 0;
    watched = pid;
    series.push({ second: Math.round(second()), ...figures });
  }, LOOK_MS);
  const hush = world.talk(4);
  try {
    await pause(START_MS);
    const end = minutes * 60_000;
    // In the last part nobody kills it, so that its size can be followed.
    const calm = end * 0.4;
    while (performance.now() - begun < end - QUIET_MS) {
      const mayKill = performance.now() - begun < calm;
      // Each has its turn, in an order of its own each time.
      if (deck.length === 0)
        deck = Object.keys(happenings).filter((one) => mayKill || !KILLS.has(one));
      const [name = ""] = deck.splice(random.below(deck.length), 1);
      if (!mayKill && KILLS.has(name)) continue;
      incidents[name] = (incidents[name] ?? 0) + 1;
      progress(`real: ${second().toFixed(0)} s, ${name}, ${series.at(-1)?.rssMb.toFixed(1)} MB`);
      await happenings[name]?.();
      await pause(4_000 + random.below(6_000));
    }

    // ── a quiet time, then everything has to agree ───────────────────────────────────────────────────────────────────
    write(editionText(0));
    bridge.kill("SIGHUP");
    await pause(QUIET_MS / 2);
    clients.stopAsking();
    hush();
    await pause(5_000);
    const before = await health(clients);
    const frames = counted.frames;
    const talk = world.talk(8);
    await pause(COUNT_MS);
    talk();
    await pause(3_000);
    const after = await health(clients);
    const seen = counted.frames - frames;
    const heard = (after?.telegrams ?? 0) - (before?.telegrams ?? 0);
    const drops = (after?.drops ?? 0) - (before?.drops ?? 0);
    if (before === undefined || after === undefined) findings.add("no health", "nobody answers");
    else if (Math.abs(seen - heard) > drops)
      findings.add(
        "telegram unaccounted for",
        `${seen} on the line, ${heard} received, ${drops} dropped`,
      );
    const isObject = (): boolean => true;
    for (let round = 0; round < 3; round++) {
      kept = await clients.retained();
      for (const text of judge.compare(isObject, "all")) {
        const [ga = ""] = text.split(":");
        const value = judge.valueOf(ga);
        if (
          value !== undefined &&
          ALL_ADDRESSES.includes(ga) &&
          parseGroupAddress(ga) !== undefined
        )
          world.say(ga, value);
        await pause(100);
      }
      await pause(6_000);
    }
    kept = await clients.retained();
    for (const text of judge.compare(isObject, "all"))
      if (ALL_ADDRESSES.includes(text.split(":")[0] ?? ""))
        findings.add("broker and bus differ", text);
    const commands = clients.settle(findings);
    const flatness = judgeFlatness(series, findings);
    return {
      minutes,
      disk: disk.is,
      left: [...disk.left, ...LEFT],
      incidents,
      lives: bridge.lives(),
      commands,
      sums: `In a window without faults ${seen} telegrams of others on the line, ${heard} received, ${drops} dropped.`,
      series,
      flatness,
      findings: findings.all(),
    };
  } finally {
    stopping = true;
    clearInterval(look);
    hush();
    disk.empty?.();
    disk.readOnly?.(false);
    await bridge.stop();
    await clients.close();
    await broker.stop();
    await pty.close();
    world.stop();
    clock.stop();
    disk.close();
  }
};

type Health = Readonly<{ telegrams: number; drops: number }>;
const health = async (clients: ReturnType<typeof openRealClients>): Promise<Health | undefined> => {
  const answer = clients.next(`${BASE}/bridge/response/health`, 5_000);
  clients.say(`${BASE}/bridge/request/health`, '{"id":"count"}');
  const payload = await answer;
  if (payload === undefined) return undefined;
  const { data }: { data?: { rx?: { telegrams?: number }; drops?: Record<string, number> } } =
    JSON.parse(payload);
  const drops = Object.entries(data?.drops ?? {})
    .filter(([name]) => name.startsWith("dl."))
    .reduce((sum, [, count]) => sum + count, 0);
  return { telegrams: data?.rx?.telegrams ?? 0, drops };
};

/** Of the process that ran last, its first minute aside. */
const judgeFlatness = (
  series: readonly (Figures & Readonly<{ second: number }>)[],
  findings: ReturnType<typeof openFindings>,
): string => {
  const first = series[0]?.second ?? 0;
  const settled = series.filter((one) => one.second >= first + WARM_UP_S);
  if (settled.length < 8)
    return "The last process ran for too short a time to say whether it grows.";
  const quarter = Math.floor(settled.length / 4);
  const of = (part: typeof settled, field: keyof Figures): number =>
    median(part.map((one) => one[field]));
  const grown = (field: keyof Figures): number =>
    of(settled.slice(-quarter), field) - of(settled.slice(0, 2 * quarter), field);
  const slope = slopeOf(settled.map((one) => ({ at: one.second / 60, value: one.rssMb })));
  const limits = { rssMb: 8, descriptors: 2, threads: 1 } as const;
  for (const field of ["rssMb", "descriptors", "threads"] as const)
    if (grown(field) > limits[field])
      findings.add("growth", `${field}: ${grown(field).toFixed(1)}`);
  return `The last process over ${((settled.at(-1)?.second ?? 0) - (settled[0]?.second ?? 0)).toFixed(0)} s: RSS ${slope.toFixed(2)} MB a minute by least squares; last quarter above the first half by ${grown("rssMb").toFixed(1)} MB (limit 8), ${grown("descriptors")} descriptors (limit 2), ${grown("threads")} threads (limit 1).`;
};

const skipped = (minutes: number, why: string): RealResult => ({
  minutes,
  skipped: why,
  disk: "",
  left: [],
  incidents: {},
  lives: 0,
  commands: {},
  sums: "",
  series: [],
  flatness: "",
  findings: [],
});

const PROGRAM = "dist/main.js";
const LEFT = [
  "jumps of the clock: those of the campaign, for libfaketime changes monotonic time as well",
];
const START_MS = 8_000;
const LOOK_MS = 2_000;
const QUIET_MS = 40_000;
const COUNT_MS = 15_000;
const WARM_UP_S = 40;
