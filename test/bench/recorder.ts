import { pino } from "pino";
import { openRecorder } from "../../dist/shell/recorder/recorder.js";
import { collect } from "./capacity.ts";
import { openLine } from "./core.ts";
import { median } from "./figures.ts";
import type { Report } from "./report.ts";

/** What it costs that everything is recorded. */
export const recorder = async (): Promise<Report> => {
  const rows: (readonly string[])[] = [];
  const found: object[] = [];
  let worst = 0;
  for (const objects of [10, 10_000]) {
    const one = await measure(objects);
    found.push({ objects, ...one });
    const onOctet = (one.with - one.without) / one.octetsPerTelegram;
    worst = Math.max(worst, onOctet);
    rows.push([
      `${objects.toLocaleString("en")} objects`,
      ...[one.without, one.with, one.all].map((us) => us.toFixed(2)),
      ...[one.onPath, one.inAll].map((ratio) => ratio.toFixed(2)),
      onOctet.toFixed(2),
      one.recordedOctets.toFixed(0),
      `${one.memoryMb.toFixed(1)} MB`,
    ]);
  }
  return {
    section: "recorder",
    how:
      "The telegrams of `core`, broker connected, with and without a recorder that looks on, by turns. With it: until the effects are\n" +
      "executed, which is all that an octet of the port waits for. And all: with what comes later, text, digests, compression, on one\n" +
      "thread. Octet: what one costs more. Recorded: gzipped octets of a telegram. Memory: of a full ring of 4 MB and what it holds.",
    columns: [
      ...["", "µs without", "with", "and all", "ratio", "and all", "µs an octet"],
      ...["recorded", "memory"],
    ],
    rows,
    aims: [
      {
        aim: "at most 1 µs on the way of an octet",
        found: `${worst.toFixed(2)} µs at worst`,
        met: worst <= 1,
      },
    ],
    figures: { found },
  };
};

const measure = async (objects: number) => {
  const before = memory();
  const without = openLine(objects, true);
  const kept = openRecorder({
    about: { version: "bench", instance: "bench" },
    flightOctets: FLIGHT,
    log: pino({ level: "silent" }),
    clock: { now: () => recorded.now(), utc: () => Date.now() },
  });
  let octets = 0;
  const recorded: ReturnType<typeof openLine> = openLine(
    objects,
    true,
    {
      takes: (impulse, state) => kept.observer.takes?.(impulse, state),
      done: (impulse, effects, state) => {
        octets += 1;
        kept.observer.done?.(impulse, effects, state);
      },
    },
    late,
  );
  /** µs a telegram, and with all that comes later. */
  const play = async (line: typeof without, after: () => Promise<void>) => {
    const start = performance.now();
    line.play(TELEGRAMS);
    const played = performance.now();
    await after();
    return [played - start, performance.now() - start].map((ms) => (ms * 1_000) / TELEGRAMS);
  };
  for (let round = 0; round < WARM_UP; round++) {
    without.play(TELEGRAMS);
    recorded.play(TELEGRAMS);
    await kept.settled();
  }
  octets = 0;
  const found: Record<"without" | "with" | "all", number[]> = { without: [], with: [], all: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const [alone = 0] = await play(without, async () => undefined);
    const [path = 0, all = 0] = await play(recorded, kept.settled);
    found.without.push(alone);
    found.with.push(path);
    found.all.push(all);
  }
  const octetsPerTelegram = octets / (ROUNDS * TELEGRAMS);
  while (kept.look().octets < FLIGHT * 0.9) {
    recorded.play(TELEGRAMS);
    await kept.settled();
  }
  const full = kept.look();
  const recordedOctets = (full.octets / full.impulses) * octetsPerTelegram;
  const memoryMb = (memory() - before) / 1e6;
  const [alone, path, all] = [median(found.without), median(found.with), median(found.all)];
  return {
    ...{ without: alone, with: path, all, onPath: path / alone, inAll: all / alone },
    ...{ octetsPerTelegram, recordedOctets, memoryMb },
  };
};

/** As a machine sees it: never the same distance twice, in nanoseconds. */
const late = (at: number): number =>
  Math.round((at + 13 / 9.6 + (Math.random() - 0.5) * 0.1) * 1e6) / 1e6;

/** Heap and what is beside it, after a collection. */
const memory = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const FLIGHT = 4_000_000;
/** In a row; what is remembered of them has room. */
const TELEGRAMS = 500;
const WARM_UP = 60;
const ROUNDS = 120;
