import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  type Dpt,
  decode,
  encode,
  eventTypeOf,
  findDpt,
  isAction,
  knownDpts,
  textOf,
} from "../../../src/core/dpt/dpt.ts";
import { toHex } from "../../../src/core/octets.ts";

const dpt = (id: string): Dpt => {
  const found = findDpt(id);
  if (found === undefined) throw new Error(`no datapoint type ${id}`);
  return found;
};

describe("findDpt", () => {
  // biome-ignore format: read by column
  const IDS = [
    ["9.001",     "9.001"],
    ["DPT9.001",  "9.001"],
    ["DPST-9-1",  "9.001"],
    ["DPST-1-100","1.100"],
    ["DPT-9",     "9.xxx"],
    ["9.xxx",     "9.xxx"],
    ["9.999",     "9.xxx"],
    ["5.002",     "5.xxx"],
    ["3.001",     "3.xxx"],
    ["9.1",       undefined],
    ["9",         undefined],
    ["99.001",    undefined],
    ["",          undefined],
    ["constructor", undefined],
  ] as const;

  test.each(IDS)("%s → %s", (id, found) => {
    expect(findDpt(id)?.id).toBe(found);
  });

  test("units", () => {
    expect(
      ["9.001", "9.004", "9.030", "5.001", "5.003", "5.010"].map((id) => dpt(id).unit),
    ).toEqual(["°C", "lux", "µg/m³", "%", "°", undefined]);
  });
});

describe("accepted in set (mqtt-interface §6)", () => {
  // biome-ignore format: read by column
  const ACCEPTED = [
    ["1.001", true,      "01"], ["1.001", 1,          "01"], ["1.001", "1",       "01"], ["1.001", "on",    "01"],
    ["1.001", false,     "00"], ["1.001", 0,          "00"], ["1.001", " OFF ",   "00"], ["1.001", "false", "00"],
    ["1.003", "enable",  "01"], ["1.003", "disable",  "00"],
    ["1.005", "no alarm","00"], ["1.005", "alarm",    "01"],
    ["1.007", "increase","01"], ["1.007", "decrease", "00"],
    ["1.008", "up",      "00"], ["1.008", "down",     "01"],
    ["1.009", "open",    "00"], ["1.009", "close",    "01"],
    ["1.010", "stop",    "00"], ["1.010", "start",    "01"],
    ["1.017", "trigger", "01"], ["1.016", "acknowledge", "01"],
    ["1.019", "open",    "01"], ["1.019", "closed",   "00"],
    ["1.021", "and",     "01"], ["1.022", "scene A",  "00"],
    ["1.100", "heating", "01"], ["1.100", "cooling",  "00"],
    ["1.xxx", "on",      "01"],
    ["3.007", "increase","09"], ["3.007", "decrease", "01"], ["3.007", "stop",    "00"],
    ["3.008", "down",    "09"], ["3.008", "up",       "01"], ["3.008", "Stop",    "00"],
    ["3.007", { direction: "increase", percent: 12.5 }, "0c"],
    ["3.007", { direction: "decrease", percent: 30 },   "03"],
    ["3.007", { percent: 12.5 },  "0c"], ["3.007", { percent: -100 },         "01"],
    ["3.007", { percent: 0 },     "00"], ["3.007", { percent: 0.1 },          "0f"],
    ["3.007", { step: 0 },        "00"], ["3.007", { direction: "stop" },     "00"],
    ["3.007", { direction: "increase", step: "3" }, "0b"],
    ["5.001", "50",      "80"], ["5.001", "100.0",    "ff"],
    ["9.001", "21.5",    "0c 33"], ["9.001", "-10",   "84 18"], ["9.001", "+2.15e1", "0c 33"],
  ] as const;

  test.each(ACCEPTED)("%s %j → %s", (id, value, octets) => {
    const encoded = encode(dpt(id), value);
    expect(encoded.ok && toHex(encoded.value.octets)).toBe(octets);
  });

  test("toggle turns the held value over", () => {
    expect(encode(dpt("1.001"), "toggle", false)).toEqual({
      ok: true,
      value: { octets: [1], short: true },
    });
    expect(encode(dpt("1.001"), "TOGGLE", true)).toMatchObject({ value: { octets: [0] } });
  });

  // biome-ignore format: read by column
  const REFUSED = [
    ["1.001", "maybe",                        "invalid_value"],
    ["1.001", "up",                           "invalid_value"],
    ["1.008", "open",                         "invalid_value"],
    ["1.001", null,                           "invalid_value"],
    ["1.001", {},                             "invalid_value"],
    ["1.001", 2,                              "out_of_range"],
    ["1.001", "toggle",                       "no_value"],
    ["3.007", "up",                           "invalid_value"],
    ["3.007", 3,                              "invalid_value"],
    ["3.007", { step: 3 },                    "invalid_value"],
    ["3.007", { direction: "left", step: 3 }, "invalid_value"],
    ["3.007", { direction: "increase", step: 2.5 }, "invalid_value"],
    ["3.007", { direction: "increase", step: 8 },   "out_of_range"],
    ["3.007", { direction: "increase", percent: -1 }, "out_of_range"],
    ["3.007", { percent: 101 },               "out_of_range"],
    ["5.001", 150,                            "out_of_range"],
    ["5.010", -1,                             "out_of_range"],
    ["5.001", "50 %",                         "invalid_value"],
    ["5.001", "",                             "invalid_value"],
    ["5.001", "0x10",                         "invalid_value"],
    ["9.001", true,                           "invalid_value"],
    ["9.001", "21,5",                         "invalid_value"],
    ["9.001", Number.POSITIVE_INFINITY,       "invalid_value"],
  ] as const;

  test.each(REFUSED)("%s %j is refused: %s", (id, value, code) => {
    expect(encode(dpt(id), value)).toMatchObject({ ok: false, error: { code } });
  });

  test("out of range says what the range is", () => {
    expect(encode(dpt("5.001"), 150)).toEqual({
      ok: false,
      error: {
        code: "out_of_range",
        message: "150 is above the maximum of 5.001 (100)",
        detail: { min: 0, max: 100 },
      },
    });
  });
});

