import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChildSpec, Close, Life } from "../../../src/shell/supervise/child.ts";
import { HELPER, MQTT, SERIAL } from "../../../src/shell/supervise/strategy.ts";
import {
  type ChildMove,
  openSupervisor,
  type Supervisor,
} from "../../../src/shell/supervise/supervisor.ts";
import { collectLog } from "../collect.ts";

/** A fixed Tuesday. */
const BEGIN = Date.UTC(2026, 10, 24, 12);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: BEGIN });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

const rig = () => {
  const { log, lines } = collectLog();
  const ends: unknown[] = [];
  const mended: string[] = [];
  const moves: string[] = [];
  const supervisor = openSupervisor({
    log,
    end: (code, name, error) => ends.push([code, name, String(error)]),
    mended: (name, error) => mended.push(`${name} ${error}`),
    moved: ({ name, state, event, next }: ChildMove) =>
      moves.push(`${name}: ${state} - ${event} - ${next}`),
  });
  const said = (level: number) =>
    lines.items
      .filter((line) => line.level === level)
      .map(({ problem, err, msg }) => problem ?? Object(err).message ?? msg);
  return { supervisor, lines, said, ends, mended, moves };
};

/** A child whose lives the test leads: they come up by themselves unless `fails` says why not. */
const puppet = (more: Partial<ChildSpec> = {}) => {
  const lives: Life[] = [];
  const closed: string[] = [];
  const at: number[] = [];
  const how: { fails?: string | undefined; close?: () => unknown } = {};
  const spec: ChildSpec = {
    name: "web",
    strategy: HELPER,
    async start(life) {
      lives.push(life);
      at.push(Date.now() - BEGIN);
      if (how.fails !== undefined) throw new Error(how.fails);
      life.up();
      const close: Close = (why) => {
        closed.push(why);
        return how.close?.();
      };
      return close;
    },
    ...more,
  };
  const last = (): Life => {
    const life = lives.at(-1);
    if (life === undefined) throw new Error("never started");
    return life;
  };
  return { spec, lives, closed, at, how, last };
};

const stateOf = ({ children }: Supervisor): readonly unknown[] =>
  children().map(({ name, state, restarts, problem }) => [name, state, restarts, problem]);

