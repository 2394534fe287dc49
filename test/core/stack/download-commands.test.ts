import { expect, test } from "vitest";
import { IndividualAddress } from "../../../src/core/address.ts";
import type { Effect, JsonValue } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import type { VirtualClock } from "../../../src/sim/clock.ts";
import {
  createChip,
  createDevice,
  createLine,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../src/testing.ts";
import { contents, DEVICE, expected, imageOf, program } from "./download.ts";

/*
 * Acceptance test 25 of `mqtt-interface.md` §22. We have no tunnel: who downloads is a client of its own on the line, which is
 * worse, for then its telegrams and ours meet on the wire and not in one queue. It loads into the bridge itself, or into another
 * device; all the while 50 `set` a second arrive at the bridge.
 */

const TTL_MS = 10_000;
const EVERY_MS = 1_000 / 50;
const ADDRESSES = Array.from({ length: 20 }, (_, index) => `1/2/${index + 1}`);
const BRIDGE = IndividualAddress(0x1106);

test.each([
  { into: "the bridge itself", bridgeIs: DEVICE },
  { into: "another device", bridgeIs: BRIDGE },
])("25: a download into $into while 50 set/s arrive", { timeout: 60_000 }, ({ bridgeIs }) => {
  const clock = virtualClock();
  const { line, results, bridge, target, perform } = house(clock, bridgeIs);
  bridge.deliver({ for: "bridge", type: "broker.ind", connected: true, at: clock.now() });
  clock.advance(2_000);

  const sent = new Map<string, number>();
  const wanted = new Map<string, boolean>();
  let living = true;
  const storm = (n: number): void => {
    if (!living) return;
    const address = ADDRESSES[n % ADDRESSES.length] ?? "";
    const value = Math.floor(n / ADDRESSES.length) % 2 === 0;
    wanted.set(address, value);
    sent.set(`${n}`, clock.now());
    const payload = JSON.stringify({ value, id: `${n}` });
    bridge.deliver({
      for: "bridge",
      type: "message.ind",
      topic: `knx/ga/${address}/set`,
      payload,
      size: payload.length,
      retain: false,
      at: clock.now(),
    });
    clock.after(EVERY_MS, () => storm(n + 1));
  };
  storm(0);
  const image = imageOf(3);
  const begun = clock.now();
  expect(perform(program(image))).toMatchObject({ loaded: [5, 4, 3, 2, 1] });
  const took = clock.now() - begun;
  living = false;
  clock.advance(20_000);

  expect(contents(target.state)).toEqual(expected(image));
  expect(sent.size).toBeGreaterThan(500);
  expect([...results.keys()].sort()).toEqual([...sent.keys()].sort());
  const lost = [...results].filter(([, { status }]) => status !== "ok");
  const early = lost.filter(([id, { at }]) => at - (sent.get(id) ?? 0) < TTL_MS - 1);
  process.stdout.write(
    `a download of ${took.toFixed(0)} ms with ${sent.size} commands: ` +
      `${[...results.values()].filter(({ stage }) => stage === "confirmed").length} sent, ` +
      `${lost.length} expired, line ${(100 * line.load(60_000)).toFixed(0)} % in the last minute\n`,
  );
  expect(early).toEqual([]);
  expect(lost.every(([, { stage }]) => stage === "expired")).toBe(true);
  // With 20 addresses each waits for at most 19 others, which takes less than its time to live.
  expect(lost).toEqual([]);
  expect(line.seen).toEqual(wanted);
});

const house = (clock: VirtualClock, bridgeIs: IndividualAddress) => {
  const line = createLine({ clock });
  const results = new Map<string, Readonly<{ status: string; stage: string; at: number }>>();
  const seen = new Map<string, boolean>();
  createDevice({
    line,
    name: "actuator",
    address: "1.1.9",
    objects: Object.fromEntries(
      ADDRESSES.map((address) => [
        address,
        { written: (data) => seen.set(address, ((data[0] ?? 0) & 1) === 1) },
      ]),
    ),
  });
  const onResult = (each: Impulse | Effect): void => {
    if (each.for !== "mqtt" || each.type !== "publish" || !each.topic.endsWith("/result")) return;
    const { id, status, stage } = JSON.parse(each.payload);
    if (results.has(id)) throw new Error(`two results for ${id}`);
    results.set(id, { status, stage, at: clock.now() });
  };
  const stack = (address: IndividualAddress, show: (each: Impulse | Effect) => void = () => {}) => {
    const config = testConfig({
      dl: { address },
      groupObjects: { objectsFrom: "both" },
      objects: Object.fromEntries(ADDRESSES.map((each) => [each, { dpt: "1.001" }])),
    });
    const made = stackOnChip(clock, createChip({ line, kind: "tpuart2" }), config, show);
    made.deliver({ for: "device", type: "start.ind", at: clock.now() });
    return made;
  };
  const bridge = stack(bridgeIs, onResult);
  const target = bridgeIs === DEVICE ? bridge : stack(DEVICE);
  let end: JsonValue | undefined;
  const client = stackOnChip(
    clock,
    createChip({ line, kind: "tpuart2" }),
    testConfig({ dl: { address: IndividualAddress(0x11fa) } }),
    (each) => {
      if (each.for === "control" && each.type === "result") end = each.value;
      if (each.for === "control" && each.type === "failure") end = each.error.message;
    },
  );
  return {
    line: { ...line, load: line.load, seen },
    results,
    bridge,
    target,
    perform: (procedure: ReturnType<typeof program>): JsonValue | undefined => {
      client.deliver({
        for: "client",
        type: "procedure.req",
        id: 1,
        procedure,
        at: clock.now(),
      });
      clock.runUntil(() => end !== undefined, 600_000);
      return end;
    },
  };
};
