import type { Platform } from "./rows.ts";

/**
 * Whether Home Assistant takes a device class of a platform together with a unit: where it does not, the whole entity is invalid.
 * @param unit null: none
 * @see Home Assistant, sensor/const.py and number/const.py (DEVICE_CLASS_UNITS), binary_sensor, button, cover, event and switch
 *   (their DeviceClass); which version each name came with is not checked
 */
export const isAccepted = (
  platform: Platform,
  deviceClass: string,
  unit: string | null,
): boolean => {
  if (platform === "sensor" && NOT_NUMERIC.includes(deviceClass)) return unit === null;
  if (platform === "sensor" || platform === "number") {
    return UNITS.get(deviceClass)?.includes(unit) ?? false;
  }
  return (CLASSES[platform] ?? []).includes(deviceClass);
};

/** @returns undefined where a device class says nothing */
export const classesOf = (platform: Platform): readonly string[] | undefined =>
  platform === "sensor"
    ? [...NOT_NUMERIC, ...UNITS.keys()]
    : platform === "number"
      ? [...UNITS.keys()]
      : CLASSES[platform];

const NOT_NUMERIC: readonly string[] = ["date", "enum", "timestamp"];

const words = (text: string): readonly string[] => text.split(" ");
/** `-`: without a unit. */
const units = (text: string): readonly (string | null)[] =>
  text.split(" ").map((unit) => (unit === "-" ? null : unit.replaceAll("_", " ")));

const PRESSURES = units("mPa Pa hPa kPa bar cbar mbar mmHg inHg inH₂O psi");
const ENERGIES = units("J kJ MJ GJ mWh Wh kWh MWh GWh TWh cal kcal Mcal Gcal");
const VOLUMES = units("ft³ CCF MCF m³ L mL gal fl._oz.");
const SPEEDS = units("m/s km/h ft/s mph kn Beaufort in/s mm/s m/min");
const DENSITIES = units("µg/m³ μg/m³ mg/m³ g/m³");

// biome-ignore format: read by column
const UNITS: ReadonlyMap<string, readonly (string | null)[]> = new Map([
  ["absolute_humidity",       units("g/m³ mg/m³")],
  ["apparent_power",          units("mVA VA kVA")],
  ["aqi",                     units("-")],
  ["area",                    units("m² cm² km² mm² in² ft² yd² mi² ac ha")],
  ["atmospheric_pressure",    PRESSURES],
  ["battery",                 units("%")],
  ["carbon_dioxide",          units("ppm")],
  ["carbon_monoxide",         units("ppm")],
  ["conductivity",            units("S/cm mS/cm µS/cm μS/cm")],
  ["current",                 units("A mA")],
  ["distance",                units("km m cm mm mi nmi yd ft in")],
  ["duration",                units("d h min s ms")],
  ["energy",                  ENERGIES],
  ["energy_storage",          ENERGIES],
  ["frequency",               units("Hz kHz MHz GHz")],
  ["gas",                     units("m³ ft³ CCF MCF L")],
  ["humidity",                units("%")],
  ["illuminance",             units("lx")],
  ["irradiance",              units("W/m² BTU/(h⋅ft²)")],
  ["moisture",                units("%")],
  ["nitrogen_dioxide",        DENSITIES],
  ["ozone",                   DENSITIES],
  ["ph",                      units("-")],
  ["pm1",                     DENSITIES],
  ["pm10",                    DENSITIES],
  ["pm25",                    DENSITIES],
  ["power",                   units("mW W kW MW GW TW BTU/h")],
  ["power_factor",            units("% -")],
  ["precipitation",           units("in cm mm")],
  ["precipitation_intensity", units("in/d in/h mm/d mm/h")],
  ["pressure",                PRESSURES],
  ["reactive_energy",         units("varh kvarh")],
  ["reactive_power",          units("mvar var kvar")],
  ["signal_strength",         units("dB dBm")],
  ["sound_pressure",          units("dB dBA")],
  ["speed",                   [...SPEEDS, ...units("in/d in/h mm/d mm/h")]],
  ["sulphur_dioxide",         DENSITIES],
  ["temperature",             units("°C °F K")],
  ["temperature_delta",       units("°C °F K")],
  ["volatile_organic_compounds",       DENSITIES],
  ["volatile_organic_compounds_parts", units("ppm ppb")],
  ["voltage",                 units("V mV µV μV kV MV")],
  ["volume",                  VOLUMES],
  ["volume_flow_rate",        units("m³/h m³/min m³/s ft³/min L/h L/min L/s gal/min gal/h gal/d mL/s")],
  ["volume_storage",          VOLUMES],
  ["water",                   units("m³ ft³ CCF MCF gal L")],
  ["weight",                  units("kg g mg µg μg oz lb st")],
  ["wind_direction",          units("°")],
  ["wind_speed",              SPEEDS],
]);

const CLASSES: Readonly<Partial<Record<Platform, readonly string[]>>> = {
  binary_sensor: words(
    "battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving " +
      "occupancy opening plug power presence problem running safety smoke sound tamper update vibration window",
  ),
  button: words("identify restart update"),
  cover: words("awning blind curtain damper door garage gate shade shutter window"),
  event: words("button doorbell motion"),
  switch: words("outlet switch"),
};