describe("a child", () => {
  test("is started at once, and ended in order when it is stopped", async () => {
    const { supervisor } = rig();
    const web = puppet();
    const child = supervisor.add(web.spec);
    await pass(0);
    expect(supervisor.children()).toEqual([
      { name: "web", state: "up", since: BEGIN, forMs: 0, restarts: 0, problem: null },
    ]);
    await pass(5_000);
    await child.stop();
    expect(web.closed).toEqual(["asked"]);
    expect(supervisor.children()).toMatchObject([{ state: "off", since: BEGIN + 5_000 }]);
  });

  test("that breaks is closed and started again after a pause; the report says why, and since when", async () => {
    const { supervisor, said, moves } = rig();
    const web = puppet();
    supervisor.add(web.spec);
    await pass(2_000);
    web.last().broke(new Error("EMFILE"));
    expect(supervisor.children()).toEqual([
      {
        ...{ name: "web", state: "waiting", since: BEGIN + 2_000, forMs: 0 },
        ...{ restarts: 0, problem: "EMFILE" },
      },
    ]);
    expect(web.closed).toEqual(["broke"]);
    await pass(999);
    expect(web.lives).toHaveLength(1);
    await pass(1);
    expect(supervisor.children()).toEqual([
      {
        ...{ name: "web", state: "up", since: BEGIN + 3_000, forMs: 0 },
        ...{ restarts: 1, problem: "EMFILE" },
      },
    ]);
    expect(said(40)).toEqual(["EMFILE"]);
    expect(moves).toEqual([
      "web: off - asked for - starting",
      "web: starting - works - up",
      "web: up - broke - waiting",
      "web: waiting - pause over - starting",
      "web: starting - works - up",
    ]);
  });

  test("whose start throws, at once or later, or that says nothing when it starts, is treated alike", async () => {
    for (const start of [
      () => {
        throw new Error("no");
      },
      async () => {
        throw new Error("no");
      },
    ] satisfies ChildSpec["start"][]) {
      const { supervisor } = rig();
      supervisor.add({ name: "gpio", strategy: HELPER, start });
      await pass(0);
      expect(stateOf(supervisor)).toEqual([["gpio", "waiting", 0, "no"]]);
      await supervisor.stop();
    }
    const { supervisor } = rig();
    supervisor.add({ name: "gpio", strategy: HELPER, start: (life) => life.up() });
    expect(stateOf(supervisor)).toEqual([["gpio", "up", 0, null]]);
  });

  test("how long it has not worked does not follow the clock", async () => {
    const { supervisor } = rig();
    const store = puppet();
    store.how.fails = "EROFS";
    supervisor.add(store.spec);
    await pass(2_000);
    vi.setSystemTime(BEGIN + 30 * 365 * 86_400_000);
    await pass(500);
    expect(supervisor.children()).toMatchObject([{ since: BEGIN, forMs: 2_500 }]);
  });

  test("tries in between do not change since when it does not work", async () => {
    const { supervisor, said } = rig();
    const mqtt = puppet({ name: "mqtt", strategy: { ...MQTT, jitter: 0 } });
    mqtt.how.fails = "ECONNREFUSED";
    supervisor.add(mqtt.spec);
    await pass(24 * 3_600_000);
    expect(mqtt.at.slice(0, 7)).toEqual([0, 1, 3, 7, 15, 30, 60].map((s) => s * 1_000));
    const [report] = supervisor.children();
    expect(report).toMatchObject({ state: "waiting", since: BEGIN, problem: "ECONNREFUSED" });
    expect(report?.restarts).toBe(mqtt.lives.length - 1);
    // Once, not with every try.
    expect(said(40)).toEqual(["ECONNREFUSED"]);
    mqtt.how.fails = "ENOTFOUND";
    await pass(30_000);
    expect(said(40)).toEqual(["ECONNREFUSED", "ENOTFOUND"]);
  });

  test("what it says when its life is over is not heard", async () => {
    const { supervisor } = rig();
    const web = puppet();
    supervisor.add(web.spec);
    await pass(0);
    const old = web.last();
    old.broke(new Error("first"));
    old.broke(new Error("second"));
    await pass(1_000);
    old.broke(new Error("late"));
    old.up();
    old.fatal(70, "late");
    expect(old.isOver()).toBe(true);
    expect(stateOf(supervisor)).toEqual([["web", "up", 1, "first"]]);
  });

  test("a start that is overtaken by its end is closed when it is done", async () => {
    const { supervisor } = rig();
    let opened: (close: Close) => void = () => undefined;
    const closed: string[] = [];
    const child = supervisor.add({
      name: "web",
      strategy: HELPER,
      start: () =>
        new Promise<Close>((resolve) => {
          opened = resolve;
        }),
    });
    const stopped = child.stop();
    await pass(0);
    opened((why) => closed.push(why));
    await stopped;
    expect(closed).toEqual(["asked"]);
  });

  test("the next life begins when the one before is closed, or after five seconds of waiting for that", async () => {
    const { supervisor, said } = rig();
    const web = puppet();
    let done: () => void = () => undefined;
    web.how.close = () =>
      new Promise<void>((resolve) => {
        done = resolve;
      });
    const child = supervisor.add(web.spec);
    await pass(0);
    child.again(true);
    await pass(4_000);
    expect(web.lives).toHaveLength(1);
    done();
    await pass(0);
    expect(web.lives).toHaveLength(2);
    child.again(true);
    await pass(4_999);
    expect(web.lives).toHaveLength(2);
    await pass(1);
    expect(web.lives).toHaveLength(3);
    expect(said(40)).toEqual([expect.stringContaining("does not end in order")]);
  });

  test("asked again several times while the old one closes: one new life", async () => {
    const { supervisor } = rig();
    const web = puppet();
    const child = supervisor.add(web.spec);
    await pass(0);
    for (let n = 0; n < 5; n++) child.again(true);
    await pass(10_000);
    expect([web.lives.length, web.closed]).toEqual([2, ["asked"]]);
  });

  test("one that does not close as it should is told of, and goes on", async () => {
    const { supervisor, said } = rig();
    const web = puppet();
    web.how.close = () => {
      throw new Error("stuck");
    };
    supervisor.add(web.spec);
    await pass(0);
    web.last().broke("x");
    await pass(1_000);
    expect(stateOf(supervisor)).toEqual([["web", "up", 1, "x"]]);
    expect(said(50)).toEqual(["stuck"]);
  });
});

