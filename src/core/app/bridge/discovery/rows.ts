import type { Dpt } from "../../../dpt/dpt.ts";

/** What Home Assistant calls the kind of an entity. */
export type Platform = (typeof PLATFORMS)[number];
// biome-ignore format: by where they come from
export const PLATFORMS = [
  "binary_sensor", "sensor", "event", "switch", "button", "select", "number", "text", "time", "date", "datetime", "scene",
  "light", "cover", "climate", "fan", "lock",
] as const;

/** What an object of a datapoint type becomes: `mqtt-interface.md` §18.3. */
export type Row = Readonly<{
  /** Of an object that nobody may write, or where writing is left to an entity. */
  read: Reading;
  /** Of one that MQTT may write; null: the same. */
  write: Writing | null;
  /** Of a binary sensor, a sensor or a number. */
  deviceClass?: string;
  /** Of a sensor; absent: none. */
  stateClass?: StateClass;
  /** Decimals that are shown. */
  precision?: number;
  /** On is 0. */
  inverted?: true;
}>;

export type StateClass = "measurement" | "measurement_angle" | "total" | "total_increasing";

/** `enum`: a sensor with a word. `raw`, `json`: a sensor whose value is an object, shown as its octets or as itself, with its fields. */
type Reading = "binary_sensor" | "event" | "sensor" | "enum" | "raw" | "json";
type Writing =
  | "switch"
  | "button"
  | "select"
  | "number"
  | "text"
  | "time"
  | "date"
  | "datetime"
  | "scene";

/** The row of a type: its own, else that of its main type, else what its values look like. */
export const rowOf = ({ id, main, fields }: Dpt): Row =>
  BY_ID.get(id) ?? BY_ID.get(`${main}.*`) ?? (fields ? JSON_SENSOR : PLAIN_SENSOR);

/** As Home Assistant spells it; null: it knows none, and what is measured follows from the device class. */
export const unitOf = ({ unit }: Pick<Dpt, "unit">): string | null =>
  unit === undefined ? null : UNITS.has(unit) ? (UNITS.get(unit) ?? null) : unit;

const UNITS: ReadonlyMap<string, string | null> = new Map([
  ["lux", "lx"],
  ["l", "L"],
  ["l/h", "L/h"],
  ["l/s", "L/s"],
  // One litre on a square metre is one millimetre high.
  ["l/m²", "mm"],
  ["VARh", "varh"],
  ["kVARh", "kvarh"],
  ["cos Φ", null],
]);

const PLAIN_SENSOR: Row = { read: "sensor", write: null };
const JSON_SENSOR: Row = { read: "json", write: null };

type Columns = readonly [
  dpts: string,
  read: Reading,
  write: Writing | null,
  deviceClass: string | null,
  stateClass?: StateClass | null,
  precision?: number | null,
  inverted?: "inverted",
];