describe("decode tells why there is no value", () => {
  // biome-ignore format: read by column
  const NONE = [
    ["9.001", [0x7f, 0xff],  false, "invalid"],
    ["5.006", [0xff],        false, "invalid"],
    ["9.001", [0x0c],        false, "length"],
    ["5.001", [0x3f],        true,  "length"],
    ["1.001", [0x01],        false, "length"],
    ["1.001", [],            true,  "length"],
  ] as const;

  test.each(NONE)("%s %j, short %s: %s", (id, octets, short, why) => {
    expect(decode(dpt(id), { octets, short })).toEqual({ ok: false, why });
  });
});

describe("words", () => {
  // biome-ignore format: read by column
  const WORDS = [
    ["1.001", true, "on"],       ["1.001", false, "off"],   ["1.008", false, "up"],   ["1.008", true, "down"],
    ["1.009", false, "open"],    ["1.009", true, "close"],  ["1.019", true, "open"],  ["1.019", false, "closed"],
    ["1.100", true, "heating"],  ["1.024", true, "night"],  ["1.015", true, "reset"], ["1.015", false, undefined],
    ["1.xxx", true, undefined],  ["9.001", 21.5, undefined], ["1.001", null, undefined],
  ] as const;

  test.each(WORDS)("text of %s %j is %s", (id, value, text) => {
    expect(textOf(dpt(id), value)).toBe(text);
  });

  // biome-ignore format: read by column
  const EVENTS = [
    ["1.001", true,                               "write",    "on"],
    ["1.001", true,                               "read",     "read"],
    ["1.001", null,                               "write",    "write"],
    ["9.001", 21.5,                               "response", "response"],
    ["3.007", { direction: "increase", step: 3 }, "write",    "increase"],
    ["3.007", { direction: "decrease", step: 1 }, "write",    "decrease"],
    ["3.007", { direction: "increase", step: 0 }, "write",    "stop"],
    ["3.008", { direction: "up", step: 1 },       "write",    "up"],
  ] as const;

  test.each(EVENTS)("event type of %s %j, %s, is %s", (id, value, service, word) => {
    expect(eventTypeOf(dpt(id), value, service)).toBe(word);
  });

  test("without a type the event is the service", () => {
    expect(eventTypeOf(undefined, null, "write")).toBe("write");
  });
});

test("actions are never merged (mqtt-interface §13.4)", () => {
  const actions = ["1.007", "1.008", "1.010", "1.015", "1.016", "1.017", "3.007", "3.008", "3.xxx"];
  for (const id of [...actions, "15.000", "18.001", "26.001"]) expect(isAction(id)).toBe(true);
  for (const id of ["1.001", "1.009", "5.001", "9.001", "17.001", "13.010", undefined])
    expect(isAction(id)).toBe(false);
});

const anyDpt = fc.constantFrom(...knownDpts(), dpt("1.xxx"), dpt("3.xxx"), dpt("9.xxx"));
const anyOctets = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 16 });
const fitting = anyDpt.chain((type) =>
  fc.tuple(fc.constant(type), fc.integer({ min: 0, max: 2 ** type.bits - 1 })),
);

test.prop([anyDpt, anyOctets, fc.boolean()])(
  "any octets give a value or a reason",
  (type, octets, short) => {
    const decoded = decode(type, { octets, short });
    expect(decoded.ok || decoded.why === "length" || decoded.why === "invalid").toBe(true);
  },
);

test.prop([anyDpt, fc.anything({ withBigInt: true, withNullPrototype: true }), fc.anything()])(
  "anything to encode gives octets of the right size or an error",
  (type, value) => {
    const encoded = encode(type, value);
    if (encoded.ok) expect(decode(type, encoded.value).ok).toBe(true);
    else expect(encoded.error.message).not.toBe("");
  },
);

test.prop([fitting])("octets → value → octets → value is the identity", ([type, raw]) => {
  const octets = type.bits > 8 ? [raw >> 8, raw & 0xff] : [raw];
  const decoded = decode(type, { octets, short: type.bits <= 6 });
  const encoded = decoded.ok ? encode(type, decoded.value) : undefined;
  if (encoded === undefined) return;
  if (!encoded.ok) {
    // Only a received number that its subtype does not allow to be sent.
    expect([type.main, encoded.error.code]).toEqual([9, "out_of_range"]);
    return;
  }
  // A 2-octet float has several encodings of one value.
  if (type.main !== 9) expect(encoded.value.octets).toEqual(octets);
  expect(decode(type, encoded.value)).toEqual(decoded);
});

test.prop([anyDpt, fc.double({ min: 0, max: 1, noNaN: true })])(
  "a number comes back within the resolution of its type",
  (type, part) => {
    if (type.range === undefined) return;
    const value = type.range.min + part * (type.range.max - type.range.min);
    const encoded = encode(type, value);
    const decoded = encoded.ok ? decode(type, encoded.value) : undefined;
    const back = decoded?.ok ? decoded.value : undefined;
    // Half a step, and half of the last decimal of the JSON form.
    const float = Math.max(0.005, Math.abs(value) / 2 ** 11) + 1e-9;
    const octet = type.range.max / 254 / 2 + 0.05;
    expect(Math.abs(Number(back) - value)).toBeLessThanOrEqual(type.main === 9 ? float : octet);
  },
);
