import { setTimeout as pause } from "node:timers/promises";
import type { Driver, Played } from "./driver.ts";
import { FULL_LOAD } from "./driver.ts";
import { ms, percentile } from "./figures.ts";
import { followBroker, followKnxd, type Heard } from "./listen.ts";
import type { Bench } from "./programs.ts";
import type { Report } from "./report.ts";

/** Last octet of a telegram → its value at a client, for two programs in turns. */
export const publish = async (bench: Bench, driver: Driver): Promise<Report> => {
  const broker = await bench.broker();
  const knxd = await bench.knxd(await driver.open("knxd"));
  const knxpi = bench.knxpi(await driver.open("knxpi"), broker.port);
  const contestants = [
    {
      name: "knxd",
      to: "knxd → client of its socket",
      program: knxd,
      client: await followKnxd(knxd.socket),
    },
    {
      name: "knxpi",
      to: "knxpi → subscriber of the broker",
      program: knxpi,
      client: await followBroker(broker.port),
    },
  ] as const;
  const delays: Record<string, (number | null)[]> = { knxd: [], knxpi: [] };
  for (const { name, program } of contestants) await driver.play(name, program.pid, WARM_UP);
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, program, client } of contestants) {
      client.forget();
      const played = await driver.play(name, program.pid, ROUND);
      await pause(200);
      delays[name]?.push(...delaysOf(played, client.heard()));
    }
  const found = contestants.map(({ name, to, client }) => {
    client.close();
    const all = delays[name] ?? [];
    const known = all.filter((one) => one !== null);
    return {
      name,
      to,
      telegrams: all.length,
      missing: all.length - known.length,
      p50: percentile(known, 0.5),
      p99: percentile(known, 0.99),
      max: Math.max(...known),
    };
  });
  return {
    section: "publish",
    how:
      `Last octet of a telegram readable on the pty → its value at a client, both clients in the process of the bench. Full bus load,\n` +
      `${ROUNDS} rounds of ${ROUND.telegrams} telegrams each, in turns. knxpi: PUBLISH with QoS 1 to mosquitto, which hands it to a subscriber.`,
    columns: ["", "p50", "p99", "max", "missing"],
    rows: found.map((one) => [
      one.to,
      ms(one.p50),
      ms(one.p99),
      ms(one.max),
      `${one.missing} of ${one.telegrams}`,
    ]),
    aims: [],
    figures: Object.fromEntries(found.map(({ name, to, ...figures }) => [name, figures])),
  };
};

const WARM_UP = { telegrams: 2 * FULL_LOAD, rate: FULL_LOAD, paced: true };
const ROUND = { telegrams: 8 * FULL_LOAD, rate: FULL_LOAD, paced: true };
const ROUNDS = 3;

/** Each telegram with the first thing heard of its group address within a second, long before its next turn. */
const delaysOf = ({ ends }: Played, heard: readonly Heard[]): readonly (number | null)[] => {
  const byGroup = new Map<number, number[]>();
  for (const { group, at } of heard) byGroup.set(group, [...(byGroup.get(group) ?? []), at]);
  return ends.map(([group, end]) => {
    const at = byGroup.get(group)?.find((each) => each >= end && each - end < 1e9);
    return at === undefined ? null : (at - end) / 1e6;
  });
};
