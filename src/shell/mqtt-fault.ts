import { describe } from "./serial-fault.ts";

/** Why there is no connection to the broker, and what to do about it: one line each, for people. */
export const MQTT_FAULTS = {
  "not-up": "no connection while the embedded broker is not up: the log says why it is not",
  refused:
    "no broker answers: check host and port in `mqtt.url`, and that the broker runs and listens on the network",
  "unknown-host": "the host name of the broker is not known: check `mqtt.url` and the name server",
  unreachable: "the broker cannot be reached: check the network and the firewall",
  credentials:
    "the broker refuses user name or password: check `mqtt.username` and `mqtt.password_file`",
  "not-authorised":
    "the broker does not let this client in: check user, client id and the broker's access rules",
  version: "the broker does not speak this version of MQTT: set `mqtt.version: auto`",
  "client-id": "the broker refuses the client id: change `instance` or `mqtt.client_id`",
  unavailable: "the broker is not ready",
  certificate:
    "the broker's certificate is not accepted: check `mqtt.ca`, `mqtt.server_name`, and the clock of this machine",
  "client-certificate":
    "the broker wants a certificate of ours and does not accept this one, or none: check `mqtt.cert` and `mqtt.key`",
  "no-tls":
    "no TLS connection comes about: check that this is the broker's port for TLS, or use mqtt:// or ws:// in `mqtt.url`",
  "taken-over":
    "another client with the same client id has connected: give each bridge its own `instance`",
  stalled:
    "the broker does not acknowledge what it is sent, so the connection was cut: check its load and the network",
  closed:
    "the broker has closed the connection: if this goes on, check `mqtt.url` (mqtts:// is for its TLS port, mqtt:// for the other)",
  other: "no connection to the broker",
} as const;

export type MqttFault = keyof typeof MQTT_FAULTS;

/** @param error what the connection ended with; undefined when it just ended */
export const mqttFault = (error: unknown): MqttFault => {
  if (error === undefined) return "closed";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "number") return REASON_CODES.get(code) ?? "other";
  const text = describe(error);
  for (const [fault, pattern] of PATTERNS) if (pattern.test(text)) return fault;
  return "other";
};

/** Return codes of MQTT 3.1.1 (§3.2.2.3) and reason codes of MQTT 5 (§2.4). */
const REASON_CODES: ReadonlyMap<number, MqttFault> = new Map([
  [1, "version"],
  [2, "client-id"],
  [3, "unavailable"],
  [4, "credentials"],
  [5, "not-authorised"],
  [0x84, "version"],
  [0x85, "client-id"],
  [0x86, "credentials"],
  [0x87, "not-authorised"],
  [0x88, "unavailable"],
  [0x89, "unavailable"],
  [0x8a, "not-authorised"],
  [0x8b, "unavailable"],
  [0x8e, "taken-over"],
]);

const PATTERNS: readonly (readonly [MqttFault, RegExp])[] = [
  ["not-up", /embedded broker is not up/],
  ["refused", /\bECONNREFUSED\b/],
  ["unknown-host", /\bENOTFOUND\b|\bEAI_AGAIN\b/],
  ["unreachable", /\bE(HOST|NET)UNREACH\b|\bETIMEDOUT\b|connack timeout/i],
  ["client-certificate", /ALERT[_ ](CERTIFICATE|UNKNOWN|BAD_CERT|BAD CERT|HANDSHAKE)/i],
  ["no-tls", /WRONG[_ ]VERSION[_ ]NUMBER|PACKET[_ ]LENGTH[_ ]TOO[_ ]LONG|before secure TLS/i],
  ["certificate", /CERT|UNABLE_TO_|SELF_SIGNED|ERR_TLS|ERR_SSL|\bSSL\b|certificate/i],
  ["stalled", /not acknowledged/],
  ["closed", /\bECONNRESET\b|\bEPIPE\b|keepalive/i],
];
