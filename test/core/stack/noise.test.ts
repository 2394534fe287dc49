import { expect, test } from "vitest";
import type { Effect } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import type { Octets } from "../../../src/core/octets.ts";
import {
  createChip,
  createLine,
  hex,
  seededRandom,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../src/testing.ts";

/*
 * Acceptance test 19 of `mqtt-interface.md` §22, on simulated time: between the chip and us somebody adds random octets, as fast
 * as the line would deliver octets. What the chip and the devices on the line say comes in between.
 */

const HOUR_MS = 3_600_000;
/** Noise for so long, then silence for the rest of the round, with one telegram in it. */
const ROUND_MS = 30_000;
const NOISY_MS = 20_000;
/** After the noise: the supervision asks the chip once a second or so and resets it if it has to. */
const RECOVERED_MS = 8_000;
/** Mean time between two of these octets. */
const OCTET_MS = 13 / 9.6;

test("19: an hour of random octets: protocol errors are counted, valid frames in between are published", {
  timeout: 120_000,
}, () => {
  const clock = virtualClock();
  const random = seededRandom(19);
  const line = createLine({ clock });
  const chip = createChip({ line, kind: "tpuart2" });
  const device = line.attach({ ...SILENT, name: "1.1.7" });
  const counts = new Map<string, number>();
  const published: string[] = [];
  const offline: string[] = [];
  const seen = (each: Impulse | Effect): void => {
    if (each.for === "counters" && each.type === "count")
      counts.set(each.counter, (counts.get(each.counter) ?? 0) + each.by);
    if (each.for === "drops") counts.set(each.reason, (counts.get(each.reason) ?? 0) + 1);
    if (each.for === "mqtt" && each.type === "publish" && each.topic === "knx/ga/1/2/3/state")
      published.push(JSON.parse(each.payload).raw);
    if (each.for === "bridge" && each.type === "bus.ind" && !each.online) offline.push(each.reason);
  };
  const objects = { "1/2/3": { dpt: "5.010" } };
  const stack = stackOnChip(clock, chip, testConfig({ objects }), seen);
  stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: clock.now() });
  clock.advance(1_000);

  let noise = 0;
  const disturb = (until: number): void => {
    if (clock.now() >= until) return;
    noise++;
    const octet = random.below(256);
    stack.deliver({ for: "dl", type: "octet.ind", octet, behind: 0, at: clock.now() });
    clock.after(random.around(OCTET_MS), () => disturb(until));
  };
  const expected: string[] = [];
  for (let round = 0; clock.now() < HOUR_MS; round++) {
    disturb(clock.now() + NOISY_MS);
    // One in the middle of it: nobody promises anything for it, but it must not do harm.
    clock.after(NOISY_MS / 3, () => device.send({ octets: write(0xfe) }));
    clock.advance(NOISY_MS + RECOVERED_MS);
    published.length = 0;
    const value = 1 + (round % 200);
    device.send({ octets: write(value) });
    clock.advance(ROUND_MS - NOISY_MS - RECOVERED_MS);
    expected.push(value.toString(16).padStart(2, "0"));
    expect(published, `round ${round}, ${stack.state.dl.link.state}`).toEqual(expected.slice(-1));
  }
  process.stdout.write(
    `an hour of noise: ${noise} octets, ${expected.length} frames, ` +
      `${counts.get("chip.protocol-error")} protocol errors, ${offline.length} times offline, ` +
      `${JSON.stringify(Object.fromEntries(counts))}\n`,
  );
  expect(noise).toBeGreaterThan(1_000_000);
  expect(counts.get("chip.protocol-error")).toBeGreaterThan(100);
});

/** 1.1.7 writes an octet to 1/2/3. KNX 03.02.02 §2.2: the check octet is the odd parity over all before it. */
const write = (value: number): Octets => {
  const body = [...hex("bc 11 07 0a 03 e2 00 80"), value];
  return [...body, ~body.reduce((sum, octet) => sum ^ octet, 0) & 0xff];
};

const SILENT = {
  octet: () => {},
  acknowledge: () => undefined,
  frameEnd: () => {},
  power: () => {},
};
