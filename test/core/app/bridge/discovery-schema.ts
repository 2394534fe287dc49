/*
 * What Home Assistant takes in a discovery message of a device, written down from its documentation and its schemas
 * (homeassistant/components/mqtt: schemas.py and one file for each platform; sensor, number and binary_sensor: const.py).
 * A key that a platform does not know would be dropped there without a word, so here it is an error.
 */

type Fields = Readonly<Record<string, unknown>>;
type Schema = Readonly<{ required: string; optional: string }>;

const COMMON = "platform unique_id name icon enabled_by_default entity_category qos";
const ATTRIBUTES = "json_attributes_topic json_attributes_template";

// biome-ignore format: read by column
const SCHEMAS: Readonly<Record<string, Schema>> = {
  binary_sensor: { required: "state_topic", optional: "value_template payload_on payload_off device_class expire_after off_delay force_update" },
  sensor:   { required: "state_topic", optional: "value_template device_class state_class unit_of_measurement suggested_display_precision options expire_after force_update" },
  event:    { required: "state_topic event_types", optional: "value_template device_class" },
  switch:   { required: "command_topic", optional: "state_topic value_template state_on state_off payload_on payload_off device_class" },
  button:   { required: "command_topic", optional: "payload_press device_class" },
  select:   { required: "command_topic options", optional: "state_topic value_template command_template" },
  number:   { required: "command_topic", optional: "state_topic value_template command_template min max step mode unit_of_measurement device_class" },
  text:     { required: "command_topic", optional: "state_topic value_template command_template min max mode pattern" },
  time:     { required: "command_topic", optional: "state_topic value_template command_template" },
  date:     { required: "command_topic", optional: "state_topic value_template command_template" },
  datetime: { required: "command_topic", optional: "state_topic value_template command_template timezone" },
  scene:    { required: "command_topic", optional: "payload_on" },
  light:    { required: "command_topic", optional: "schema state_topic state_value_template payload_on payload_off brightness brightness_scale supported_color_modes color_temp_kelvin min_kelvin max_kelvin flash transition" },
  fan:      { required: "command_topic", optional: "state_topic state_value_template payload_on payload_off percentage_state_topic percentage_value_template percentage_command_topic speed_range_min speed_range_max preset_modes preset_mode_command_topic preset_mode_state_topic preset_mode_value_template oscillation_state_topic oscillation_value_template oscillation_command_topic payload_oscillation_on payload_oscillation_off" },
  lock:     { required: "command_topic", optional: "state_topic value_template payload_lock payload_unlock payload_open state_locked state_unlocked" },
  cover:    { required: "command_topic", optional: "payload_open payload_close payload_stop state_topic value_template position_topic position_template set_position_topic tilt_status_topic tilt_status_template tilt_command_topic device_class" },
  climate:  { required: "", optional: "modes mode_state_topic mode_state_template mode_command_topic power_command_topic payload_on payload_off temperature_state_topic temperature_state_template temperature_command_topic temperature_unit temp_step precision min_temp max_temp current_temperature_topic current_temperature_template current_humidity_topic current_humidity_template action_topic action_template preset_modes preset_mode_command_topic preset_mode_state_topic preset_mode_value_template" },
};

/** Units of the device classes that data points have: sensor/const.py, DEVICE_CLASS_UNITS. */
// biome-ignore format: read by column
const UNITS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  absolute_humidity: ["g/m³", "mg/m³"], apparent_power: ["mVA", "VA", "kVA"], area: ["m²"], carbon_dioxide: ["ppm"],
  current: ["A", "mA"], distance: ["mm", "cm", "m", "km"], duration: ["d", "h", "min", "s", "ms"],
  energy: ["J", "kJ", "Wh", "kWh", "MWh"], energy_storage: ["J", "kJ", "Wh", "kWh", "MWh"], frequency: ["Hz", "kHz"],
  gas: ["m³", "L"], humidity: ["%"], illuminance: ["lx"], irradiance: ["W/m²"], power: ["mW", "W", "kW", "MW"],
  power_factor: ["%", undefined], precipitation: ["mm", "cm"], pressure: ["Pa", "hPa", "kPa", "bar"],
  reactive_energy: ["varh", "kvarh"], speed: ["m/s", "km/h"], temperature: ["°C", "°F", "K"],
  temperature_delta: ["°C", "°F", "K"], voltage: ["µV", "mV", "V", "kV"], volume: ["L", "m³"],
  volume_flow_rate: ["m³/h", "m³/s", "L/h", "L/min", "L/s"], water: ["L", "m³"], weight: ["kg", "g"],
  wind_speed: ["m/s", "km/h"],
  date: [undefined], enum: [undefined], timestamp: [undefined],
};

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  binary_sensor: ["connectivity", "occupancy", "opening", "problem", "window", "door"],
  button: ["restart"],
  cover: ["blind", "shutter", "awning"],
  event: ["button", "doorbell", "motion"],
};

