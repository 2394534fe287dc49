import { expect, test } from "vitest";
import type { LinkConfig } from "../../../../src/core/app/bridge/links/config.ts";
import { config, ga, object, ready } from "./rig.ts";

/*
 * Acceptance tests of `mqtt-interface.md` §22 that are about links and the time: the numbers are those there. The rest is listed
 * in firmware-notes/mqtt-acceptance.md.
 */

type Rig = ReturnType<typeof ready>;

const INWARD = { pointer: null, map: null, scale: null, staleMs: null };
const OUTWARD = { map: null, on: "write", retain: false } as const;
const link = (address: string, topic: string, more: Partial<LinkConfig>): LinkConfig => ({
  ga: ga(address),
  topic,
  inward: null,
  outward: null,
  guardMs: 2_000,
  ...more,
});

/** Somebody on MQTT who answers each message on a topic. */
const answering = (it: Rig, topic: string, answer: (payload: string) => void): (() => void) => {
  let seen = 0;
  return () => {
    const news = it.published.slice(seen).filter((one) => one.topic === topic);
    seen = it.published.length;
    for (const { payload } of news) answer(payload);
  };
};

test("16: a two-way link with a partner that echoes, on both sides", () => {
  const away = object("2/1/5", "1.001", { provide: true });
  const links = [link("2/1/5", "home/away", { inward: INWARD, outward: OUTWARD })];
  const it = ready(config([away], { links }));
  const told = (): number => it.topics(/^home\/away$/).length;
  const echo = answering(it, "home/away", (payload) => it.message("home/away", payload));
  const settle = (): void => {
    for (let n = 0; n < 60; n++) {
      it.advance(50);
      echo();
    }
  };
  for (let change = 1; change <= 20; change++) {
    const value = change % 2;
    // A change on MQTT is one telegram, although an actuator repeats it on the bus and the broker tells it back.
    it.message("home/away", value === 1 ? "true" : "false");
    it.advance(100);
    it.telegram("A_GroupValue_Write.ind", "2/1/5", `/${value}`);
    settle();
    expect(it.sent).toHaveLength(change);
    expect(told()).toBe(0);
  }
  for (let change = 1; change <= 20; change++) {
    // A change on the bus is one message, and no telegram at all.
    it.telegram("A_GroupValue_Write.ind", "2/1/5", `/${change % 2}`);
    settle();
    expect(told()).toBe(change);
    expect(it.sent).toHaveLength(20);
  }
});

test("17: a ping-pong between two links is stopped after ten, and said", () => {
  const loop = object("2/1/7", "1.001", { provide: true });
  const links = [
    link("2/1/7", "rules/in", { outward: OUTWARD }),
    link("2/1/7", "rules/out", { inward: INWARD }),
  ];
  const it = ready(config([loop], { links }));
  // A rule outside that wants the opposite of what it hears.
  const rule = answering(it, "rules/in", (payload) =>
    it.message("rules/out", payload === "true" ? "false" : "true"),
  );
  it.telegram("A_GroupValue_Write.ind", "2/1/7", "/1");
  for (let n = 0; n < 290; n++) {
    rule();
    it.advance(100);
  }
  expect(it.sent).toHaveLength(10);
  expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "loop_detected" }]);
  expect(it.state().features.loops.dropped).toBeGreaterThanOrEqual(1);
});

test("27: the clock is not synchronised: no time and no date on the bus; within 5 s of the synchronisation they are", () => {
  const objects = [
    object("0/0/1", "10.001", { writable: false }),
    object("0/0/2", "11.001", { writable: false }),
  ];
  const time = {
    timeGa: ga("0/0/1"),
    dateGa: ga("0/0/2"),
    dateTimeGa: null,
    requestGa: null,
    everyMs: 600_000,
    onlyIfSynced: true,
    timezone: null,
  };
  const it = ready(config(objects, { time }));
  const zone = { offsetMs: 3_600_000, summerTime: false, next: null };
  it.feed({ for: "bridge", type: "zone.ind", zone, at: it.now() });
  it.feed({ for: "bridge", type: "clock-sync.ind", synchronised: false, at: it.now() });
  for (let n = 0; n < 60; n++) {
    it.advance(60_000);
    it.read("0/0/1");
    it.read("0/0/2");
  }
  expect(it.sent).toEqual([]);
  const synchronisedAt = it.now();
  it.feed({ for: "bridge", type: "clock-sync.ind", synchronised: true, at: it.now() });
  it.advance(5_000);
  expect(it.sent.map(({ request }) => request.destination)).toEqual([ga("0/0/1"), ga("0/0/2")]);
  expect(it.sent.every(({ at }) => at - synchronisedAt < 5_000)).toBe(true);
});
