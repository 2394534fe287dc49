import { afterEach, beforeEach, expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { type Gpio, type GpioOptions, openGpio } from "../../src/shell/gpio.ts";
import { type Collector, collectLog, collector, type Line } from "./collect.ts";
import { isAlive, type Programs, pretend } from "./gpio-programs.ts";

/*
 * Inputs of an application, with programs that pretend: the level at the start, and every change after it.
 */

let programs: Programs;
let lines: Collector<Line>;
let levels: Collector<string>;
let gpio: Gpio;

beforeEach(() => {
  programs = pretend();
  levels = collector<string>();
});

afterEach(async () => {
  await gpio.close();
  programs.remove();
});

const open = (options: GpioOptions): void => {
  const logged = collectLog();
  lines = logged.lines;
  const take = (impulse: Impulse): void =>
    levels.push(
      impulse.for === "application" && impulse.type === "gpio.ind"
        ? `${impulse.input} ${impulse.on ? "on" : "off"}`
        : impulse.type,
    );
  gpio = openGpio({ env: programs.env, firstWaitMs: 20, ...options }, false, take, logged.log);
};

const pin = (line: number, chip = programs.chip) => ({
  chip,
  line,
  activeLow: true,
  debounceMs: 5,
});
/** So long that what will not come would have come. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 100));
const told = (count: number) => levels.until(() => levels.items.length >= count);

// biome-ignore format: read by column
const VERSIONS = [
  { version: "1.6.3", up: "1",      down: "0",       gets: 2, get: "",                                monitor: "--line-buffered --format=%e ", args: () => `--active-low --bias=pull-up ${programs.chip} 22` },
  { version: "2.2.1", up: "rising", down: "falling", gets: 1, get: "--numeric --hold-period=5ms ",    monitor: "--format=%E ",                 args: () => `--active-low --bias=pull-up --chip=${programs.chip} 22` },
];

test.each(VERSIONS)(
  "libgpiod $version: the level at the start, then every change once",
  async ({ version, up, down, gets, get, monitor, args }) => {
    programs.installAll(version);
    programs.level("chip-22", "1");
    open({ inputs: [pin(22)] });
    await told(1);
    await programs.watching("chip-22");
    await programs.called(gets + 1);
    expect(programs.calls()).toEqual([
      ...new Array<string>(gets).fill(`gpioget ${get}${args()}`),
      `gpiomon ${monitor}${args()}`,
    ]);
    // at once, as a contact that bounces
    programs.edge("chip-22", [down, up, down].join("\n"));
    await told(2);
    programs.edge("chip-22", [up, down].join("\n"));
    await quiet();
    programs.edge("chip-22", up);
    await told(3);
    await gpio.close();
    expect(levels.items).toEqual(["0 on", "0 off", "0 on"]);
    expect(lines.items).toEqual([]);
    expect(isAlive(programs.monitorOf("chip-22"))).toBe(false);
  },
);

test("an edge while the first level settles decides", async () => {
  programs.installAll("2.2.1");
  programs.level("chip-22", "1");
  open({ inputs: [{ ...pin(22), debounceMs: 500 }] });
  await programs.watching("chip-22");
  programs.edge("chip-22", "falling");
  await told(1);
  await quiet();
  expect(levels.items).toEqual(["0 off"]);
});

test("two chips with a line of the same number, and the button beside them", async () => {
  programs.installAll("2.2.1");
  programs.level("chip-17", "0");
  programs.level("chip2-17", "1");
  open({ inputs: [pin(17), pin(17, programs.chip2)], button: pin(4) });
  await told(2);
  expect(levels.items.toSorted()).toEqual(["0 off", "1 on"]);
  for (const one of ["chip-17", "chip2-17", "chip-4"]) await programs.watching(one);
  programs.edge("chip2-17", "falling");
  await told(3);
  programs.edge("chip-17", "rising");
  await told(4);
  programs.edge("chip-4", "rising");
  await told(5);
  expect(levels.items.slice(2)).toEqual(["1 off", "0 on", "button.ind"]);
});

test("what changed while the watching program was gone is told when it is back", async () => {
  programs.installAll("1.6.3");
  open({ inputs: [pin(22), pin(23)] });
  await told(2);
  await programs.watching("chip-22");
  programs.level("chip-22", "1");
  process.kill(programs.monitorOf("chip-22"), "SIGKILL");
  await told(3);
  expect(levels.items.slice(2)).toEqual(["0 on"]);
  expect(lines.items.map(({ level, problem }) => [level, problem])).toEqual([
    [40, "ended with SIGKILL"],
  ]);
  await programs.watching("chip-22", 2);
  programs.edge("chip-22", "0");
  await told(4);
  expect(levels.items.at(-1)).toBe("0 off");
});

test("a line that is in use: one warning that says so, and later attempts", async () => {
  programs.installAll("2.2.1");
  programs.install("gpioget", 'echo "gpioget: Device or resource busy" >&2; exit 1');
  open({ inputs: [pin(22)] });
  await lines.until(({ ms }) => ms === 80);
  expect(lines.items.map(({ level, problem }) => [level, problem])).toEqual(
    [40, 20, 20].map((level) => [level, "gpioget: Device or resource busy"]),
  );
  expect(levels.items).toEqual([]);
});

test("the chip of one input is missing: a line in the log, and the others work", async () => {
  programs.installAll("2.2.1");
  open({ inputs: [pin(22, `${programs.chip}-gone`), pin(23)] });
  await told(1);
  expect(levels.items).toEqual(["1 off"]);
  expect(lines.items.map(({ level, missing }) => [level, missing])).toEqual([
    [40, [`${programs.chip}-gone`]],
  ]);
});

test("stopped while the first level is read: nothing is told, nothing is left", async () => {
  programs.installAll("2.2.1");
  open({ inputs: [{ ...pin(22), debounceMs: 50 }] });
  await programs.called(1);
  await gpio.close();
  const calls = programs.calls();
  await quiet();
  expect(levels.items).toEqual([]);
  expect(programs.calls()).toEqual(calls);
});
