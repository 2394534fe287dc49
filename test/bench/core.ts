import {
  type Effect,
  encodeFrame,
  formatGroupAddress,
  GroupAddress,
  type Impulse,
  IndividualAddress,
  openStack,
  run,
  type StackState,
} from "knxpi";
import { testConfig } from "knxpi/testing";
import { median, thousands } from "./figures.ts";
import type { Report } from "./report.ts";

/** The pure core alone: octets in, effects out. */
export const core = (): Report => {
  const found = [10, 10_000].flatMap((objects) =>
    [false, true].map((broker) => ({ objects, broker, ...measure(objects, broker) })),
  );
  const worst = Math.min(...found.map(({ telegramsPerSecond }) => telegramsPerSecond));
  return {
    section: "core",
    how:
      "Octets in → effects out on one core, effects looked at and thrown away. Of 20 telegrams 10 write one bit and 2 write a\n" +
      "temperature to own objects, 2 read them, 6 go to group addresses of others. Best of 5 runs of a second each. Allocated:\n" +
      "growth of the heap over 20 telegrams, median of many, so that a garbage collection in between does not show.",
    columns: ["objects, broker", "telegrams/s", "µs each", "allocated each", "effects each"],
    rows: found.map((one) => [
      `${thousands(one.objects)}, ${one.broker ? "connected" : "away"}`,
      thousands(one.telegramsPerSecond),
      (1e6 / one.telegramsPerSecond).toFixed(2),
      `${thousands(one.octetsPerTelegram)} octets`,
      one.effectsPerTelegram.toFixed(1),
    ]),
    aims: [
      {
        aim: "at least 100,000 telegrams/s",
        found: `${thousands(worst)} at worst`,
        met: worst >= 100_000,
      },
    ],
    figures: { found },
  };
};

const measure = (objects: number, broker: boolean) => {
  const line = openLine(objects, broker);
  line.play(WARM_UP);
  const speeds = Array.from({ length: RUNS }, () => {
    const count = 20_000;
    let played = 0;
    const start = performance.now();
    while (performance.now() - start < RUN_MS) {
      line.play(count);
      played += count;
    }
    return (played * 1_000) / (performance.now() - start);
  });
  const growths = Array.from({ length: 400 }, () => {
    const before = process.memoryUsage().heapUsed;
    line.play(MIX);
    return (process.memoryUsage().heapUsed - before) / MIX;
  });
  const before = line.effects();
  line.play(1_000);
  return {
    telegramsPerSecond: Math.max(...speeds),
    octetsPerTelegram: median(growths),
    effectsPerTelegram: (line.effects() - before) / 1_000,
  };
};

const WARM_UP = 20_000;
const RUNS = 5;
const RUN_MS = 1_000;
/** Telegrams after which the mix begins anew. */
const MIX = 20;

/** Looks on, like the recorder. */
type Looking = Readonly<{
  takes(impulse: Impulse, state: StackState): void;
  done(impulse: Impulse, effects: readonly Effect[], state: StackState): void;
}>;
const NOBODY: Looking = { takes: () => undefined, done: () => undefined };

/** A stack that is online, and endless telegrams for it. */
export const openLine = (
  objects: number,
  broker: boolean,
  looking: Looking = NOBODY,
  /** When the octet after the one at this time comes. */
  follow: (at: number) => number = (at) => at + 13 / 9.6,
) => {
  let state: StackState = openStack(configOf(objects));
  let at = 0;
  let effects = 0;
  let next = 0;
  const telegrams = telegramsFor(objects);
  const deliver = (impulse: Impulse): void => {
    let caused: readonly Effect[];
    looking.takes(impulse, state);
    [state, caused] = run(state, impulse);
    looking.done(impulse, caused, state);
    effects += caused.length;
  };
  const octet = (value: number): void => {
    at = follow(at);
    deliver({ for: "dl", type: "octet.ind", octet: value, behind: 0, at });
  };
  deliver({ for: "bridge", type: "clock.ind", epoch: 1_800_000_000_000, at });
  deliver({ for: "dl", type: "port-opened.ind", at });
  octet(0x03);
  at += 10;
  octet(0x07);
  if (broker) deliver({ for: "bridge", type: "broker.ind", connected: true, at });
  return {
    play(count: number) {
      for (let played = 0; played < count; played++) {
        at += 7;
        for (const value of telegrams[next] ?? []) octet(value);
        next = next + 1 < telegrams.length ? next + 1 : 0;
      }
    },
    effects: () => effects,
    now: () => at,
  };
};

const FIRST_OBJECT = 0x0800;
const FIRST_FOREIGN = 0xf000;

const configOf = (objects: number) =>
  testConfig({
    objects: Object.fromEntries(
      Array.from({ length: objects }, (_, index) => [
        formatGroupAddress(GroupAddress(FIRST_OBJECT + index)),
        { dpt: index % 6 === 5 ? "9.001" : "1.001", name: `Object ${index}` },
      ]),
    ),
  });

/** Every object has its turn; neighbours on the line are no neighbours in the table of objects. */
const telegramsFor = (objects: number): readonly (readonly number[])[] =>
  Array.from({ length: 200 * MIX }, (_, index) => {
    const kind = index % MIX;
    const step = (index * 7) % objects;
    const object = FIRST_OBJECT + step - (step % 6);
    const source = 0x1114 + (index % 30);
    if (kind % 10 < 5) return frame(source, object % 65_536, [0x00, 0x80 | ((index >> 5) & 1)]);
    if (kind % 10 === 5)
      return frame(source, FIRST_OBJECT + Math.min(step - (step % 6) + 5, objects - 5), [
        0x00,
        0x80,
        0x0c,
        index & 0xff,
      ]);
    if (kind % 10 === 6) return frame(source, object, [0x00, 0x00]);
    return frame(source, FIRST_FOREIGN + (index % 250), [0x00, 0x80, index & 0xff]);
  });

const frame = (source: number, group: number, tpdu: readonly number[]): readonly number[] => [
  ...encodeFrame({
    source: IndividualAddress(source),
    destination: { to: "group", address: GroupAddress(group) },
    priority: "low",
    hops: 6,
    repeated: false,
    tpdu,
  }),
];
