import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../src/core/address.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { type Timer, timerKey } from "../../src/core/timer.ts";

/** What the promise needs from whoever keeps it: real timers and the virtual clock alike. */
export type TimerSubject = Readonly<{
  start(timer: Timer, ms: number): void;
  stop(timer: Timer): void;
  /** Lets time pass until at least `ms` are over and everything due by then was delivered. */
  pass(ms: number): Promise<void> | void;
  now(): number;
}>;

const FRAME: Timer = { for: "dl", name: "frame" };
const LINK: Timer = { for: "dl", name: "link" };
const DUE: Timer = { for: "bridge", name: "due" };
/** Two of one partner, one of another. */
const CONNECTION: Timer = { for: "tlsm", name: "connection", peer: IndividualAddress(0x1106) };
const ACKNOWLEDGE: Timer = { for: "tlsm", name: "acknowledge", peer: IndividualAddress(0x1106) };
const OTHER: Timer = { for: "tlsm", name: "connection", peer: IndividualAddress(0x1107) };
const STEP: Timer = { for: "client", name: "step", id: 7 };
const NEXT_STEP: Timer = { for: "client", name: "step", id: 9 };

/** The promise that shell and simulation keep to the core. `open` gets the receiver of the timeouts. */
export const timerPromise = (
  of: string,
  open: (deliver: (impulse: Impulse) => void) => TimerSubject,
): void => {
  const subject = () => {
    const arrived: Impulse[] = [];
    return { arrived, ...open((impulse) => arrived.push(impulse)) };
  };
  const names = (arrived: readonly Impulse[]): readonly string[] =>
    arrived.map((impulse) => (impulse.type === "timeout" ? timerKey(impulse.timer) : impulse.type));

  describe(`the promise of timers, kept by ${of}`, () => {
    test("a timeout comes back once, to the reducer of its timer, not before its time", async () => {
      const { arrived, start, pass, now } = subject();
      const begin = now();
      start(DUE, 7);
      await pass(30);
      expect(arrived).toEqual([
        { for: "bridge", type: "timeout", timer: DUE, at: expect.any(Number) },
      ]);
      const [timeout] = arrived;
      expect(timeout?.type === "timeout" && timeout.at - begin).toBeGreaterThanOrEqual(7);
    });

    test("fractions of a millisecond are not cut off", async () => {
      const { arrived, start, pass, now } = subject();
      const begin = now();
      start(FRAME, 2.6);
      await pass(20);
      const [timeout] = arrived;
      expect(timeout?.type === "timeout" && timeout.at - begin).toBeGreaterThanOrEqual(2.6);
    });

    test("start of a running timer restarts it", async () => {
      const { arrived, start, pass, now } = subject();
      start(FRAME, 25);
      await pass(10);
      const again = now();
      start(FRAME, 25);
      await pass(60);
      expect(names(arrived)).toEqual(["dl.frame"]);
      const [timeout] = arrived;
      expect(timeout?.type === "timeout" && timeout.at - again).toBeGreaterThanOrEqual(25);
    });

    test("restarted with another duration, the later one holds", async () => {
      const { arrived, start, pass, now } = subject();
      const begin = now();
      start(FRAME, 5);
      start(FRAME, 25);
      await pass(60);
      expect(names(arrived)).toEqual(["dl.frame"]);
      const [timeout] = arrived;
      expect(timeout?.type === "timeout" && timeout.at - begin).toBeGreaterThanOrEqual(25);
    });

    test("after stop no timeout of it arrives, and others are not touched", async () => {
      const { arrived, start, stop, pass } = subject();
      start(FRAME, 5);
      start(LINK, 6);
      stop(FRAME);
      stop(DUE);
      await pass(30);
      expect(names(arrived)).toEqual(["dl.link"]);
    });

    test("stopped and started again, it counts from the start", async () => {
      const { arrived, start, stop, pass, now } = subject();
      start(FRAME, 15);
      await pass(8);
      stop(FRAME);
      const again = now();
      start(FRAME, 15);
      await pass(50);
      expect(names(arrived)).toEqual(["dl.frame"]);
      const [timeout] = arrived;
      expect(timeout?.type === "timeout" && timeout.at - again).toBeGreaterThanOrEqual(15);
    });

    test("a timer can be started again by its own timeout", async () => {
      let rounds = 0;
      const { start, pass } = open(() => {
        rounds += 1;
        if (rounds < 3) start(FRAME, 3);
      });
      start(FRAME, 3);
      await pass(60);
      expect(rounds).toBe(3);
    });

    test("timers of one name are told apart by their partner, and by their request", async () => {
      const { arrived, start, stop, pass } = subject();
      start(CONNECTION, 9);
      start(ACKNOWLEDGE, 3);
      start(OTHER, 6);
      start(STEP, 12);
      start(NEXT_STEP, 5);
      stop(OTHER);
      stop(NEXT_STEP);
      await pass(40);
      expect(arrived).toEqual([
        { for: "tlsm", type: "timeout", timer: ACKNOWLEDGE, at: expect.any(Number) },
        { for: "tlsm", type: "timeout", timer: CONNECTION, at: expect.any(Number) },
        { for: "client", type: "timeout", timer: STEP, at: expect.any(Number) },
      ]);
    });

    test("restarted, those of partners and requests count from the later start as well", async () => {
      const { arrived, start, stop, pass, now } = subject();
      start(CONNECTION, 20);
      start(STEP, 5);
      await pass(8);
      stop(CONNECTION);
      const again = now();
      start(CONNECTION, 20);
      start(STEP, 20);
      await pass(60);
      expect(names(arrived)).toEqual([timerKey(STEP), timerKey(CONNECTION), timerKey(STEP)]);
      for (const timeout of arrived.slice(1))
        expect(timeout.type === "timeout" && timeout.at - again).toBeGreaterThanOrEqual(20);
    });

    test("zero is a timeout like any other, never a call from within start", async () => {
      const { arrived, start, pass } = subject();
      start(DUE, 0);
      expect(arrived).toEqual([]);
      await pass(20);
      expect(names(arrived)).toEqual(["bridge.due"]);
    });
  });
};
