import { bitSet, flag } from "./flags.ts";
import type { Dpt, MainType } from "./main-type.ts";
import { unsigned } from "./quantity.ts";
import { type Part, part, recordType, valid } from "./record.ts";
import { alone, scalarType } from "./scalar.ts";

/*
 * Main types 21, 22, 25, 27 and 30: sets of bits. `datapoint-types.md` §10.3; KNX 03.07.02 Datapoint Types §3.22, §4.4, §4.5,
 * §6.4, §8.2, §8.3. The names begin at bit 0; a bit without a name is reserved.
 */

type Row = readonly [sub: string, name: string, bits: readonly (string | undefined)[]];

const NO = undefined;
const channels = (count: number) =>
  Array.from({ length: count }, (_, index) => `channel${index + 1}`);

// biome-ignore format: one type a line
const OCTET_ROWS: readonly Row[] = [
  ["001", "general status", ["out_of_service", "fault", "overridden", "in_alarm", "alarm_unacknowledged"]],
  ["002", "device control", ["stopped", "own_address", "verify_mode"]],
  ["100", "forcing signal", ["force_request", "protection", "oversupply", "overrun", "dhw_normal", "dhw_legio", "room_comfort", "room_max_flow"]],
  ["101", "forcing signal for cooling", ["force_request"]],
  ["102", "status of room heating", ["fault", "eco", "flow_limit", "return_limit", "morning_boost", "start_optimization", "stop_optimization", "summer_mode"]],
  ["103", "status of solar hot water", ["fault", "load_active", "load_sufficient"]],
  ["104", "set of fuels", ["oil", "gas", "solid"]],
  ["105", "status of room cooling", ["fault"]],
  ["106", "status of ventilation", ["fault", "fan_active", "heat", "cool"]],
  ["107", "combined status of a room temperature setpoint manager", ["window", "presence", "comfort_button", "comfort_prolongation", "user_mode"]],
  ["601", "errors of a light actuator", ["load_detection_error", "undervoltage", "overcurrent", "underload", "defective_load", "lamp_failure", "overheat"]],
  ["1000", "RF modes", ["asynchronous", "bibat_master", "bibat_slave"]],
  ["1001", "RF filters", ["domain_address", "serial_number", "domain_address_and_serial_number"]],
  ["1010", "activation of 8 channels", channels(8)],
];

// biome-ignore format: one type a line
const TWO_OCTET_ROWS: readonly Row[] = [
  ["100", "status of hot water", ["fault", "load_active", "legio_protection", "push_active", "other_source", "solar_only", "solar_support", "temp_optim_shift"]],
  ["101", "status of room heating and cooling", ["fault", "eco_heating", "flow_limit", "return_limit", "morning_boost", "start_optimization", "stop_optimization", "heating_disabled", "heating", "eco_cooling", "pre_cooling", "cooling_disabled", "dew_point", "frost_alarm", "overheat_alarm"]],
  ["102", "combined status of a valve actuator", ["valve_open", "short_circuit", "overload", "valve_kick", "service_mode", "manual_operation", "forced_position", "locked_position", "calibration"]],
  ["103", "combined status of a room temperature controller", ["failure", "heating", "dew_point", "frost_alarm", "overheat_alarm", "inactive", "additional_stage", "heating_enabled", "cooling_enabled"]],
  ["1000", "media", [NO, "tp1", "pl110", NO, "rf", "ip"]],
  ["1010", "activation of 16 channels", channels(16)],
];

const OCTET = { main: 21, json: "object of booleans, or an integer", example: "0a" };
const TWO_OCTETS = { main: 22, json: "object of booleans, or an integer", example: "01 22" };

export const DPT_21: MainType = {
  main: 21,
  subtypes: OCTET_ROWS.map(([sub, name, bits]) => scalarType(OCTET, sub, name, bitSet(8, bits))),
  other: scalarType(OCTET, "xxx", "8 bits", bitSet(8, [])),
};

export const DPT_22: MainType = {
  main: 22,
  subtypes: TWO_OCTET_ROWS.map(([sub, name, bits]) =>
    scalarType(TWO_OCTETS, sub, name, bitSet(16, bits)),
  ),
  other: scalarType(TWO_OCTETS, "xxx", "16 bits", bitSet(16, [])),
};

const nibbles = (sub: string, name: string): Dpt => {
  const parts = [part("busy", unsigned(4, { max: 3 })), part("nak", unsigned(4, { max: 3 }))];
  return recordType(`25.${sub}`, name, parts, { json: '{"busy":3,"nak":2}', example: "32" });
};

export const DPT_25: MainType = alone(
  25,
  nibbles("1000", "repetitions after busy and nak"),
  nibbles("xxx", "two nibbles"),
);

/** Bits 31–16 say which of the bits 15–0 mean anything; output 1 is the lowest of each. */
const OUTPUTS = Array.from({ length: 16 }, (_, index) => `output${index + 1}`);
const COMBINED: readonly Part[] = [
  ...OUTPUTS.map((output) => valid(output)).reverse(),
  ...OUTPUTS.map((output) => part(output, flag())).reverse(),
];

const combined = (sub: string, name: string): Dpt =>
  recordType(`27.${sub}`, name, COMBINED, {
    json: '{"output1":true,"output2":null,…}, null where the output is not meant',
    example: "00 05 00 04",
    order: OUTPUTS,
  });

export const DPT_27: MainType = alone(
  27,
  combined("001", "combined on/off of 16 outputs"),
  combined("xxx", "32 bits"),
);

const CHANNELS = { main: 30, json: "object of booleans, or an integer", example: "80 00 03" };

/** Here channel 1 is the highest bit. */
export const DPT_30: MainType = alone(
  30,
  scalarType(CHANNELS, "1010", "activation of 24 channels", bitSet(24, channels(24).reverse())),
  scalarType(CHANNELS, "xxx", "24 bits", bitSet(24, [])),
);
