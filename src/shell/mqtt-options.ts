import type { IClientOptions } from "mqtt";

export type MqttOptions = Readonly<{
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  url: string;
  clientId: string;
  /** Base topic; the will goes below it. */
  base: string;
  /** `auto`: 5, and 3.1.1 with a broker that refuses it. */
  version: "auto" | 4 | 5;
  username?: string;
  password?: string;
  /** PEM texts. */
  ca?: string;
  cert?: string;
  key?: string;
  keyPassword?: string;
  serverName?: string;
  alpn?: readonly string[];
  /** false: any certificate will do. */
  verify: boolean;
  keepaliveS: number;
  /** Nothing is published on a connection before the core has subscribed: it may be that these are not our topics. */
  lookBack?: boolean;
  /** Octets; a longer payload is not decoded. */
  payloadLimit: number;
  /** Of the embedded broker, asked for each connection: its door goes before url, version and login. */
  door?: () => Door | undefined;
}>;

/** Where the embedded broker lets the bridge in, while it is up. */
export type Door = Readonly<{
  url: string;
  version: 4 | 5;
  login: Readonly<{ username?: string; password?: string }>;
}>;

/** @throws Error while the embedded broker is not up */
export const throughDoor = (options: MqttOptions): MqttOptions => {
  if (options.door === undefined) return options;
  const door = options.door();
  if (door === undefined) throw new Error(NOT_UP);
  return { ...options, url: door.url, version: door.version, ...door.login };
};

const NOT_UP = "the embedded broker is not up";

/** In the words of MQTT.js: one try, by a client of its own that never reconnects. */
export const optionsOf = (options: MqttOptions, version: 4 | 5): IClientOptions => {
  const { username, password } = options;
  const tls = tlsOptionsOf(options);
  return {
    clientId: options.clientId,
    protocolId: "MQTT",
    protocolVersion: version,
    clean: true,
    keepalive: options.keepaliveS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // 65,536 prepared numbers would take 7 MB
    writeCache: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    will: {
      topic: `${options.base}/bridge/state`,
      payload: Buffer.from("offline"),
      qos: 1,
      retain: true,
    },
    ...(version === 5 && { properties: { sessionExpiryInterval: 0, receiveMaximum: 32 } }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...tls,
    // MQTT.js hands some of them on to a WebSocket, not all.
    ...(options.url.startsWith("wss:") && { wsOptions: tls }),
  };
};

/** In the words of node:tls. */
const tlsOptionsOf = ({ ca, cert, key, keyPassword, serverName, alpn, verify }: MqttOptions) => ({
  rejectUnauthorized: verify,
  minVersion: "TLSv1.2" as const,
  ...(ca !== undefined && { ca }),
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
  ...(keyPassword !== undefined && { passphrase: keyPassword }),
  ...(serverName !== undefined && { servername: serverName }),
  ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
});

const CONNECT_TIMEOUT_MS = 10_000;
