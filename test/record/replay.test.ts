import { describe, expect, test } from "vitest";
import { differencesOf } from "../../src/record/difference.ts";
import type { RecordLine } from "../../src/record/format.ts";
import type { Divergence, ReplayEvent } from "../../src/record/replay.ts";
import { NO_TALLY, reportLines, statusOf, tally } from "../../src/record/report.ts";
import {
  EPOCH,
  endLine,
  HEAD,
  octets,
  online,
  recorded,
  replayed,
  said,
  stateLine,
  WRITE,
} from "./fixture.ts";

const FRAME_TIMER = {
  ...({ for: "timer", type: "start" } as const),
  timer: { for: "dl", name: "frame" },
  ms: 50,
} as const;
const ACKNOWLEDGED = [
  { for: "serial", type: "write", octets: [0x11] },
  { for: "counters", type: "count", counter: "ack.sent", by: 1 },
] as const;

const divergencesOf = (events: readonly ReplayEvent[]): readonly Divergence[] =>
  events.filter((event) => event.event === "divergence");

const tallied = (events: readonly ReplayEvent[]) => events.reduce(tally, NO_TALLY);

/** Without the time in it, which is that of the fixture in every case. */
const report = (events: readonly ReplayEvent[]): readonly string[] =>
  reportLines(tallied(events), { clock: "utc", program: "0.2.0", until: false });

describe("a recording that this program repeats", () => {
  test("the first octet starts the timer of the frame, the sixth is acknowledged: as written down by hand", async () => {
    const effects = [[FRAME_TIMER], [], [], [], [], ACKNOWLEDGED];
    const impulses = octets("bc 11 14 0a 03 e1", 1_000);
    const events = await replayed([HEAD, stateLine(online(), 1_000), ...said(impulses, effects)]);
    expect(divergencesOf(events)).toEqual([]);
    expect(events.map(({ event }) => event)).toEqual([
      ...["begin", "state"],
      ...impulses.map(() => "impulse"),
    ]);
    expect(events.at(-1)).toMatchObject({ number: 6, at: 1_007.5, effects: ACKNOWLEDGED });
    expect(statusOf(tallied(events))).toBe(0);
  });

  test("a whole telegram, a second recorded state, the hash at the end", async () => {
    const first = recorded(online(), octets(WRITE, 1_000));
    const second = recorded(first.state, octets("bc 11 14 0a 03 e1 00 80 2e", 3_000));
    const events = await replayed([
      ...[HEAD, stateLine(online(), 1_000), ...first.lines],
      ...[stateLine(first.state, 2_000), ...second.lines, endLine(second.state, 3_020)],
    ]);
    expect(divergencesOf(events)).toEqual([]);
    expect(report(events)).toEqual([
      "recording  house, knxpi 0.1.0, 2026-11-24 02:12:01.000 to 02:12:03.020 (2.0 s)",
      "replayed   18 impulses, 2 telegrams, 0 drops, 1 state compared",
      "ends       as asked for",
      "result     equal: effects and states as recorded",
    ]);
  });

  test("a gap: what follows it is replayed from the next state on", async () => {
    const before = recorded(online(), octets("bc 11", 1_000));
    const after = recorded(online(), octets(WRITE, 9_000));
    const stray = recorded(before.state, octets("14", 5_000));
    const events = await replayed([
      ...[HEAD, stateLine(online(), 1_000), ...before.lines, { line: "gap", impulses: 7 } as const],
      ...[...stray.lines, stateLine(online(), 9_000), ...after.lines, endLine(after.state, 9_020)],
    ]);
    expect(divergencesOf(events)).toEqual([]);
    expect(events.filter(({ event }) => event === "gap" || event === "skipped")).toMatchObject([
      { event: "gap", at: 1_001.5, impulses: 7 },
      { event: "skipped", number: 3, at: 5_000 },
    ]);
    expect(report(events)).toContain(
      "replayed   11 impulses, 1 telegram, 0 drops, 1 state compared, 7 impulses not in the recording, 1 impulse without a state to begin with",
    );
  });

  test("one that was cut short is good up to there, one that is damaged is not", async () => {
    const lines = [
      HEAD,
      stateLine(online(), 1_000),
      ...recorded(online(), octets(WRITE, 1_000)).lines,
    ];
    for (const [kind, status] of [
      ["cut", 0],
      ["damaged", 2],
    ] as const) {
      const events = await replayed([...lines, { line: "broken", kind, problem: "after line 9" }]);
      expect(statusOf(tallied(events))).toBe(status);
      expect(report(events)).toContain(`ends       ${kind}: after line 9`);
    }
  });
});

