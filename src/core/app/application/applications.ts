import type { ApplicationConfig } from "../../config.ts";
import { BRIDGE } from "./bridge.ts";
import { GPIO } from "./gpio.ts";
import type { Application } from "./program.ts";
import { THERMOSTAT } from "./thermostat.ts";

/** Every application there is, by the name the configuration gives it. */
export const APPLICATIONS = {
  bridge: BRIDGE,
  thermostat: THERMOSTAT,
  gpio: GPIO,
} as const satisfies Record<ApplicationConfig["name"], Application>;
