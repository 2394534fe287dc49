import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";

const load = (programming: string) =>
  loadConfig(`knx: {address: 1.1.250}\ndevice: {programming: ${programming}}`, {
    path: "/home/house.yaml",
    env: {},
    readFile: () => "",
  });

const BUTTON = { chip: "gpiochip0", line: 17, activeLow: true, debounceMs: 30 };
const LED = { chip: "gpiochip0", line: 27, activeLow: false };

describe("device.programming", () => {
  // biome-ignore format: read by column
  test.each([
    ["{}",                                                            {}],
    ["{button: {line: 17}}",                                          { button: BUTTON }],
    ["{led: {line: 27}}",                                             { led: LED }],
    ["{button: {line: 17}, led: {line: 27}}",                         { button: BUTTON, led: LED }],
    ["{button: {line: 17, debounce: 50ms, active_low: false}}",       { button: { ...BUTTON, debounceMs: 50, activeLow: false } }],
    ["{led: {line: 27, chip: gpiochip4, active_low: true}}",          { led: { ...LED, chip: "gpiochip4", activeLow: true } }],
    ["{led: {line: 27, chip: /dev/gpiochip4}}",                       { led: { ...LED, chip: "/dev/gpiochip4" } }],
    ["{button: {line: 27}, led: {line: 27, chip: gpiochip1}}",        { button: { ...BUTTON, line: 27 }, led: { ...LED, chip: "gpiochip1" } }],
  ])("%s", (text, gpio) => {
    const loaded = load(text);
    expect(loaded.ok && loaded.config.gpio).toEqual(gpio);
  });

  // biome-ignore format: read by column
  test.each([
    ["{button: {}}",                             "device.programming.button.line"],
    ["{led: {line: -1}}",                        "device.programming.led.line: -1"],
    ["{led: {line: 27, chip: --help}}",          "a GPIO chip is written gpiochip0"],
    ["{led: {line: 27, debounce: 5ms}}",         "debounce"],
    ["{button: {line: 17, debounce: 2s}}",       "from 1ms to 1s"],
    ["{button: {line: 17, debounce: 0}}",        "from 1ms to 1s"],
    ["{button: {lin: 17}}",                      'did you mean "line"?'],
    ["{button: {line: 17}, led: {line: 17}}",    "button and LED cannot be on the same line"],
  ])("%s is refused", (text, part) => {
    const loaded = load(text);
    const lines = loaded.ok ? [] : loaded.errors.map((one) => formatFinding("f", one));
    expect(lines.join("\n")).toContain(part);
  });
});
