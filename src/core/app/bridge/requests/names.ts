import type { BridgeConfig } from "../../../config.ts";
import type { HostRequest } from "../../../effect.ts";

/** Every request there is, and who may make it. `mqtt-interface.md` §10. */
export const REQUEST_GROUPS = {
  ping: "basic",
  info: "basic",
  health: "basic",
  "objects/list": "basic",
  "objects/get": "basic",
  "objects/unknown": "basic",
  "group/read": "basic",
  "group/write": "basic",
  "group/batch": "basic",
  "states/republish": "basic",
  "discovery/republish": "basic",
  "queue/list": "basic",
  "devices/list": "basic",
  "telegrams/stream": "basic",
  "telegrams/history": "basic",
  "stats/reset": "admin",
  "log/level": "admin",
  "config/get": "admin",
  "config/validate": "admin",
  "config/apply": "admin",
  "config/reload": "admin",
  "project/import": "admin",
  "queue/clear": "admin",
  "bus/reset": "admin",
  "device/programming_mode": "admin",
  "device/scan": "admin",
  "backup/create": "admin",
  restart: "admin",
} as const satisfies Record<string, "basic" | "admin">;

export type RequestName = keyof typeof REQUEST_GROUPS;

/** Those that are carried out here and now, for `bridge/info`. */
export const requestsOf = (config: BridgeConfig): readonly RequestName[] => {
  const { requests, about, history } = config;
  if (requests === "off") return [];
  return NAMES.filter((name) => {
    if (REQUEST_GROUPS[name] === "admin" && requests !== "admin") return false;
    if (name === "telegrams/history") return history > 0;
    return !isOfHost(name) || about.host.includes(name);
  });
};

/** Whether the shell does it. `health` it only measures. */
const isOfHost = (name: RequestName): name is RequestName & HostRequest =>
  name in OF_HOST && name !== "health";

const OF_HOST: Readonly<Record<HostRequest, true>> = {
  health: true,
  "log/level": true,
  "config/get": true,
  "config/validate": true,
  "config/apply": true,
  "config/reload": true,
  "project/import": true,
  "backup/create": true,
  restart: true,
};

const NAMES = Object.keys(REQUEST_GROUPS).filter(
  (name): name is RequestName => name in REQUEST_GROUPS,
);
