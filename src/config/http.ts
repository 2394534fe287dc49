import * as z from "zod";
import type { HttpConfig } from "./config.ts";
import type { Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";
import { section } from "./section.ts";

/*
 * `http:`, metrics and health for whoever watches. Decision 0028.
 */

const LOCAL_HOST = "127.0.0.1";
/** 3671 is KNXnet/IP. Free in the register of the IANA, outside of what Prometheus gives to exporters, 9100 to 9999, and below the ports that Linux gives to clients. */
const PORT = 13_671;

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

export const HTTP = z.union([
  z.literal(false),
  section({
    host: z
      .string()
      .refine((text) => z.ipv6().safeParse(text).success || HOST_NAME.test(text), {
        error: "an address of this machine is needed, such as 127.0.0.1, or 0.0.0.0 for all",
      })
      .default(LOCAL_HOST)
      .describe("Address to listen on; 0.0.0.0 is all of IPv4"),
    port: z.int().min(1).max(65_535).default(PORT),
  }),
]);

/** @returns null: there is none */
export const toHttpConfig = (http: z.output<typeof HTTP>): HttpConfig | null =>
  http === false ? null : http;

/** A port that our own broker has already. */
export const httpErrors = (data: unknown): readonly Remark[] => {
  const port = valueAt(data, [...PATH, "port"]) ?? PORT;
  if (valueAt(data, PATH) === false || valueAt(data, ["mqtt", "url"]) !== undefined) return [];
  const tls = valueAt(data, ["mqtt", "listen", "tls"]) !== undefined;
  const broker = valueAt(data, ["mqtt", "listen", "port"]) ?? (tls ? 8883 : 1883);
  const websocket = valueAt(data, ["mqtt", "listen", "websocket"]);
  const message = `${port} is the port of our own broker; leave it out, or choose another`;
  return port === broker || port === websocket
    ? [{ path: [...PATH, "port"], code: "conflict", message }]
    : [];
};

/** There are no secrets and nothing can be changed, but it tells when somebody is at home. */
export const httpWarnings = (data: unknown): readonly Remark[] => {
  const host = valueAt(data, [...PATH, "host"]);
  return typeof host !== "string" || /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host)
    ? []
    : [{ path: [...PATH, "host"], code: "open_http", message: OPEN }];
};

const PATH = ["http"];
const OPEN =
  "whoever reaches this port can read metrics and health, without a password and without TLS: let a firewall pass only those who watch";
