import { setFlagsFromString } from "node:v8";
import { pino } from "pino";
import { loadConfig } from "../../src/config/load.ts";
import type { StackConfig } from "../../src/core/config.ts";
import type { Effect } from "../../src/core/effect.ts";
import { openStack } from "../../src/core/stack/stack.ts";
import { openRecorder } from "../../src/shell/recorder/recorder.ts";
import { createChip } from "../../src/sim/chip.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { createLine } from "../../src/sim/line.ts";
import { seededRandom } from "../../src/sim/random.ts";
import { groupTelegram } from "../../src/sim/telegram.ts";
import { ACK } from "../../src/sim/tp1.ts";
import { ALL_ADDRESSES, BASE, editionText, SENSORS } from "./installation.ts";
import { programVersion } from "./life.ts";
import { openRunner } from "./runner.ts";
import { median, slopeOf } from "./slope.ts";

export type SoakResult = Readonly<{
  telegrams: number;
  tookMs: number;
  /** Of simulated time: the line was full. */
  hours: number;
  /** Sums that have to agree: what, on the line, at the bridge. */
  sums: readonly (readonly [what: string, line: number, bridge: number])[];
  recorded: Readonly<{ impulses: number; lost: number }>;
  series: readonly Readonly<{
    telegrams: number;
    rssMb: number;
    heapMb: number;
    stateKb: number;
  }>[];
  /** MB by a million telegrams, over the second half. */
  slope: number;
  /** Last quarter above the third, MB. */
  growth: number;
  flat: boolean;
}>;

type Options = Readonly<{
  telegrams: number;
  folder: string;
  progress(line: string): void;
}>;

/**
 * A full line for as many telegrams as wanted: simulated line and chip down to the octet, the whole stack, the recorder in memory and
 * on the disk, a broker that takes everything at once.
 */
export const runSoak = async ({ telegrams, folder, progress }: Options): Promise<SoakResult> => {
  // As `knxpi run` does it.
  setFlagsFromString("--heap-growing-percent=20");
  const clock = virtualClock();
  const line = createLine({ clock });
  const random = seededRandom(1);
  const recorder = openRecorder({
    about: { version: programVersion(), instance: "soak" },
    flightOctets: 4_000_000,
    disk: { maxAgeMs: 7 * 86_400_000, maxOctets: 50_000_000 },
    directory: folder,
    log: pino({ level: "silent" }),
    count: (counter, by) => count(counter, by),
    clock: { now: clock.now, utc: () => EPOCH + clock.now() },
  });
  const counts: Record<string, number> = {};
  const count = (counter: string, by: number): void => {
    counts[counter] = (counts[counter] ?? 0) + by;
  };
  let states = 0;
  const execute = (effect: Effect): void => {
    if (effect.for === "serial" && effect.type === "write") chip.write(effect.octets);
    else if (effect.for === "counters" && effect.type === "count") count(effect.counter, effect.by);
    else if (effect.for === "drops") count(effect.reason, 1);
    else if (effect.for === "mqtt" && effect.type === "publish" && STATE.test(effect.topic))
      states++;
  };
  let impulses = 0;
  const runner = openRunner({
    clock,
    first: openStack(configuration()),
    execute,
    takes: (impulse, state) => recorder.observer.takes?.(impulse, state),
    done: (impulse, effects, state) => {
      impulses++;
      recorder.observer.done?.(impulse, effects, state);
    },
    threw: (_, error) => {
      throw error;
    },
  });
  const chip = createChip({ line, kind: "tpuart2", name: "knxpi" });
  chip.onOctets((octets) => {
    for (const octet of octets) runner.octet(octet);
  });
  const { at, deliver } = runner;
  deliver({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: at() });
  deliver({ for: "dl", type: "port-opened.ind", at: at() });
  clock.advance(1_000);
  deliver({ for: "bridge", type: "broker.ind", connected: true, version: 5, at: at() });
  clock.advance(5_000);

  // ── the line: one who talks without a pause, and one who acknowledges ──────────────────────────────────────────────
  let sent = 0;
  let values = 0;
  let own = 0;
  line.onFrame((frame) => {
    if (frame.from.includes("knxpi")) own++;
  });
  line.attach({
    name: "panel",
    octet: () => {},
    acknowledge: () => ACK,
    frameEnd: () => {},
    power: () => {},
  });
  const talker = line.attach({
    name: "talker",
    octet: () => {},
    acknowledge: () => undefined,
    frameEnd: () => {},
    power: () => {},
  });
  const speak = (): void => {
    if (sent >= telegrams) return;
    const [octets, isValue] = telegram(sent, random.below);
    sent++;
    if (isValue) values++;
    talker.send({ octets, done: speak });
  };
  const command = (): void => {
    const ga = SENSORS[random.below(SENSORS.length)]?.ga ?? "";
    const topic = `${BASE}/ga/${ga}/set`;
    const payload = JSON.stringify({ value: random.below(2), id: `s${random.below(1_000_000)}` });
    const size = payload.length;
    deliver({ for: "bridge", type: "message.ind", topic, payload, size, retain: false, at: at() });
    clock.after(random.around(2_000), command);
  };
  const health = (): void => {
    const process = { uptimeS: Math.floor(at() / 1_000), rssMb: 1, cpuPercent: 1, loopLagMs: 1 };
    deliver({ for: "bridge", type: "health.req", counters: { ...counts }, process, at: at() });
    clock.after(60_000, health);
  };

  const begun = performance.now();
  const before = { received: counts["rx.telegrams"] ?? 0, states };
  const series: SoakResult["series"][number][] = [];
  const step = Math.max(PIECE, Math.round(telegrams / SAMPLES));
  command();
  health();
  speak();
  for (let next = step; sent < telegrams; ) {
    const until = sent + PIECE;
    clock.runUntil(() => sent >= until || sent >= telegrams, Number.MAX_SAFE_INTEGER);
    // The process would have had its turns; here nothing else gives the recorder any.
    await recorder.settled();
    if (sent < next) continue;
    next += step;
    const { rss, heapUsed } = process.memoryUsage();
    const stateKb = JSON.stringify(runner.look()).length / 1_000;
    series.push({ telegrams: sent, rssMb: rss / 1e6, heapMb: heapUsed / 1e6, stateKb });
    const perSecond = (1_000 * sent) / (performance.now() - begun);
    progress(
      `soak: ${sent} telegrams, ${(rss / 1e6).toFixed(1)} MB, ${perSecond.toFixed(0)} telegrams/s`,
    );
  }
  // The last frame, and whatever is still on its way.
  clock.advance(1_000);
  const tookMs = performance.now() - begun;
  await recorder.settled();
  const hours = clock.now() / 3_600_000;
  runner.end();
  await recorder.close();
  const half = series.slice(Math.floor(series.length / 2));
  const quarter = Math.floor(series.length / 4);
  const of = (part: typeof series): number => median(part.map(({ rssMb }) => rssMb));
  const slope = slopeOf(half.map((one) => ({ at: one.telegrams / 1e6, value: one.rssMb })));
  const growth = of(series.slice(-quarter)) - of(series.slice(-2 * quarter, -quarter));
  const tx = (name: string): number => counts[`tx.${name}`] ?? 0;
  return {
    telegrams: sent,
    tookMs,
    hours,
    sums: [
      ["telegrams of others, received", sent, (counts["rx.telegrams"] ?? 0) - before.received],
      [
        "of these values of objects, published",
        values,
        states - before.states - tx("confirmed") + reads(runner),
      ],
      ["own telegrams, seen", own, tx("sent") + tx("repeats")],
      ["own telegrams, confirmed", own, tx("confirmed")],
      [
        "dropped",
        0,
        Object.entries(counts)
          .filter(([name]) => name.startsWith("dl."))
          .reduce((sum, [, each]) => sum + each, 0),
      ],
    ],
    recorded: { impulses, lost: counts["recorder.lost"] ?? 0 },
    series,
    slope,
    growth,
    flat: Math.abs(slope) <= FLAT_MB && growth <= FLAT_MB,
  };
};

