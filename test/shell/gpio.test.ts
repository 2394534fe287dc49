import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { openStack, run } from "../../src/core/stack/stack.ts";
import { type Gpio, type GpioOptions, openGpio } from "../../src/shell/gpio.ts";
import { createDebounce } from "../../src/shell/gpio-debounce.ts";
import { activeIn, TOOLS, versionOf } from "../../src/shell/gpio-tools.ts";
import { testConfig } from "../../src/testing/config.ts";
import { type Collector, collectLog, collector, type Line } from "./collect.ts";
import { isAlive, type Programs, pretend } from "./gpio-programs.ts";

const LOW = { chip: "gpiochip0", line: 17, activeLow: true };
const HIGH = { chip: "/dev/gpiochip4", line: 27, activeLow: false };

/** Whatever stands behind the script are its arguments, so that no name of a chip can become a part of it. */
const FROM_LEVEL_1 =
  'gpioget "$@" >/dev/null && gpioget "$@" && exec gpiomon --line-buffered --format=%e "$@"';
const FROM_LEVEL_2 = 'gpioget --numeric --hold-period=5ms "$@" && exec gpiomon --format=%E "$@"';

describe("arguments of the programs", () => {
  // biome-ignore format: read by column
  test.each([
    [1, "gpiomon", TOOLS[1].watch(LOW),        "--active-low --bias=pull-up --line-buffered --format=%e gpiochip0 17"],
    [1, "gpiomon", TOOLS[1].watch(HIGH),       "--bias=pull-down --line-buffered --format=%e /dev/gpiochip4 27"],
    [1, "sh",      TOOLS[1].watchFromLevel(LOW), `-c ${FROM_LEVEL_1} gpiomon --active-low --bias=pull-up gpiochip0 17`],
    [1, "gpioset", TOOLS[1].hold(LOW, true),   "--active-low --mode=wait gpiochip0 17=1"],
    [1, "gpioset", TOOLS[1].hold(HIGH, false), "--mode=wait /dev/gpiochip4 27=0"],
    [1, "gpioset", TOOLS[1].set(HIGH, false),  "--mode=exit /dev/gpiochip4 27=0"],
    [2, "gpiomon", TOOLS[2].watch(LOW),        "--active-low --bias=pull-up --format=%E --chip=gpiochip0 17"],
    [2, "gpiomon", TOOLS[2].watch(HIGH),       "--bias=pull-down --format=%E --chip=/dev/gpiochip4 27"],
    [2, "sh",      TOOLS[2].watchFromLevel(HIGH), `-c ${FROM_LEVEL_2} gpiomon --bias=pull-down --chip=/dev/gpiochip4 27`],
    [2, "gpioset", TOOLS[2].hold(LOW, true),   "--active-low --chip=gpiochip0 17=1"],
    [2, "gpioset", TOOLS[2].hold(HIGH, false), "--chip=/dev/gpiochip4 27=0"],
    [2, "gpioset", TOOLS[2].set(LOW, false),   "--active-low --toggle=0 --chip=gpiochip0 17=0"],
  ] as const)("version %i: %s", (_version, _program, args, line) => {
    expect(args.join(" ")).toBe(line);
  });

  // biome-ignore format: read by column
  test.each([
    ["gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018", 1],
    ["gpiomon (libgpiod) v2.2.1\nCopyright (C) 2017-2023", 2],
    ["gpiomon v2.3 (libgpiod v2.3)",                       2],
    ["gpiomon (libgpiod) v10.0",                           2],
    ["gpiomon: unknown option",                            undefined],
    ["",                                                   undefined],
  ])("%s", (text, version) => {
    expect(versionOf(text)).toBe(version);
  });
});

// biome-ignore format: read by column
test.each([
  ["1", true], ["rising", true], ["0", false], ["falling", false], ["1 ", true], ["", undefined], ["Monitoring line 17", undefined],
])("a line of text of theirs: %j", (text, active) => {
  expect(activeIn(text)).toBe(active);
});

