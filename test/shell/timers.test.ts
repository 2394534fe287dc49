import { afterEach, expect, test } from "vitest";
import { IndividualAddress } from "../../src/core/address.ts";
import { createTimers, type Timers } from "../../src/shell/timers.ts";
import { timerPromise } from "./timer-promise.ts";

const open: Timers[] = [];
afterEach(() => {
  for (const timers of open.splice(0)) timers.close();
});

timerPromise("the shell", (deliver) => {
  const timers = createTimers(deliver);
  open.push(timers);
  return {
    ...timers,
    now: () => performance.now(),
    // A timer of the test's own, started later and longer, is due after those under test.
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
});

test("timers of partners and requests are forgotten once they are stopped or have run", async () => {
  const timers = createTimers(() => undefined);
  open.push(timers);
  for (let n = 1; n <= 200; n++) {
    timers.start({ for: "tlsm", name: "connection", peer: IndividualAddress(0x1100 + n) }, 5);
    timers.start({ for: "client", name: "step", id: n }, 5_000);
    timers.start({ for: "dl", name: "frame" }, 5_000);
  }
  expect(timers.size()).toBe(401);
  for (let n = 1; n <= 200; n++) timers.stop({ for: "client", name: "step", id: n });
  expect(timers.size()).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(timers.size()).toBe(1);
});
