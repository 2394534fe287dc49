import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { decodeValue, encodeValue } from "../../../src/core/dpt/value.ts";
import { parseHex, toHex } from "../../../src/core/octets.ts";

/*
 * The vectors of `datapoint-types.md` §10.6 for the main types we have, then the list's own rules as further rows.
 */

// biome-ignore format: read by column
const BOTH_WAYS = [
  // D      dpt       value                                  octets
  ["D1",   "1.001",  true,                                  "01"],
  ["D1",   "1.001",  false,                                 "00"],
  ["D3",   "3.007",  { direction: "increase", step: 3 },    "0b"],
  ["D3",   "3.007",  { direction: "decrease", step: 0 },    "00"],
  ["D3",   "3.007",  { direction: "increase", step: 0 },    "08"],
  ["D3",   "3.008",  { direction: "up", step: 1 },          "01"],
  ["D3",   "3.008",  { direction: "down", step: 7 },        "0f"],
  ["D4",   "5.001",  0,                                     "00"],
  ["D4",   "5.001",  100,                                   "ff"],
  ["D5",   "5.003",  360,                                   "ff"],
  ["D6",   "5.006",  254,                                   "fe"],
  ["",     "5.004",  255,                                   "ff"],
  ["",     "5.010",  193,                                   "c1"],
  ["D10",  "9.001",  0,                                     "00 00"],
  ["D10",  "9.001",  0.01,                                  "00 01"],
  ["D10",  "9.001",  -0.01,                                 "87 ff"],
  ["D11",  "9.001",  21.5,                                  "0c 33"],
  ["D11",  "9.001",  -10,                                   "84 18"],
  ["D11",  "9.001",  -30,                                   "8a 24"],
  ["D12",  "9.002",  20.47,                                 "07 ff"],
  ["D12",  "9.002",  20.48,                                 "0c 00"],
  ["D12",  "9.002",  -20.48,                                "80 00"],
  ["D16",  "9.002",  670433.28,                             "7f fe"],
  ["D16",  "9.002",  -671088.64,                            "f8 00"],
] as const;

test.each(BOTH_WAYS)("%s %s %j is %s", (_, dpt, value, octets) => {
  expect(toHex(encodeValue(dpt, value))).toBe(octets);
  expect(decodeValue(dpt, parseHex(octets) ?? [])).toEqual(value);
});

// biome-ignore format: read by column
const ROUNDED = [
  // D      dpt       sent      octets   confirmed
  ["D4",   "5.001",  1,        "03",    1.2],
  ["D4",   "5.001",  50,       "80",    50.2],
  ["D4",   "5.001",  99,       "fc",    98.8],
  ["D5",   "5.003",  90,       "40",    90.4],
  ["D5",   "5.003",  180,      "80",    180.7],
  ["D5",   "5.003",  270,      "bf",    269.6],
  ["D13",  "9.004",  500,      "2e 1b", 500.16],
  ["D14",  "9.004",  10000,    "4f a1", 9999.36],
  ["D15",  "9.001",  -273,     "a1 56", -272.96],
  ["",     "9.002",  1.005,    "00 65", 1.01],
  ["",     "9.002",  -1.005,   "87 9b", -1.01],
  ["",     "9.002",  20.476,   "0c 00", 20.48],
  ["",     "9.002",  0.004,    "00 00", 0],
  ["",     "9.002",  -0.004,   "00 00", 0],
  ["",     "9.002",  0.005,    "00 00", 0],
  ["",     "9.002",  -0.005,   "00 00", 0],
  ["",     "9.002",  0.0051,   "00 01", 0.01],
  ["",     "9.002",  -0.0051,  "87 ff", -0.01],
  ["",     "9.002",  670433.29, "7f fe", 670433.28],
  ["",     "9.002",  670597.11, "7f fe", 670433.28],
  ["",     "5.010",  12.5,     "0d",    13],
] as const;

test.each(ROUNDED)("%s %s %d goes out as %s, which is %d", (_, dpt, sent, octets, confirmed) => {
  expect(toHex(encodeValue(dpt, sent))).toBe(octets);
  expect(decodeValue(dpt, parseHex(octets) ?? [])).toBe(confirmed);
});

// biome-ignore format: read by column
const ONE_WAY = [
  ["D17 the usual encoding of 1.00",   "9.002", "00 64",    1],
  ["D17 another encoding of 1.00",     "9.002", "08 32",    1],
  ["D16 invalid",                      "9.002", "7f ff",    null],
  ["D6 reserved tariff",               "5.006", "ff",       null],
  ["one octet too few",                "9.001", "0c",       null],
  ["one octet too many",               "5.001", "80 00",    null],
  ["no octet",                         "1.001", "",         null],
  ["reserved bits are ignored",        "1.001", "3e",       false],
  ["reserved bits are ignored",        "3.007", "fb",       { direction: "increase", step: 3 }],
  ["unknown subtype of main type 9",   "9.999", "0c 33",    21.5],
  ["unknown subtype of main type 1",   "1.020", "01",       true],
  ["unknown main type",                "99.001", "0c 33",   null],
  ["no type at all",                   "warm",  "0c 33",    null],
  ["colder than possible, as it came", "9.001", "f8 00",    -671088.64],
] as const;

test.each(ONE_WAY)("%s: %s %s", (_, dpt, octets, value) => {
  expect(decodeValue(dpt, parseHex(octets) ?? [])).toEqual(value);
});

describe("encodeValue tells the program what is wrong", () => {
  // biome-ignore format: read by column
  const WRONG = [
    ["5.001",  100.4,      RangeError, "100.4 is above the maximum of 5.001 (100), allowed are 0 to 100"],
    ["5.006",  255,        RangeError, "255 is above the maximum of 5.006 (254)"],
    ["9.001",  -273.01,    RangeError, "below the minimum of 9.001 (-273)"],
    ["9.004",  -0.01,      RangeError, "below the minimum of 9.004 (0)"],
    ["9.027",  -459.61,    RangeError, "below the minimum of 9.027 (-459.6)"],
    ["9.002",  670597.12,  RangeError, "above the maximum of 9.002 (670433.28)"],
    ["9.001",  "warm",     TypeError,  '9.001 takes a number, not "warm"'],
    ["9.001",  Number.NaN, TypeError,  "9.001 takes a number, not NaN"],
    ["1.001",  "toggle",   TypeError,  "toggle of 1.001 needs a known value"],
    ["14.056", 1,          TypeError,  'unknown datapoint type "14.056"'],
  ] as const;

  test.each(WRONG)("%s %s", (dpt, value, error, message) => {
    expect(() => encodeValue(dpt, value)).toThrow(error);
    expect(() => encodeValue(dpt, value)).toThrow(message);
  });
});
