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
import { createChip, createLine, stackOnChip, testConfig, virtualClock } from "knxpi/testing";
import { heap } from "./capacity.ts";
import { percentile, thousands } from "./figures.ts";
import { type Airtime, airtimeOf, FIRST, FLOODED, type Flood, floodOf } from "./flood.ts";
import { floodProgram, followPrograms } from "./mqtt-program.ts";
import type { Bench } from "./programs.ts";
import type { Report } from "./report.ts";

/** From a telegram to its PUBLISH whatever the number of objects, and more commands than a bus can carry. */
export const mqtt = async (bench: Bench): Promise<Report> => {
  const cores = measureCores();
  const programs = await followPrograms(bench, SIZES);
  const simulated = floodSimulated();
  const real = await floodProgram(bench);
  const [least, most] = [cores[0], cores.at(-1)];
  const growth = (most?.p50 ?? 0) / (least?.p50 ?? 1);
  return {
    section: "mqtt",
    how:
      "Core: last octet of a telegram in → publication out, connected, every object known and in turn; the sizes take turns, 10 rounds. Program: last bit\n" +
      "on a simulated line behind TCP → subscriber of mosquitto, the three programs side by side, a telegram every 100 ms each. Heap: state and\n" +
      "configuration of a core, by object. Flood: 1,000 set/s to 200 group addresses in turn, in simulated time for a minute, and with program and broker.",
    columns: ["", ...SIZES.map((size) => `${thousands(size)} objects`)],
    rows: [
      ["core: telegram → PUBLISH, p50", ...cores.map(({ p50 }) => microseconds(p50))],
      ["core: telegram → PUBLISH, p99", ...cores.map(({ p99 }) => microseconds(p99))],
      ["core: telegrams/s, each published", ...cores.map(({ perSecond }) => thousands(perSecond))],
      ["program: telegram → subscriber, p50", ...programs.map(({ p50 }) => milliseconds(p50))],
      ["program: telegram → subscriber, p99", ...programs.map(({ p99 }) => milliseconds(p99))],
      ["program: telegrams missing", ...programs.map(({ missing, of }) => `${missing} of ${of}`)],
      [
        "program: start → online",
        ...programs.map(({ startMs }) => `${(startMs / 1_000).toFixed(1)} s`),
      ],
      ["program: RSS", ...programs.map(({ rss }) => `${(rss / 1e6).toFixed(0)} MB`)],
      ["heap of an object, known", ...cores.map(({ heapEach }) => `${thousands(heapEach)} octets`)],
      ["", "simulated", "program", ""],
      ["flood: commands", ...both(simulated, real, ({ commands }) => thousands(commands)), ""],
      ["flood: telegrams", ...both(simulated, real, ({ telegrams }) => thousands(telegrams)), ""],
      [
        "flood: own airtime, all of it",
        ...both(simulated, real, ({ share }) => percent(share)),
        "",
      ],
      [
        "flood: own airtime, worst 10 s",
        ...both(simulated, real, ({ worst }) => percent(worst)),
        "",
      ],
      ["flood: merged or refused", ...both(simulated, real, (one) => thousands(one.held)), ""],
      ["flood: memory, first half → second", ...both(simulated, real, memory), ""],
    ],
    aims: [
      {
        aim: "flat: p50 at 60,000 objects at most twice that at 10",
        found: `${growth.toFixed(2)} ×`,
        met: growth <= 2,
      },
      ...(["simulated", "program"] as const).map((kind) => {
        const { worst } = kind === "simulated" ? simulated : real;
        // 350 ms a second, and the bucket of 250 ms once: `mqtt-interface.md` §13.3 and §22.2.
        return {
          aim: `flood, ${kind}: own airtime in any 10 s at most 38 %`,
          found: percent(worst),
          met: worst <= 0.38,
        };
      }),
      ...(["simulated", "program"] as const).map((kind) => {
        const flood = kind === "simulated" ? simulated : real;
        const more = flood.sizes[1] / flood.sizes[0] - 1;
        return {
          aim: `flood, ${kind}: memory grows by at most 5 %`,
          found: percent(more),
          met: more <= 0.05,
        };
      }),
      {
        aim: "flood: every command is a telegram, merged, refused, or waiting still",
        found: `${simulated.commands - simulated.telegrams - simulated.held} waiting, ${real.commands - real.telegrams - real.held}`,
        met: [simulated, real].every(({ commands, telegrams, held }) => {
          const left = commands - telegrams - held;
          return left >= 0 && left <= QUEUE;
        }),
      },
    ],
    figures: { cores, programs, simulated, real },
  };
};

const SIZES = [10, 1_000, 60_000];
/** Capacity of the class of commands, and one on the line. */
const QUEUE = 101;

const both = (a: Flood, b: Flood, show: (flood: Flood) => string): readonly string[] => [
  show(a),
  show(b),
];
const memory = ({ sizes: [before, after] }: Flood): string =>
  `${(before / 1e6).toFixed(2)} → ${(after / 1e6).toFixed(2)} MB`;
const microseconds = (ms: number): string => `${(ms * 1_000).toFixed(1)} µs`;
const milliseconds = (ms: number): string => `${ms.toFixed(2)} ms`;
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