describe("the back-off", () => {
  test("is the shortest again after a life that was good for long enough, and only then", async () => {
    const { supervisor } = rig();
    const mqtt = puppet({ name: "mqtt", strategy: { ...MQTT, jitter: 0 } });
    supervisor.add(mqtt.spec);
    await pass(0);
    for (const [lived, pause] of [
      [9_000, 1_000],
      [9_000, 2_000],
      [10_000, 1_000],
      [9_999, 2_000],
    ] as const) {
      await pass(lived);
      mqtt.last().broke();
      await pass(pause);
    }
    expect(mqtt.at.map((ms) => ms / 1_000)).toEqual([0, 10, 21, 32, 43.999]);
  });

  test("of the port begins anew with the first octet", async () => {
    const { supervisor } = rig();
    const port = puppet({ name: "serial", strategy: SERIAL });
    supervisor.add(port.spec);
    await pass(0);
    // Open and lost, open and lost: 1 s, 2 s, 5 s.
    port.last().broke();
    await pass(1_000);
    port.last().broke();
    await pass(2_000);
    port.last().broke();
    await pass(5_000);
    port.last().good();
    port.last().broke();
    await pass(1_000);
    expect(port.at).toEqual([0, 1_000, 3_000, 8_000, 9_000]);
  });

  test("somebody who asks is an end of every pause, of the long one too", async () => {
    const { supervisor, said } = rig();
    const web = puppet();
    web.how.fails = "EADDRINUSE";
    supervisor.add(web.spec);
    // 0, 1, 6, 36, 66 s: the fifth failure.
    await pass(100_000);
    expect(stateOf(supervisor)).toEqual([["web", "failed", 4, "EADDRINUSE"]]);
    expect(said(50)).toEqual(["EADDRINUSE"]);
    web.how.fails = undefined;
    supervisor.ask();
    await pass(0);
    expect(stateOf(supervisor)).toEqual([["web", "up", 5, "EADDRINUSE"]]);
    supervisor.ask();
    await pass(0);
    expect(web.lives).toHaveLength(6);
  });

  test("given up is not forgotten: every ten minutes once more", async () => {
    const { supervisor } = rig();
    const web = puppet();
    web.how.fails = "EADDRINUSE";
    supervisor.add(web.spec);
    await pass(66_000 + 30 * 60_000);
    expect(web.at.map((ms) => ms / 1_000)).toEqual([0, 1, 6, 36, 66, 666, 1_266, 1_866]);
  });

  test("whoever is stopped is not started by a pause, nor by being asked for with all others", async () => {
    const { supervisor } = rig();
    const web = puppet();
    web.how.fails = "no";
    const child = supervisor.add(web.spec);
    await pass(0);
    await child.stop();
    supervisor.ask();
    await pass(3_600_000);
    expect(web.lives).toHaveLength(1);
  });
});

