import { expect, test } from "vitest";
import type { Transition } from "../../src/core/effect.ts";
import { openTransitions } from "../../src/shell/transitions.ts";
import { collectLog } from "./collect.ts";

const move = (machine: Transition["machine"], n: number): Transition => ({
  machine,
  subject: machine === "tlsm" ? "1.1.7" : "",
  state: "closed",
  event: `E${n}`,
  action: "A1",
  next: "openIdle",
  at: n,
});

test("the last 200 of each machine are kept, oldest first, with the time of day", () => {
  const { log } = collectLog();
  const book = openTransitions(log);
  for (let n = 1; n <= 203; n++) book.record(move("tlsm", n));
  for (let n = 301; n <= 303; n++) book.record(move("link", n));
  const events = book.read("tlsm").map(({ event }) => event);
  expect([events.length, events[0], events.at(-1)]).toEqual([200, "E4", "E203"]);
  expect(book.read("link")).toHaveLength(3);
  const all = book.read();
  expect(all).toHaveLength(203);
  expect(all.at(-1)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    machine: "link",
    subject: "",
    state: "closed",
    event: "E303",
    action: "A1",
    next: "openIdle",
  });
});

test("each is logged at debug, with fixed words and fields", () => {
  const { log, lines } = collectLog();
  openTransitions(log).record(move("tlsm", 13));
  expect(lines.items).toEqual([
    {
      ...{ level: 20, time: expect.anything(), msg: "transition", layer: "tlsm", machine: "tlsm" },
      ...{ connection: "1.1.7", state: "closed", event: "E13", action: "A1", next: "openIdle" },
    },
  ]);
});
