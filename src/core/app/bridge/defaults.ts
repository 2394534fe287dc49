import type { BridgeConfig } from "../../config.ts";
import { NO_DISCOVERY } from "./discovery/config.ts";
import { ABOUT_NOTHING } from "./info/about.ts";

/** What a configuration file says that says nothing about it. `mqtt-interface.md` §19. */
export const BRIDGE_DEFAULTS = {
  instance: "house",
  instanceId: "00fa:00000000",
  base: "knx",
  style: "3-level",
  unknown: "event",
  allowUnknownWrite: false,
  allow: null,
  deny: [],
  retain: true,
  topics: "address",
  requests: "basic",
  payload: { name: true, scalar: false, fields: null },
  userProperties: false,
  eventsAfterReconnect: false,
  cleanup: true,
  lookBack: false,
  log: "off",
  bus: { share: 0.35, readRate: 5, graceMs: 20_000, staleMs: 300_000 },
  limits: { payload: 64 * 1024, messages: 1_000 },
  entities: [],
  discovery: NO_DISCOVERY,
  devices: { topics: false, known: [] },
  history: 0,
  about: ABOUT_NOTHING,
  links: [],
  time: null,
} as const satisfies Omit<BridgeConfig, "address" | "objects">;
