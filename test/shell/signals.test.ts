import { afterEach, beforeEach, expect, test } from "vitest";
import { endOnThrow } from "../../src/shell/signals.ts";
import { collectLog } from "./collect.ts";

let others: NodeJS.UncaughtExceptionListener[];
beforeEach(() => {
  others = process.listeners("uncaughtException");
});
afterEach(() => {
  for (const one of process.listeners("uncaughtException"))
    if (!others.includes(one)) process.off("uncaughtException", one);
});

test("a throw that nobody caught is logged as fatal and ends with 70", () => {
  const { log, lines } = collectLog();
  const fail = endOnThrow(log);
  const installed = process.listeners("uncaughtException").filter((one) => !others.includes(one));
  expect(installed).toEqual([fail]);
  // The test runner turns an exit into a throw.
  expect(() => fail(new Error("out of the blue"))).toThrow(/exit.*70/);
  expect(lines.items).toMatchObject([{ level: 60, err: { message: "out of the blue" } }]);
});

test("before that, what led to it can be kept", () => {
  const told: unknown[] = [];
  const error = new Error("out of the blue");
  const fail = endOnThrow(collectLog().log, (one) => told.push(one));
  expect(() => fail(error)).toThrow(/exit.*70/);
  expect(told).toEqual([error]);
});
