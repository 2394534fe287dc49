import type { Octets } from "../octets.ts";
import type { Codec, Decoding, Dpt, MainType, Range } from "./main-type.ts";
import { numberWithin, rounded } from "./number.ts";

/*
 * Main type 9: 2-octet float, 0.01 · M · 2^E. `datapoint-types.md` §10.4.2.
 *
 *   S E E E E M M M   M M M M M M M M      M: 12-bit two's complement, S is its sign bit
 */

/** 7ffe */
const LARGEST = 670_433.28;
/** From here on a number would be rounded to 7fff, which means "invalid". */
const TOO_LARGE = 670_597.12;
/** f800 */
const SMALLEST = -671_088.64;

/** Subtype, name, unit, and the least value that makes sense. */
type Row = readonly [sub: string, name: string, unit: string | undefined, min?: number];

// biome-ignore format: read by column
const ROWS: readonly Row[] = [
  ["001", "temperature",            "°C",   -273],
  ["002", "temperature difference", "K"],
  ["003", "temperature gradient",   "K/h"],
  ["004", "illuminance",            "lux",   0],
  ["005", "wind speed",             "m/s",   0],
  ["006", "pressure",               "Pa",    0],
  ["007", "humidity",               "%",     0],
  ["008", "air quality",            "ppm",   0],
  ["009", "air flow",               "m³/h"],
  ["010", "time in seconds",        "s"],
  ["011", "time in milliseconds",   "ms"],
  ["020", "voltage",                "mV"],
  ["021", "current",                "mA"],
  ["022", "power density",          "W/m²"],
  ["023", "kelvin per percent",     "K/%"],
  ["024", "power",                  "kW"],
  ["025", "volume flow",            "l/h"],
  ["026", "rain amount",            "l/m²"],
  ["027", "temperature",            "°F",   -459.6],
  ["028", "wind speed",             "km/h",  0],
  ["029", "absolute humidity",      "g/m³",  0],
  ["030", "concentration",          "µg/m³", 0],
  ["031", "coefficient",            undefined, 0],
];

const float = ([sub, name, unit, min = SMALLEST]: Row): Dpt => {
  const id = `9.${sub}`;
  const range = { min, max: LARGEST };
  const named = { id, main: 9, bits: 16, name, range, codec: codec(id, range) };
  return unit === undefined ? named : { ...named, unit };
};

const codec = (id: string, range: Range): Codec => ({
  decode: decodeFloat,
  encode: (value) => {
    const number = numberWithin(id, range, value);
    if (number.ok) return { ok: true, value: encodeFloat(number.value) };
    // Above the largest number of the format, and still nearer to it than to the next one.
    const near = numberWithin(id, { min: range.min, max: TOO_LARGE }, value);
    return near.ok && near.value < TOO_LARGE ? { ok: true, value: encodeFloat(LARGEST) } : number;
  },
});

/** A received value outside the limits of its subtype is shown as it came: the limits are for senders. */
const decodeFloat = ([high = 0, low = 0]: Octets): Decoding => {
  if (high === 0x7f && low === 0xff) return { ok: false, why: "invalid" };
  const magnitude = ((high & 0x07) << 8) | low;
  const mantissa = high & 0x80 ? magnitude - 2048 : magnitude;
  const exponent = (high >> 3) & 0x0f;
  return { ok: true, value: (mantissa * 2 ** exponent) / 100 };
};

/**
 * @param value SMALLEST…LARGEST
 * @returns the encoding with the smallest exponent, which is the finest one
 */
const encodeFloat = (value: number): Octets => {
  // Half a hundredth is still 0, against the rounding of all others.
  if (Math.abs(value) <= 0.005) return [0, 0];
  // 15 digits take back what the binary fraction adds: 1.005 · 100 is 100.49999999999999.
  const hundredths = Number((value * 100).toPrecision(15));
  let exponent = 0;
  let mantissa = rounded(hundredths);
  // The rounded mantissa decides: 2047.6 is 2048, and 2048 does not fit.
  while (mantissa > 2047 || mantissa < -2048) {
    exponent++;
    mantissa = rounded(hundredths / 2 ** exponent);
  }
  const sign = mantissa < 0 ? 0x80 : 0;
  return [sign | (exponent << 3) | ((mantissa >> 8) & 0x07), mantissa & 0xff];
};

export const DPT_9: MainType = {
  main: 9,
  subtypes: ROWS.map(float),
  other: float(["xxx", "2-octet float", undefined]),
};
