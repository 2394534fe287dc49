import { describe, expect, test } from "vitest";
import type { Effect } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import { openStack } from "../../../src/core/stack/stack.ts";
import { openHistogram } from "../../../src/shell/web/histogram.ts";
import { measureLatencies } from "../../../src/shell/web/latency.ts";
import { testConfig } from "../../../src/testing/config.ts";

describe("histogram", () => {
  test("a value that is a bound belongs to it, one above all only to the count", () => {
    const histogram = openHistogram([0.1, 0.5, 2]);
    for (const value of [0.05, 0.1, 0.10001, 0.5, 1.75, 2.5]) histogram.add(value);
    const { buckets, count, sum } = histogram.read();
    expect(buckets).toEqual([
      { le: 0.1, count: 2 },
      { le: 0.5, count: 4 },
      { le: 2, count: 5 },
    ]);
    expect(count).toBe(6);
    expect(sum).toBeCloseTo(5.00001, 10);
  });

  test("empty", () => {
    expect(openHistogram([1]).read()).toEqual({ buckets: [{ le: 1, count: 0 }], count: 0, sum: 0 });
  });
});

describe("from an octet to what it causes", () => {
  const STATE = openStack(testConfig());
  const write = (...octets: number[]): Effect => ({ for: "serial", type: "write", octets });
  const PUBLISH: Effect = {
    ...{ for: "mqtt", type: "publish", topic: "knx/ga/1/2/3/state", payload: "{}" },
    ...{ qos: 0, retain: true, json: true },
  };
  const COUNT: Effect = { for: "counters", type: "count", counter: "ack.sent", by: 1 };
  const octet = (at: number, behind = 0): Impulse => ({
    ...{ for: "dl", type: "octet.ind", octet: 0xe1 },
    ...{ behind, at },
  });

  /** @param seen at which time which octet was done, with which effects */
  const measured = (
    ...seen: readonly Readonly<{ now: number; impulse: Impulse; effects: readonly Effect[] }>[]
  ) => {
    let time = 0;
    const latencies = measureLatencies(() => time);
    for (const { now, impulse, effects } of seen) {
      time = now;
      latencies.observer.done?.(impulse, effects, STATE);
    }
    return latencies.read();
  };

  // U_AckInformation 0001 0nba; beside it services of one octet and of two, `tp-uart.md` §2
  // biome-ignore format: read by column
  test.each([
    { is: "addressed",       octets: [0x11],       counts: 1 },
    { is: "busy",            octets: [0x13],       counts: 1 },
    { is: "nack",            octets: [0x15],       counts: 1 },
    { is: "U_Reset",         octets: [0x01],       counts: 0 },
    { is: "U_State",         octets: [0x02],       counts: 0 },
    { is: "U_L_DataStart",   octets: [0x80, 0xbc], counts: 0 },
    { is: "an octet of two", octets: [0x11, 0x11], counts: 0 },
  ])("$is is an acknowledge or not", ({ octets, counts }) => {
    const { acknowledge } = measured({ now: 0.4, impulse: octet(0), effects: [write(...octets)] });
    expect(acknowledge.count).toBe(counts);
  });

  test("the time since it was read, in seconds", () => {
    const { acknowledge, publish } = measured(
      { now: 1_000.25, impulse: octet(1_000), effects: [write(0x11), COUNT] },
      { now: 2_001.5, impulse: octet(2_000), effects: [write(0x11), COUNT] },
      { now: 3_012, impulse: octet(3_000), effects: [COUNT, PUBLISH, PUBLISH] },
    );
    expect(acknowledge.count).toBe(2);
    expect(acknowledge.sum).toBeCloseTo(0.00175, 12);
    const found = (le: number) => acknowledge.buckets.find((one) => one.le === le)?.count;
    expect([0.0002, 0.0003, 0.0013, 0.0017].map(found)).toEqual([0, 1, 1, 2]);
    expect(publish).toMatchObject({ count: 1, sum: 0.012 });
  });

  test("octets that wait, with every octet; nothing of other impulses", () => {
    const { behind, acknowledge } = measured(
      { now: 0, impulse: octet(0, 3), effects: [] },
      { now: 0, impulse: octet(0, 2), effects: [] },
      { now: 0, impulse: octet(0, 0), effects: [] },
      { now: 9, impulse: { for: "dl", type: "port-opened.ind", at: 0 }, effects: [write(0x11)] },
    );
    expect(behind).toMatchObject({ count: 3, sum: 5 });
    expect(behind.buckets.slice(0, 4).map(({ count }) => count)).toEqual([1, 1, 2, 3]);
    expect(acknowledge.count).toBe(0);
  });
});
