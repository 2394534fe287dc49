import { describe, expect, test } from "vitest";
import { formatGroupAddress, GroupAddress } from "../../../../src/core/address.ts";
import { jitter } from "../../../../src/core/app/bridge/jitter.ts";
import { config, EPOCH, ga, object, ready, type rig } from "./rig.ts";

const ROOM = object("4/0/1", "9.001");
const text = (address: number): string => formatGroupAddress(GroupAddress(address));
const many = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    object(text(0x0801 + index), "1.001", { readOnInit: true }),
  );
/** What is read, in its order, and when. */
const readsOf = (it: ReturnType<typeof rig>) =>
  it.sent
    .filter(({ request }) => request.type === "A_GroupValue_Read.req")
    .map(({ at, request }) => ({ at, ga: Number(request.destination) }));
const qualities = (it: ReturnType<typeof rig>, address: string) =>
  it
    .documents(/ga.*state$/)
    .filter(({ ga: of }) => of === address)
    .map(({ quality }) => quality);

describe("§14, acceptance 12: initial read of 300 objects", () => {
  test("never more than two without an answer, five a second; all are asked, once", () => {
    const it = ready(config(many(300)));
    let most = 0;
    for (let n = 0; n < 800; n++) {
      it.advance(100);
      most = Math.max(most, it.state().reads.outstanding.length);
    }
    for (let n = 0; n < 2_500; n++) it.advance(100);
    const reads = readsOf(it);
    expect(reads).toHaveLength(300);
    expect(new Set(reads.map((read) => read.ga)).size).toBe(300);
    // Nobody answers: two each two seconds.
    expect(most).toBe(2);
    for (const { at: from } of reads)
      expect(reads.filter(({ at }) => at >= from && at < from + 1_000).length).toBeLessThan(6);
  });

  test("answered at once they take a minute, after five seconds of listening", () => {
    const objects = many(300);
    const it = ready(config(objects));
    for (let n = 0, answered = 0; n < 7_000; n++) {
      it.advance(10);
      // An answer is on the bus 40 ms after its question began.
      for (
        let next = it.sent[answered];
        next && next.at + 40 <= it.now();
        next = it.sent[answered]
      ) {
        it.telegram("A_GroupValue_Response.ind", text(next.request.destination), "/1");
        answered += 1;
      }
    }
    const reads = readsOf(it);
    expect(reads).toHaveLength(300);
    expect(reads[0]?.at).toBeGreaterThanOrEqual(5_000);
    expect(reads.at(-1)?.at).toBeLessThan(5_000 + 61_000);
    expect(it.state().features.reading).toMatchObject({ line: [], head: 0, asked: [] });
  });

  test("one that is heard meanwhile is not read, even when its turn is next", () => {
    const objects = many(20);
    const it = ready(config(objects));
    it.advance(4_000);
    it.telegram("A_GroupValue_Write.ind", text(0x0801), "/1");
    it.advance(1_500);
    for (const { ga: address } of objects)
      if (readsOf(it).every((read) => read.ga !== address))
        it.telegram("A_GroupValue_Write.ind", text(address), "/1");
    it.advance(100_000);
    const read = readsOf(it).map((each) => each.ga);
    expect(read.length).toBeLessThan(5);
    expect(read).not.toContain(0x0801);
  });

  test("what is known for the longest time comes first", () => {
    const it = ready(config(many(3)));
    it.telegram("A_GroupValue_Write.ind", text(0x0803), "/1");
    it.advance(10);
    it.telegram("A_GroupValue_Write.ind", text(0x0801), "/1");
    it.offline();
    it.advance(10_000);
    it.online();
    it.advance(20_000);
    expect(readsOf(it).map((each) => each.ga)).toEqual([0x0802, 0x0803, 0x0801]);
  });

  // biome-ignore format: read by column
  test.each([
    { awayMs: 4_900, reads: 0 },
    { awayMs: 5_100, reads: 1 },
  ])("after an outage of $awayMs ms: $reads", ({ awayMs, reads }) => {
    const it = ready(config(many(1)));
    it.advance(20_000);
    const before = readsOf(it).length;
    expect(before).toBe(1);
    it.offline();
    it.advance(awayMs);
    it.online();
    it.advance(4_999);
    expect(readsOf(it)).toHaveLength(before);
    it.advance(20_000);
    expect(readsOf(it)).toHaveLength(before + reads);
  });

  test("a bus that goes again while we listen has been away all the time", () => {
    const it = ready(config(many(1)));
    it.advance(20_000);
    it.offline();
    it.advance(10_000);
    it.online();
    it.advance(2_000);
    it.offline();
    it.advance(1_000);
    it.online();
    it.advance(20_000);
    expect(readsOf(it).map(({ at }) => at)).toEqual([5_000, 38_000]);
  });

  test("somebody who asks does not wait for it", () => {
    const it = ready(config(many(40)));
    it.advance(5_100);
    const [waiting] = it.state().queue.lines[5] ?? [];
    it.message(`knx/ga/${text(waiting?.ga ?? 0)}/get`, '{"id":"a"}');
    expect(it.state().queue.lines[4]).toMatchObject([{ ga: waiting?.ga }]);
    it.advance(10_000);
    expect(readsOf(it).filter((read) => read.ga === waiting?.ga)).toHaveLength(1);
  });
});