const measureCores = () => {
  const cores = SIZES.map((size) => {
    const before = heap();
    const core = openCore(size);
    core.play(size);
    const heapEach = (heap() - before) / size;
    return { size, core, heapEach, delays: [] as number[], speeds: [] as number[] };
  });
  for (const { core } of cores) core.play(WARM_UP);
  for (let round = 0; round < ROUNDS; round++)
    for (const { core, delays, speeds } of cores) {
      const begun = performance.now();
      delays.push(...core.play(PER_ROUND));
      speeds.push((PER_ROUND * 1_000) / (performance.now() - begun));
    }
  return cores.map(({ size, heapEach, delays, speeds }) => ({
    size,
    heapEach,
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    perSecond: percentile(speeds, 0.5),
  }));
};

const WARM_UP = 10_000;
const ROUNDS = 10;
const PER_ROUND = 2_000;

/** A stack that is connected on both sides, and telegrams that change one object after the other. */
const openCore = (objects: number) => {
  let state: StackState = openStack(testConfig({ objects: objectsOf(objects) }));
  let at = 0;
  let next = 0;
  const deliver = (impulse: Impulse): readonly Effect[] => {
    let effects: readonly Effect[];
    [state, effects] = run(state, impulse);
    return effects;
  };
  const octet = (value: number): readonly Effect[] => {
    at += 13 / 9.6;
    return deliver({ for: "dl", type: "octet.ind", octet: value, behind: 0, at });
  };
  deliver({ for: "bridge", type: "clock.ind", epoch: 1_800_000_000_000, at });
  deliver({ for: "dl", type: "port-opened.ind", at });
  octet(0x03);
  at += 10;
  octet(0x07);
  deliver({ for: "bridge", type: "broker.ind", connected: true, at });
  return {
    /** @returns ms of each from its last octet to its publication */
    play(count: number): readonly number[] {
      const delays: number[] = [];
      for (let played = 0; played < count; played++) {
        at += 7;
        // Far from its neighbour in the table, and each has its turn: 7,919 divides none of the sizes.
        const object = (next * 7_919) % objects;
        const octets = telegram(FIRST + object, Math.floor(next / objects) & 1);
        next += 1;
        for (const value of octets.slice(0, -1)) octet(value);
        const last = octets.at(-1) ?? 0;
        const begun = performance.now();
        const effects = octet(last);
        delays.push(performance.now() - begun);
        if (!effects.some((effect) => effect.for === "mqtt" && effect.type === "publish"))
          throw new Error("a telegram was not published");
      }
      return delays;
    },
  };
};

const objectsOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      formatGroupAddress(GroupAddress(FIRST + index)),
      { dpt: "1.001", name: `Object ${index}` },
    ]),
  );

const telegram = (group: number, value: number): readonly number[] => [
  ...encodeFrame({
    source: IndividualAddress(0x1114),
    destination: { to: "group", address: GroupAddress(group) },
    priority: "low",
    hops: 6,
    repeated: false,
    tpdu: [0x00, 0x80 | value],
  }),
];

/** The whole stack on a simulated chip and line: a minute of commands as fast as they are admitted. */
const floodSimulated = (): Flood => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const chip = createChip({ line, kind: "tpuart2", name: "knxpi" });
  // Somebody acknowledges.
  const groups = Array.from({ length: FLOODED }, (_, index) => FIRST + index);
  const listener = createChip({ line, kind: "tpuart2", name: "listener" });
  const config = testConfig({ objects: objectsOf(FLOODED) });
  stackOnChip(clock, listener, { ...config, dl: { ...config.dl, address: OTHER } });
  const airtimes: Airtime[] = [];
  line.onFrame(({ at, octets, from }) => {
    if (from.includes("knxpi")) airtimes.push({ at, ms: airtimeOf(octets.length) });
  });
  const stack = stackOnChip(clock, chip, config);
  stack.deliver({ for: "bridge", type: "clock.ind", epoch: 1_800_000_000_000, at: clock.now() });
  stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: clock.now() });
  clock.advance(10_000);
  airtimes.length = 0;
  const begun = clock.now();
  const sizes: number[] = [];
  for (let sent = 0; sent < COMMANDS; sent++) {
    const group = groups[sent % FLOODED] ?? 0;
    stack.deliver({
      for: "bridge",
      type: "message.ind",
      topic: `knx/ga/${formatGroupAddress(GroupAddress(group))}/set`,
      payload: `${Math.floor(sent / FLOODED) % 2 === 0}`,
      size: 5,
      retain: false,
      at: clock.now(),
    });
    clock.advance(1);
    if (sent % 1_000 === 999) sizes.push(JSON.stringify(stack.state).length);
  }
  const told = clock.now() - begun;
  stack.published();
  stack.deliver({
    for: "bridge",
    type: "health.req",
    counters: {},
    process: { uptimeS: 0, rssMb: 0, cpuPercent: 0, loopLagMs: 0 },
    at: clock.now(),
  });
  const health = stack.published().find((line) => line.startsWith(HEALTH)) ?? HEALTH;
  return floodOf(COMMANDS, airtimes, told, JSON.parse(health.slice(HEALTH.length) || "{}"), sizes);
};

const COMMANDS = 60_000;
const OTHER = IndividualAddress(0x1106);
const HEALTH = "knx/bridge/health ";