describe("a recording that this program does not repeat", () => {
  const good = recorded(online(), octets(WRITE, 1_000));
  const lines = [HEAD, stateLine(online(), 1_000), ...good.lines];

  test("another digest: the impulse, when, what came of it, and once only", async () => {
    const [, , ...impulses] = lines;
    const altered = impulses.map(
      (line, index): RecordLine =>
        line.line === "impulse" && (index === 5 || index === 7)
          ? { ...line, effects: 4_711 }
          : line,
    );
    const events = await replayed([HEAD, stateLine(online(), 1_000), ...altered]);
    expect(divergencesOf(events)).toMatchObject([
      { number: 6, at: 1_007.5, differs: "effects", recorded: 4_711 },
    ]);
    expect(statusOf(tallied(events))).toBe(1);
    const text = report(events).join("\n");
    expect(text).toContain("DIVERGED at impulse 6, 2026-11-24T02:12:01.007Z (1007.5 ms)");
    expect(text).toContain("impulse    ← chip   e1");
    expect(text).toContain("effects with the digest 4711");
    expect(text).toContain("→ chip   11");
    expect(text).toContain("versions   recorded by 0.1.0, replayed by 0.2.0");
  });

  test("another state: the path, what was recorded, what it is here; then on from the recorded one", async () => {
    const { dl, ...rest } = good.state;
    const other = { ...rest, dl: { ...dl, link: { ...dl.link, tries: 3 } } };
    const more = recorded(other, octets(WRITE, 2_000));
    const events = await replayed([
      ...[...lines, stateLine(other, 1_500), ...more.lines, endLine(more.state, 2_020)],
    ]);
    expect(divergencesOf(events)).toMatchObject([
      {
        ...{ number: 9, differs: "state", since: 0 },
        differences: { count: 1, first: [{ path: "dl.link.tries", recorded: 3, replayed: 0 }] },
      },
    ]);
    expect(report(events)).toContain("             dl.link.tries: recorded 3, replayed 0");
  });

  test("another digest, then another state because of it: one divergence and what it led to", async () => {
    const { nl, ...rest } = good.state;
    const other = { ...rest, nl: { ...nl, config: { ...nl.config, hops: 5 } } };
    const altered = lines.map(
      (line, index): RecordLine =>
        line.line === "impulse" && index === 7 ? { ...line, effects: 1 } : line,
    );
    const events = await replayed([...altered, stateLine(other, 1_500)]);
    const known = tallied(events);
    expect(known).toMatchObject({
      divergences: 1,
      first: { differs: "effects", number: 6, utc: EPOCH + 1_007.5 },
      consequence: { differs: "state", number: 9 },
    });
  });

  test("another hash at the end", async () => {
    const events = await replayed([...lines, endLine(online(), 1_020)]);
    expect(divergencesOf(events)).toMatchObject([{ differs: "hash", number: 9, at: 1_020 }]);
  });

  test("two impulses in the other order", async () => {
    const [a, b, ...others] = lines.slice(2);
    const events = await replayed(
      [HEAD, stateLine(online(), 1_000), b, a, ...others].filter(isLine),
    );
    expect(divergencesOf(events)).toMatchObject([{ differs: "effects", number: 1 }]);
  });

  const isLine = (line: RecordLine | undefined): line is RecordLine => line !== undefined;

  test("an error that nobody recorded: said once, and nothing is replayed until the next state", async () => {
    const events = await replayed([...lines, { ...broken, effects: 0 }, ...good.lines]);
    expect(divergencesOf(events)).toMatchObject([
      { differs: "error", number: 10, recorded: null, replayed: expect.any(String) },
    ]);
    expect(events.filter(({ event }) => event === "skipped")).toHaveLength(9);
  });
});

