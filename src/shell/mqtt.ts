import type { IClientOptions, IClientPublishOptions, IPublishPacket, MqttClient } from "mqtt";
import type { Logger } from "pino";
import type { Impulse, Publication } from "../core/impulse.ts";
import { MQTT_FAULTS, type MqttFault, mqttFault } from "./mqtt-fault.ts";
import { describe } from "./serial-fault.ts";

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
  /** Octets; a longer payload is not decoded. */
  payloadLimit: number;
}>;

export type Mqtt = Readonly<{
  subscribe(filters: readonly string[]): void;
  /** Without a connection the publication is gone: the core keeps the newest state and is told of every change. */
  publish(publication: Publication): void;
  /** Says goodbye once everything was acknowledged, or after two seconds. */
  end(): Promise<void>;
}>;

/** Keeps a connection to the broker for ever; every try is a new client, so nothing old is ever sent again by it. */
export const connectMqtt = (
  options: MqttOptions,
  deliver: (impulse: Impulse) => void,
  log: Logger,
): Mqtt => {
  let client: MqttClient | undefined;
  let version: 4 | 5 = options.version === 4 ? 4 : 5;
  let connectedAt: number | undefined;
  let failures = 0;
  let reported: MqttFault | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ended = false;
  /** Retained states on their way when a connection broke: the newest of each topic goes first on the next one. */
  const unacknowledged = new Map<string, Publication>();
  /** Publications of this connection that are still in this process or not acknowledged. */
  let underWay = 0;

  const open = async (): Promise<void> => {
    try {
      const { default: mqtt } = await import("mqtt");
      if (!ended) follow(mqtt.connect(options.url, optionsOf(options, version)));
    } catch (error) {
      tryLater(error);
    }
  };

  const follow = (current: MqttClient): void => {
    let reason: unknown;
    client = current;
    underWay = 0;
    current.on("connect", () => {
      connectedAt = performance.now();
      reported = undefined;
      log.info({ url: withoutSecrets(options.url), version }, "connected to the broker");
      for (const publication of unacknowledged.values()) send(current, publication);
      deliver({ for: "bridge", type: "broker.ind", connected: true, at: connectedAt });
    });
    current.on("message", (topic, payload, packet) =>
      deliver(messageOf(topic, payload, packet, options.payloadLimit)),
    );
    current.on("error", (error) => {
      reason ??= error;
    });
    current.on("disconnect", ({ reasonCode }) => {
      reason ??= Object.assign(new Error("disconnected by the broker"), { code: reasonCode });
    });
    current.on("close", () => {
      if (current === client) leave(reason);
    });
  };

  const leave = (reason: unknown): void => {
    const at = performance.now();
    client = undefined;
    if (connectedAt !== undefined) {
      if (at - connectedAt >= STEADY_MS) failures = 0;
      connectedAt = undefined;
      deliver({ for: "bridge", type: "broker.ind", connected: false, at });
    } else if (options.version === "auto" && version === 5 && mqttFault(reason) === "version") {
      version = 4;
      log.info({}, "the broker refuses MQTT 5: trying 3.1.1");
      open().catch(tryLater);
      return;
    }
    tryLater(reason);
  };

  const tryLater = (error: unknown): void => {
    if (ended) return;
    const fault = mqttFault(error);
    if (fault !== reported)
      log.warn(
        { url: withoutSecrets(options.url), fault, error: describe(error ?? "") },
        MQTT_FAULTS[fault],
      );
    reported = fault;
    const pause = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
    failures += 1;
    retry = setTimeout(open, pause * (0.8 + 0.4 * Math.random()));
  };

  const send = (current: MqttClient, publication: Publication): void => {
    const { topic, payload, qos, retain } = publication;
    const properties = version === 5 ? propertiesOf(publication) : undefined;
    const kept = qos === 1 && retain;
    if (kept) unacknowledged.set(topic, publication);
    underWay += 1;
    if (underWay > MAX_UNDER_WAY) {
      // The core publishes every state again, paced; all of these at once would be too many again.
      unacknowledged.clear();
      current.emit("error", new Error(`${MAX_UNDER_WAY} publications not acknowledged`));
      current.stream.destroy();
      return;
    }
    current.publish(topic, payload, { qos, retain, ...(properties && { properties }) }, (error) => {
      if (current === client) underWay -= 1;
      if (kept && !error && unacknowledged.get(topic) === publication) unacknowledged.delete(topic);
    });
  };

  const warning = setInterval(() => warnOfUnverified(options, log), HOUR_MS);
  warnOfUnverified(options, log);
  open().catch(tryLater);
  return {
    subscribe(filters) {
      const how = version === 5 ? SUBSCRIBE_5 : SUBSCRIBE_4;
      client?.subscribe([...filters], how, (error, granted) => {
        const refused = (granted ?? []).filter(({ qos }) => qos > 2).map(({ topic }) => topic);
        if (refused.length > 0) log.error({ refused }, SUBSCRIPTION_REFUSED);
        else if (error) log.debug({ error: error.message }, "subscription not acknowledged");
      });
    },
    publish(publication) {
      if (client !== undefined && connectedAt !== undefined) send(client, publication);
    },
    async end() {
      ended = true;
      clearTimeout(retry);
      clearInterval(warning);
      const current = client;
      client = undefined;
      if (current === undefined) return;
      const giveUp = (): void => {
        current.end(true);
        // Once it waits for acknowledges, a second `end` does nothing.
        current.stream.destroy();
      };
      const late = setTimeout(giveUp, connectedAt === undefined ? 0 : FLUSH_MS);
      await new Promise<void>((resolve) => {
        current.once("close", resolve);
        if (connectedAt !== undefined) current.end(false, {}, () => resolve());
      });
      clearTimeout(late);
    },
  };
};