describe("§14 expiry", () => {
  test("stale is published once, when the time is up, and the next telegram makes it good", () => {
    const it = ready(config([{ ...ROOM, expireAfterMs: 7_200_000 }]));
    it.advance(1_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(3_600_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(7_199_000);
    expect(qualities(it, "4/0/1")).toEqual(["good", "good"]);
    it.advance(1_001);
    expect(it.documents(/ga.*state$/).at(-1)).toMatchObject({
      quality: "stale",
      value: 21.42,
      origin: "bus",
      ts: "2026-01-31T11:11:13.000Z",
    });
    it.advance(30_000_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(qualities(it, "4/0/1")).toEqual(["good", "good", "stale", "good"]);
    expect(it.sent).toEqual([]);
  });

  test("with publish: changes an equal value is published after stale, for its quality differs", () => {
    const it = ready(config([{ ...ROOM, expireAfterMs: 60_000, publish: "changes" }]));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(61_000);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    expect(qualities(it, "4/0/1")).toEqual(["good", "stale", "good"]);
  });

  test("refresh: a read first; answered it is good, unanswered stale", () => {
    const it = ready(config([{ ...ROOM, expireAfterMs: 100_000, refresh: true }]));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(111_000);
    const [first, ...others] = readsOf(it);
    expect(others).toEqual([]);
    expect(first?.at).toBeGreaterThanOrEqual(90_000);
    expect(first?.at).toBeLessThanOrEqual(110_000);
    expect(qualities(it, "4/0/1")).toEqual(["good", "stale"]);
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 30");
    const before = it.sent.length;
    while (it.sent.length === before) it.advance(100);
    it.advance(500);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 31");
    it.advance(50_000);
    expect(qualities(it, "4/0/1")).toEqual(["good", "stale", "good", "good"]);
  });

  test("refreshes of many that were heard at once do not come at once", () => {
    const objects = many(100).map(({ readOnInit, ...each }) => ({
      ...each,
      expireAfterMs: 1_000_000,
      refresh: true,
    }));
    const it = ready(config(objects));
    for (const { ga: address } of objects)
      it.telegram("A_GroupValue_Write.ind", text(address), "/1");
    it.advance(1_150_000);
    const times = readsOf(it).map(({ at }) => at);
    expect(times).toHaveLength(100);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(150_000);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(900_000);
  });

  test("what the bridge provides does not get old", () => {
    const it = ready(config([{ ...ROOM, provide: true, expireAfterMs: 60_000 }]));
    it.message("knx/ga/4/0/1/set", "21");
    it.advance(200_000);
    expect(qualities(it, "4/0/1")).toEqual(["good"]);
  });
});

describe("§14 polling", () => {
  test("each time ±10 %, the first within one, and not what was just heard", () => {
    const it = ready(config([{ ...ROOM, pollMs: 300_000 }]));
    it.advance(3_000_000);
    const times = readsOf(it).map(({ at }) => at);
    expect(times[0]).toBeLessThan(330_000);
    for (const [index, at] of times.slice(1).entries()) {
      const gap = at - (times[index] ?? 0);
      expect(gap).toBeGreaterThan(269_000);
      expect(gap).toBeLessThan(331_000);
    }
    for (let n = 0; n < 20; n++) {
      it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
      it.advance(200_000);
    }
    expect(readsOf(it)).toHaveLength(times.length);
  });
});

describe("§16.2 the bus is away", () => {
  const staleMs = { ...config([]).bus, staleMs: 300_000 };

  test("for longer than stale_after_outage: all values become stale once, paced", () => {
    const objects = many(250).map(({ readOnInit, ...each }) => each);
    const it = ready(config(objects, { bus: staleMs }));
    for (const { ga: address } of objects)
      it.telegram("A_GroupValue_Write.ind", text(address), "/1");
    it.published.length = 0;
    it.offline();
    it.advance(299_999);
    expect(it.topics(/ga.*state$/)).toEqual([]);
    it.advance(1);
    expect(it.topics(/ga.*state$/)).toHaveLength(100);
    it.advance(10_000);
    expect(it.topics(/ga.*state$/)).toHaveLength(250);
    expect(new Set(it.documents(/ga.*state$/).map(({ quality }) => quality))).toEqual(
      new Set(["stale"]),
    );
    it.advance(3_000_000);
    it.online();
    it.advance(60_000);
    it.telegram("A_GroupValue_Write.ind", text(0x0801), "/1");
    expect(it.topics(/ga.*state$/)).toHaveLength(251);
    expect(qualities(it, text(0x0801))).toEqual(["stale", "good"]);
  });

  test("for less than that: nothing", () => {
    const it = ready(config([ROOM], { bus: staleMs }));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.offline();
    it.advance(299_000);
    it.online();
    it.advance(600_000);
    expect(qualities(it, "4/0/1")).toEqual(["good"]);
  });

  test("with the broker away too it is stale when that is back", () => {
    const it = ready(config([ROOM], { bus: staleMs }));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.broker(false);
    it.offline();
    it.advance(400_000);
    it.broker(true);
    expect(qualities(it, "4/0/1")).toEqual(["good", "stale"]);
  });
});

test("§5.1 publish_heartbeat", () => {
  const it = ready(config([{ ...ROOM, publish: "changes", heartbeatMs: 600_000 }]));
  for (let n = 0; n < 21; n++) {
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(60_000);
  }
  expect(it.documents(/ga.*state$/).map(({ ts }) => ts)).toEqual([
    "2026-01-31T10:11:12.000Z",
    "2026-01-31T10:21:12.000Z",
    "2026-01-31T10:31:12.000Z",
  ]);
});

test("§5.6 get from what is held says how good it is", () => {
  const it = ready(config([{ ...ROOM, expireAfterMs: 60_000 }]));
  it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
  it.advance(61_000);
  it.message("knx/ga/4/0/1/get", '{"id":"a","from":"cache"}');
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", quality: "stale", value: 21.42 }]);
});

test("jitter is the same for the same, spread over −1 to 1, and not the same for neighbours", () => {
  const values = Array.from({ length: 2_000 }, (_, key) => jitter(key, EPOCH / 1_000));
  expect(values).toEqual(values.map((_, key) => jitter(key, EPOCH / 1_000)));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...values)).toBeLessThanOrEqual(1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(new Set(values.map((value) => Math.floor(value * 10))).size).toBeGreaterThan(19);
  expect(jitter(ga("1/2/3"), 7)).not.toBe(jitter(ga("1/2/3"), 8));
});
