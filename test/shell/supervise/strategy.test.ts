import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  BROKER,
  CLEAN,
  forgiven,
  HELPER,
  judge,
  MQTT,
  type Past,
  SERIAL,
  STORE,
  type Strategy,
} from "../../../src/shell/supervise/strategy.ts";

/** Fails at these times, each with the middle of what is random. @returns what was decided each time */
const fail = (
  strategy: Strategy,
  times: readonly number[],
  { threw = false, past = CLEAN }: { threw?: boolean; past?: Past } = {},
): readonly string[] => {
  let now = past;
  return times.map((at) => {
    const [after, verdict] = judge(strategy, now, { threw, at, random: 0.5 });
    now = after;
    return "pauseMs" in verdict ? `${verdict.is} ${verdict.pauseMs}` : verdict.is;
  });
};

describe("the pauses grow, and stay at the last", () => {
  // Of the port: as ever. Of MQTT: `mqtt-interface.md` §3.
  test.each([
    ["serial", SERIAL, [1, 2, 5, 10, 30, 30, 30]],
    ["mqtt", MQTT, [1, 2, 4, 8, 15, 30, 30]],
    ["broker", BROKER, [1, 2, 5, 10, 30, 60, 60]],
    ["store", STORE, [10, 30, 60, 600, 600]],
  ] as const)("%s, for ever", (_name, strategy, seconds) => {
    const times = seconds.map((_, index) => index);
    expect(fail(strategy, times)).toEqual(seconds.map((pause) => `broke ${pause * 1_000}`));
  });

  test("a good life begins again with the first", () => {
    const [after] = judge(SERIAL, CLEAN, { threw: false, at: 0, random: 0 });
    expect(fail(SERIAL, [1], { past: forgiven(after) })).toEqual(["broke 1000"]);
  });

  prop.prop([fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])(
    "MQTT interface §3: ±20 %, so that many bridges do not come as one",
    (random) => {
      const [, verdict] = judge(MQTT, CLEAN, { threw: false, at: 0, random });
      expect(verdict).toEqual({ is: "broke", pauseMs: expect.any(Number) });
      const { pauseMs } = { pauseMs: 0, ...verdict };
      expect(pauseMs).toBeGreaterThanOrEqual(800);
      expect(pauseMs).toBeLessThanOrEqual(1_200);
    },
  );
});

describe("limits", () => {
  const MINUTE = 60_000;

  test("a helper that fails for the fifth time in ten minutes is given up, and tried every ten minutes", () => {
    const times = [0, 1_000, 6_000, 36_000, 66_000, 11 * MINUTE, 21 * MINUTE];
    expect(fail(HELPER, times)).toEqual([
      ...["broke 1000", "broke 5000", "broke 30000", "broke 30000"],
      ...["broke too often 600000", "broke too often 600000", "broke too often 600000"],
    ]);
  });

  test("failures far apart are none of them too many", () => {
    const times = Array.from({ length: 100 }, (_, index) => index * 3 * MINUTE);
    expect(fail(HELPER, times).filter((one) => one.includes("too often"))).toEqual([]);
  });

  test("given up and good again, the next failure is one like any other", () => {
    const [given] = judge(
      HELPER,
      { failures: 4, failedAt: [1, 2, 3, 4], threwAt: [], givenUp: false },
      { threw: false, at: 5, random: 0 },
    );
    expect(given.givenUp).toBe(true);
    expect(fail(HELPER, [20 * MINUTE], { past: forgiven(given) })).toEqual(["broke 1000"]);
  });

  test("the second throw of the port in ten minutes ends the process; one an hour does not", () => {
    expect(fail(SERIAL, [0, 9 * MINUTE], { threw: true })).toEqual([
      "broke 1000",
      "broke for good",
    ]);
    const hourly = [0, 60 * MINUTE, 120 * MINUTE];
    expect(fail(SERIAL, hourly, { threw: true }).every((one) => one.startsWith("broke "))).toBe(
      true,
    );
    expect(fail(SERIAL, hourly, { threw: true })).not.toContain("broke for good");
  });

  test.each([
    ["mqtt", MQTT],
    ["broker", BROKER],
    ["store", STORE],
    ["helper", HELPER],
  ] as const)(
    "%s throws five times in ten minutes: given up, the process goes on",
    (_, strategy) => {
      const verdicts = fail(strategy, [0, 1, 2, 3, 4], { threw: true });
      expect(verdicts.slice(0, 4).every((one) => /^broke \d/.test(one))).toBe(true);
      expect(verdicts[4]).toBe("broke too often 600000");
    },
  );

  test("a broker that is away for a week is not given up by whoever wants to connect", () => {
    const times = Array.from({ length: 20_160 }, (_, index) => index * 30_000);
    expect(fail(MQTT, times).every((one) => /^broke \d/.test(one))).toBe(true);
  });
});

prop.prop([
  fc.array(fc.record({ wait: fc.nat(700_000), threw: fc.boolean(), good: fc.boolean() }), {
    maxLength: 60,
  }),
  fc.constantFrom(SERIAL, MQTT, BROKER, STORE, HELPER),
])(
  "whatever happens, what is remembered is bounded, and a pause is one of the strategy",
  (story, strategy) => {
    let past: Past = CLEAN;
    let at = 0;
    for (const { wait, threw, good } of story) {
      at += wait;
      if (good) past = forgiven(past);
      const [after, verdict] = judge(strategy, past, { threw, at, random: 0.5 });
      past = after;
      if (verdict.is === "broke") expect(strategy.pausesMs).toContain(verdict.pauseMs);
      if (verdict.is === "broke too often") expect(verdict.pauseMs).toBe(600_000);
      const times = [...past.failedAt, ...past.threwAt];
      expect(times.every((time) => time > at - 600_000)).toBe(true);
    }
  },
);
