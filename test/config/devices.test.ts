import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import { parseIndividualAddress } from "../../src/core/address.ts";

const load = (text: string) =>
  loadConfig(`knx: {address: 1.1.250}\n${text}`, { path: "f", env: {}, readFile: () => "" });
const bridge = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config.stack.bridge;
};
const errors = (text: string) => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.errors.map((one) => formatFinding("f", one));
};

describe("9 devices", () => {
  test("off unless it is wanted", () => {
    expect(bridge("").devices).toEqual({ topics: false, known: [] });
  });

  test("what is expected of which device, and its name", () => {
    const text = [
      "devices:",
      "  topics: true",
      "  expected: {1.1.23: 1h, 1.1.5: 90s}",
      "  names: {1.1.23: Push button hall}",
    ].join("\n");
    expect(bridge(text).devices).toEqual({
      topics: true,
      known: [
        { ia: parseIndividualAddress("1.1.23"), name: "Push button hall", expectedMs: 3_600_000 },
        { ia: parseIndividualAddress("1.1.5"), expectedMs: 90_000 },
      ],
    });
    expect(load(text).warnings).toEqual([]);
  });

  // biome-ignore format: read by column
  test.each([
    { text: "devices: {expected: {1.1.999: 1h}}",   says: /^f:2:.* devices\.expected.*written by its individual address/ },
    { text: "devices: {expected: {1.1.23: 10s}}",   says: /^f:2:.* devices\.expected\[?.*at least 1min/ },
    { text: "devices: {topic: true}",               says: /unknown key "topic", did you mean "topics"/ },
  ])("$text", ({ text, says }) => {
    expect(errors(text)).toEqual([expect.stringMatching(says)]);
  });
});

describe("options that are active", () => {
  test("5.1 payload.fields: names of fields, and nothing else", () => {
    const { payload } = bridge("mqtt: {payload: {fields: [unit, source]}}");
    expect(payload.fields).toEqual(["unit", "source"]);
    expect(errors("mqtt: {payload: {fields: [units]}}")).toEqual([
      expect.stringMatching(/did you mean "unit"/),
    ]);
  });

  test("10 recorder.memory says how many telegrams are kept", () => {
    expect(bridge("").history).toBe(1_000);
    expect(bridge("recorder: {memory: 17}").history).toBe(17);
    expect(load("recorder: {memory: 17}").warnings).toEqual([]);
    expect(load("recorder: {disk: 7d}").warnings).toEqual([]);
    expect(errors("recorder: {memory: 65537}")).toHaveLength(1);
  });

  test("8.5 log.mqtt", () => {
    expect(bridge("log: {mqtt: warning}").log).toBe("warn");
    expect(load("log: {mqtt: debug}").warnings).toEqual([]);
  });

  test("8.2 a port that is no device node is not told", () => {
    expect(bridge("").about.port).toBe("auto");
    const with_ = (port: string) =>
      loadConfig(`knx: {address: 1.1.250, port: ${port}}`, {
        path: "f",
        env: {},
        readFile: () => "",
      });
    const shown = (port: string) => {
      const loaded = with_(port);
      return loaded.ok ? loaded.config.stack.bridge.about.port : loaded.errors;
    };
    expect(shown("/dev/ttyAMA0")).toBe("/dev/ttyAMA0");
    expect(shown('"tcp://gateway.lan:3671"')).toBe("tcp");
  });
});
