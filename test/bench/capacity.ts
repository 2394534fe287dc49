import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { IndividualAddress, type Octets, openStack, run, type StackState } from "knxpi";
import { testConfig } from "knxpi/testing";
import { median, megabytes, ms, thousands } from "./figures.ts";

/** What it takes to be a device into which as much was loaded as the tables can hold: start-up time and heap. */
export const measure = () => {
  const few = { entries: 10, ...measureOne(10) };
  const most = { entries: 65_535, ...measureOne(65_535) };
  return {
    rows: [
      ["device that comes up loaded", "start-up"],
      ...[few, most].map((one) => [`${thousands(one.entries)} of each`, ms(one.startMs)]),
      ["", "octets"],
      ["65,535 of each: heap of the whole state", megabytes(most.stateHeap)],
      ["… heap of what the store gave back", megabytes(most.storedHeap)],
      ["… state as JSON", megabytes(most.json)],
    ],
    figures: { few, most },
  };
};

const measureOne = (entries: number) => {
  const empty = heap();
  const stored = loaded(entries);
  const kept = heap();
  const config = testConfig({
    dl: { address: IndividualAddress(0x1105) },
    groupObjects: { objectsFrom: "ets" },
    device: { loaded: stored },
  });
  const start = (): StackState => {
    const [state] = run(openStack(config), { for: "dl", type: "port-opened.ind", at: 0 });
    return state;
  };
  const times = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    start();
    return performance.now() - begun;
  });
  const before = heap();
  const state = start();
  const after = heap();
  // the size of the text also keeps the state alive until the heap was looked at
  const json = JSON.stringify(state).length;
  return {
    startMs: median(times),
    stateHeap: after - before,
    storedHeap: kept - empty,
    json,
  };
};

const loaded = (entries: number) => {
  const numbers = Array.from({ length: entries }, (_, index) => index + 1);
  const programVersion: Octets = [0x00, 0xfa, 0xa1, 0x03, 0x11];
  const table = (index: 1 | 2 | 3, address: number, octets: Octets) =>
    ({ index, state: "loaded", address, octets, programVersion }) as const;
  return [
    table(1, 0x1_0000, words([entries, ...numbers])),
    table(2, 0x4_0000, words([entries, ...numbers.flatMap((number) => [number, number])])),
    table(3, 0x9_0000, words([entries, ...numbers.map(() => 0xd707)])),
    { index: 4, state: "loaded", address: 0x0100, octets: [0xa1, 0xb2, 0xc3], programVersion },
  ] as const;
};

const words = (values: readonly number[]): Octets =>
  values.flatMap((value) => [value >> 8, value & 0xff]);

/** Octets on the heap after a collection. */
export const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

const collector = (): (() => void) => {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  return () => {
    if (typeof found === "function") found();
  };
};
/** Takes away what nobody needs any more. */
export const collect = collector();
