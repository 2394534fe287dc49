import type { IClientPublishOptions, IPublishPacket, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { requestLimit } from "../core/app/bridge/requests/limits.ts";
import type { Publication } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { MQTT_FAULTS, type MqttFault, mqttFault } from "./mqtt-fault.ts";
import { type MqttOptions, optionsOf, throughDoor } from "./mqtt-options.ts";
import { describe } from "./serial-fault.ts";
import type { Close, Life } from "./supervise/child.ts";
import { MQTT } from "./supervise/strategy.ts";
import { openLoneSupervisor, type Supervisor } from "./supervise/supervisor.ts";

export type Mqtt = Readonly<{
  /** @param retained what the broker has kept is wanted as well */
  subscribe(filters: readonly string[], retained?: boolean): void;
  /** Subscribes to what the broker has kept as well, and says with `look-back.con` when it is coming, or that it is not. */
  lookBack(filters: readonly string[]): void;
  unsubscribe(filters: readonly string[]): void;
  /** Without a connection the publication is gone: the core keeps the newest state and is told of every change. */
  publish(publication: Publication): void;
  /** How many publications are not acknowledged. */
  inFlight(): number;
  /** Leaves the broker in order and connects with these options. The core has been told that the connection is gone. */
  reconnect(options: MqttOptions): void;
  /** Says goodbye once everything was acknowledged, or after two seconds. */
  end(): Promise<void>;
}>;

/** Keeps a connection to the broker for ever; every try is a new client, so nothing old is ever sent again by it. */
export const connectMqtt = (
  first: MqttOptions,
  deliver: (impulse: Impulse) => void,
  log: Logger,
  supervisor: Supervisor = openLoneSupervisor(log),
): Mqtt => {
  let options = first;
  let client: MqttClient | undefined;
  let version: 4 | 5 = options.version === 4 ? 4 : 5;
  /** Of the last try. */
  let url = options.url;
  let connectedAt: number | undefined;
  let reported: MqttFault | undefined;
  /** Retained states on their way when a connection broke: the newest of each topic goes first on the next one. */
  const unacknowledged = new Map<string, Publication>();
  /** They have not been sent on this connection yet. */
  let owed = false;
  /** Publications of this connection that are still in this process or not acknowledged. */
  let underWay = 0;

  const start = async (life: Life): Promise<Close> => {
    const { default: mqtt } = await import("mqtt");
    if (!life.isOver()) open(mqtt, life);
    return leave;
  };

  const open = (mqtt: Mqttjs, life: Life): void => {
    const target = throughDoor(options);
    if (target.version !== "auto") version = target.version;
    url = target.url;
    const current = mqtt.connect(url, optionsOf(target, version));
    let reason: unknown;
    client = current;
    underWay = 0;
    const connected = (): void => {
      connectedAt = performance.now();
      reported = undefined;
      log.info({ url: withoutSecrets(url), version }, "connected to the broker");
      owed = true;
      if (!options.lookBack) sendAgain(current);
      life.up();
      deliver({ for: "bridge", type: "broker.ind", connected: true, version, at: connectedAt });
    };
    const received = (topic: string, payload: Buffer, packet: IPublishPacket): void =>
      deliver(messageOf(topic, payload, packet, limitOf(options, topic)));
    const closed = (): void => {
      if (current !== client) return;
      client = undefined;
      const isTooNew = connectedAt === undefined && mqttFault(reason) === "version";
      if (isTooNew && version === 5 && target.version === "auto") {
        version = 4;
        log.info({}, "the broker refuses MQTT 5: trying 3.1.1");
        open(mqtt, life);
      } else life.broke(reason);
    };
    current.on("connect", life.guarded(connected));
    current.on("message", life.guarded(received));
    current.on("error", (error) => {
      reason ??= error;
    });
    current.on("disconnect", ({ reasonCode }) => {
      reason ??= Object.assign(new Error("disconnected by the broker"), { code: reasonCode });
    });
    current.on("close", life.guarded(closed));
  };

  const tell = (error: unknown): string => {
    const fault = mqttFault(error);
    const fields = { url: withoutSecrets(url), fault, error: describe(error ?? "") };
    if (fault !== reported) log.warn(fields, MQTT_FAULTS[fault]);
    reported = fault;
    return MQTT_FAULTS[fault];
  };

  /** In order: everything acknowledged, or two seconds later. A connection that broke is cut, if anything is left of it. */
  const leave: Close = async (why) => {
    const current = client;
    const wasConnected = connectedAt !== undefined;
    client = undefined;
    connectedAt = undefined;
    if (why === "broke" && wasConnected)
      deliver({ for: "bridge", type: "broker.ind", connected: false, at: performance.now() });
    if (current === undefined) return;
    const inOrder = why === "asked" && wasConnected;
    const giveUp = (): void => {
      current.end(true);
      // Once it waits for acknowledges, a second `end` does nothing.
      current.stream.destroy();
    };
    const late = setTimeout(giveUp, inOrder ? FLUSH_MS : 0);
    await new Promise<void>((resolve) => {
      current.once("close", resolve);
      if (inOrder) current.end(false, {}, () => resolve());
    });
    clearTimeout(late);
  };

  const sendAgain = (current: MqttClient): void => {
    owed = false;
    for (const publication of unacknowledged.values()) send(current, publication);
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
  const after = options.door === undefined ? {} : ({ after: "broker" } as const);
  const child = supervisor.add({ name: "mqtt", strategy: MQTT, start, tell, ...after });
  return {
    subscribe(filters, retained = false) {
      if (owed && client !== undefined) sendAgain(client);
      const how =
        version === 5 ? { ...SUBSCRIBE_5, rh: retained ? 0 : SUBSCRIBE_5.rh } : SUBSCRIBE_4;
      client?.subscribe([...filters], how, (error, granted) => {
        const refused = (granted ?? []).filter(({ qos }) => qos > 2).map(({ topic }) => topic);
        if (refused.length > 0)
          log.error({ refused }, retained ? SOURCES_REFUSED : SUBSCRIPTION_REFUSED);
        else if (error) log.debug({ error: error.message }, "subscription not acknowledged");
      });
    },
    lookBack(filters) {
      const how = version === 5 ? LOOK_BACK_5 : LOOK_BACK_4;
      const current = client;
      current?.subscribe([...filters], how, (error, granted) => {
        if (current !== client) return;
        const refused = (granted ?? []).filter(({ qos }) => qos > 2).map(({ topic }) => topic);
        const all = !error && refused.length === 0;
        if (!all) log.warn({ refused, ...(error && { error: error.message }) }, LOOK_BACK_REFUSED);
        deliver({ for: "bridge", type: "look-back.con", granted: all, at: performance.now() });
      });
    },
    unsubscribe(filters) {
      client?.unsubscribe([...filters], (error) => {
        if (error) log.debug({ error: error.message }, "end of a subscription not acknowledged");
      });
    },
    publish(publication) {
      if (client !== undefined && connectedAt !== undefined) send(client, publication);
    },
    inFlight: () => underWay,
    reconnect(next) {
      // What was meant for another broker, or stands in another tree, is of no use there.
      if (next.url !== options.url || next.base !== options.base) unacknowledged.clear();
      options = next;
      version = next.version === 4 ? 4 : 5;
      reported = undefined;
      warnOfUnverified(options, log);
      child.again(true);
    },
    async end() {
      clearInterval(warning);
      await child.stop();
    },
  };
};

type Mqttjs = typeof import("mqtt")["default"];

const propertiesOf = ({
  json,
  expiryS,
  correlation,
  user,
}: Publication): NonNullable<IClientPublishOptions["properties"]> => ({
  payloadFormatIndicator: true,
  ...(json && { contentType: "application/json" }),
  ...(expiryS !== undefined && { messageExpiryInterval: expiryS }),
  ...(correlation !== undefined && { correlationData: Buffer.from(correlation) }),
  ...(user !== undefined && { userProperties: user }),
});

const limitOf = ({ base, payloadLimit }: MqttOptions, topic: string): number => {
  const requests = `${base}/bridge/request/`;
  return topic.startsWith(requests)
    ? requestLimit(topic.slice(requests.length), payloadLimit)
    : payloadLimit;
};

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

/** User name and password of a URL, and a token in its query, are nobody's business. */
const withoutSecrets = (url: string): string =>
  url.replace(/\?.*$/, "").replace(/\/\/[^/]*@/, "//");

/** No retained messages on subscribing, not what we publish ourselves, the retain flag as it was published. */
const SUBSCRIBE_5 = { qos: 1, rh: 2, nl: true, rap: true } as const;
const SUBSCRIBE_4 = { qos: 1 } as const;
/** Retained messages too, and nothing that has to be acknowledged: brokers bound how much of that they keep for us. */
const LOOK_BACK_5 = { qos: 0, rh: 0, nl: true, rap: true } as const;
const LOOK_BACK_4 = { qos: 0 } as const;
const LOOK_BACK_REFUSED =
  "the broker does not let us read our own topics: who else uses them, and what it has lost, stays unknown";
const UNVERIFIED =
  "the broker's certificate is not checked: anybody in between can read and command";
const HOUR_MS = 3_600_000;
const SUBSCRIPTION_REFUSED =
  "the broker refuses subscriptions, so commands will not arrive: check its access rules";
const SOURCES_REFUSED =
  "the broker refuses the topics of links, so their objects get no values: check its access rules";
/**
 * More would fill the memory until the keepalive ends the connection. One turn of the event loop alone may bring the
 * answers to a second's worth of commands, 1,000 by default, and no acknowledge is read before it is over.
 */
const MAX_UNDER_WAY = 4_000;
const FLUSH_MS = 2_000;
