import { float16 } from "./float-16.ts";
import type { MainType } from "./main-type.ts";
import { scalarType } from "./scalar.ts";

/* Main type 9: 2-octet float. `datapoint-types.md` §10.4.2, §10.5. */

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

const FAMILY = { main: 9, json: "number, two decimals", example: "0c 33" };

export const DPT_9: MainType = {
  main: 9,
  subtypes: ROWS.map(([sub, name, unit, least]) =>
    scalarType(FAMILY, sub, name, float16(unit, least)),
  ),
  other: scalarType(FAMILY, "xxx", "2-octet float", float16(undefined)),
};