describe("a bouncing contact", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  // + and - are edges, the numbers are ms until the next one
  // biome-ignore format: read by column
  test.each([
    { is: "a clean press",                      edges: "+ 200 - 200",                     levels: "+-",   presses: 1 },
    { is: "held for ever",                      edges: "+ 5000",                          levels: "+",    presses: 1 },
    { is: "bounces when pressed",               edges: "+ 3 - 2 + 7 - 1 + 200 - 200",     levels: "+-",   presses: 1 },
    { is: "bounces when released",              edges: "+ 200 - 3 + 2 - 5 + 1 - 200",     levels: "+-",   presses: 1 },
    { is: "two presses",                        edges: "+ 90 - 90 + 90 - 90",             levels: "+-+-", presses: 2 },
    { is: "a disturbance",                      edges: "+ 2 - 200",                       levels: "-",    presses: 0 },
    { is: "a disturbance while it is held",     edges: "+ 200 - 2 + 200 - 200",           levels: "+-",   presses: 1 },
    { is: "one ms too short",                   edges: "+ 29 - 200",                      levels: "-",    presses: 0 },
    { is: "just long enough",                   edges: "+ 30 - 200",                      levels: "+-",   presses: 1 },
    { is: "it was held when we started",        edges: "- 200 + 200",                     levels: "-+",   presses: 1 },
    { is: "an edge was lost while it was held", edges: "+ 200 + 200 - 200 + 200",         levels: "+-+",  presses: 2 },
  ])("$is", ({ edges, levels, presses }) => {
    let told = "";
    const debounce = createDebounce(30, (active) => {
      told += active ? "+" : "-";
    });
    for (const word of edges.split(" ")) {
      if (word === "+" || word === "-") debounce.edge(word === "+");
      else vi.advanceTimersByTime(Number(word));
    }
    expect(told).toBe(levels);
    expect(told.replaceAll("-", "")).toHaveLength(presses);
  });

  test("after a reset the next press counts, and nothing that was settling", () => {
    const press = vi.fn();
    const debounce = createDebounce(30, press);
    debounce.edge(true);
    vi.advanceTimersByTime(10);
    debounce.reset();
    vi.advanceTimersByTime(100);
    expect(press).not.toHaveBeenCalled();
    debounce.edge(true);
    vi.advanceTimersByTime(30);
    debounce.reset();
    debounce.edge(true);
    vi.advanceTimersByTime(30);
    expect(press).toHaveBeenCalledTimes(2);
  });
});