/** A `*` stands for all subtypes that have no row of their own. */
// biome-ignore format: read by column
const ROWS: readonly Columns[] = [
  ["1.*",                                     "binary_sensor", "switch",   null],
  ["1.001 1.002 1.003 1.011",                 "binary_sensor", "switch",   null],
  ["1.005",                                   "binary_sensor", "switch",   "problem"],
  ["1.007 1.008 1.010",                       "event",         null,       null],
  ["1.009",                                   "binary_sensor", "switch",   "opening", null, null, "inverted"],
  ["1.015 1.016 1.017",                       "event",         "button",   null],
  ["1.018",                                   "binary_sensor", null,       "occupancy"],
  ["1.019",                                   "binary_sensor", null,       "opening"],
  ["1.022",                                   "binary_sensor", "select",   null],
  ["1.024",                                   "binary_sensor", "switch",   null],
  ["1.100",                                   "binary_sensor", "select",   null],
  ["2.*",                                     "enum",          "select",   null],
  ["3.*",                                     "event",         null,       null],
  ["4.* 16.* 28.001",                         "sensor",        "text",     null],
  ["5.001",                                   "sensor",        "number",   null,                "measurement"],
  ["5.003",                                   "sensor",        "number",   null,                "measurement_angle"],
  ["5.004 5.005 6.001",                       "sensor",        "number",   null,                "measurement"],
  ["5.006 7.010",                             "sensor",        "number",   null],
  ["5.010 6.010 7.001 8.001 12.001 13.001",   "sensor",        "number",   null,                "measurement"],
  ["5.* 7.* 8.* 9.* 12.* 13.* 29.*",          "sensor",        "number",   null,                "measurement"],
  ["6.*",                                     "sensor",        "number",   null,                "measurement"],
  ["6.020",                                   "json",          null,       null],
  ["7.002 7.003 7.004 7.005 7.006 7.007",     "sensor",        "number",   "duration",          "measurement"],
  ["8.002 8.003 8.004 8.005 8.006 8.007",     "sensor",        "number",   "duration",          "measurement"],
  ["9.010 9.011 12.100 12.101 12.102",        "sensor",        "number",   "duration",          "measurement"],
  ["13.100 14.074",                           "sensor",        "number",   "duration",          "measurement"],
  ["7.011 8.012 14.039",                      "sensor",        "number",   "distance",          "measurement"],
  ["7.012 9.021 14.019",                      "sensor",        "number",   "current",           "measurement"],
  ["7.013 9.004",                             "sensor",        "number",   "illuminance",       "measurement"],
  ["7.600",                                   "sensor",        "number",   null,                "measurement"],
  ["8.010",                                   "sensor",        "number",   null,                "measurement"],
  ["8.011 14.007 14.055",                     "sensor",        "number",   null,                "measurement_angle"],
  ["9.001 14.068",                            "sensor",        "number",   "temperature",       "measurement", 1],
  ["9.002 14.070",                            "sensor",        "number",   "temperature_delta", "measurement", 1],
  ["9.003",                                   "sensor",        "number",   null,                "measurement"],
  ["9.005",                                   "sensor",        null,       "wind_speed",        "measurement", 1],
  ["9.006 14.058",                            "sensor",        null,       "pressure",          "measurement"],
  ["9.007",                                   "sensor",        "number",   "humidity",          "measurement"],
  ["9.008",                                   "sensor",        null,       null,                "measurement"],
  ["9.009 13.002 14.1200",                    "sensor",        null,       "volume_flow_rate",  "measurement"],
  ["9.020 14.027 14.028 14.030",              "sensor",        null,       "voltage",           "measurement"],
  ["9.022",                                   "sensor",        null,       "irradiance",        "measurement"],
  ["9.024 14.056",                            "sensor",        "number",   "power",             "measurement"],
  ["9.025 14.1201",                           "sensor",        null,       "volume_flow_rate",  "measurement"],
  ["9.026",                                   "sensor",        null,       "precipitation",     "total_increasing"],
  ["9.027",                                   "sensor",        "number",   "temperature",       "measurement", 1],
  ["9.028",                                   "sensor",        null,       "wind_speed",        "measurement", 1],
  ["9.029",                                   "sensor",        null,       "absolute_humidity", "measurement"],
  ["10.*",                                    "sensor",        "time",     null],
  ["11.*",                                    "sensor",        "date",     "date"],
  ["19.*",                                    "sensor",        "datetime", "timestamp"],
  ["12.1200 13.1200 12.1201 13.1201 14.076",  "sensor",        null,       "volume",            "total"],
  ["13.010 13.013 13.016 29.010",             "sensor",        null,       "energy",            "total"],
  ["13.012 13.015 29.012",                    "sensor",        null,       "reactive_energy",   "total"],
  ["13.011 13.014 29.011",                    "sensor",        null,       null,                "total"],
  ["14.010",                                  "sensor",        null,       "area",              "measurement"],
  ["14.031",                                  "sensor",        null,       "energy",            "total_increasing"],
  ["14.033",                                  "sensor",        null,       "frequency",         "measurement"],
  ["14.037",                                  "sensor",        null,       "energy_storage",    "measurement"],
  ["14.051",                                  "sensor",        null,       "weight",            "measurement"],
  ["14.057",                                  "sensor",        null,       "power_factor",      "measurement"],
  ["14.065",                                  "sensor",        null,       "speed",             "measurement"],
  ["14.069",                                  "sensor",        null,       "temperature",       "measurement", 1],
  ["14.077",                                  "sensor",        null,       "volume_flow_rate",  "measurement"],
  ["14.080",                                  "sensor",        null,       "apparent_power",    "measurement"],
  ["14.*",                                    "sensor",        "number",   null,                "measurement"],
  ["17.*",                                    "sensor",        "number",   null],
  ["18.*",                                    "event",         "scene",    null],
  ["20.* 23.*",                               "enum",          "select",   "enum"],
  ["21.* 22.* 30.*",                          "raw",           null,       null],
  ["24.001 231.001 234.001 234.002 285.001",  "sensor",        null,       null],
];

const BY_ID: ReadonlyMap<string, Row> = new Map(
  ROWS.flatMap(([dpts, read, write, deviceClass, stateClass, precision, inverted]) => {
    const row: Row = {
      read,
      write,
      ...(deviceClass && { deviceClass }),
      ...(stateClass && { stateClass }),
      ...(precision && { precision }),
      ...(inverted && { inverted: true }),
    };
    return dpts.split(" ").map((dpt) => [dpt, row] as const);
  }),
);
