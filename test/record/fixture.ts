import { gzipSync } from "node:zlib";
import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { run, type StackState } from "../../src/core/stack/stack.ts";
import { digestOf, encodeLine, type RecordLine, stateHash } from "../../src/record/format.ts";
import type { ReadLine } from "../../src/record/read.ts";
import { type ReplayEvent, replay } from "../../src/record/replay.ts";
import { listen, OPEN_LISTENING, type Traffic } from "../../src/record/traffic.ts";
import { hex, testStack } from "../../src/testing.ts";

/** 2026-11-24T02:12:00.000Z is `at` 0. */
export const EPOCH = Date.UTC(2026, 10, 24, 2, 12);

export const HEAD: RecordLine = {
  line: "head",
  head: { format: 1, program: "0.1.0", instance: "house", epoch: EPOCH },
};

/** 1.1.5 behind a TP-UART 2 that is up, with the object 1/2/3. */
export const online = (): StackState => testStack({ objects: { "1/2/3": { dpt: "1.001" } } }).state;

/** Octets one after the other, 1.5 ms apart, the first one at `at`. */
export const octets = (text: string, at: number): readonly Impulse[] =>
  Array.from(hex(text), (octet, index) => ({
    ...({ for: "dl", type: "octet.ind" } as const),
    octet,
    behind: 0,
    at: at + index * 1.5,
  }));

/** What 1.1.20 sends: 1 to 1/2/3. */
export const WRITE = "bc 11 14 0a 03 e1 00 81 2f";

/** Impulses as the recorder writes them down while they are taken from this state on. */
export const recorded = (
  first: StackState,
  impulses: readonly Impulse[],
): Readonly<{ lines: readonly RecordLine[]; state: StackState }> => {
  let state = first;
  const lines = impulses.map((impulse): RecordLine => {
    const [after, effects] = run(state, impulse);
    state = after;
    return { line: "impulse", impulse, effects: digestOf(effects) };
  });
  return { lines, state };
};

export const stateLine = (state: StackState, at: number): RecordLine => ({
  ...{ line: "state", at },
  state,
});

export const endLine = (state: StackState, at: number): RecordLine => ({
  line: "end",
  end: { at, hash: stateHash(state), why: "asked" },
});

/** Impulses as lines, with the digests of effects that are said here. */
export const said = (
  impulses: readonly Impulse[],
  effects: readonly (readonly Effect[])[],
): readonly RecordLine[] =>
  impulses.map((impulse, index) => ({
    line: "impulse",
    impulse,
    effects: digestOf(effects[index] ?? []),
  }));

/** Through the file format and back, as lines from a disk are. */
export const asFile = (lines: readonly RecordLine[], level = 6): Uint8Array =>
  gzipSync(lines.map((line) => `${encodeLine(line)}\n`).join(""), { level });

export const replayed = async (lines: readonly ReadLine[]): Promise<readonly ReplayEvent[]> => {
  const events: ReplayEvent[] = [];
  for await (const event of replay(lines)) events.push(event);
  return events;
};

export const trafficOf = async (lines: readonly ReadLine[]): Promise<readonly Traffic[]> => {
  let listening = OPEN_LISTENING;
  const all: Traffic[] = [];
  for (const event of await replayed(lines)) {
    const [next, traffic] = listen(listening, event);
    listening = next;
    all.push(...traffic);
  }
  return all;
};