/** Where Home Assistant takes a state class only from some. sensor/const.py, DEVICE_CLASS_STATE_CLASSES. */
const STATE_CLASSES: Readonly<Record<string, readonly unknown[]>> = {
  energy: ["total", "total_increasing"],
  reactive_energy: ["total", "total_increasing"],
  volume: ["total", "total_increasing"],
  water: ["total", "total_increasing"],
  gas: ["total", "total_increasing"],
  precipitation: ["measurement", "total", "total_increasing"],
  date: [undefined],
  timestamp: [undefined],
  enum: [undefined],
};

/** @returns what Home Assistant would have against a discovery message */
export const complaints = (payload: string): readonly string[] => {
  const { device, origin, availability, availability_mode, qos, components, ...more } = fieldsOf(
    JSON.parse(payload),
  );
  const known = Object.entries(fieldsOf(components));
  const ids = known.map(([, component]) => fieldsOf(component)["unique_id"]);
  return [
    ...Object.keys(more).map((key) => `unknown key ${key}`),
    ...unless(Array.isArray(fieldsOf(device)["identifiers"]), "device without identifiers"),
    ...unless(typeof fieldsOf(origin)["name"] === "string", "origin without name"),
    ...unless(availability_mode === "all" && qos === 1, "availability_mode or qos"),
    ...unless(
      Array.isArray(availability) &&
        availability.every((one) => Object.keys(fieldsOf(one)).join() === "topic"),
      "availability",
    ),
    ...unless(new Set(ids).size === ids.length, "two components with one unique_id"),
    ...known.flatMap(([key, component]) => [
      ...unless(/^[a-zA-Z0-9_-]+$/.test(key), `key ${key}`),
      ...componentComplaints(fieldsOf(component)).map((text) => `${key}: ${text}`),
    ]),
  ];
};

const componentComplaints = (component: Fields): readonly string[] => {
  const platform = String(component["platform"]);
  const schema = SCHEMAS[platform];
  if (schema === undefined) return [`unknown platform ${platform}`];
  const required = `${schema.required} unique_id`.trim().split(" ");
  const allowed = `${schema.required} ${schema.optional} ${COMMON} ${ATTRIBUTES}`.split(" ");
  const { device_class, unit_of_measurement: unit, state_class, options, unique_id } = component;
  return [
    ...required.filter((key) => !(key in component)).map((key) => `${key} is missing`),
    ...Object.keys(component)
      .filter((key) => !allowed.includes(key))
      .map((key) => `${platform} does not take ${key}`),
    ...Object.entries(component)
      .filter(([key, value]) => /_topic$/.test(key) && !isTopic(value))
      .map(([key]) => `${key} is no topic`),
    ...Object.entries(component)
      .filter(([key, value]) => /_template$/.test(key) && !isTemplate(value))
      .map(([key]) => `${key} is no template`),
    ...unless(/^[a-zA-Z0-9_-]+$/.test(String(unique_id)), "unique_id"),
    ...unless(isClass(platform, device_class, unit), `${device_class} with ${unit}`),
    ...unless(
      typeof device_class !== "string" ||
        platform !== "sensor" ||
        (STATE_CLASSES[device_class] ?? [state_class]).includes(state_class),
      `${device_class} with ${state_class}`,
    ),
    ...unless(
      [undefined, "measurement", "total", "total_increasing"].includes(
        `${state_class ?? ""}` || undefined,
      ) ||
        (state_class === "measurement_angle" && unit === "°"),
      `state_class ${state_class}`,
    ),
    ...unless(platform !== "sensor" || options === undefined || device_class === "enum", "options"),
    ...unless(platform !== "number" || Number(component["min"]) < Number(component["max"]), "min"),
    ...unless(platform !== "number" || Number(component["step"]) >= 0.001, "step"),
    ...unless(!["None"].includes(String(component["name"])), "name"),
  ];
};

const isClass = (platform: string, deviceClass: unknown, unit: unknown): boolean => {
  if (deviceClass === undefined) return true;
  if (platform === "sensor" || platform === "number")
    return (
      typeof deviceClass === "string" &&
      (UNITS[deviceClass] ?? []).some((accepted) => accepted === unit)
    );
  return (CLASSES[platform] ?? []).includes(String(deviceClass));
};

const isTopic = (value: unknown): boolean =>
  typeof value === "string" && /^[^+#\0]+$/.test(value) && !value.startsWith("/");

const isTemplate = (value: unknown): boolean =>
  typeof value === "string" && /^\{\{ .+ \}\}$/.test(value) && !value.includes("undefined");

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const unless = (fine: boolean, text: string): readonly string[] => (fine ? [] : [text]);