describe("with programs that pretend", () => {
  let programs: Programs;
  let lines: Collector<Line>;
  let impulses: Collector<Impulse>;
  let gpio: Gpio;

  beforeEach(() => {
    programs = pretend();
  });

  afterEach(async () => {
    await gpio.close();
    programs.remove();
  });

  const open = (
    options: Partial<GpioOptions>,
    ledOn = false,
    deliver: (impulse: Impulse) => void = () => undefined,
  ): void => {
    const logged = collectLog();
    lines = logged.lines;
    impulses = collector<Impulse>();
    gpio = openGpio(
      { env: programs.env, firstWaitMs: 20, ...options },
      ledOn,
      (impulse) => {
        impulses.push(impulse);
        deliver(impulse);
      },
      logged.log,
    );
  };

  const chip = (): string => programs.chip;
  const button = () => ({ chip: chip(), line: 17, activeLow: true, debounceMs: 5 });
  const led = () => ({ chip: chip(), line: 27, activeLow: false });
  const edge = (text: string): void => programs.edge("chip-17", text);

  // biome-ignore format: read by column
  const VERSIONS = [
    { version: "1.6.3", up: "1",      down: "0",       hold: (value: number) => `gpioset --mode=wait ${chip()} 27=${value}`,   off: () => `gpioset --mode=exit ${chip()} 27=0` },
    { version: "2.2.1", up: "rising", down: "falling", hold: (value: number) => `gpioset --chip=${chip()} 27=${value}`,        off: () => `gpioset --toggle=0 --chip=${chip()} 27=0` },
  ];

  test.each(VERSIONS)(
    "libgpiod $version: the button switches programming mode, the LED shows it",
    async ({ version, up, down, hold, off }) => {
      programs.installAll(version);
      let state = openStack(testConfig());
      const effects = collector<Effect>();
      open({ button: button(), led: led() }, false, (impulse) => {
        const [after, caused] = run(state, impulse);
        state = after;
        for (const effect of caused) {
          if (effect.for !== "gpio") continue;
          gpio.execute(effect);
          effects.push(effect);
        }
      });
      await programs.called(2);
      expect(programs.calls()).toContain(hold(0));
      edge(up);
      await effects.until(({ for: target }) => target === "gpio");
      expect(state.device.programmingMode).toBe(true);
      await programs.called(3);
      expect(programs.calls()[2]).toBe(hold(1));
      edge(down);
      await new Promise((resolve) => setTimeout(resolve, 100));
      edge(up);
      await programs.called(4);
      expect(programs.calls()[3]).toBe(hold(0));
      expect(state.device.programmingMode).toBe(false);
      expect(impulses.items).toEqual(
        [1, 2].map(() => ({ for: "device", type: "button.ind", at: expect.any(Number) })),
      );
      gpio.execute({ for: "gpio", type: "led", on: true });
      await programs.called(5);
      await vi.waitFor(() =>
        expect(programs.pids().map(isAlive)).toEqual([false, false, false, true]),
      );
      await gpio.close();
      expect(programs.calls().slice(4)).toEqual([hold(1), off()]);
      expect(programs.pids().some(isAlive)).toBe(false);
      expect(lines.items).toEqual([]);
    },
  );

  test("what an LED should show before its program runs, it shows then", async () => {
    programs.installAll("2.2.1");
    open({ led: led() }, true);
    gpio.execute({ for: "gpio", type: "led", on: false });
    await programs.called(1);
    expect(programs.calls()).toEqual([`gpioset --chip=${chip()} 27=0`]);
  });

  test("outputs by their place; one that nobody wired does nothing", async () => {
    programs.installAll("1.6.3");
    open({ outputs: [{ chip: chip(), line: 5, activeLow: true }] });
    await programs.called(1);
    gpio.execute({ for: "gpio", type: "output", output: 1, on: true });
    gpio.execute({ for: "gpio", type: "output", output: 0, on: true });
    await programs.called(2);
    const args = `gpioset --active-low --mode=wait ${chip()}`;
    expect(programs.calls()).toEqual([`${args} 5=0`, `${args} 5=1`]);
  });

  test("a program that ends is started again, later each time, and one warning says so", async () => {
    programs.installAll("1.6.3");
    programs.install(
      "gpiomon",
      `[ "$1" = --version ] && { echo "gpiomon (libgpiod) v1.6.3"; exit; }
      echo "gpiomon" >>calls; echo "gpiomon: Permission denied" >&2; exit 1`,
    );
    open({ button: button() });
    await lines.until(({ ms }) => ms === 160);
    expect(lines.items.map(({ level, ms, problem }) => [level, ms, problem])).toEqual(
      [20, 40, 80, 160].map((ms, index) => [
        index === 0 ? 40 : 20,
        ms,
        "gpiomon: Permission denied",
      ]),
    );
    expect(programs.calls().length).toBeGreaterThanOrEqual(4);
  });

  test("a button works again after its program was killed", async () => {
    programs.installAll("2.2.1");
    open({ button: button() });
    await programs.watching("chip-17");
    process.kill(programs.monitorOf("chip-17"), "SIGKILL");
    await lines.until(({ problem }) => problem === "ended with SIGKILL");
    await programs.watching("chip-17", 2);
    edge("rising");
    await impulses.until(({ type }) => type === "button.ind");
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no chip",            chipIs: "nothing", versionIs: "v2.2.1",  says: "this machine does not have the GPIO chip of the configuration, its pins are not used" },
    { is: "programs of others", chipIs: "chip",    versionIs: "unknown", says: "GPIO pins are not used: gpiomon and gpioset are needed (apt-get install gpiod)" },
    { is: "no programs",        chipIs: "chip",    versionIs: null,      says: "GPIO pins are not used: gpiomon and gpioset are needed (apt-get install gpiod)" },
  ])("$is: one line in the log, and that is all", async ({ chipIs, versionIs, says }) => {
    if (versionIs !== null) programs.install("gpiomon", `echo "gpiomon (libgpiod) ${versionIs}"`);
    const pin = { chip: join(programs.folder, chipIs), line: 4, activeLow: false };
    open({ led: pin, button: { ...pin, line: 5, debounceMs: 5 } });
    await lines.until(() => true);
    gpio.execute({ for: "gpio", type: "led", on: true });
    await gpio.close();
    expect(lines.items.map(({ level, msg }) => [level, msg])).toEqual([[40, says]]);
    expect(programs.calls()).toEqual([]);
  });

  test("nothing configured: nothing is looked for", async () => {
    open({});
    gpio.execute({ for: "gpio", type: "led", on: true });
    await gpio.close();
    await gpio.close();
    expect(lines.items).toEqual([]);
  });
});
