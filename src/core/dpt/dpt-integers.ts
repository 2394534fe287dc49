import type { Dpt, MainType } from "./main-type.ts";
import { scaled, signed, unsigned } from "./quantity.ts";
import { type Family, type Scalar, scalarType } from "./scalar.ts";
import { STATUS_MODE } from "./status-mode.ts";

/*
 * Main types 5, 6, 7, 8, 12 and 13: integers of 1, 2 and 4 octets, without and with sign. `datapoint-types.md` §10.3, §10.5.
 * Where the raw value counts several units (7.003: 10 ms), JSON has the unit: `mqtt-interface.md` §6.
 */

/** Subtype, name, what it is in octets. Examples that the family's would not fit stand behind. */
type Row = readonly [
  sub: string,
  name: string,
  scalar: Scalar,
  also?: Partial<Pick<Dpt, "json" | "example">>,
];

const mainType = (
  family: Family,
  rows: readonly Row[],
  other: string,
  plain: Scalar,
): MainType => ({
  main: family.main,
  subtypes: rows.map(([sub, name, scalar, also]) => scalarType(family, sub, name, scalar, also)),
  other: scalarType(family, "xxx", other, plain),
});

const U8 = unsigned(8);
const V8 = signed(8);
const U16 = unsigned(16);
const V16 = signed(16);
const U32 = unsigned(32);
const V32 = signed(32);

const u8 = (unit: string, max = 255) => unsigned(8, { unit, max });
const u16 = (unit: string, each = 1) => unsigned(16, { unit, step: [each, 1] });
const v16 = (unit: string, each = 1) => signed(16, { unit, step: [each, 1] });
const u32 = (unit: string) => unsigned(32, { unit });
const v32 = (unit: string) => signed(32, { unit });

const DECIMAL = { json: "number, one decimal" };

// biome-ignore format: read by column
export const DPT_5: MainType = mainType({ main: 5, json: "integer", example: "c1" }, [
  ["001", "percentage",           scaled(100, "%"), DECIMAL],
  ["003", "angle",                scaled(360, "°"), DECIMAL],
  ["004", "percentage to 255 %",  u8("%")],
  ["005", "ratio",                U8],
  // 255 is reserved: the one octet of this main type that is no value.
  ["006", "tariff",               unsigned(8, { max: 254 })],
  ["010", "counter",              U8],
  ["100", "fan stage",            U8],
], "8 bits without sign", U8);

// biome-ignore format: read by column
export const DPT_6: MainType = mainType({ main: 6, json: "integer", example: "c1" }, [
  ["001", "percentage with sign", signed(8, { unit: "%" })],
  ["010", "counter with sign",    V8],
  ["020", "status with mode",     STATUS_MODE, { json: '{"status":{"a":true,…,"e":false},"mode":1}', example: "a2" }],
], "8 bits with sign", V8);

// biome-ignore format: read by column
export const DPT_7: MainType = mainType({ main: 7, json: "integer", example: "0a 8c" }, [
  ["001", "pulses",               U16],
  ["002", "time in ms",           u16("ms")],
  ["003", "time in 10 ms",        u16("ms", 10)],
  ["004", "time in 100 ms",       u16("ms", 100)],
  ["005", "time in s",            u16("s")],
  ["006", "time in min",          u16("min")],
  ["007", "time in h",            u16("h")],
  ["010", "property data type",   U16],
  ["011", "length in mm",         u16("mm")],
  ["012", "current in mA",        u16("mA")],
  ["013", "brightness",           u16("lux")],
  ["600", "colour temperature",   u16("K")],
], "16 bits without sign", U16);

// biome-ignore format: read by column
export const DPT_8: MainType = mainType({ main: 8, json: "integer", example: "ff 6a" }, [
  ["001", "pulse difference",     V16],
  ["002", "time lag in ms",       v16("ms")],
  ["003", "time lag in 10 ms",    v16("ms", 10)],
  ["004", "time lag in 100 ms",   v16("ms", 100)],
  ["005", "time lag in s",        v16("s")],
  ["006", "time lag in min",      v16("min")],
  ["007", "time lag in h",        v16("h")],
  ["010", "percentage difference", signed(16, { unit: "%", step: [1, 100], decimals: 2 }), { json: "number, two decimals" }],
  ["011", "rotation angle",       v16("°")],
  ["012", "length in m",          v16("m")],
], "16 bits with sign", V16);

// biome-ignore format: read by column
export const DPT_12: MainType = mainType({ main: 12, json: "integer", example: "00 01 86 a0" }, [
  ["001", "counter of 32 bits",   U32],
  ["100", "long time in s",       u32("s")],
  ["101", "long time in min",     u32("min")],
  ["102", "long time in h",       u32("h")],
  ["1200", "volume of liquid in l", u32("l")],
  ["1201", "volume in m³",        u32("m³")],
], "32 bits without sign", U32);

// biome-ignore format: read by column
export const DPT_13: MainType = mainType({ main: 13, json: "integer", example: "ff fe 79 60" }, [
  ["001", "counter of 32 bits with sign", V32],
  ["002", "flow rate",            v32("m³/h")],
  ["010", "active energy in Wh",  v32("Wh")],
  ["011", "apparent energy in VAh", v32("VAh")],
  ["012", "reactive energy in VARh", v32("VARh")],
  ["013", "active energy in kWh", v32("kWh")],
  ["014", "apparent energy in kVAh", v32("kVAh")],
  ["015", "reactive energy in kVARh", v32("kVARh")],
  ["016", "active energy in MWh", v32("MWh")],
  ["100", "long time lag in s",   v32("s")],
  ["1200", "volume difference in l", v32("l")],
  ["1201", "volume difference in m³", v32("m³")],
], "32 bits with sign", V32);