describe("a throw", () => {
  test("in a callback ends that life alone, with a reference in the log", async () => {
    const { supervisor, lines, mended, ends } = rig();
    const [web, mqtt] = [puppet(), puppet({ name: "mqtt", strategy: MQTT })];
    supervisor.add(web.spec);
    supervisor.add(mqtt.spec);
    await pass(0);
    const callback = web.last().guarded((n: number) => {
      if (n > 1) throw new Error(`${n} is too many`);
      return n * 7;
    });
    expect(callback(1)).toBe(7);
    expect(callback(2)).toBeUndefined();
    expect(stateOf(supervisor)).toEqual([
      ["web", "waiting", 0, "2 is too many"],
      ["mqtt", "up", 0, null],
    ]);
    expect(mended).toEqual(["web Error: 2 is too many"]);
    expect(lines.items.filter(({ level }) => level === 50)).toEqual([
      expect.objectContaining({ child: "web", reference: expect.stringMatching(/^[0-9a-f]{8}$/) }),
    ]);
    expect(ends).toEqual([]);
  });

  test("while an effect is executed is told with what that was", async () => {
    const { supervisor, lines } = rig();
    const mqtt = puppet({ name: "mqtt", strategy: MQTT });
    supervisor.add(mqtt.spec);
    await pass(0);
    expect(supervisor.threw("mqtt", new Error("x"), { effect: { for: "mqtt" } })).toBe(true);
    expect(lines.items.at(-1)).toMatchObject({ level: 50, effect: { for: "mqtt" } });
    expect(mqtt.closed).toEqual(["broke"]);
    // What is left of it throws once more, and again: that is no news.
    for (let n = 0; n < 20; n++) expect(supervisor.threw("mqtt", new Error("y"))).toBe(true);
    expect(lines.items.filter(({ level }) => level === 50)).toHaveLength(1);
    expect(stateOf(supervisor)).toEqual([["mqtt", "waiting", 0, "x"]]);
    expect(supervisor.threw("gpio", new Error("nobody of that name"))).toBe(false);
  });

  test("once too often of the port: the process has to end; of others: given up", async () => {
    const { supervisor, ends } = rig();
    const port = puppet({ name: "serial", strategy: SERIAL });
    const web = puppet();
    supervisor.add(port.spec);
    supervisor.add(web.spec);
    await pass(0);
    expect(supervisor.threw("serial", new Error("first"))).toBe(true);
    await pass(1_000);
    port.last().guarded(() => {
      throw new Error("second");
    })();
    expect(ends).toEqual([[70, "serial", "Error: second"]]);
    for (let n = 0; n < 5; n++) {
      expect(supervisor.threw("web", new Error(`${n}`))).toBe(true);
      await pass(31_000);
    }
    expect(stateOf(supervisor)).toEqual([
      ["serial", "failed", 1, "second"],
      ["web", "failed", 4, "4"],
    ]);
    expect(ends).toHaveLength(1);
  });
});

describe("several", () => {
  test("one that needs another waits for it, and is tried at once whenever that comes up", async () => {
    const { supervisor } = rig();
    const mqtt = puppet({ name: "mqtt", strategy: { ...MQTT, jitter: 0 }, after: "broker" });
    const broker = puppet({ name: "broker" });
    broker.how.fails = "EADDRINUSE";
    supervisor.add(mqtt.spec);
    supervisor.add(broker.spec);
    await pass(500);
    expect(stateOf(supervisor)).toEqual([
      ["mqtt", "waiting", 0, "waits for broker"],
      ["broker", "waiting", 0, "EADDRINUSE"],
    ]);
    expect(mqtt.lives).toHaveLength(0);
    broker.how.fails = undefined;
    await pass(500);
    expect(stateOf(supervisor)).toEqual([
      ["mqtt", "up", 0, null],
      ["broker", "up", 1, "EADDRINUSE"],
    ]);
    mqtt.how.fails = "gone";
    for (let n = 0; n < 6; n++) {
      mqtt.last().broke("gone");
      await pass(40_000);
    }
    mqtt.how.fails = undefined;
    broker.last().broke("x");
    await pass(1_000);
    expect(supervisor.children()[0]).toMatchObject({ name: "mqtt", state: "up" });
  });

  test("are ended one after the other, the last one first, all but those that are left out", async () => {
    const { supervisor } = rig();
    const ended: string[] = [];
    for (const name of ["serial", "mqtt", "broker", "web"] as const)
      supervisor.add({
        name,
        strategy: HELPER,
        start(life) {
          life.up();
          return async () => {
            await Promise.resolve();
            ended.push(name);
          };
        },
      });
    await supervisor.stop(["serial"]);
    expect(ended).toEqual(["web", "broker", "mqtt"]);
    expect(supervisor.children()[0]?.state).toBe("up");
    await supervisor.stop();
    expect(ended).toEqual(["web", "broker", "mqtt", "serial"]);
  });

  test("what cannot be done without ends the process, whether it runs or pauses", async () => {
    const { supervisor, ends } = rig();
    const store = puppet({ name: "store" });
    const child = supervisor.add(store.spec);
    await pass(0);
    store.last().broke("snapshot");
    child.fatal(74, "record");
    expect(ends).toEqual([[74, "store", "record"]]);
    expect(stateOf(supervisor)).toEqual([["store", "failed", 0, "record"]]);
    await pass(3_600_000);
    expect(store.lives).toHaveLength(1);
  });
});
