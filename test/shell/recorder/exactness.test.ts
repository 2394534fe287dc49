import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Impulse } from "../../../src/core/impulse.ts";
import { stateHash } from "../../../src/record/format.ts";
import {
  again,
  EPOCH,
  fetched,
  impulsesOf,
  linesOf,
  type Recorder,
  recorderAt,
  type Stage,
  stageHouse,
} from "./rig.ts";

let stage: Stage;
let recorder: Recorder;

beforeEach(() => {
  recorder = recorderAt(() => stage.clock.now(), { flightOctets: 40_000 });
  stage = stageHouse(recorder.observer);
});
afterEach(() => stage.stop());

/** An impulse of the outside, now. */
const tell = (impulse: Readonly<{ for: "bridge" | "dl" | "device" } & Record<string, unknown>>) =>
  stage.deliver({ ...impulse, at: stage.clock.now() } as unknown as Impulse);

const message = (topic: string, payload: string, more: object = {}) =>
  tell({
    ...{ for: "bridge", type: "message.ind", topic: `knx/${topic}`, payload },
    ...{ size: payload.length, retain: false, ...more },
  });

const begin = (): void => {
  tell({ for: "bridge", type: "clock.ind", epoch: EPOCH });
  tell({
    ...{ for: "bridge", type: "zone.ind" },
    zone: { offsetMs: 3_600_000, summerTime: false, next: null },
  });
  tell({ for: "device", type: "start.ind" });
  const restored = { values: [], provided: [], damaged: false };
  tell({ for: "bridge", type: "start.ind", restored });
  tell({ for: "dl", type: "port-opened.ind" });
};

/** A while of a house: commands of people, a broker that comes and goes, a port too, and a bus with errors. */
const live = async (): Promise<void> => {
  begin();
  for (let round = 0; round < 6; round++) {
    tell({ for: "bridge", type: "broker.ind", connected: true, version: 5 });
    stage.clock.advance(3_000);
    tell({ for: "bridge", type: "look-back.con", granted: true });
    stage.clock.advance(5_000);
    message("ga/1/1/10/set", JSON.stringify({ value: round % 2 === 0, id: `a${round}` }), {
      responseTopic: "answers/here",
      correlation: [0, 255, round],
      expiryMs: 60_000,
    });
    message("ga/5/0/1/set", `${20 + round}.5`);
    message("ga/1/3/10/set", '{"value": 1e999}');
    message("ga/4/0/1/get", "");
    stage.deliver({
      ...{ for: "bridge", type: "message.ind", topic: "weather/rain", payload: "ON" },
      ...{ size: 2, retain: true, at: stage.clock.now() },
    } as Impulse);
    message("bridge/request/config/get", '{"tx":"7"}');
    message("bridge/request/telegrams/history", '{"limit":3}');
    tell({
      ...{ for: "bridge", type: "health.req", counters: { "rx.telegrams": 7 }, inFlight: 3 },
      process: { uptimeS: 17, rssMb: 61.5, cpuPercent: 3.1, loopLagMs: 0 },
      host: { load1: null, tempC: 48.25, throttled: false, undervoltage: null, diskFreeMb: 9 },
    });
    stage.clock.advance(20_000);
    tell({ for: "bridge", type: "broker.ind", connected: false });
    if (round === 3) {
      tell({ for: "dl", type: "port-closed.ind" });
      stage.clock.advance(4_000);
      tell({ for: "dl", type: "port-opened.ind" });
    }
    stage.clock.advance(15_000);
    // What was remembered becomes packs, as it would between two octets.
    await recorder.settled();
  }
};

describe("a recording of a house", () => {
  test("has every impulse in order, as it was; taken once more it has the same effects and ends in the same state", async () => {
    recorder = recorderAt(() => stage.clock.now());
    stage.stop();
    stage = stageHouse(recorder.observer);
    await live();
    const lines = await linesOf(await fetched(recorder));
    const impulses = impulsesOf(lines);
    expect(impulses).toStrictEqual(stage.impulses);
    expect(new Set(impulses.map(({ type }) => type))).toEqual(
      new Set([
        ...["octet.ind", "port-opened.ind", "port-closed.ind", "timeout", "start.ind"],
        ...["clock.ind", "zone.ind", "broker.ind", "look-back.con", "message.ind"],
        ...["health.req", "request.con"],
      ]),
    );
    const end = lines.at(-1);
    const { hash, differing } = again(lines);
    expect(differing).toEqual([]);
    expect(hash).toBe(stateHash(stage.look()));
    expect(end).toMatchObject({ line: "end", end: { why: "asked", hash } });
    expect(lines[0]).toMatchObject({ line: "head", head: { format: 1, epoch: EPOCH } });
  });

  test("can begin in the middle of it", async () => {
    await live();
    const lines = await linesOf(await fetched(recorder, { lastMs: 60_000, follow: false }));
    const impulses = impulsesOf(lines);
    expect(impulses).toStrictEqual(stage.impulses.slice(-impulses.length));
    expect(impulses.length).toBeLessThan(stage.impulses.length);
    const first = lines.find(({ line }) => line === "state");
    expect(first?.line === "state" && first.at).toBeLessThanOrEqual(stage.clock.now() - 60_000);
    const { hash, differing } = again(lines);
    expect(differing).toEqual([]);
    expect(hash).toBe(stateHash(stage.look()));
  });

  test("is of the last that fits when there is no room for all, and stays within it", async () => {
    recorder = recorderAt(() => stage.clock.now(), { flightOctets: 20_000 });
    stage.stop();
    stage = stageHouse(recorder.observer);
    await live();
    const { octets, impulses: count, since } = recorder.look();
    expect(octets).toBeLessThanOrEqual(20_000);
    const lines = await linesOf(await fetched(recorder));
    const impulses = impulsesOf(lines);
    expect(impulses).toHaveLength(count);
    expect(count).toBeGreaterThan(1_000);
    expect(impulses).toStrictEqual(stage.impulses.slice(-count));
    const state = lines.find(({ line }) => line === "state");
    expect(state?.line === "state" && EPOCH + state.at).toBe(since);
    expect(again(lines)).toEqual({ hash: stateHash(stage.look()), differing: [] });
  });

  test("goes on while somebody follows, without a hole or anything twice", async () => {
    begin();
    stage.clock.advance(30_000);
    const download = recorder.download({ follow: true });
    const parts = [await download.read(), await download.read()];
    for (let round = 0; round < 5; round++) {
      stage.clock.advance(20_000);
      await recorder.settled();
      parts.push(await download.read());
    }
    download.stop();
    while (!download.look().ended) parts.push(await download.read());
    const lines = await linesOf(Buffer.concat(parts));
    expect(impulsesOf(lines)).toStrictEqual(stage.impulses);
    expect(download.look().impulses).toBe(stage.impulses.length);
    expect(again(lines)).toEqual({ hash: stateHash(stage.look()), differing: [] });
  });

  test("from now on has nothing of what was before", async () => {
    begin();
    stage.clock.advance(30_000);
    const before = stage.impulses.length;
    const download = recorder.download({ lastMs: 0, follow: true });
    const parts = [await download.read(), await download.read()];
    stage.clock.advance(60_000);
    download.stop();
    while (!download.look().ended) parts.push(await download.read());
    const lines = await linesOf(Buffer.concat(parts));
    expect(impulsesOf(lines)).toStrictEqual(stage.impulses.slice(before));
    expect(again(lines)).toEqual({ hash: stateHash(stage.look()), differing: [] });
  });
});
