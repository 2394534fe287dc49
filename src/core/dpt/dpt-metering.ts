import { choice, words } from "./choice.ts";
import { flag } from "./flags.ts";
import { hexDigits } from "./hex-digits.ts";
import type { Choice, Dpt, MainType } from "./main-type.ts";
import { signed, unsigned } from "./quantity.ts";
import { notValid, part, recordType, reserved } from "./record.ts";
import { alone } from "./scalar.ts";

/*
 * Main types 229, 230 and 235: meters. `datapoint-types.md` §10.3; KNX 03.07.02 Datapoint Types §3.45, §3.48, §8.6.
 *
 *   229  count 32 with sign, coding 8, 0 0 0 alarm-unacknowledged in-alarm overridden fault out-of-service
 *   230  manufacturer 16, number 32, version 8, medium 8
 *   235  energy 32 with sign, tariff 8, 0 0 0 0 0 0 E T      E, T: 1 = not valid
 */

/** What is measured, and in which unit, by steps of ten from a code on. As in M-Bus. */
// biome-ignore format: read by column
const SCALES: readonly (readonly [from: number, to: number, what: string, exponent: number, unit: string])[] = [
  [0,   7,   "energy",      -3, "Wh"],
  [8,   15,  "energy",      -3, "kJ"],
  [16,  23,  "volume",      -3, "l"],
  [24,  31,  "mass",        -3, "kg"],
  [40,  47,  "power",       -3, "W"],
  [48,  55,  "power",       -3, "kJ/h"],
  [56,  63,  "volume flow", -3, "l/h"],
  [64,  71,  "volume flow", -4, "l/min"],
  [72,  79,  "volume flow", -3, "ml/s"],
  [80,  87,  "mass flow",   -3, "kg/h"],
  [128, 129, "energy",      -1, "MWh"],
  [136, 137, "energy",      -1, "GJ"],
  [168, 169, "power",       -1, "MW"],
  [176, 177, "power",       -1, "GJ/h"],
];

const CODINGS: readonly Choice[] = [
  ...SCALES.flatMap(([from, to, what, exponent, unit]) =>
    Array.from({ length: to - from + 1 }, (_, index): Choice => {
      // Written, not computed: 10 ** −3 times powers of ten has binary noise.
      const size = Number(`1e${exponent + index}`);
      return [from + index, `${what} in ${size} ${unit}`];
    }),
  ),
  [110, "heat cost units"],
];

const meter = (sub: string, name: string): Dpt =>
  recordType(
    `229.${sub}`,
    name,
    [
      part("count", signed(32)),
      part("coding", choice(8, CODINGS)),
      reserved(3),
      ...["alarm_unacknowledged", "in_alarm", "overridden", "fault", "out_of_service"].map((bit) =>
        part(bit, flag()),
      ),
    ],
    {
      json: '{"count":4711,"coding":"energy in 10 Wh","fault":false,…}',
      example: "00 00 12 67 04 02",
    },
  );

export const DPT_229: MainType = alone(
  229,
  meter("001", "metering value"),
  meter("xxx", "value of a meter"),
);

const MEDIA = words(
  "other | oil | electricity | gas | heat | steam | warm water | water | heat cost allocator | compressed air | " +
    "cooling load inlet | cooling load outlet | heat inlet | heat and cool | bus | unknown | 32=breaker | valve | " +
    "40=waste water | garbage | 55=radio converter",
);

const address = (sub: string, name: string): Dpt =>
  recordType(
    `230.${sub}`,
    name,
    [
      part("manufacturer", unsigned(16)),
      part("number", hexDigits(8)),
      part("version", unsigned(8)),
      part("medium", choice(8, MEDIA)),
    ],
    {
      json: '{"manufacturer":5376,"number":"12345678","version":7,"medium":"water"}',
      example: "15 00 12 34 56 78 07 07",
    },
  );

export const DPT_230: MainType = alone(
  230,
  address("1000", "M-Bus address"),
  address("xxx", "address of a meter"),
);

const tariff = (sub: string, name: string): Dpt =>
  recordType(
    `235.${sub}`,
    name,
    [
      part("energy", signed(32, { unit: "Wh" })),
      part("tariff", unsigned(8, { max: 254 })),
      reserved(6),
      notValid("energy"),
      notValid("tariff"),
    ],
    { json: '{"energy":128,"tariff":3}', example: "00 00 00 80 03 00" },
  );

export const DPT_235: MainType = alone(
  235,
  tariff("001", "active energy with tariff"),
  tariff("xxx", "energy with tariff"),
);