/** A frame that no layer can have made: the core throws, as it does at any bug. */
const broken = JSON.parse(
  '{"line":"impulse","impulse":{"for":"bridge","type":"no such impulse","at":1100},"effects":null}',
);

describe("a crash", () => {
  const crash = async (error: string, last: RecordLine) => {
    const good = recorded(online(), octets("bc 11", 1_000));
    const end = endLine(good.state, 1_100);
    if (end.line !== "end") throw new Error("no end");
    const events = await replayed([
      ...[HEAD, stateLine(online(), 1_000), ...good.lines, last],
      { line: "end", end: { ...end.end, why: "crash", error } },
    ]);
    return { events, status: statusOf(tallied(events)), text: report(events).join("\n") };
  };
  const harmless: RecordLine = {
    ...({ line: "impulse", effects: null } as const),
    impulse: { for: "dl", type: "octet.ind", octet: 0x14, behind: 0, at: 1_100 },
  };

  test("the same is thrown: equal, and said so", async () => {
    const thrown = await crash("", broken).then(({ events }) =>
      events.find((event) => event.event === "impulse" && event.threw !== null),
    );
    const message = thrown?.event === "impulse" ? thrown.threw : null;
    const { status, text, events } = await crash(`Error: ${message}\n    at never`, broken);
    expect(events.at(-1)).toMatchObject({ crash: { same: true, ofCore: true } });
    expect(status).toBe(0);
    expect(text).toContain("the same is thrown here");
  });

  test("another error, or none where the core threw: diverged", async () => {
    expect(await crash("TypeError: something else", broken)).toMatchObject({ status: 1 });
    const stack = "Error: gone\n    at run (file:///opt/knxpi/dist/core/stack/stack.js:60:11)";
    const { status, text, events } = await crash(stack, harmless);
    expect(status).toBe(1);
    expect(divergencesOf(events)).toMatchObject([
      { differs: "error", recorded: "Error: gone", replayed: null },
    ]);
    expect(text).toContain("nothing is thrown here");
  });

  test("one that an effect threw cannot come again", async () => {
    const stack =
      "Error: ENOSPC: no space left\n    at save (file:///opt/knxpi/dist/shell/store/store.js:9:1)";
    const { status, text } = await crash(stack, harmless);
    expect(status).toBe(0);
    expect(text).toContain("it was not thrown in the core");
  });
});

test.each([
  { is: "equal", a: { a: [1, { b: null }] }, b: { a: [1, { b: null }] }, paths: [] },
  { is: "a field of undefined is none", a: {}, b: { a: undefined }, paths: [] },
  { is: "a value", a: { a: { b: 1 } }, b: { a: { b: 2 } }, paths: ["a.b"] },
  { is: "an item more", a: [1], b: [1, 2], paths: ["[1]"] },
  { is: "a list for a record", a: { a: [] }, b: { a: {} }, paths: ["a"] },
  { is: "null for a record", a: { a: null }, b: { a: { b: 1 } }, paths: ["a"] },
  { is: "a name that is none", a: { "1/2/3": 1 }, b: { "1/2/3": 2 }, paths: ['["1/2/3"]'] },
])("differences: $is", ({ a, b, paths }) => {
  expect(differencesOf(a, b).first.map(({ path }) => path)).toEqual(paths);
});

test("of many differences the first are listed and all are counted", () => {
  const many = Array.from({ length: 50 }, (_, index) => index);
  const { first, count } = differencesOf(
    many,
    many.map((one) => one + 1),
    3,
  );
  expect([first.length, count]).toEqual([3, 50]);
});
