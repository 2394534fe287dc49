import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { fileSchema } from "../../src/config/schema.ts";

const load = (device: string, objectsFrom = "ets") =>
  loadConfig(
    `knx: {address: 1.1.250, objects_from: ${objectsFrom}}\ndevice:\n  ${device.replaceAll("\n", "\n  ")}`,
    { path: "/home/house.yaml", env: {}, readFile: () => "" },
  );

const errors = (device: string): readonly string[] => {
  const loaded = load(device);
  return loaded.ok ? [] : loaded.errors.map((one) => formatFinding("f", one));
};

const INPUT = { chip: "gpiochip0", line: 17, activeLow: true, debounceMs: 5 };
const OUTPUT = { chip: "gpiochip0", line: 5, activeLow: false };

describe("device.inputs and device.outputs", () => {
  // biome-ignore format: read by column
  test.each([
    ["inputs: []\noutputs: []",                                             {}],
    ["inputs: [{line: 17}]",                                                { inputs: [INPUT] }],
    ["outputs: [{line: 5}]",                                                { outputs: [OUTPUT] }],
    ["inputs: [{line: 22, debounce: 70ms}, {line: 17, active_low: false}]", { inputs: [{ ...INPUT, line: 22, debounceMs: 70 }, { ...INPUT, activeLow: false }] }],
    ["outputs: [{line: 13, chip: /dev/gpiochip4, active_low: true}]",       { outputs: [{ chip: "/dev/gpiochip4", line: 13, activeLow: true }] }],
    ["inputs: [{line: 17}, {line: 17, chip: gpiochip1}]",                   { inputs: [INPUT, { ...INPUT, chip: "gpiochip1" }] }],
    ["inputs: [{line: 17}]\noutputs: [{line: 5}]\nprogramming: {led: {line: 27}}", { inputs: [INPUT], outputs: [OUTPUT], led: { ...OUTPUT, line: 27 } }],
  ])("%s", (pins, gpio) => {
    const loaded = load(`application: gpio\n${pins}`);
    expect(loaded.ok && loaded.config.gpio).toEqual(gpio);
    expect(loaded.warnings).toEqual([]);
  });

  // biome-ignore format: read by column
  test.each([
    ["inputs: [{line: 17}, {line: 17}]",                                     "f:4:31 device.inputs[1].line: input 1 and input 2 cannot be on the same line (duplicate_line)"],
    ["inputs: [{line: 17}]\noutputs: [{line: 6}, {line: 17}]",               "f:5:31 device.outputs[1].line: input 1 and output 2 cannot be on the same line (duplicate_line)"],
    ["outputs: [{line: 6, chip: gpiochip2}, {line: 6, chip: /dev/gpiochip2}]", "f:4:48 device.outputs[1].line: output 1 and output 2 cannot be on the same line (duplicate_line)"],
    ["programming: {led: {line: 6}}\noutputs: [{line: 6}]",                  "f:5:20 device.outputs[0].line: LED and output 1 cannot be on the same line (duplicate_line)"],
    ["inputs: [{line: 6}]\nprogramming: {button: {line: 6}}",                "f:4:19 device.inputs[0].line: button and input 1 cannot be on the same line (duplicate_line)"],
    ["inputs: [{line: 2}, {line: 3}, {line: 4}, {line: 5}, {line: 6}]",      "f:4:56 device.inputs[4]: the application gpio has 4 inputs, so there is nothing for one more (too_many)"],
    ["outputs: [{line: 2}, {line: 3}, {line: 4}, {line: 5}, {line: 6}]",     "f:4:57 device.outputs[4]: the application gpio has 4 outputs, so there is nothing for one more (too_many)"],
    ["inputs: [{}]",                                                         "f:4:12 device.inputs[0].line: line is needed (missing)"],
    ["outputs: [{line: 5, debounce: 5ms}]",                                  'f:4:23 device.outputs[0].debounce: unknown key "debounce" (unknown_key)'],
    ["inputs: {line: 5}",                                                    'f:4:11 device.inputs: an object: a list is needed (wrong_type)'],
    ["inputs: [{line: 17, debounce: 2s}]",                                   'f:4:33 device.inputs[0].debounce: "2s": from 1ms to 1s (bad_value)'],
  ])("%s is refused", (pins, line) => {
    expect(errors(`application: gpio\n${pins}`)).toEqual([line]);
  });

  test("a line that is used twice is found beside what else is wrong", () => {
    expect(
      errors("application: gpio\ninputs: [{line: 17}, {line: 17, debounce: 7s}]"),
    ).toHaveLength(2);
  });

  // biome-ignore format: read by column
  test.each([
    ["inputs: [{line: 17}]",                          "ets",  ["f:3:3 device.inputs: inputs are not used: the application bridge has none (inactive)"]],
    ["application: thermostat\noutputs: [{line: 5}]", "both", ["f:4:3 device.outputs: outputs are not used: the application thermostat has none (inactive)"]],
    ["application: gpio\noutputs: [{line: 5}]",       "yaml", ["f:4:3 device.outputs: outputs are not used: with knx.objects_from: yaml no application runs; ets and both let ETS load one (inactive)"]],
    ["application: gpio\noutputs: [{line: 5}]",       "both", []],
  ])("%s with objects from %s", (device, objectsFrom, warnings) => {
    const loaded = load(device, objectsFrom);
    expect(loaded.ok).toBe(true);
    expect(loaded.warnings.map((one) => formatFinding("f", one))).toEqual(warnings);
  });

  test("what the application does not have is left alone", () => {
    const loaded = load("inputs: [{line: 17}]\noutputs: [{line: 5}]");
    expect(loaded.ok && loaded.config.gpio).toEqual({});
  });

  test("the JSON Schema knows them", () => {
    const pin = { required: ["line"], additionalProperties: false };
    expect(fileSchema()).toMatchObject({
      properties: {
        device: {
          properties: {
            inputs: { items: { ...pin, properties: { active_low: { default: true } } } },
            outputs: { items: { ...pin, properties: { active_low: { default: false } } } },
          },
        },
      },
    });
  });
});