const optionsOf = (options: MqttOptions, version: 4 | 5): IClientOptions => {
  const { username, password, ca, cert, key, keyPassword, serverName, alpn } = options;
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
    rejectUnauthorized: options.verify,
    ...TLS_AT_LEAST,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(keyPassword !== undefined && { passphrase: keyPassword }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
  };
};

const propertiesOf = ({
  json,
  expiryS,
  correlation,
}: Publication): NonNullable<IClientPublishOptions["properties"]> => ({
  payloadFormatIndicator: true,
  ...(json && { contentType: "application/json" }),
  ...(expiryS !== undefined && { messageExpiryInterval: expiryS }),
  ...(correlation !== undefined && { correlationData: Buffer.from(correlation) }),
});

const messageOf = (
  topic: string,
  payload: Buffer,
  { retain, properties }: IPublishPacket,
  limit: number,
): Impulse => {
  const { responseTopic, correlationData, messageExpiryInterval } = properties ?? {};
  return {
    for: "bridge",
    type: "message.ind",
    topic,
    payload: payload.length > limit ? "" : payload.toString("utf8"),
    size: payload.length,
    retain,
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlation: [...correlationData] }),
    ...(messageExpiryInterval !== undefined && { expiryMs: messageExpiryInterval * 1_000 }),
    at: performance.now(),
  };
};

const warnOfUnverified = ({ url, verify }: MqttOptions, log: Logger): void => {
  if (!verify && /^(mqtts|wss|ssl):/.test(url)) log.warn({}, UNVERIFIED);
};

/** User name and password of a URL are nobody's business. */
const withoutSecrets = (url: string): string => url.replace(/\/\/[^@/]*@/, "//");

/** Handed on to node:tls. */
const TLS_AT_LEAST = { minVersion: "TLSv1.2" };
/** No retained messages on subscribing, not what we publish ourselves, the retain flag as it was published. */
const SUBSCRIBE_5 = { qos: 1, rh: 2, nl: true, rap: true } as const;
const SUBSCRIBE_4 = { qos: 1 } as const;
const UNVERIFIED =
  "the broker's certificate is not checked: anybody in between can read and command";
const HOUR_MS = 3_600_000;
const SUBSCRIPTION_REFUSED =
  "the broker refuses subscriptions, so commands will not arrive: check its access rules";
/** MQTT interface §3, ±20 % random. */
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** A connection that lasted this long was a good one. */
const STEADY_MS = 10_000;
/**
 * More would fill the memory until the keepalive ends the connection. One turn of the event loop alone may bring the
 * answers to a second's worth of commands, 1,000 by default, and no acknowledge is read before it is over.
 */
const MAX_UNDER_WAY = 4_000;
const FLUSH_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;
