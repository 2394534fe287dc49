import { type Driver, FULL_LOAD } from "./driver.ts";
import { median, megabytes, percent, thousands } from "./figures.ts";
import type { Bench } from "./programs.ts";
import type { Report } from "./report.ts";

/** The whole process: start, processor time at full bus load, memory over a long time. */
export const processWhole = async (bench: Bench, driver: Driver): Promise<Report> => {
  const broker = await bench.broker();
  const starts: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    const name = `start ${n}`;
    const tty = await driver.open(name);
    const begin = Number(process.hrtime.bigint());
    const program = bench.knxpi(tty, broker.port);
    const at = await driver.first(name, START_LIMIT_S);
    starts.push(at === null ? Number.POSITIVE_INFINITY : (at - begin) / 1e6);
    await program.stop();
  }

  const tty = await driver.open("knxpi");
  const knxpi = bench.knxpi(tty, broker.port);
  await driver.first("knxpi", START_LIMIT_S);
  const steady = await driver.play("knxpi", knxpi.pid, STEADY);
  const sizes: number[] = [];
  for (let part = 0; part < PARTS; part++)
    sizes.push((await driver.play("knxpi", knxpi.pid, BURST)).rss);
  await knxpi.stop();
  await broker.stop();

  const start = median(starts);
  const cpu = steady.cpu / steady.wall;
  const largest = Math.max(...sizes);
  const growth = (sizes.at(-1) ?? 0) - median(sizes.slice(PARTS / 2));
  return {
    section: "process",
    how:
      `Start: from spawn to the first acknowledge octet, with a chip that answers its reset at once; median of ${STARTS}. CPU: ${STEADY.telegrams} telegrams\n` +
      `at full bus load. RSS: ${thousands(TEN_MINUTES)} telegrams, as many as in ten minutes of full load, but ${BURST.rate} a second and each in one piece.`,
    columns: ["", "value"],
    rows: [
      ["start → first acknowledge", `${start.toFixed(0)} ms`],
      ["CPU at 48 telegrams/s", percent(cpu)],
      ["RSS after 10 s of it", megabytes(steady.rss)],
      ...sizes.flatMap((size, part) =>
        (part + 1) % 2 === 0
          ? [[`RSS after ${thousands((part + 1) * BURST.telegrams)} telegrams`, megabytes(size)]]
          : [],
      ),
    ],
    aims: [
      {
        aim: "start → first acknowledge at most 1 s",
        found: `${start.toFixed(0)} ms`,
        met: start <= 1_000,
      },
      { aim: "RSS at most 80 MB", found: megabytes(largest), met: largest <= 80e6 },
      {
        aim: "RSS flat: the end within 3 MB of the second half's median",
        found: `${(growth / 1e6).toFixed(1)} MB`,
        met: growth <= 3e6,
      },
    ],
    figures: { starts, cpu, steady: steady.rss, sizes },
  };
};

const STARTS = 5;
const START_LIMIT_S = 10;
const STEADY = { telegrams: 20 * FULL_LOAD, rate: FULL_LOAD, paced: true };
/** Ten minutes of full load. */
const TEN_MINUTES = 600 * FULL_LOAD;
const PARTS = 10;
const BURST = { telegrams: TEN_MINUTES / PARTS, rate: 600, paced: false };
