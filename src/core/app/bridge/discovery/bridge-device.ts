import type { BridgeConfig } from "../../../config.ts";
import { bridgeTopic } from "../topics.ts";
import type { Component, Components } from "./override.ts";

/** The device that the bridge itself is: `mqtt-interface.md` §18.2. */
export const bridgeComponents = (config: BridgeConfig): Components => {
  const topic = (leaf: string): string => bridgeTopic(config, leaf);
  const health = { state_topic: topic("health") };
  const info = { state_topic: topic("info") };
  const all: Readonly<Record<string, Component>> = {
    bus: {
      platform: "binary_sensor",
      name: "Bus",
      state_topic: topic("bus"),
      payload_on: "online",
      payload_off: "offline",
      device_class: "connectivity",
    },
    problem: {
      platform: "binary_sensor",
      name: "Problem",
      ...health,
      value_template: "{{ 'OFF' if value_json.ok else 'ON' }}",
      device_class: "problem",
      json_attributes_topic: topic("health"),
      json_attributes_template: "{{ {'problems': value_json.problems} | tojson }}",
    },
    bus_load: {
      platform: "sensor",
      name: "Bus load",
      ...health,
      value_template: "{{ value_json.bus.load_60s }}",
      unit_of_measurement: "%",
      state_class: "measurement",
      suggested_display_precision: 1,
    },
    telegrams_received: counter("Telegrams received", "value_json.rx.telegrams", health),
    telegrams_sent: counter("Telegrams sent", "value_json.tx.sent", health),
    not_acknowledged: {
      ...counter("Not acknowledged", "value_json.tx.no_ack", health),
      enabled_by_default: false,
    },
    queue_depth: {
      platform: "sensor",
      name: "Queue depth",
      ...health,
      value_template: "{{ value_json.queue.depth }}",
      state_class: "measurement",
    },
    dropped: counter("Dropped", "value_json.queue.dropped.values() | sum", health),
    uptime: {
      platform: "sensor",
      name: "Uptime since",
      ...info,
      value_template: "{{ value_json.started }}",
      device_class: "timestamp",
    },
    individual_address: {
      platform: "sensor",
      name: "Individual address",
      ...info,
      value_template: "{{ value_json.knx.ia }}",
      enabled_by_default: false,
    },
    chip_temperature: {
      platform: "binary_sensor",
      name: "Chip temperature warning",
      ...health,
      value_template: "{{ 'ON' if value_json.chip.temperature_warning else 'OFF' }}",
      device_class: "problem",
      enabled_by_default: false,
    },
    ...(config.requests === "admin" && {
      restart: {
        platform: "button",
        name: "Restart",
        command_topic: topic("request/restart"),
        payload_press: "{}",
        device_class: "restart",
      },
      republish: {
        platform: "button",
        name: "Republish",
        command_topic: topic("request/states/republish"),
        payload_press: "{}",
      },
      programming_mode: {
        platform: "switch",
        name: "Programming mode",
        ...info,
        value_template: "{{ value_json.knx.programming_mode | tojson }}",
        state_on: "true",
        state_off: "false",
        command_topic: topic("request/device/programming_mode"),
        payload_on: '{"on":true}',
        payload_off: '{"on":false}',
      },
    }),
  };
  return Object.fromEntries(
    Object.entries(all).map(([key, component]) => [
      key,
      {
        ...component,
        unique_id: `knx_${config.instance}_bridge_${key}`,
        entity_category: "diagnostic",
      },
    ]),
  );
};

const counter = (name: string, value: string, state: Component): Component => ({
  platform: "sensor",
  name,
  ...state,
  value_template: `{{ ${value} }}`,
  state_class: "total_increasing",
});
