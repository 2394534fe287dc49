import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { testStack } from "../../../../src/testing.ts";
import { server } from "./rig.ts";

/** Objects 1 to 5 on 1/2/1 … 1/2/5, low, C R W T, one octet. */
const five = (ms: number, telegrams: number) => {
  const it = server();
  it.load({
    addresses: "0005 0A01 0A02 0A03 0A04 0A05",
    associations: "0005 0001 0001 0002 0002 0003 0003 0004 0004 0005 0005",
    objects: "0005 5F07 5F07 5F07 5F07 5F07",
  });
  it.limit(ms, telegrams);
  it.rest();
  return it;
};

/** All of the queue, as fast as it may, each confirmed at once. */
const drain = (it: ReturnType<typeof five>): readonly string[] => {
  const all: string[] = [];
  for (let more = it.telegrams(); more.length > 0; more = it.telegrams()) {
    all.push(...more);
    it.confirm();
  }
  return all;
};

describe("PID_GROUP_TELEGR_RATE_LIMIT: so many telegrams within any such time", () => {
  test("two in 700 ms: the third when the first has left the window, the fourth with the second", () => {
    const it = five(700, 2);
    it.write(1, "11");
    expect(drain(it)).toEqual(["0a01 low 00 80 11"]);
    it.advance(300);
    it.write(2, "12");
    for (const asap of [3, 4, 5]) it.write(asap, `1${asap}`);
    expect(drain(it)).toEqual(["0a02 low 00 80 12"]);
    it.advance(399);
    expect(it.telegrams()).toEqual([]);
    it.advance(1);
    expect(drain(it)).toEqual(["0a03 low 00 80 13"]);
    it.advance(299);
    expect(it.telegrams()).toEqual([]);
    it.advance(1);
    expect(drain(it)).toEqual(["0a04 low 00 80 14"]);
    it.advance(400);
    expect(drain(it)).toEqual(["0a05 low 00 80 15"]);
    expect([1, 2, 3, 4, 5].map(it.object)).toEqual([1, 2, 3, 4, 5].map((n) => `idle 1${n}`));
  });

  test("what waits is sent with its newest value, and answers and questions count as well", () => {
    const it = five(700, 1);
    it.write(1, "11");
    expect(drain(it)).toEqual(["0a01 low 00 80 11"]);
    it.read(2);
    it.receive("1/2/1", "00 00");
    for (const value of ["21", "22"]) it.write(3, value);
    expect(drain(it)).toEqual([]);
    for (const telegram of ["0a02 low 00 00", "0a01 low 00 40 11", "0a03 low 00 80 22"]) {
      it.advance(700);
      expect(drain(it)).toEqual([telegram]);
    }
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no time base",  ms: 0,   telegrams: 2 },
    { is: "no number",     ms: 700, telegrams: 0 },
    { is: "neither",       ms: 0,   telegrams: 0 },
  ])("$is: no limit", ({ ms, telegrams }) => {
    const it = five(ms, telegrams);
    for (const asap of [1, 2, 3, 4, 5]) it.write(asap, "07");
    expect(drain(it)).toHaveLength(5);
  });

  test("a limit that is lifted lets go what waits; other tables do not lift it", () => {
    const it = five(60_000, 1);
    it.write(1, "11");
    it.confirm();
    it.load({ addresses: "0001 0A03", associations: "0001 0001 0001", objects: "0001 5F07" });
    it.rest();
    it.write(1, "12");
    expect(it.telegrams()).toEqual([]);
    it.limit(0, 0);
    expect(it.telegrams()).toEqual(["0a03 low 00 80 12"]);
  });

  prop.prop([
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 400 })), { maxLength: 60 }),
  ])("in no window are there more, and all that waits goes in the end", (ms, telegrams, steps) => {
    const it = five(ms, telegrams);
    const times: number[] = [];
    let now = 0;
    const look = () => {
      for (let sent = it.telegrams(); sent.length > 0; sent = it.telegrams()) {
        for (const _ of sent) times.push(now);
        it.confirm();
      }
    };
    const pass = (time: number) => {
      for (let left = time; left > 0; left--) {
        it.advance(1);
        now += 1;
        look();
      }
    };
    for (const [asap, pause] of steps) {
      it.write(asap, "2D");
      look();
      pass(pause);
    }
    pass(5 * ms);
    expect(it.state().waiting).toEqual([]);
    for (const time of times)
      expect(
        times.filter((other) => other >= time && other < time + ms).length,
      ).toBeLessThanOrEqual(telegrams);
  });
});

test("the device starts with the limit it was given: 100 telegrams in 17 s", () => {
  const settings = {
    routingCount: 0x60,
    maxRetryCount: 0x33,
    rateTimeBase: 0x4268,
    rateTelegrams: 0x0064,
    downloads: 0,
    peiTypes: [0, 0],
  } as const;
  const stack = testStack({ device: { settings } });
  expect(stack.state.objects.rate.limit).toEqual({ ms: 17_000, telegrams: 100 });
});
