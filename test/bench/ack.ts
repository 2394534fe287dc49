import { type Driver, FULL_LOAD, type Played } from "./driver.ts";
import { megabytes, ms, percent, percentile, sum } from "./figures.ts";
import type { Bench, Program } from "./programs.ts";
import type { Aim, Report } from "./report.ts";

/** Octet 6 readable on the pseudo terminal → acknowledge octet written, for three programs in turns, ours also without anybody looking on. */
export const ack = async (bench: Bench, driver: Driver): Promise<Report> => {
  const broker = await bench.broker();
  const contestants = [
    { name: "floor", program: bench.floor(await driver.open("floor")) },
    { name: "knxd", program: await bench.knxd(await driver.open("knxd")) },
    { name: "knxpi", program: bench.knxpi(await driver.open("knxpi"), broker.port) },
    { name: "unwatched", program: unwatched(bench, await driver.open("unwatched"), broker.port) },
  ] as const;
  const rounds: Record<string, Played[]> = { floor: [], knxd: [], knxpi: [], unwatched: [] };
  for (const { name, program } of contestants) await driver.play(name, program.pid, WARM_UP);
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, program } of contestants)
      rounds[name]?.push(await driver.play(name, program.pid, ROUND));
  for (const { program } of contestants) await program.stop();
  await broker.stop();

  const found = contestants.map(({ name }) => summary(name, rounds[name] ?? []));
  const [floor, , knxpi, bare] = found;
  return {
    section: "ack",
    how:
      `Octet 6 readable on the pty → acknowledge octet written. Full bus load: ${FULL_LOAD} telegrams/s of 9 octets, octets 1.354 ms\n` +
      `apart; ${ROUNDS} rounds of ${ROUND.telegrams} telegrams each, the programs in turns. knxpi publishes every telegram to a broker meanwhile;\n` +
      "floor is serialport and ByteLengthParser alone; unwatched is knxpi without metrics and recorder. In time: before the frame had\n" +
      "ended; knxpi keeps back what would come later. CPU and RSS are of the program's own process.",
    columns: ["", "p50", "p99", "p99.9", "max", "in time", "CPU", "RSS"],
    rows: found.map((one) => [
      one.name,
      ms(one.p50),
      ms(one.p99),
      ms(one.p999),
      ms(one.max),
      percent(one.inTime),
      percent(one.cpu),
      megabytes(one.rss),
    ]),
    aims:
      floor && knxpi && bare
        ? [
            latency("floor", floor, knxpi),
            {
              aim: "in time at least as often as floor",
              found: `${percent(knxpi.inTime)} beside ${percent(floor.inTime)}`,
              met: knxpi.inTime >= floor.inTime,
            },
            ratio("CPU at most 1.2 × floor", knxpi.cpu / floor.cpu),
            latency("unwatched", bare, knxpi),
          ]
        : [],
    figures: Object.fromEntries(found.map(({ name, ...figures }) => [name, figures])),
  };
};

/** Ours, while nobody looks on at impulses and effects. */
const unwatched = (bench: Bench, tty: string, broker: number): Program =>
  bench.knxpi(tty, broker, "unwatched", {
    instance: "unwatched",
    http: false,
    recorder: { flight_mb: 0 },
  });

/** Until the frame has ended with its 9th octet. */
const IN_TIME_MS = (3 * 13) / 9.6;
const WARM_UP = { telegrams: 2 * FULL_LOAD, rate: FULL_LOAD, paced: true };
const ROUND = { telegrams: 8 * FULL_LOAD, rate: FULL_LOAD, paced: true };
const ROUNDS = 6;

type Summary = ReturnType<typeof summary>;

const summary = (name: string, rounds: readonly Played[]) => {
  const all = rounds.flatMap(({ acks }) => acks);
  const acks = all.filter((one) => one !== null);
  return {
    name,
    telegrams: all.length,
    withheld: 1 - acks.length / all.length,
    inTime: acks.filter((delay) => delay < IN_TIME_MS).length / all.length,
    p50: percentile(acks, 0.5),
    p99: percentile(acks, 0.99),
    p999: percentile(acks, 0.999),
    max: Math.max(...acks),
    cpu: sum(rounds.map(({ cpu }) => cpu)) / sum(rounds.map(({ wall }) => wall)),
    rss: rounds.at(-1)?.rss ?? 0,
    late: Math.max(...rounds.map(({ late }) => late)),
  };
};

/** What was kept back has no delay: with more than one in a hundred of these a p99 is that of the lucky ones. */
const latency = (name: string, other: Summary, knxpi: Summary): Aim => {
  const compared = ratio(`p99 at most 1.2 × ${name}`, knxpi.p99 / other.p99);
  return knxpi.withheld <= 0.01
    ? compared
    : {
        ...compared,
        found: `${compared.found}, but ${percent(knxpi.withheld)} kept back`,
        met: null,
      };
};

const ratio = (aim: string, found: number) => ({
  aim,
  found: `${found.toFixed(2)} ×`,
  met: found <= 1.2,
});