/** Own telegrams that are no values: of these nothing is published. */
const reads = (runner: ReturnType<typeof openRunner>): number => {
  const { sent, byBridge } = runner.look().bridge.tallies.reads;
  return sent + byBridge;
};

const configuration = (): StackConfig => {
  const loaded = loadConfig(editionText(0), { path: "soak.yaml", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack } = loaded.config;
  return { ...stack, bridge: { ...stack.bridge, lookBack: false, time: null } };
};

/** Of ten one is a read, two go elsewhere, the others are values. @returns whether it is a value of an object */
const telegram = (
  number: number,
  below: (n: number) => number,
): readonly [octets: readonly number[], isValue: boolean] => {
  const source = `1.1.${30 + (number % 12)}`;
  const kind = number % 10;
  if (kind === 3) return [groupTelegram({ source, to: pick(below), service: "read" }), false];
  if (kind === 6 || kind === 9)
    return [
      groupTelegram({
        source,
        to: `20/${below(8)}/${below(256)}`,
        service: "write",
        data: [below(256)],
        short: false,
      }),
      false,
    ];
  const { ga, dpt } = SENSORS[below(SENSORS.length)] ?? { ga: "", dpt: "" };
  const length = dpt === "1.001" ? 0 : dpt === "5.010" ? 1 : dpt === "9.001" ? 2 : 4;
  const data = length === 0 ? [below(2)] : Array.from({ length }, () => below(0x70));
  return [groupTelegram({ source, to: ga, service: "write", data, short: length === 0 }), true];
};
const pick = (below: (n: number) => number): string =>
  ALL_ADDRESSES[below(ALL_ADDRESSES.length)] ?? "1/1/10";

const STATE = new RegExp(`^${BASE}/ga/.*/state$`);
const EPOCH = 1_769_850_000_000;
/** Between two turns for the recorder, which remembers 20,000 impulses until then. */
const PIECE = 1_500;
const SAMPLES = 40;
/** MB, by a million telegrams and from quarter to quarter. */
const FLAT_MB = 3;
