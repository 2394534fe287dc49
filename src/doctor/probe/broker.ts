import { lookup } from "node:dns/promises";
import { connect, type DetailedPeerCertificate } from "node:tls";
import type { MqttClient } from "mqtt";
import { type MqttFault, mqttFault } from "../../shell/mqtt-fault.ts";
import { type MqttOptions, optionsOf } from "../../shell/mqtt-options.ts";
import { describe } from "../../shell/serial-fault.ts";

/** How far one gets with the broker. */
export type BrokerReport = Readonly<{
  /** Without user name and password. */
  url: string;
  /** Of the host name; null: it is not known. */
  addresses: readonly string[] | null;
  certificate: Certificate | null;
  /** null: it lets us in. */
  fault: MqttFault | null;
  error: string | null;
  version: 4 | 5 | null;
  /** What is kept on the topics of the bridge. */
  bridge: Readonly<{ online: boolean | null; instanceId: string | null }>;
  /** It lets us subscribe below the base topic. */
  mayRead: boolean | null;
}>;

export type Certificate = Readonly<{
  /** ms since 1970. */
  from: number;
  until: number;
  /** Why it is not accepted; null: it is. */
  refused: string | null;
  names: string;
}>;

/** Name, certificate, login, base topic: one after the other, as far as it goes. Nothing is published. */
export const probeBroker = async (options: MqttOptions): Promise<BrokerReport> => {
  const { hostname, protocol, port } = new URL(options.url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = protocol === "mqtts:" || protocol === "wss:" || protocol === "ssl:";
  const [addresses, certificate, session] = await Promise.all([
    lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => null,
    ),
    secure ? readCertificate(options, host, Number(port || DEFAULT_PORT[protocol])) : null,
    logIn(options),
  ]);
  const url = `${protocol}//${hostname}${port === "" ? "" : `:${port}`}`;
  return { url, addresses, certificate, ...session };
};

/** The certificate as it is, whether it is accepted or not. */
const readCertificate = (
  { ca, cert, key, keyPassword, serverName, verify }: MqttOptions,
  host: string,
  port: number,
): Promise<Certificate | null> =>
  new Promise((resolve) => {
    const isName = !/^[\d.]+$|:/.test(host);
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      ...(serverName !== undefined ? { servername: serverName } : isName && { servername: host }),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(keyPassword !== undefined && { passphrase: keyPassword }),
    });
    const end = (certificate: Certificate | null): void => {
      socket.destroy();
      resolve(certificate);
    };
    socket.once("secureConnect", () => {
      const peer = socket.getPeerCertificate(true);
      const refused = verify && !socket.authorized ? describe(socket.authorizationError) : null;
      end(Object.keys(peer).length === 0 ? null : certificateOf(peer, refused));
    });
    socket.once("error", () => end(null));
    socket.once("timeout", () => end(null));
  });

const certificateOf = (
  { valid_from, valid_to, subjectaltname, subject }: DetailedPeerCertificate,
  refused: string | null,
): Certificate => ({
  from: Date.parse(valid_from),
  until: Date.parse(valid_to),
  refused,
  names: subjectaltname ?? String(subject?.CN ?? ""),
});

type Session = Pick<BrokerReport, "fault" | "error" | "version" | "bridge" | "mayRead">;

const logIn = async (options: MqttOptions): Promise<Session> => {
  const first = options.version === 4 ? 4 : 5;
  const one = await logInWith(options, first);
  return options.version === "auto" && one.fault === "version" ? logInWith(options, 4) : one;
};

/** Under a name of its own: the same client id would throw the running bridge out. Without a will, which would say that it is gone. */
const logInWith = async (options: MqttOptions, version: 4 | 5): Promise<Session> => {
  const { default: mqtt } = await import("mqtt");
  const clientId = `${options.clientId}-doctor-${process.pid}`;
  const { will, ...ours } = optionsOf({ ...options, clientId }, version);
  const failed = (error: unknown): Session => ({
    fault: mqttFault(error),
    error: error === undefined ? null : describe(error),
    version: null,
    bridge: { online: null, instanceId: null },
    mayRead: null,
  });
  let client: MqttClient;
  try {
    client = mqtt.connect(options.url, { ...ours, connectTimeout: TIMEOUT_MS });
  } catch (error) {
    return failed(error);
  }
  const outcome = await new Promise<Session>((resolve) => {
    let reason: unknown;
    client.on("error", (error) => {
      reason ??= error;
    });
    client.once("close", () => resolve(failed(reason)));
    client.once("connect", () => {
      look(client, options.base).then(
        (seen) => resolve({ fault: null, error: null, version, ...seen }),
        (error: unknown) => resolve(failed(error)),
      );
    });
  });
  client.removeAllListeners("close");
  client.end(true);
  client.stream?.destroy();
  return outcome;
};

/** What the broker has kept of a bridge on this base topic. */
const look = async (
  client: MqttClient,
  base: string,
): Promise<Pick<Session, "bridge" | "mayRead">> => {
  let online: boolean | null = null;
  let instanceId: string | null = null;
  client.on("message", (topic, payload) => {
    const text = payload.toString("utf8");
    if (topic === `${base}/bridge/state`) online = text === "online";
    else instanceId = instanceIn(text);
  });
  const granted = await new Promise<boolean>((resolve) => {
    client.subscribe([`${base}/bridge/state`, `${base}/bridge/info`], { qos: 0 }, (error, list) =>
      resolve(!error && (list ?? []).every(({ qos }) => qos <= 2)),
    );
  });
  await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
  return { bridge: { online, instanceId }, mayRead: granted };
};

const instanceIn = (text: string): string | null => {
  try {
    const { instance_id: id }: { instance_id?: unknown } = Object(JSON.parse(text));
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
};

const DEFAULT_PORT: Readonly<Record<string, number>> = {
  "mqtts:": 8883,
  "ssl:": 8883,
  "wss:": 443,
};
const TIMEOUT_MS = 4_000;
/** What is kept comes right after the subscription. */
const KEPT_MS = 300;
