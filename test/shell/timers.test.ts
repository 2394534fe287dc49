import { afterEach } from "vitest";
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
