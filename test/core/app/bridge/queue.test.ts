import { describe, expect, test } from "vitest";
import {
  EMPTY_QUEUE,
  type Entry,
  enqueue,
  expire,
  lastWrite,
  next,
  type Queue,
  remove,
  requeue,
} from "../../../../src/core/app/bridge/queue/queue.ts";
import { ga, value } from "./rig.ts";

let count = 0;
const entry = (address: string, more: Partial<Entry> = {}): Entry => ({
  ref: ++count,
  class: 2,
  ga: ga(address),
  service: "write",
  value: value("/1"),
  priority: "low",
  merges: true,
  since: 0,
  expires: null,
  lost: false,
  command: null,
  ...more,
});

const filled = (entries: readonly Entry[]): Queue =>
  entries.reduce<Queue>((queue, each) => enqueue(queue, each)?.[0] ?? queue, EMPTY_QUEUE);

/** The group addresses in the order in which they would leave. */
const order = (queue: Queue, at: number): readonly number[] => {
  const head = next(queue, at, () => true);
  return head ? [head.ref, ...order(remove(queue, head), at)] : [];
};

describe("§13.2 classes", () => {
  test("strict order, first in first out", () => {
    const low = entry("1/0/1", { class: 4, service: "read" });
    const [a, b] = [entry("1/0/2"), entry("1/0/3")];
    const answer = entry("1/0/4", { class: 1 });
    const alarm = entry("1/0/5", { class: 0 });
    const refs = [alarm, answer, a, b, low].map(({ ref }) => ref);
    expect(order(filled([low, a, b, answer, alarm]), 0)).toEqual(refs);
  });

  test("after 5 s an entry of class 3 to 5 moves up, at most to 2", () => {
    const background = entry("1/0/1", { class: 5, since: 0 });
    const read = entry("1/0/2", { class: 4, service: "read", since: 6_000 });
    const change = entry("1/0/3", { class: 3, since: 9_500 });
    const command = entry("1/0/4", { class: 2, since: 14_800 });
    const refs = (entries: readonly Entry[]) => entries.map(({ ref }) => ref);
    // In class 4 since 5.0 and 6.0 s.
    expect(order(filled([background, read, change]), 9_900)).toEqual(
      refs([change, background, read]),
    );
    // In class 3 since 10.0, 11.0 and 9.5 s.
    expect(order(filled([background, read, change]), 12_000)).toEqual(
      refs([change, background, read]),
    );
    // In class 2 since 15.0, 16.0, 14.5 and 14.8 s, and no further.
    expect(order(filled([background, read, change, command]), 60_000)).toEqual(
      refs([change, command, background, read]),
    );
  });

  test("class 2 refuses the newest, class 0 and 1 drop the oldest", () => {
    const many = (n: number, more: Partial<Entry>) =>
      Array.from({ length: n }, (_, index) => entry(`2/0/${index + 1}`, more));
    expect(enqueue(filled(many(100, {})), entry("1/0/1"))).toBeUndefined();
    const alarms = many(20, { class: 0 });
    const [, leaver] = enqueue(filled(alarms), entry("1/0/1", { class: 0 })) ?? [];
    expect(leaver).toEqual({ entry: alarms[0], why: "overflow" });
    const answers = many(50, { class: 1 });
    const [full] = enqueue(filled(answers), entry("1/0/1", { class: 1 })) ?? [EMPTY_QUEUE];
    expect(full.depth).toBe(50);
  });
});

describe("§13.4 merge", () => {
  test("the newer one takes the place of the older", () => {
    const [a, b] = [entry("1/0/1"), entry("1/0/2")];
    const newer = entry("1/0/1", { since: 700, value: value("/0") });
    const [queue, leaver] = enqueue(filled([a, b]), newer) ?? [EMPTY_QUEUE];
    expect(order(queue, 1_000)).toEqual([newer.ref, b.ref]);
    expect(leaver).toEqual({ entry: a, why: "merged", into: { ...newer, since: 0 } });
  });

  test("not over an unmerged one, nor across services and classes", () => {
    const a = entry("1/0/1");
    const all = entry("1/0/1", { merges: false });
    const last = entry("1/0/1");
    const answer = entry("1/0/1", { service: "response" });
    const queue = filled([a, all, last, answer]);
    expect(order(queue, 0)).toEqual([a.ref, all.ref, last.ref, answer.ref]);
    expect(lastWrite(queue, ga("1/0/1"))).toBe(answer);
  });

  test("at most 8 unmerged ones of one group address", () => {
    const eight = filled(Array.from({ length: 8 }, () => entry("1/0/1", { merges: false })));
    expect(enqueue(eight, entry("1/0/1", { merges: false }))).toBeUndefined();
    expect(enqueue(eight, entry("1/0/2", { merges: false }))).toBeDefined();
  });

  test("one that comes back yields its place to a newer one", () => {
    const back = entry("1/0/1");
    const [other, newer] = [entry("1/0/2", { since: 5 }), entry("1/0/1", { since: 9 })];
    const [queue, leaver] = requeue(filled([other, newer]), back);
    expect(order(queue, 10)).toEqual([newer.ref, other.ref]);
    expect(leaver).toMatchObject({ entry: back, why: "merged", into: { ref: newer.ref } });
    const [kept, nobody] = requeue(filled([other]), back);
    expect(order(kept, 10)).toEqual([back.ref, other.ref]);
    expect(nobody).toBeNull();
  });
});

test("time to live: out at its very end, not before", () => {
  const [short, long] = [entry("1/0/1", { expires: 100 }), entry("1/0/2", { expires: 300 })];
  const queue = filled([long, short]);
  expect(queue.expires).toBe(100);
  expect(expire(queue, 99)[1]).toEqual([]);
  const [rest, leavers] = expire(queue, 100);
  expect(leavers).toEqual([{ entry: short, why: "expired" }]);
  expect(rest).toMatchObject({ depth: 1, expires: 300 });
});
