import { describe, expect, test } from "vitest";
import {
  cutText,
  type Dpt,
  decode,
  detailOf,
  encode,
  eventTypeOf,
  findDpt,
  isAction,
  textOf,
} from "../../../src/core/dpt/dpt.ts";
import { parseHex, toHex } from "../../../src/core/octets.ts";

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
    ["20.613",    "20.xxx"],
    ["29.010",    "29.010"],
    ["DPST-230-1000", "230.1000"],
    ["DPT-275",   "275.xxx"],
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
    ["2.001", 2,         "02"], ["2.001", "3",        "03"], ["2.001", { control: true }, "02"],
    ["2.001", '{"control":true,"value":true}', "03"],
    ["4.001", "7",       "37"], ["4.001", 7,          "37"],
    ["10.001", "13:37",  "0d 25 00"], ["10.001", { time: "13:37:42", weekday: 1 }, "2d 25 2a"],
    ["10.001", { time: "23:59:59", weekday: "7" }, "f7 3b 3b"],
    ["16.000", "Gänsefüßchen", "47 3f 6e 73 65 66 3f 3f 63 68 65 6e 00 00"],
    ["16.001", "3 €\0", "33 20 3f 00 00 00 00 00 00 00 00 00 00 00"],
    ["16.000", 21.5,     "32 31 2e 35 00 00 00 00 00 00 00 00 00 00"],
    ["18.001", 17,       "10"], ["18.001", "21",      "14"], ["18.001", { scene: 21, learn: true }, "94"],
    ["20.102", "ECONOMY","03"], ["20.102", 3,         "03"], ["20.102", "3",    "03"],
    ["20.102", "building_protection", "04"], ["20.105", "night-purge", "04"], ["20.105", "morning warmup", "02"],
    ["21.001", 9,        "09"], ["21.001", { fault: true, bit7: 1 }, "82"], ["22.101", "290", "01 22"],
    ["29.010", "-230",   "ff ff ff ff ff ff ff 1a"],
    ["232.600", "#ff8000", "ff 80 00"], ["232.600", [255, 128, 0], "ff 80 00"],
    ["251.600", "#FF800040", "ff 80 00 40 00 0f"], ["251.600", { w: 64 }, "00 00 00 40 00 01"],
    ["242.600", { brightness: 0 }, "00 00 00 00 00 01"],
    ["285.001", "2001:DB8::1", "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01"],
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
    ["2.001", 4,                              "out_of_range"],
    ["2.001", { value: true },                "invalid_value"],
    ["4.001", "ü",                            "invalid_value"],
    ["4.002", "KN",                           "out_of_range"],
    ["6.020", { mode: 3 },                    "out_of_range"],
    ["10.001", "12:60",                       "out_of_range"],
    ["10.001", "noon",                        "invalid_value"],
    ["10.001", { time: "12:00", weekday: 8 }, "out_of_range"],
    ["10.001", "now",                         "no_value"],
    ["11.001", "today",                       "no_value"],
    ["18.001", 65,                            "out_of_range"],
    ["19.001", "now",                         "no_value"],
    ["19.001", "2026-01-31T13:45:00+01:00",   "no_value"],
    ["19.001", "1899-12-31T23:59:59",         "out_of_range"],
    ["19.001", "2026-01-31T24:00:01",         "invalid_value"],
    ["19.001", { datetime: "2026-01-31", no_year: true }, "invalid_value"],
    ["19.001", { datetime: "2026-01-31", rain: true }, "invalid_value"],
    ["20.102", 256,                           "out_of_range"],
    ["20.102", true,                          "invalid_value"],
    ["232.600", "#ff80",                      "invalid_value"],
    ["232.600", [255, 128],                   "invalid_value"],
    ["285.001", "1:2:3",                      "invalid_value"],
    ["285.001", "1::2::3",                    "invalid_value"],
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
    ["24.001", [],           false, "length"],
    ["24.001", [0x4b],       true,  "length"],
    ["23.001", [0x02],       false, "length"],
    ["285.001", [0x20, 0x01], false, "length"],
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
    ["20.102", "economy", "economy"], ["20.102", 5, undefined], ["23.001", "off/on", "off/on"],
    ["2.008", { control: true, value: true }, "down"], ["2.008", { control: false, value: true }, "no control"],
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
    ["18.001", { scene: 5, learn: false },        "write",    "recall_5"],
    ["18.001", { scene: 5, learn: true },         "write",    "learn_5"],
    ["20.102", "economy",                         "write",    "economy"],
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

describe("beside the value", () => {
  // biome-ignore format: read by column
  const DETAILS = [
    ["10.001", "f7 3b 3b", { weekday: 7 }],
    ["20.102", "03",       { code: 3 }],
    ["20.102", "05",       { code: 5 }],
    ["23.001", "02",       { code: 2 }],
    ["9.001",  "0c 33",    undefined],
    ["21.001", "0a",       undefined],
    ["10.001", "f7 3b",    undefined],
  ] as const;

  test.each(DETAILS)("detail of %s %s", (id, octets, detail) => {
    const type = dpt(id);
    expect(detailOf(type, { octets: parseHex(octets) ?? [], short: type.bits <= 6 })).toEqual(
      detail,
    );
  });

  test("flags of a date and time (D31, all bits of octets 6 and 7)", () => {
    const octets = parseHex("75 0b 1c 17 07 18 24 00") ?? [];
    const none = detailOf(dpt("19.001"), { octets, short: false });
    expect(none).toEqual({
      ...{ weekday: 0, fault: false, working_day: false, no_working_day: true },
      ...{ no_year: false, no_date: false, no_weekday: true, no_time: false },
      ...{ summer_time: false, external_sync: false, reliable_source: false },
    });
    const all = parseHex("75 0b 1c b7 07 18 c1 c0") ?? [];
    expect(detailOf(dpt("19.001"), { octets: all, short: false })).toMatchObject({
      ...{ weekday: 5, fault: true, working_day: true, no_working_day: false, no_weekday: false },
      ...{ summer_time: true, external_sync: true, reliable_source: true },
    });
  });
});

describe("a text that is too long", () => {
  // biome-ignore format: read by column
  const CUT = [
    ["16.001", "Wohnzimmer Süden", "Wohnzimmer Süd"],
    ["16.001", "kurz",             "kurz"],
    ["16.001", 7,                  7],
    ["9.001",  "21.5",             "21.5"],
    ["28.001", "ü".repeat(200),    "ü".repeat(125)],
    ["24.001", "ü".repeat(300),    "ü".repeat(251)],
  ] as const;

  test.each(CUT)("%s %s is cut", (id, value, cut) => {
    expect(cutText(dpt(id), value)).toBe(cut);
    expect(encode(dpt(id), cut).ok).toBe(true);
  });
});
